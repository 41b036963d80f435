"""Event ids: `<milliseconds>-<number>`, one order for all events of all calls."""

import re

from storage.store import Page

Position = tuple[int, int]
START: Position = (0, 0)
NEVER = "0-0"
"""The id before the first."""
_ID = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?", re.ASCII)
_LIMIT = 2**63


def position(text: str) -> Position | None:
    """An id as a pair that can be compared; None when it is no id we ever gave."""
    found = _ID.fullmatch(text)
    if not found:
        return None
    ms, number = int(found[1]), int(found[2] or 0)
    return (ms, number) if ms < _LIMIT and number < _LIMIT else None


def written(at: Position) -> str:
    return f"{at[0]}-{at[1]}"


def moment(at: float) -> Position:
    """The first id of a moment: Unix seconds."""
    return max(round(at * 1000), 0), 0


def before(at: Position) -> Position:
    """Just before an id: who stands there has lost nothing when that id is the first there is."""
    return (at[0], at[1] - 1) if at[1] else (at[0] - 1, _LIMIT - 1)


def gone(at: Position, cut: Position, last: Position | None) -> str:
    """Why the log cannot be read on from `at`, or "". `cut`: newest id that is not there any more; `last`: newest ever given."""
    if at == START:
        return ""
    if last is None or at > last:
        return "unknown"
    return "trimmed" if at < cut else ""


def gone_from_call(at: Position, cut: Position, last: Position | None, newest: Position | None) -> str:
    """The same for one call's events; `newest` is the newest id of all calls, which may be where a reader of a quiet call stands."""
    if at == START:
        return ""
    if newest is None or at > max(newest, last or START):
        return "unknown"
    if last is None:
        return "expired"
    return "trimmed" if at < cut else ""


def lost(reason: str) -> Page:
    return Page(entries=(), gone=reason)
