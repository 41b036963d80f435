"""What a terminal shows of what came over the wire: words, and nothing that it would take for a command."""

import io

import pytest
from rich.console import Console

from api.terminal.client import Told
from api.terminal.fields import Fields, view
from api.terminal.watch import in_a_line

EVIL = "Mary\x1b]0;owned\x07\x1b[2J\u202eyraM\n12:00:00 CA9 status_change\x9b"


def plain(text: str) -> bool:
    return not set("\x1b\x07\x9b\u202e") & set(text)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("new_message", {"callSid": "CA1", "speaker": "customer", "message": EVIL}),
        ("client_updated", {"callSid": "CA1", "fields": {"name": EVIL}}),
        ("progress", {"callSid": "CA1", "slot": "name", "status": "filled", "value": EVIL}),
        ("status_change", {"callSid": EVIL, "status": EVIL, "reason": EVIL}),
        ("history", {"callSid": "CA1", "progress": {"filled": {"name": EVIL}}, "history": []}),
        ("history", {"calls": [{"callSid": EVIL}]}),
        (EVIL, {"callSid": "CA1", EVIL: EVIL}),
    ],
)
def test_an_event_is_one_line_of_words(kind: str, payload: dict[str, object]) -> None:
    line = in_a_line(Told("1-0", {"type": kind, "payload": payload, "timestamp": 1772413200.0}))
    assert line is not None
    assert plain(line.plain)
    assert "\n" not in line.plain


def test_fields_and_conversation_are_words() -> None:
    fields = Fields()
    fields.slots["name"] = ("filled", EVIL)
    out = io.StringIO()
    Console(file=out, width=100, color_system=None).print(view(fields, [("customer", EVIL), (EVIL, EVIL)], "Call CA1", 20))
    assert plain(out.getvalue())
    assert plain(fields.line("name"))
    assert "Mary" in fields.line("name")


def test_an_erased_call_leaves_nothing_on_the_screen() -> None:
    fields = Fields()
    fields.hear({"type": "progress", "payload": {"slot": "name", "status": "filled", "value": "Mary O'Neill", "step": "phone"}})
    assert fields.line("name") == "✓ name: Mary O'Neill"
    fields.hear({"type": "status_change", "payload": {"callSid": "CA1", "status": "erased"}})
    assert (fields.line("name"), fields.status) == ("· name: empty", "erased")
