"""Logs: one line of JSON an event on stderr, with call, turn, slot, act and milliseconds, and never a caller's value or words.

What may stand in a line is a closed list of parameters, so that nothing slips in. Lines of libraries keep their template, not what they filled
in, and an exception keeps its type and its place, not its message: both may quote a caller.
"""

import logging
import re
import sys
from collections.abc import Hashable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePath
from time import monotonic

import msgspec

_encode = msgspec.json.Encoder().encode
_OURS = "slotline"
"""The floors below know only `logging`: `getLogger("slotline.x").info("event", extra={"call": ..., "act": ...})`."""
_GIVEN = frozenset({"call", "turn", "step", "slot", "act", "status", "code", "part", "ms", "count"})
"""What they may say in `extra`; anything else is left out."""
EVERY_S = 10.0
"""Between two lines about the same thing, where it can be brought about from outside as often as one likes."""
KINDS = 1000
"""Things told apart for that."""
_WORDY = ("asyncio",)
"""Loggers that put the repr of whatever failed into their template."""

_FRAME = re.compile(r'^  File "([^"\n]+)", line (\d+)', re.MULTILINE)
_KIND = re.compile(r"^([A-Za-z_][\w.]*)(?=:|$)", re.MULTILINE)
"""A line of a traceback that begins with the name of an error."""


class _Line(msgspec.Struct, omit_defaults=True):
    at: str
    level: str
    event: str
    call: str = ""
    turn: str = ""
    step: str = ""
    slot: str = ""
    act: str = ""
    status: str = ""
    code: str = ""
    part: str = ""
    ms: float | None = None
    count: int | None = None
    pid: int | None = None
    place: str = ""
    logger: str = ""
    peer: str = ""


def event(
    name: str,
    *,
    level: str = "info",
    call: str = "",
    turn: str = "",
    step: str = "",
    slot: str = "",
    act: str = "",
    status: str = "",
    code: str = "",
    part: str = "",
    ms: float | None = None,
    count: int | None = None,
    pid: int | None = None,
    place: str = "",
    logger: str = "",
    peer: str = "",
) -> None:
    """Write one line. `call`, `turn` are ids; `step`, `slot`, `act`, `status`, `code`, `part` words of ours; `ms` milliseconds; `peer` an address."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = _Line(
        at, level, name, call, turn, step, slot, act, status, code, part, None if ms is None else round(ms, 2), count, pid, place, logger, peer
    )
    with suppress(OSError, ValueError):  # nobody reads stderr any more; a call must not fail for it
        sys.stderr.write(_encode(line).decode() + "\n")


def failure(name: str, error: BaseException, *, call: str = "", turn: str = "", part: str = "") -> None:
    """Write that something raised: what and where, never its message."""
    event(name, level="error", code=type(error).__name__, place=_place(error), call=call, turn=turn, part=part)


class Sparing:
    """Lets the first of a kind into the log, and then one line in a while, which says how many it stands for."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._kinds: dict[Hashable, tuple[float, int]] = {}
        """When each was told last, and how many came since."""

    def due(self, kind: Hashable) -> int:
        """How many of this kind a line is to stand for now; 0: none is to be written."""
        now = monotonic()
        told, since = self._kinds.get(kind, (-self._every_s, 0))
        if now - told < self._every_s:
            self._kinds[kind] = told, since + 1
            return 0
        if len(self._kinds) >= KINDS:
            self._kinds.clear()
        self._kinds[kind] = now, 0
        return since + 1


def set_up() -> None:
    """Send what the other floors and libraries log the same way. Of libraries, information is noise here; warnings and worse are kept."""
    root = logging.getLogger()
    root.handlers[:] = [_Handler()]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(logging.INFO)


class _Handler(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._sparing = Sparing()

    def emit(self, record: logging.LogRecord) -> None:
        level = "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._library(level, record.name, type(error).__name__, _place(error))
        elif record.name.partition(".")[0] == _OURS:
            given = {name: value for name, value in record.__dict__.items() if name in _GIVEN}
            event(str(record.msg), level=level, logger=record.name, **given)
        else:
            said = "" if record.name in _WORDY else str(record.msg)
            code, place = _of_traceback(said) or (said.partition("\n")[0], f"{record.filename}:{record.lineno}")
            self._library(level, record.name, code[:200], place)

    def _library(self, level: str, logger: str, code: str, place: str) -> None:
        if count := self._sparing.due((logger, code, place)):
            event("library", level=level, logger=logger, code=code, place=place, count=count if count > 1 else None)


def _of_traceback(said: str) -> tuple[str, str] | None:
    """The type and the place of an error that a library wrote out as a traceback, as uvicorn does when the start fails; None for other text."""
    if not said.startswith("Traceback "):
        return None
    *_, frame = (None, *_FRAME.finditer(said))
    kind = _KIND.search(said, frame.end()) if frame else None  # the first: whatever follows it is the error's message
    if frame is None or kind is None:
        return None
    path = PurePath(frame[1])
    return kind[1], f"{path.parent.name}/{path.name}:{frame[2]}"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    path = PurePath(trace.tb_frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name}:{trace.tb_lineno}"
