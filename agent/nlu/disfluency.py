"""A caller who puts right in the same breath what was just said: "at gmail, no wait, at hotmail", "十九号，啊不对，二十号"."""

from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from agent.languages import words
from agent.nlu.candidates import Candidate, Context
from agent.nlu.lexicon import Listed, by_first, end_of
from agent.nlu.utterance import Utterance


def halves(utterance: Utterance) -> tuple[Utterance, int] | None:
    """What was said before the last words that take something back, and where in `utterance.text` it goes on behind them; None without such words
    in the middle."""
    tokens, markers = utterance.words, _markers("zh" if utterance.has_han else "en")
    for at in range(len(tokens) - 2, 0, -1):
        behind = end_of(tokens, at, markers)
        if behind and behind < len(tokens) and any(token[0].isalnum() for token in tokens[:at]):
            while behind < len(tokens) - 1 and not tokens[behind][0].isalnum():
                behind += 1
            return Utterance(utterance.text[: utterance.tokens[at].start]), utterance.tokens[behind].start
    return None


def put_right(extract: Callable[[Utterance, Context], Sequence[Candidate]], utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """What a slot heard before a self-repair, edited by what follows it; nothing without one, or when either half says nothing to it."""
    parted = halves(utterance)
    before = extract(parted[0], context) if parted else ()
    if not parted or not before or before[0].options:
        return ()
    so_far = {"value": before[0].value} if before[0].whole else {"partial": before[0].value}
    edited = extract(Utterance(utterance.text[parted[1] :]), msgspec.structs.replace(context, held=msgspec.structs.replace(context.held, **so_far)))
    if not edited or edited[0].value == before[0].value or (before[0].whole and not edited[0].whole):
        return ()
    return [msgspec.structs.replace(edited[0], span=(before[0].span[0], parted[1] + edited[0].span[1]), patch=False)]


@cache
def _markers(language: str) -> Listed:
    """The phrases, in English with a comma between two words of one too."""
    phrases = words(language, "reactions")["repairs"]
    paused = [", ".join(phrase.split()) for phrase in phrases if language == "en" and len(phrase.split()) == 2]
    return by_first([*phrases, *paused])
