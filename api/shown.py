"""What a viewer may be shown: tests of one value, and of one against what the service itself says of what is shown."""

import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

Test = Callable[[Any], bool]
_MOST = 1000
_MOST_CALLS = 99_999
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
ASTRAY_S = 86_400.0
"""How far two clocks of ours may be apart. Any number is some moment; what happens now is no number of a caller."""


class Known(NamedTuple):
    """What the service itself says of what is masked: in these places nothing else is shown, whoever wrote it and whatever form it has."""

    sids: Collection[str]
    """The calls it is about."""
    at: float = 0.0
    """When it came about: Unix seconds."""
    covered: str = ""
    """The event id that a snapshot covers."""


class Says(NamedTuple):
    """A test of a value against what is known."""

    test: Callable[[Any, Known], bool]


is_sid = Says(lambda value, known: isinstance(value, str) and value in known.sids)
is_covered = Says(lambda value, known: bool(value == known.covered))
is_then = Says(lambda value, known: isinstance(value, int | float) and known.at - ASTRAY_S < value < known.at + ASTRAY_S)


def hidden(_: Any) -> bool:
    return False


def is_count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= _MOST


def is_many(value: Any) -> bool:
    """A count of calls: not long enough to be the number of one."""
    return isinstance(value, int) and 0 <= value <= _MOST_CALLS


def is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def is_confidence(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def is_heartbeat_s(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 3600


def is_milliseconds(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 600_000


def matches(pattern: re.Pattern[str]) -> Test:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def one_of(*words: str) -> Test:
    known = frozenset(words)
    return lambda value: isinstance(value, str) and value in known
