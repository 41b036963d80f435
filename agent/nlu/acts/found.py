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
    places: dict[str, int] = msgspec.field(default_factory=dict)
    """The tokens of the first "but", the first "actually" or "instead" (`turned`), the first "make it" (`remade`), and the "not" in "not Monday,
    Tuesday" (`swapped`)."""
    idle: int = 0
    """Units of clauses that ask for something, and do nothing known: "give me the last one"."""
    starts: int = 0
    """Clauses tried so far."""
    asks: bool = False
    """It begins as requests do: "I need it for two", "could you make it four"."""
    slot: str = ""
    """The first of our slots that the caller named."""

    @property
    def but(self) -> int:
        """The token of the first "but", or -1."""
        return self.places.get("but", -1)
