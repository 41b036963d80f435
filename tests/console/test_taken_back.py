"""What a supervisor sees of words that are said otherwise: what stands, live and when the call is opened later."""

from typing import Any

from playwright.sync_api import expect

from tests.api.processes import Running
from tests.console.conftest import Opens
from tests.console.pages import CALLER, Caller


class Platform(Caller):
    """A caller over a voice platform, which asks again with other words."""

    def __init__(self, service: Running, sid: str) -> None:
        super().__init__(service, sid)
        self.messages: list[dict[str, str]] = []

    def says(self, words: str) -> str:
        """The next turn."""
        heard = self.asked_with(words)
        self.messages += [{"role": "user", "content": words}, {"role": "assistant", "content": heard}]
        return heard

    def asked_with(self, words: str) -> str:
        """The next turn as the platform hears it so far."""
        body: dict[str, Any] = {"messages": [*self.messages, {"role": "user", "content": words}], "call_id": self.sid, "caller_id": self.number}
        return str(self.asked("POST", "/v1/chat/completions", CALLER, body)["choices"][0]["message"]["content"])


def test_lines_that_stand_no_more_go(opens: Opens, service: Running) -> None:
    caller = Platform(service, "BACK-live")
    caller.says("it's Thea Lindqvist")
    console = opens(caller.sid)
    expect(console.said).to_have_count(2)
    caller.asked_with("two oh two five five five oh one four four")
    expect(console.field("phone")).to_have_attribute("data-kind", "pending")
    expect(console.field("phone")).to_contain_text("0144")
    expect(console.said).to_have_count(4)
    caller.says("two oh two five five five oh one four five")
    expect(console.field("phone")).to_contain_text("0145")
    expect(console.said).to_contain_text(_texts(caller))
    later = opens(caller.sid, beside=console)
    expect(later.said).to_contain_text(_texts(caller))
    assert len(_texts(caller)) == 4
    assert console.errors == later.errors == []


def _texts(caller: Caller) -> list[str]:
    return [line["message"] for line in caller.record()["history"]]


def test_a_person_who_was_not_asked_for_is_not_waited_for(opens: Opens, service: Running) -> None:
    caller = Platform(service, "BACK-person")
    caller.says("it's Rune Halvorsen")
    console = opens()
    expect(console.row("Rune Halvorsen")).to_be_visible()
    caller.asked_with("a person")
    waiting = console.board.locator(".needs").get_by_role("link", name="Rune Halvorsen", exact=True)
    expect(waiting).to_be_visible()
    caller.says("yes")
    expect(waiting).to_have_count(0)
    expect(console.row("Rune Halvorsen")).to_be_visible()
    assert console.errors == []
