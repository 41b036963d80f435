"""What was heard of an English name, put together: first and last name said apart, a part said again or spelled, the held name put right."""

from collections.abc import Sequence

from agent.nlu.candidates import Context
from agent.slots.name.en_cues import cues
from agent.slots.name.en_lexicon import lexicon
from agent.slots.name.en_listening import LONG, Found
from agent.slots.name.en_phrase import Reader
from agent.slots.name.spelling import fitting, sounds_like

_SHORT = 3
"""Letters of a short form that a name begins with: "Sam" for "Samuel"."""
_NEAR = 6
"""Tokens from the beginning of one name to that of the other, up to which what is said of both is one stretch of words."""


def joined(found: Sequence[Found], reader: Reader, context: Context) -> list[tuple[Found, bool]]:
    """The readings put together into whole names, best first, and whether each patches the held one."""
    held = tuple(context.held.value.split())
    full = [one for one in found if one.role == "full"]
    given, family = (next((one for one in reversed(found) if one.role == role), None) for role in ("given", "family"))
    patches = [(one, True) for one in found if one.role == "patch"]
    best = _best(full, reader)
    if given is not None and family is not None:
        said = best.name if best is not None else held
        start, end = min(given.start, family.start), max(given.end, family.end)
        return [(Found("full", (*_worded(given, said), *_worded(family, said)), start, end, 0.95, "parts"), False), *patches]
    if (part := given or family) is not None:
        return [_with_part(part, best, held), *patches]
    if best is None:
        return patches
    rest = [(one, False) for one in sorted(full, key=lambda one: -one.confidence) if one is not best]
    return [_on_held(best, held), *rest]


def _with_part(part: Found, best: Found | None, held: tuple[str, ...]) -> tuple[Found, bool]:
    """A first or a last name, put where it belongs in the name said beside it or in the held one."""
    said = best.name if best is not None else ()
    patch = best is None and bool(held)
    base = said if len(said) >= LONG or best is not None else held
    if part.letters and (fit := fitting(base, part.letters)) is not None:
        name = _replaced(base, fit)
    elif len(said) == 1 and best is not None and best.start < part.start and not sounds_like(said[0], part.name[0]):
        name = (*part.name, *said) if part.role == "given" else (*said, *part.name)
    elif len(base) < LONG and len(held) >= LONG:
        name, patch = _put(held, part), best is None
    elif len(base) >= LONG:
        name = _put(base, part)
    elif best is None and len(held) == 1 and _is_other_part(held[0], part):
        name = (*part.name, *held) if part.role == "given" else (*held, *part.name)
    else:
        name, patch = part.name, False
    start, end = (min(best.start, part.start), max(best.end, part.end)) if best is not None else (part.start, part.end)
    return part._replace(name=name, start=start, end=end), patch


def _is_other_part(held: str, part: Found) -> bool:
    """Whether the one word that is held is the other part of the name: a last name stands behind any, a first name before what only is a surname."""
    if sounds_like(held, part.name[0]):
        return False
    lists = lexicon()
    return part.role == "family" or (held.lower() in lists.family and held.lower() not in lists.given)


def _on_held(best: Found, held: tuple[str, ...]) -> tuple[Found, bool]:
    """One word or spelled letters take the place of the word of the held name that they sound like or spell.

    The held name with more of it is the held one patched ("Jane Smith" for "Smith"); anything else is a name of its own.
    """
    if best.letters and held and (fit := fitting(held, best.letters)) is not None:
        return best._replace(name=_replaced(held, fit)), True
    if len(best.name) == 1 and len(held) >= LONG and (place := _place(best.name[0], held)) is not None:
        return best._replace(name=(*held[:place], *best.name, *held[place + 1 :])), True
    if (name := _held_with(best.name, held)) is not None:
        return best._replace(name=name), True
    lower = [word.lower() for word in held]
    named = lower[1:] if len(lower) > 1 and lower[0] in lexicon().titles else lower
    return best, _is_more(named, [word.lower() for word in best.name])


def _held_with(said: tuple[str, ...], held: tuple[str, ...]) -> tuple[str, ...] | None:
    """The held name with `utterance` put where it sounds like a part of it that is no word by itself; None when it does not.

    That is one half of a hyphened name ("Beauregard" of "Borregard-Hicks"), a last name of several words ("van der Berg"), and one word in pieces
    ("Fitz gibbon").
    """
    glued = "".join(said)
    if len(said) == 1:
        halves = [(at, half) for at, word in enumerate(held) for half in (word.split("-") if "-" in word else ()) if sounds_like(half, glued)]
        if len(halves) != 1 or "-" in glued:
            return None
        ((at, half),) = halves
        whole = "-".join(glued if part == half else part for part in held[at].split("-"))
        return (*held[:at], whole, *held[at + 1 :])
    if said[0].lower() in lexicon().small:
        start = next((at for at in range(1, len(held)) if sounds_like("".join(held[at:]), glued)), None)
        return None if start is None else (*held[:start], *said)
    if len(held) < LONG or any(sounds_like(word, part) for word in held for part in said):
        return None
    places = [at for at, word in enumerate(held) if sounds_like(word, glued)]
    fit = fitting([held[places[0]]], glued) if len(places) == 1 else None
    return None if fit is None else (*held[: places[0]], *fit[2], *held[places[0] + 1 :])


def _best(full: Sequence[Found], reader: Reader) -> Found | None:
    """The plainest, with what was said of it elsewhere; of two, the one that a "sorry" or a "no" put in the other's place."""
    best: Found | None = None
    repair = cues().repair
    for one in full:
        if best is None:
            best = one
            continue
        repaired = any(repair.at(reader.tokens, at) for at in range(best.end, one.start + 1))
        if (same := _same(best, one)) is not None:
            best = same
        elif _is_in_full(best, one, reader):
            best = one._replace(start=best.start, confidence=max(best.confidence, one.confidence))
        elif repaired or one.confidence > best.confidence:
            place = _place(one.name[0], best.name) if len(one.name) == 1 and len(best.name) >= LONG else None
            best = one if place is None else one._replace(name=(*best.name[:place], *one.name, *best.name[place + 1 :]), start=best.start)
    return best


def _is_in_full(first: Found, second: Found, reader: Reader) -> bool:
    """Whether one word was only what the caller goes by, and the full name follows in a breath and ends there: "it's Macca, Paul McCartney"."""
    return (
        len(first.name) == 1
        and len(second.name) >= LONG
        and not (first.letters or second.letters)
        and second.name[0].lower() in lexicon().given
        and second.start == first.end + 1
        and reader.word(first.end) == ","
        and reader.word(second.end) in ("", ".", "!")
    )


def _same(first: Found, second: Found) -> Found | None:
    """Both as one name, if the one spells a part of the other or says it again ("Frank. Frank Doyle"); None if they are two."""
    start = first.start if second.start - first.end <= _NEAR else second.start
    both = second._replace(start=start, confidence=max(first.confidence, second.confidence), asked_only=first.asked_only and second.asked_only)
    if second.letters and not first.letters and (fit := fitting(first.name, second.letters)) is not None:
        return both._replace(name=_replaced(first.name, fit), letters="")
    if first.letters and not second.letters and (fit := fitting(second.name, first.letters)) is not None:
        return both._replace(name=_replaced(second.name, fit))
    short, long = sorted(([word.lower() for word in one.name] for one in (first, second)), key=len)
    if _is_more(short, long):
        return both if len(second.name) == len(long) else first
    return None


def _is_more(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether `whole` is `part` with further words before or behind it."""
    return 0 < len(part) < len(whole) and part in (whole[: len(part)], whole[-len(part) :])


def _worded(part: Found, said: Sequence[str]) -> tuple[str, ...]:
    """The part as it was said before, where it was only spelled and the letters are of words that were said."""
    if not part.letters:
        return part.name
    fit = fitting(said, part.letters)
    return fit[2] if fit is not None else (part.letters,)


def _replaced(name: Sequence[str], fit: tuple[int, int, tuple[str, ...]]) -> tuple[str, ...]:
    start, end, said = fit
    return (*name[:start], *said, *name[end:])


def _place(word: str, name: Sequence[str]) -> int | None:
    """Which word of `name` `word` was said in place of, if it sounds like exactly one or is its long or its short form."""
    places = [at for at, other in enumerate(name) if sounds_like(other, word) or _is_form(other.lower(), word.lower())]
    return places[0] if len(places) == 1 else None


def _is_form(one: str, other: str) -> bool:
    """Whether one is the other's beginning: "Sam", "Samuel"."""
    return min(len(one), len(other)) >= _SHORT and (one.startswith(other) or other.startswith(one))


def _put(name: Sequence[str], part: Found) -> tuple[str, ...]:
    """`name` with its first name, or what stands behind it, replaced; of several last names only the one that `part` sounds like."""
    if part.role == "given":
        return (*part.name, *name[1:])
    place = _place(part.name[0], name[1:]) if len(part.name) == 1 and len(name) > LONG else None
    return (*name[:1], *part.name) if place is None else (*name[: place + 1], *part.name, *name[place + 2 :])
