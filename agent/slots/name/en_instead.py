"""A part of the held English name set against another: "it's Yung, not Young", "not Karen, Will".

What is denied must be a part of the held name, or all of it; then what stands against it takes its place, whatever it sounds like.
"""

from agent.slots.name.en_cues import cues
from agent.slots.name.en_listening import LONG, Found
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_surroundings import MARKS, Surroundings
from agent.slots.name.en_tokens import Trust
from agent.slots.name.spelling import fitting, settled

_MAX_LEAD = 6
"""Marks, fillers and cues passed over before a name."""


def instead_of(reader: Reader, around: Surroundings, held: tuple[str, ...]) -> tuple[Found, bool] | None:
    """The held name with what was set against a part of it, and whether it is the held one patched; None when nothing is."""
    for at in range(len(reader.tokens)) if held else ():
        length = cues().negation.at(reader.tokens, at)
        denied = reader.phrase(_past(reader, at + length), Trust.CUED) if length else None
        if denied is None:
            continue
        fit = fitting(held, "".join(settled(denied.pieces)))
        if fit is None or not (reader.is_closed(denied.end) or around.ends(denied.end)):
            continue
        start, end, _ = fit
        meant = _before(reader, around, at) or _behind(reader, around, denied.end)
        if meant is None:
            continue
        said = settled(meant.pieces)
        whole = len(said) >= LONG and end - start < len(said) and said[0].lower() not in reader.lists.particles
        name = said if whole else (*held[:start], *said, *held[end:])
        if name != held:
            return Found("full", name, 0, max(meant.end, denied.end), 0.85, "contrast"), not whole and len(name) >= LONG
    return None


def _before(reader: Reader, around: Surroundings, at: int) -> Phrase | None:
    """The name that ends at the negation at `at`."""
    start = at
    while start > 0 and reader.word(start - 1) not in (".", "!", "?", ";"):
        start -= 1
    phrase = reader.phrase(_past(reader, around.past_fillers(start)), Trust.CUED)
    if phrase is None:
        return None
    end = phrase.end
    while reader.word(end) in MARKS:
        end += 1
    return phrase if end == at else None


def _behind(reader: Reader, around: Surroundings, at: int) -> Phrase | None:
    """The name that stands right behind what was denied, and ends there."""
    phrase = reader.phrase(_past(reader, at), Trust.CUED) if at < len(reader.tokens) else None
    return phrase if phrase is not None and around.ends(phrase.end) else None


def _past(reader: Reader, at: int) -> int:
    """The index after marks, fillers and the cues of a name."""
    lists = cues()
    for _ in range(_MAX_LEAD):
        if reader.word(at) in MARKS:
            at += 1
            continue
        noun = max(nouns.at(reader.tokens, at) for nouns in lists.nouns.values())
        noun += lists.copula.at(reader.tokens, at + noun) if noun else 0
        led = max(phrases.at(reader.tokens, at) for phrases in (lists.plain, lists.weak, lists.doubtful, lists.filler))
        step = max(noun, led, int(reader.word(at) in lists.articles))
        if not step:
            return at
        at += step
    return at
