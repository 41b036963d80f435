"""A caller who puts right in the same breath what was just said: "at gmail, no wait, at hotmail", "十九号，啊不对，二十号"."""

from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from agent.languages import words
from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance


def halves(utterance: Utterance) -> tuple[Utterance, int] | None:
    """What was said before the last words that take something back, and where in `utterance.text` it goes on behind them; None without such words
    in the middle."""
    tokens = utterance.words
    for at in range(len(tokens) - 2, 0, -1):
        size = _marker_at(tokens, at, "zh" if utterance.has_han else "en")
        if size and at + size < len(tokens) and any(token[0].isalnum() for token in tokens[:at]):
            behind = at + size
            while behind < len(tokens) - 1 and not tokens[behind][0].isalnum():
                behind += 1
            return Utterance(utterance.text[: utterance.tokens[at].start]), utterance.tokens[behind].start
    return None


def put_right(extract: Callable[[Utterance, Context], Sequence[Candidate]], utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """What a slot heard before a self-repair, mended by what follows it; nothing without one, or when either half says nothing to it."""
    parted = halves(utterance)
    before = extract(parted[0], context) if parted else ()
    if not parted or not before or before[0].options:
        return ()
    so_far = {"current": before[0].value} if before[0].whole else {"partial": before[0].value}
    mended = extract(Utterance(utterance.text[parted[1] :]), msgspec.structs.replace(context, **so_far))
    if not mended or mended[0].value == before[0].value or (before[0].whole and not mended[0].whole):
        return ()
    return [msgspec.structs.replace(mended[0], span=(before[0].span[0], parted[1] + mended[0].span[1]), patch=False)]


def _marker_at(tokens: tuple[str, ...], at: int, language: str) -> int:
    """How many tokens from `at` take back what was said before; 0 for none."""
    markers, longest = _markers(language)
    return next((size for size in range(min(longest, len(tokens) - at), 0, -1) if tokens[at : at + size] in markers), 0)


@cache
def _markers(language: str) -> tuple[frozenset[tuple[str, ...]], int]:
    """The phrases as tokens, marks within them left out or as commas; and the length of the longest."""
    found = {Utterance(phrase).words for phrase in words(language, "mentions")["repairs"]["words"]}
    found |= {tuple(part for word in phrase for part in (word, ","))[:-1] for phrase in found if language == "en" and len(phrase) == 2}
    return frozenset(found), max(map(len, found))
