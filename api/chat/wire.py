"""Answers as they go over the wire: one object, or the stream of events of which every client of chat completions is made to read.

The first event has the role and nothing else, and goes out at once; then text, whole pieces of it; then a tool's name with its id, and its arguments,
in events of their own; then the reason to end, once. Sources: OpenAI API reference, "Chat completion chunk"; LiveKit Agents (`inference/llm.py`) and
Pipecat (`openai/base_llm.py`) as readers.
"""

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec

from api.chat.tools import ToolCall

_PIECE = re.compile(r".+?(?:[.!?]+[\"'”’)]*\s+|[。！？；]+|$)", re.DOTALL)
_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
"""Nothing is counted: there are no tokens."""
DONE = b"data: [DONE]\n\n"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """An answer."""

    text: str = ""
    tool: ToolCall | None = None
    tool_id: str = ""

    @property
    def spoken(self) -> str:
        """What is said beside the tool."""
        return "" if self.tool is not None and self.tool.says else self.text

    @property
    def finish(self) -> str:
        return "stop" if self.tool is None else "tool_calls"


def pieces(text: str) -> list[str]:
    """The text sentence by sentence, with its spaces: joined, they are the text."""
    return _PIECE.findall(text)


class Stream:
    """The events of one answer."""

    def __init__(self, model: str) -> None:
        self._head = {"id": _id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": model}

    def begins(self) -> bytes:
        return self._event({"role": "assistant", "content": ""})

    def goes_on(self, words: Words, *, usage: bool) -> Iterator[bytes]:
        for piece in pieces(words.spoken):
            yield self._event({"content": piece})
        if (tool := words.tool) is not None:
            yield self._event({"tool_calls": [{"index": 0, **_named(tool.name, words.tool_id, "")}]})
            yield self._event({"tool_calls": [{"index": 0, "function": {"arguments": tool.arguments}}]})
        yield self._event({}, words.finish)
        if usage:
            yield _line({**self._head, "choices": [], "usage": _NO_TOKENS})
        yield DONE

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return _line({**self._head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def whole(words: Words, model: str) -> bytes:
    """The answer as one object."""
    message: dict[str, Any] = {"role": "assistant", "content": words.spoken}
    if words.tool is not None:
        message |= {"content": words.spoken or None, "tool_calls": [_named(words.tool.name, words.tool_id, words.tool.arguments)]}
    return msgspec.json.encode(
        {
            "id": _id(),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": words.finish}],
            "usage": _NO_TOKENS,
        }
    )


def _named(name: str, id_: str, arguments: str) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def _id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


def _line(value: Any) -> bytes:
    return b"data: %b\n\n" % msgspec.json.encode(value)
