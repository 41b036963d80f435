"""Tools of the platforms: only what is offered, only with what is known, and never a number that somebody said."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.chat.tools import HANG_UP, TRANSFER, Wish, called
from tests.chat.platforms import KINDS, PERSON, Kind, tools_of

WISH = Wish(number=PERSON, reason="caller asked", said="One moment.", brief="Mary wants a person.")
NOBODY = Wish(reason="caller asked", said="One moment.", brief="Mary wants a person.")


def tool(name: str, required: list[str] | None = None, **properties: Any) -> Any:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": properties, "required": required or []}}}


@pytest.mark.parametrize("kind", KINDS)
def test_each_platforms_own_are_known(kind: Kind) -> None:
    assert called(tools_of(kind), TRANSFER, WISH) is not None
    assert called(tools_of(kind), HANG_UP, WISH) is not None


@pytest.mark.parametrize("name", ["endCall", "end_call", "end-call", "hangUp", "hang_up", "EndConversation"])
def test_a_name_is_known_however_it_is_written(name: str) -> None:
    found = called([tool("other"), tool(name)], HANG_UP, WISH)
    assert found is not None
    assert (found.name, found.arguments) == (name, "{}")


@pytest.mark.parametrize("name", ["transfer_to_agent", "do_not_end_call", "call", "", "skip_turn"])
def test_another_tool_is_never_called(name: str) -> None:
    assert called([tool(name)], HANG_UP | TRANSFER, WISH) is None


@pytest.mark.parametrize(
    ("offered", "wish", "arguments"),
    [
        (tool("transferCall", ["destination"], destination={"type": "string", "enum": ["+19005550100", PERSON]}), WISH, {"destination": PERSON}),
        (tool("transferCall", ["destination"], destination={"type": "string", "enum": ["+19005550100"]}), WISH, {"destination": "+19005550100"}),
        (tool("transferCall", ["destination"], destination={"type": "string", "enum": ["+19005550100"]}), NOBODY, {"destination": "+19005550100"}),
        (tool("transferCall", ["destination"], destination={"type": "string"}), NOBODY, None),
        (tool("transfer_call", [], destination={"type": "string"}), NOBODY, {}),
        (tool("transfer_call", ["why_exactly"], why_exactly={"type": "string"}), WISH, {"why_exactly": "caller asked"}),
        (tool("transfer_call", ["queue"], queue={"type": "string", "enum": ["sales", "support"]}), WISH, {"queue": "sales"}),
        (tool("transfer_call", [], queue={"type": "string", "enum": ["sales", "support"]}), WISH, {}),
        (tool("transfer_call", ["seconds"], seconds={"type": "integer"}), WISH, None),
        (tool("transfer_call", ["missing"]), WISH, None),
        (tool("transfer_call", ["destination"], destination={"type": ["string", "null"], "enum": 7}), WISH, {"destination": PERSON}),
        (tool("transfer_call", [], message={"type": "string"}, summary={"type": "string"}), WISH, {"summary": "Mary wants a person."}),
    ],
)
def test_what_a_tool_is_given(offered: Any, wish: Wish, arguments: dict[str, str] | None) -> None:
    found = called([offered], TRANSFER, wish)
    assert (json.loads(found.arguments) if found else None) == arguments


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["string", "destination"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["properties", "required", "enum", "type", "to"]), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.lists(JSON, max_size=3))
def test_whatever_is_offered_does_no_harm(parameters: Any, others: list[Any]) -> None:
    for names in (TRANSFER, HANG_UP):
        found = called([*others, {"function": {"name": "transfer", "parameters": parameters}}], names, WISH)
        assert found is None or isinstance(json.loads(found.arguments), dict)


def test_one_that_cannot_be_filled_in_is_passed_over() -> None:
    found = called([tool("transferCall", ["seconds"], seconds={"type": "integer"}), tool("hand_off")], TRANSFER, WISH)
    assert found is not None
    assert found.name == "hand_off"


def test_words_that_a_tool_asks_for_go_into_it() -> None:
    found = called(tools_of("elevenlabs"), TRANSFER, WISH)
    assert found is not None
    assert (found.says, json.loads(found.arguments)["client_message"]) == (True, "One moment.")
    ends = called(tools_of("elevenlabs"), HANG_UP, WISH)
    assert ends is not None
    assert ends.says is False
