"""Two accounts of one conversation made one: another system's, and ours.

Ours is whole and in order, so its lines are what the other's are put between: a line of theirs that we do not have stands behind the line of ours
that it stands behind there. Two lines are the same when the same speaker says the same words; each line of ours answers to one of theirs, and a line
that stands there once more, behind ours, was written by both: since we took the call up, nothing was said that we do not have. In Redis `weaving.lua`
does the same.
"""

from collections import defaultdict, deque
from typing import Any

import msgspec

LINE = b'{"speaker":"'
"""How each line of ours begins. Inside a text a quotation mark has a backslash before it, so nothing that was said looks like this."""
_BLANK = " \t\r\n\f\v"
_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode


def woven(theirs: bytes, said: bytes, gone: bytes = b"") -> bytes:
    """A JSON array of the lines of both, each as it was written. `theirs`: a JSON array; anything else holds no lines.

    `said`: ours, JSON objects joined by commas; `gone`: such of ours as stand no more, in whatever account.
    """
    ours = _lines(b"[%b]" % said)
    waiting: dict[Any, deque[int]] = defaultdict(deque)
    for at, line in enumerate(ours):
        waiting[_key(line)].append(at)
    known = {*waiting}
    taken_back = [_key(line) for line in _lines(b"[%b]" % gone)]
    behind: dict[int, list[bytes]] = defaultdict(list)
    place = -1
    for line in _lines(theirs):
        key = _key(line)
        if key is not None and waiting[key]:
            place = waiting[key].popleft()
        elif key in taken_back:
            taken_back.remove(key)
        elif place < 0 or key not in known:
            behind[place].append(line)
    return b"[%b]" % b",".join([*behind[-1], *(one for at, line in enumerate(ours) for one in (line, *behind[at]))])


def last(said: bytes, count: int) -> bytes:
    """The last lines of ours, as many as there are of `count`; joined by commas like all of them."""
    at = len(said)
    for _ in range(count):
        if (found := said.rfind(LINE, 0, at)) < 0:
            break
        at = found
    return said[at:]


def _lines(array: bytes) -> list[bytes]:
    try:
        return [bytes(raw).strip() for raw in _decode(array)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


def _key(line: bytes) -> tuple[str, str] | None:
    """What makes a line the same as another; None for what is no line."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    speaker, message = (found.get(name) for name in ("speaker", "message")) if isinstance(found, dict) else (None, None)
    return (speaker, message.strip(_BLANK)) if isinstance(speaker, str) and isinstance(message, str) else None
