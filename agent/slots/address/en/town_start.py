"""Where a US line goes over from the street to the town when no comma says so: the statistical parser `usaddress`, asked only then.

Measured best on US lines without punctuation (91 % of 599; a grammar of our own 87 %), and wrong beyond the US, so it is asked nowhere else.
"""

import usaddress

from agent.nlu.effort import spend
from agent.slots.address.en.line import Line

_MOST_TOKENS = 12
_MOST_SPLITS = 6
"""An utterance has one address, or two; more are numbers beside other words."""
_ASKING, _WORD = 150, 25
"""Units of effort that it takes to ask the parser, and that each word takes."""


def place_starts(line: Line, at: int) -> int:
    """The index of the first token after `at` that names a town, a state or a ZIP code; 0 when there is none."""
    line.splits += 1
    if line.splits > _MOST_SPLITS:
        return 0
    tokens = line.tokens[at : at + _MOST_TOKENS]
    end = next(
        (
            here
            for here, token in enumerate(tokens)
            if here and (token.norm in line.lexicon.words["stop"] or not (token.norm[0].isalnum() or token.norm == ","))
        ),
        len(tokens),
    )
    spend(_ASKING + _WORD * end)
    labels = _labels("1 " + " ".join(token.norm for token in tokens[:end] if token.norm != ","))
    kept = [here for here in range(end) if tokens[here].norm != ","]
    for here, label in zip(kept, labels[1:], strict=False):
        if here and label in ("PlaceName", "StateName", "ZipCode"):
            return at + here
    return 0


def _labels(text: str) -> tuple[str, ...]:
    return tuple(label for _, label in usaddress.parse(text))
