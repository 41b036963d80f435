"""Listening for English names: the state of one utterance, and what every kind of cue needs of it."""

from typing import NamedTuple

from agent.nlu.candidates import Context
from agent.slots.name.en_cues import cues
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_surroundings import MARKS, Surroundings
from agent.slots.name.en_tokens import Trust
from agent.slots.name.spelling import settled

LONG = 2
"""Words from which a name is a full name."""
_MAX_LEAD = 4
"""Marks and fillers passed over between a cue and its name."""


class Found(NamedTuple):
    role: str
    """ "full", "given", "family", "patch" (the held name, patched) or "other" (somebody else's)."""
    name: tuple[str, ...]
    start: int
    end: int
    confidence: float
    rule: str
    asked_only: bool = False
    letters: str = ""
    """The letters, when it was spelled and not said."""


def once(name: tuple[str, ...]) -> tuple[str, ...]:
    """`name` without what was only said twice: "bond james bond", "de la cruz maria de la cruz", "john john smith"."""
    lower = [word.lower() for word in name]
    for count in range(len(name) - 1, 0, -1):
        if count * 2 < len(name) and (lower[:count] in (lower[-count:], lower[count : count * 2])):
            return name[count:]
    half = len(name) // 2
    return name[:half] if half > 1 and lower[:half] == lower[half:] else name


class Listening:
    """One utterance, listened to for names."""

    def __init__(self, reader: Reader, context: Context) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.context = context
        self.cues = cues()
        self.around = Surroundings(reader)
        self.ended = 0
        self.tries = 0
        self.denied = False
        """Whether a name was denied: "my name isn't Bill"; the next one need not stand at the beginning of anything."""
        self.parted = any(token.norm in self.cues.parts for token in reader.tokens)
        """Whether a part of a name may be named."""
        self.booked = any(word in self.cues.booked for word in (token.norm for token in reader.tokens))

    def after(self, at: int, trust: Trust) -> tuple[int, Phrase] | None:
        """The name phrase behind a cue, fillers between passed over, and where it begins.

        A name said again in full takes its place ("Bond, James Bond").
        """
        self.tries += 1
        start = at
        phrase = None
        for _ in range(_MAX_LEAD):
            if self.cues.negation.at(self.tokens, start):
                return None
            phrase = self.reader.phrase(start, trust)
            if phrase is not None:
                break
            step = 1 if self.reader.word(start) in MARKS else self.cues.filler.at(self.tokens, start)
            if not step:
                return None
            start += step
        if phrase is None:
            return None
        if self.reader.word(phrase.end) == "," and not phrase.spelled:
            again = self.reader.phrase(phrase.end + 1, Trust.BARE)
            said = [piece.text.lower() for piece in phrase.pieces]
            if again is not None and self._is_paused(phrase, again):
                return start, again._replace(pieces=(*phrase.pieces, *again.pieces), known=1)
            if again is not None and not again.spelled and len(again.pieces) > len(said):
                full = [piece.text.lower() for piece in again.pieces]
                if full[-len(said) :] == said or full[: len(said)] == said:
                    return phrase.end + 1, again
        return start, phrase

    def found(self, role: str, phrase: Phrase, start: int, confidence: float, rule: str, *, extra: int = 0, asked_only: bool = False) -> Found:
        name = once(settled(phrase.pieces))
        if phrase.title and len(name) == 1 and role in ("full", "other"):
            name = (phrase.title, *name)
        letters = "" if phrase.words else "".join(piece.text for piece in phrase.pieces)
        return Found(role, name, start, phrase.end + extra, confidence, rule, asked_only, letters)

    def repaired(self, at: int) -> bool:
        """Whether nothing but marks and "no, sorry" stands between the last name and `at`."""
        start = self.ended
        if not 0 < start < at:
            return False
        for _ in range(_MAX_LEAD):
            start += 1 if self.reader.word(start) in MARKS else self.cues.repair.at(self.tokens, start)
        return start == at

    def _is_paused(self, given: Phrase, family: Phrase) -> bool:
        """Whether `family`, behind a comma, is the last name that belongs to the first name `given`: "it's Brandon, MacDonald"."""
        words = [piece.text.lower() for piece in (*given.pieces, *family.pieces)]
        lists = self.reader.lists
        return (
            self.reader.expected
            and len(given.pieces) == 1
            and not family.spelled
            and words[0] in lists.given
            and words[-1] not in words[:-1]
            and (words[-1] in lists.family or (family.proud >= family.words and words[-1] not in lists.given))
            and self.around.ends(family.end)
        )
