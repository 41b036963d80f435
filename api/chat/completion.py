"""A request for a chat completion, as far as a call needs it: whoever sends more is not held to anything about it.

Source: OpenAI API reference, "Create chat completion".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from api.bodies import TEXT_LIMIT, clean
from api.errors import Problem, bad_field

IGNORED = ("system", "developer")
"""Whose messages are the platform's own prompt."""
MOST_EARLIER = 8
"""Messages right before the last one that are looked at, should they never have reached us."""


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /v1/chat/completions`; unknown fields are ignored."""

    messages: list[dict[str, Any]]
    model: str | None = None
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    tools: list[Any] | None = None
    user: Any = None
    metadata: Any = None


class LastWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the conversation ends with."""

    number: int
    """How many messages the caller has: which turn it is; 0 where nobody has said anything yet."""
    text: str
    earlier: tuple[str, ...] = ()
    """Messages of the caller right before, with nothing between, oldest first."""
    heard: str = ""
    """What the platform has spoken before that, as far as the caller heard it."""


def read(body: bytes) -> tuple[Completion, Mapping[str, Any]]:
    """The request, and all that stood in its body. Raises Problem: 400 for what is no JSON, 422 for a field that does not fit."""
    try:
        found = msgspec.json.decode(body)
        completion = msgspec.convert(found, Completion)
    except msgspec.ValidationError as error:
        raise bad_field(_field(str(error)), "wrong_type") from None
    except (msgspec.DecodeError, RecursionError, ValueError):  # also of UTF-8
        raise Problem("bad_json") from None
    return completion, found


def last_words(completion: Completion) -> LastWords | None:
    """What the caller said last; None where the last word is not theirs, so that there is no turn to take. Raises Problem 422."""
    messages = [(str(one.get("role", "")), one.get("content")) for one in completion.messages]
    if not messages:
        raise bad_field("messages", "missing")
    spoken = [(role, content) for role, content in messages if role not in IGNORED]
    number = sum(role == "user" for role, _ in spoken)
    if not spoken:
        return LastWords(number=0, text="")
    if spoken[-1][0] != "user":
        return None
    run: list[str] = []
    before = ""
    for role, content in reversed(spoken):
        if role != "user" or len(run) > MOST_EARLIER:
            before = words(content) if role == "assistant" and isinstance(content, str | list) else ""
            break
        run.append(_heard(words(content)))
    return LastWords(number=number, text=run[0], earlier=tuple(reversed(_within(run[1:], TEXT_LIMIT - len(run[0])))), heard=before)


def _within(some: Sequence[str], limit: int) -> list[str]:
    """The first of them, as far as all together have no more characters than that."""
    found: list[str] = []
    for text in some:
        limit -= len(text) + 1
        if limit < 0:
            break
        found.append(text)
    return found


def _heard(text: str) -> str:
    """What is heard of a message; "" for one of mere signs, by which some platforms tell of silence ("...")."""
    heard = clean(text)
    return heard if any(map(str.isalnum, heard)) else ""


def words(content: Any) -> str:
    """The text of a message: a string, a list of parts, or nothing. Raises Problem 422 for anything else."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
        return " ".join(text for text in texts if isinstance(text, str))
    raise bad_field("messages", "wrong_type")


def wants_usage(completion: Completion) -> bool:
    return bool((completion.stream_options or {}).get("include_usage"))


def _field(message: str) -> str:
    """The name of the field in which a body does not fit; msgspec says where, at the end of its message."""
    path = message.rpartition("`$.")[2].removesuffix("`") if "`$." in message else ""
    return path.partition("[")[0].partition(".")[0] or "messages"
