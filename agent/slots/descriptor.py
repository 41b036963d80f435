"""What a slot says of itself: how it is extracted, validated and presented."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A thing to collect. One slot, whole, in one module; pure functions throughout, none ever raises on a caller's words."""

    name: str
    extract: Callable[[Utterance, Context], Sequence[Candidate]]
    """Every value the hypothesis may hold, best first; empty when it holds none. `context.asks(name)` allows weaker evidence."""
    validate: Callable[[str, Context], Reason | None]
    """Why a whole value cannot be accepted, or None if it can. Raises nothing, whatever the string."""
    present: Callable[[str, Context, bool], str]
    """The value as we say it for the caller to confirm, in `context.language`; the flag asks for the slow form (digit by digit, letter by letter)."""
    written: Callable[[str, Context], str | Reason]
    """What somebody wrote down as this slot's value (a supervisor, a tool, another system), in the slot's form, or why it is none: all of it is the
    value, and nothing is picked out of it. What comes out is given back unchanged when it is given again. A time gets the offset of `context.now`."""
    parts: Callable[[str, Context], Mapping[str, str]]
    """The named parts of a whole value for the record (address), or an empty mapping."""
