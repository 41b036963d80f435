"""What one pass over an utterance has come upon."""

import msgspec

from agent.nlu.acts import ActKind
from agent.nlu.acts.answers import Answer
from agent.record.acts import Act


class Found(msgspec.Struct, frozen=True):
    act: Act
    rule: str
    first: int
    last: int
    detail: str = ""
    kind: ActKind = ActKind.PLAIN


class Reading(msgspec.Struct):
    """What one pass has come upon."""

    found: list[Found]
    answers: list[Answer]
    content: int = 0
    """Units that no act speaks of."""
    beside: int = 0
    """As `content`, without those of the caller's own questions."""
    but: int = -1
    """The token of the first "but", or -1."""
    turned: int = -1
    """The token of the first "actually" or "instead", or -1."""
    remade: int = -1
    """The token of the first "make it", or -1."""
    swapped: int = -1
    """The token of the "not" in "not Monday, Tuesday", or -1."""
    idle: int = 0
    """Units of clauses that ask for something, and do nothing known: "give me the last one"."""
    starts: int = 0
    """Clauses tried so far."""
    asks: bool = False
    """It begins as requests do: "I need it for two", "could you make it four"."""
    slot: str = ""
    """The first of our slots that the caller named."""
