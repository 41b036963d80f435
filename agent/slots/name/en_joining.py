"""The choice among what was heard of an English name: first and last name said apart, a part said again or spelled, the held name put right."""

from collections.abc import Sequence

from agent.nlu.edits import Patch
from agent.slots.name import weights
from agent.slots.name.edits import Name, patched, place_of, put, spelt
from agent.slots.name.en_around import Around, Found
from agent.slots.name.lists import stands_in
from agent.slots.name.spelling import fitting, sounds_like
from agent.slots.name.weights import LONG


def joined(found: Sequence[Found], around: Around, held: Name) -> list[tuple[Found, bool]]:
    """The readings put together into whole names, best first, and whether each patches the held one."""
    full = [one for one in found if one.role == "full"]
    given, family = (next((one for one in reversed(found) if one.role == role), None) for role in ("given", "family"))
    patches = [(one, True) for one in found if one.role == "patch"]
    best = _best(full, around)
    if given is not None and family is not None:
        said = best.name if best is not None else held
        start, end = min(given.start, family.start), max(given.end, family.end)
        return [(Found("full", (*_worded(given, said), *_worded(family, said)), start, end, weights.STATED, "parts"), False), *patches]
    if (part := given or family) is not None:
        return [_with_part(part, best, held), *patches]
    if best is None:
        return patches
    rest = sorted((one for one in full if one is not best), key=lambda one: -one.confidence)
    return [_on_held(best, held), *((one, False) for one in rest)]


def _with_part(part: Found, best: Found | None, held: Name) -> tuple[Found, bool]:
    """A first or a last name, put where it belongs in the name said beside it or in the held one."""
    said = best.name if best is not None else ()
    base = held if best is None else said
    edit, patch = Patch(part.role, " ".join(part.name)), best is None and bool(held)
    both = (*part.name, *base) if part.role == "given" else (*base, *part.name)
    if part.letters and (spelled := spelt(base, part.letters)) is not None:
        name = spelled
    elif len(said) == 1 and best is not None and best.start < part.start and not sounds_like(said[0], part.name[0]):
        name = both
    elif len(base) >= LONG or len(held) >= LONG:
        name = patched(base if len(base) >= LONG else held, edit)
    elif best is None and len(held) == 1 and _is_other_part(held[0], part):
        name = both
    else:
        name, patch = part.name, False
    start, end = (min(best.start, part.start), max(best.end, part.end)) if best is not None else (part.start, part.end)
    return part._replace(name=name, start=start, end=end), patch


def _is_other_part(held: str, part: Found) -> bool:
    """Whether the one word that is held is the other part of the name: a last name stands behind any, a first name before what only is a surname."""
    surname = stands_in(held.lower(), "family") and not stands_in(held.lower(), "given")
    return not sounds_like(held, part.name[0]) and (part.role == "family" or surname)


def _on_held(best: Found, held: Name) -> tuple[Found, bool]:
    """One word or spelled letters take the place of the word of the held name that they sound like or spell.

    The held name with more of it is the held one patched ("Jane Smith" for "Smith"); anything else is a name of its own.
    """
    edited = spelt(held, best.letters) if best.letters else None
    if edited is None and len(best.name) == 1 and len(held) >= LONG and (place := place_of(best.name[0], held)) is not None:
        edited = put(held, place, *best.name)
    edited = edited or _held_with(best.name, held)
    if edited is not None:
        return best._replace(name=edited), True
    lower = [word.lower() for word in held]
    named = lower[1:] if len(lower) > 1 and stands_in(lower[0], "titles") else lower
    return best, _is_more(named, [word.lower() for word in best.name])


def _held_with(said: Name, held: Name) -> Name | None:
    """The held name with `said` put where it sounds like a part of it that is no word by itself; None when it does not.

    That is one half of a hyphened name ("Beauregard" of "Borregard-Hicks"), a last name of several words ("van der Berg"), and one word in pieces
    ("Fitz gibbon").
    """
    glued = "".join(said)
    if len(said) == 1:
        halves = [(at, half) for at, word in enumerate(held) for half in (word.split("-") if "-" in word else ()) if sounds_like(half, glued)]
        if len(halves) != 1 or "-" in glued:
            return None
        ((at, half),) = halves
        return put(held, at, "-".join(glued if part == half else part for part in held[at].split("-")))
    if stands_in(said[0].lower(), "small"):
        start = next((at for at in range(1, len(held)) if sounds_like("".join(held[at:]), glued)), None)
        return None if start is None else (*held[:start], *said)
    if len(held) < LONG or any(sounds_like(word, part) for word in held for part in said):
        return None
    places = [at for at, word in enumerate(held) if sounds_like(word, glued)]
    word = spelt([held[places[0]]], glued) if len(places) == 1 else None
    return None if word is None else put(held, places[0], *word)


def _best(full: Sequence[Found], around: Around) -> Found | None:
    """The plainest, with what was said of it elsewhere; of two, the one that a "sorry" or a "no" put in the other's place."""
    best: Found | None = None
    for one in full:
        if best is None:
            best = one
            continue
        repaired = any(around.size(at, "repair") for at in range(best.end, one.start + 1))
        if (same := _same(best, one)) is not None:
            best = same
        elif _is_in_full(best, one, around):
            best = one._replace(start=best.start, confidence=max(best.confidence, one.confidence))
        elif repaired or one.confidence > best.confidence:
            place = place_of(one.name[0], best.name) if len(one.name) == 1 and len(best.name) >= LONG else None
            best = one if place is None else one._replace(name=put(best.name, place, *one.name), start=best.start)
    return best


def _is_in_full(first: Found, second: Found, around: Around) -> bool:
    """Whether one word was only what the caller goes by, and the full name follows in a breath and ends there: "it's Macca, Paul McCartney"."""
    said = len(first.name) == 1 and len(second.name) >= LONG and not (first.letters or second.letters)
    paused = second.start == first.end + 1 and around.word(first.end) == "," and around.word(second.end) in ("", ".", "!")
    return said and paused and stands_in(second.name[0].lower(), "given")


def _same(first: Found, second: Found) -> Found | None:
    """Both as one name, if the one spells a part of the other or says it again ("Frank. Frank Doyle"); None if they are two."""
    start = first.start if second.start - first.end <= weights.SAME_BREATH else second.start
    both = second._replace(start=start, confidence=max(first.confidence, second.confidence), asked_only=first.asked_only and second.asked_only)
    for words, letters in ((first, second), (second, first)):
        if letters.letters and not words.letters and (name := spelt(words.name, letters.letters)) is not None:
            return both._replace(name=name, letters="")
    short, long = sorted(([word.lower() for word in one.name] for one in (first, second)), key=len)
    if _is_more(short, long):
        return both if len(second.name) == len(long) else first
    return None


def _is_more(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether `whole` is `part` with further words before or behind it."""
    return 0 < len(part) < len(whole) and part in (whole[: len(part)], whole[-len(part) :])


def _worded(part: Found, said: Sequence[str]) -> Name:
    """The part as it was said before, where it was only spelled and the letters are of words that were said."""
    fit = fitting(said, part.letters) if part.letters else None
    return part.name if not part.letters else fit[2] if fit is not None else (part.letters,)
