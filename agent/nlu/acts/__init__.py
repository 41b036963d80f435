"""Dialogue acts: what the caller does with an utterance besides giving a value."""

from enum import StrEnum

import msgspec

from agent.record.acts import Act


class ActKind(StrEnum):
    """How an act was done, where it decides what the act is worth."""

    PLAIN = "plain"
    """In words that need no telling apart."""

    # A yes or a no
    WORD = "word"
    """Yes, no."""
    TRUTH = "truth"
    """A judgement of what was said: "that's right", "that's wrong"."""
    QUALITY = "quality"
    """A judgement of how it suits: "great", "that doesn't work"."""
    OK = "ok"
    """Okay, mm-hm: said while listening as often as in consent."""
    PRAISE = "praise"
    """A compliment: "you're great"."""
    NEGATION = "not"
    """A negated clause that judges nothing: "not that"."""
    THANKS = "thanks"
    """Thanks in the place of a yes: "ta"."""
    THAT_IS_IT = "that_is_it"
    """Words that end a talk, in the place of a yes: "that's it", "that'll do"."""
    WITHHELD = "withheld"
    """A refusal to tell, which is a no as well: "I'd rather not"."""

    # Any other act
    BEHIND_BUT = "but"
    """Introduced by a "but"."""
    ALL_DONE = "all_done"
    """A goodbye that says no more than that nothing else is wanted: "that's all"."""
    FAREWELL = "bye"
    """A goodbye by a word of farewell, some of which are also a number or part of a word: 88, 拜."""
    LET_GO = "let_go"
    """A cancellation that may mean only what was just said: "never mind"."""
    ERASE = "erase"
    """The same, of something written down: "delete that"."""
    CHECK = "check"
    """A question whether what we hold is right, or is what is named: "is the address right", "is it at two", "it's at two, right"."""
    EXISTING = "existing"
    """A wish for a person because of something that was booked before: "I'd like to reschedule my next appointment"."""
    BARE_HELP = "help"
    """A call for help that names nothing to help with."""
    REQUEST = "leave"
    """A question that asks for something to be done: "can I have a receipt"."""
    OPTIONS = "services_ask"
    """A question for what there is: "what are my options"."""


JUDGEMENTS = frozenset({ActKind.QUALITY, ActKind.OK, ActKind.TRUTH})
"""A yes that is heard out of a judgement: "great", "okay", "that would be better"."""


class ActCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """One act that an utterance does."""

    act: Act
    rule: str
    """Which rule read it: provenance, shown in traces, never compared; never the caller's words."""
    kind: ActKind = ActKind.PLAIN
    span: tuple[int, int] = (0, 0)
    """Where in `utterance.text` its words stand."""
    detail: str = ""
