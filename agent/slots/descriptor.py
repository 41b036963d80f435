"""What a slot says of itself. Whatever differs from slot to slot stands here; outside of its folder nothing asks which slot it is.

A slot's folder is its card: its `__init__.py` has the `Slot`, under the slot's name in capitals. What is not said there has a default that suits a
plain text.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.chart import Chunk
from agent.nlu.utterance import Utterance
from agent.record.acts import Act
from agent.record.call import Brief
from agent.record.reasons import Reason
from agent.record.skeleton import Place


class Grounding(msgspec.Struct, frozen=True, kw_only=True):
    """How it is made sure that a value is the one that was meant."""

    implicit: bool = False
    """Whether a plain value is taken at once and said in the acknowledgement, because a mistake is cheap to undo; else it waits for a yes."""
    unsure: float = 0.4
    """How plainly the words made it this value, from 0 to 1 (`Candidate.confidence`), below which it is read back all the same."""


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """How the telephony side listens when the slot is asked for."""

    patience_ms: int = 900
    """Silence that ends an utterance: people pause inside numbers and when they spell."""
    keys: Callable[[Brief], int] | None = None
    """How many keys the value has when it is keyed; None: it is not."""
    part_keys: Callable[[str, Brief], int] = lambda part, brief: 0
    """The same for a part of it that is asked for by itself, by a key of the wording's `parts`; 0: it is not keyed."""
    hints: Callable[[Brief, str], Sequence[str]] = lambda brief, language: ()
    """Words to expect, the likeliest first, in a language of ours."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A thing to collect. One slot, whole, in one folder; pure functions throughout, none ever raises on a caller's words."""

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
    parts: Callable[[str, Context], Mapping[str, str]] = lambda value, context: {}
    """The named parts of a whole value for the record (address)."""
    chunks: Callable[[Utterance, Context], Sequence[Chunk]] | None = None
    """What its rules make of the words, as `extract` reads them, by tokens: for whoever looks at the rules (`slotline explain`). None: it has no
    grammar."""

    # What it is, beside a text.
    calendar: Literal["", "length", "start"] = ""
    """What the calendar takes from it: how long the job is, or when it begins. It is agreed with the calendar at hand, and stands once booked."""

    # How it is made sure of, and corrected.
    grounding: Grounding = Grounding()
    insists: bool = False
    """Whether an ambiguous value said again in the same words is taken as the likelier one, which is read back; else it is a failed attempt."""
    always_patched: bool = False
    """Whether what it holds may be patched whatever was asked: "it's Smith", when a number was."""
    too_short: bool = False
    """Whether a part of a value is refused as too short where a whole one is held and the slot is named: it is no beginning of another."""
    repairs_itself: bool = False
    """Whether `extract` itself hears what was put right on the way; else what stands before "no, sorry" is left out first."""
    overheard: bool = False
    """Whether what is heard of it too weakly to be taken, while another slot was asked, is kept and offered when its turn comes."""
    begins_with_no: bool = False
    """Whether a "no" to its read-back may begin a new value ("no, today"), however much it looks like all that was said."""
    asked_about: frozenset[Act] = frozenset()
    """Questions of the caller that may name a value of it and choose none."""
    named_part: Callable[[Utterance, Context], str] = lambda utterance, context: ""
    """The part of its value that is spoken of and not said anew, by a key of the wording's `parts`; "" for none."""
    options_meant: Callable[[Utterance, Sequence[str], Context], Sequence[int]] = lambda utterance, options, context: ()
    """The places of the options that are meant by their own rules, beside those that hold for all slots."""
    guess: Callable[[Utterance, Context, Candidate | None], Candidate | None] | None = None
    """What an utterance may mean where its words alone do not tell, asked about rather than taken, given what was heard. None: nothing is guessed."""
    spelled_part: str = ""
    """The part that is asked for by itself after the second failed attempt, as the wording of that attempt says."""

    # How it is asked for and said.
    listening: Listening = Listening()
    local: Callable[[str], str] = lambda value: value
    """A value of the record as the functions of the slot speak of it: a time without its offset."""
    addressed: Callable[[str], str] = lambda spoken: spoken
    """What is left of the spoken value in an acknowledgement: a first name."""
    rest: Callable[[str, Context], str] = lambda partial, context: "rest"
    """The wording that asks for what is missing of a partial value."""
    slow_rest: bool = False
    """Whether the partial value is said slowly there."""
    listed: Callable[[Sequence[str]], Sequence[str]] = lambda options: options
    """Options as they are said one after the other: without what was said with the one before."""

    # Where it lies outside.
    place: Place = Place()
    """Where its value lies in the CallSkeleton."""
    vouched: frozenset[Reason] = frozenset()
    """What the value of another system's document may be refused for and is kept all the same: a person can still make something of it."""
    example: str = ""
    """A value, for those who set one by hand."""

    @property
    def title(self) -> str:
        """Its name as people read it on a page: "Party size"."""
        return self.name.replace("_", " ").capitalize()

    @property
    def categorical(self) -> bool:
        """Whether its values are the ids of the services on offer: they may be listed, and one is good only while it is offered."""
        return self.place.of_service

    @property
    def noted(self) -> str:
        """The key of the acknowledgement that says a value taken at once, and so implies it."""
        return f"notice.noted_{self.name}"
