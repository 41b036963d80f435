"""What all providers say and are told alike, whatever they call it: keys, how sure the recogniser is, withheld numbers, hints, how long it rings."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from agent.record.characters import readable
from api.bodies import clean

KEYS = frozenset("0123456789*#")
MOST_KEYS = 128
MOST_HINTS, MOST_HINT_CHARACTERS = 500, 100
RING_S = 20
"""How long the person who is dialled may let it ring."""
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What a call's status is when its line has ended."""
WITHHELD = frozenset({"+7378742833", "+2562533", "+8566696", "+266696687", "+86282452253"})
"""Not numbers but words on the keys (RESTRICTED, BLOCKED, UNKNOWN, ANONYMOUS, UNAVAILABLE), as carriers show callers who withhold theirs."""


def keys(text: str) -> str:
    """The keys that were pressed."""
    return "".join(key for key in text[:MOST_KEYS] if key in KEYS)


def confidence(given: str | float) -> float | None:
    """The recogniser's, from 0 to 1; None when there is none. Nought is what Google's says when it has none (Speech-to-Text, RecognitionResult)."""
    try:
        found = float(given)
    except (ValueError, OverflowError):
        return None
    return found if 0 < found <= 1 else None


def number_of(rung_from: str) -> str:
    """The number rung from, as far as it is one; "" when it is withheld."""
    return "" if rung_from in WITHHELD else clean(rung_from)[:256]


def hints(some: Sequence[str]) -> Iterator[str]:
    """What is likely to be said, each as recognisers take it."""
    return (hint for one in some[:MOST_HINTS] if 0 < len(hint := _hint(one)) <= MOST_HINT_CHARACTERS)


@lru_cache(1024)
def _hint(text: str) -> str:
    """A hint as the list of hints takes it: a comma would make two of it."""
    return " ".join(readable(text).replace(",", " ").split())
