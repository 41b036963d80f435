"""Text in pieces that can be spoken, and streams that everybody can read, whatever is in them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.chat.completion import LastWords, last_words, read, words
from api.chat.tools import ToolCall
from api.chat.wire import Stream, Words, pieces
from api.errors import Problem
from tests.chat.reading import faults, heard


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Thanks, Kim. And your number?", ["Thanks, Kim. ", "And your number?"]),
        ("That's two oh two, five five five. Is that right?  Yes?", ["That's two oh two, five five five. ", "Is that right?  ", "Yes?"]),
        ("At 9.30 a.m. on 3.5.", ["At 9.30 a.m. ", "on 3.5."]),
        ("谢谢。请问您的电话号码是多少？好", ["谢谢。", "请问您的电话号码是多少？", "好"]),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_sentence_by_sentence(text: str, parts: list[str]) -> None:
    assert pieces(text) == parts


@given(st.text())
def test_nothing_is_lost_between_the_pieces(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert all(pieces(text))


@given(st.text(), st.booleans(), st.sampled_from([None, ToolCall(name="end_call", arguments='{"reason": "ü"}', says=False)]))
def test_every_stream_can_be_read(text: str, usage: bool, tool: ToolCall | None) -> None:
    stream = Stream("agent")
    events = [stream.begins(), *stream.goes_on(Words(text=text, tool=tool, tool_id="call_1"), usage=usage)]
    sse = b"".join(events).decode()
    assert faults(sse) == []
    found = heard(sse)
    assert (found.text, found.tool, found.finish) == (text, tool.name if tool else "", "tool_calls" if tool else "stop")
    assert sse.count('"usage"') == usage


U, A, S = "user", "assistant", "system"


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([(S, "p")], LastWords(number=0, text="")),
        ([(S, "p"), (A, "hello")], None),
        ([(U, "hi")], LastWords(number=1, text="hi")),
        ([(S, "p"), (A, "hello"), (U, "hi"), (S, "more")], LastWords(number=1, text="hi", heard="hello")),
        ([(U, "a"), (A, "x"), (U, "b"), (U, "c"), ("developer", "p"), (U, "d")], LastWords(number=4, text="d", earlier=("b", "c"), heard="x")),
        ([(U, "a"), (A, 7), (U, "b")], LastWords(number=2, text="b")),
        ([(U, "a"), ("tool", "x"), (U, "b")], LastWords(number=2, text="b")),
        ([(U, "a"), (A, None)], None),
        ([(U, "a"), ("tool", "ok")], None),
        ([(U, None)], LastWords(number=1, text="")),
        ([(U, "...")], LastWords(number=1, text="")),
        ([(U, "好。")], LastWords(number=1, text="好。")),
        (
            [(U, [{"type": "text", "text": "a"}, {"type": "input_audio"}, {"type": "text", "text": "b"}])],
            LastWords(number=1, text="a b"),
        ),
        ([(U, "x" * 1500), (U, "y" * 1500)], LastWords(number=2, text="y" * 1500)),
        ([(U, "z" * 9000)], LastWords(number=1, text="z" * 2000)),
    ],
)
def test_which_turn_it_is(messages: list[tuple[str, object]], expected: LastWords | None) -> None:
    body = {"messages": [{"role": role, "content": content} for role, content in messages]}
    completion, _ = read(msgspec.json.encode(body))
    assert last_words(completion) == expected


def test_content_that_is_neither_text_nor_parts_is_refused() -> None:
    with pytest.raises(Problem):
        words(7)
