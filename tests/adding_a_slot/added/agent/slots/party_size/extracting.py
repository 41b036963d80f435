"""From words to a number of people."""

from collections.abc import Sequence

from agent.nlu.candidates import Candidate, Context
from agent.nlu.numerals.numbers import cardinal
from agent.nlu.utterance import Utterance


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """The first number said; none when something else was asked for."""
    if not context.asks("party_size"):
        return ()
    tokens = utterance.tokens
    for at, token in enumerate(tokens):
        number, end = cardinal(tokens, at, context.language)
        if number is not None:
            return (Candidate(value=str(number), rule="cardinal", span=(token.start, tokens[end - 1].end), confidence=0.7),)
    return ()
