"""What was heard of an English name, put together: first and last name said apart, a part said again, a part of the held name put right."""

from collections.abc import Sequence
from typing import NamedTuple

from agent.hearing import Context
from agent.slots.name.cues import cues
from agent.slots.name.mending import sounds_like
from agent.slots.name.phrase import Reader

_LONG = 2
"""Words from which a name is a full name."""


class Found(NamedTuple):
    role: str
    """ "full", "given", "family" or "other" (somebody else's)."""
    name: tuple[str, ...]
    start: int
    end: int
    sure: float
    rule: str
    asked_only: bool = False


def once(name: tuple[str, ...]) -> tuple[str, ...]:
    """`name` without what was only said twice: "bond james bond", "john john smith"."""
    lower = [word.lower() for word in name]
    if len(name) > _LONG and (lower[0] == lower[-1] or lower[0] == lower[1]):
        return name[1:]
    half = len(name) // 2
    return name[:half] if half > 1 and lower[:half] == lower[half:] else name


def joined(found: Sequence[Found], reader: Reader, context: Context) -> list[tuple[Found, bool]]:
    """The readings put together into whole names, best first, and whether each mends the held one."""
    held = tuple(context.current.split())
    full = [one for one in found if one.role == "full"]
    parts = {role: next((one for one in reversed(found) if one.role == role), None) for role in ("given", "family")}
    mends = [(one, True) for one in found if one.role == "mend"]
    given, family = parts["given"], parts["family"]
    if given is not None and family is not None:
        start, end = min(given.start, family.start), max(given.end, family.end)
        return [(Found("full", (*given.name, *family.name), start, end, 0.95, "parts"), False), *mends]
    part = given or family
    best = _best(full, reader)
    if part is not None:
        base = best.name if best is not None and len(best.name) >= _LONG else held if len(held) >= _LONG else ()
        if best is not None and len(best.name) == 1 and best.start < part.start and not sounds_like(best.name[0], part.name[0]):
            name = (*part.name, *best.name) if part is given else (*best.name, *part.name)
        elif base:
            name = _put(base, part)
        else:
            name = part.name
        start, end = (min(best.start, part.start), max(best.end, part.end)) if best is not None else (part.start, part.end)
        return [(part._replace(name=name, start=start, end=end), best is None and bool(base)), *mends]
    if best is None:
        return mends
    if len(best.name) == 1:
        for other in full:
            if len(other.name) >= _LONG and (place := _place(best.name[0], other.name)) is not None and other.end <= best.start:
                name = (*other.name[:place], *best.name, *other.name[place + 1 :])
                return [(other._replace(name=name, end=best.end), False)]
    if len(best.name) == 1 and len(held) >= _LONG and (place := _place(best.name[0], held)) is not None:
        return [(best._replace(name=(*held[:place], *best.name, *held[place + 1 :])), True)]
    rest = [(one, False) for one in sorted(full, key=lambda one: -one.sure) if one is not best]
    return [(best, False), *rest]


def _best(full: Sequence[Found], reader: Reader) -> Found | None:
    """The plainest; of two, the one that a "sorry" or a "no" put in the other's place."""
    best: Found | None = None
    repair = cues().repair
    for one in full:
        mended_here = best is not None and any(repair.at(reader.tokens, at) for at in range(best.end, one.start + 1))
        if best is None or mended_here or one.sure > best.sure:
            if best is not None and mended_here and len(one.name) == 1 and len(best.name) >= _LONG:
                place = _place(one.name[0], best.name)
                if place is not None:
                    one = one._replace(name=(*best.name[:place], *one.name, *best.name[place + 1 :]))
            best = one
    return best


def _place(word: str, name: Sequence[str]) -> int | None:
    """Which word of `name` `word` was said in place of, if it sounds like exactly one."""
    places = [at for at, other in enumerate(name) if sounds_like(other, word)]
    return places[0] if len(places) == 1 else None


def _put(name: Sequence[str], part: Found) -> tuple[str, ...]:
    """`name` with its first name, or what stands behind it, replaced."""
    return (*part.name, *name[1:]) if part.role == "given" else (*name[:1], *part.name)
