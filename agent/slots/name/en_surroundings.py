"""What stands around an English name: fillers before it, and what may follow a bare one so that it is still a name."""

from agent.nlu.spelling.letters import is_code_word
from agent.slots.name.en_cues import cues
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_tokens import Trust

MARKS = frozenset(",.!?;:-\"'()")
SENTENCE = frozenset(".!?;,")
_MAX_HOST = 8
"""Tokens behind an "at" within which a domain for mail is said."""
_MAX_LEAD = 8
"""Marks and fillers passed over in a row."""
_POSTCODE_DIGITS = 3
_CODE_LETTERS = 3
_LONG = 2


class Surroundings:
    """One utterance, seen from outside its name."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.cues = cues()

    def past_fillers(self, at: int) -> int:
        for _ in range(_MAX_LEAD):
            step = 1 if self.reader.word(at) in MARKS else self.cues.filler.at(self.tokens, at)
            denied = self.cues.negation.at(self.tokens, at)
            if denied and (phrase := self.reader.phrase(at + denied, Trust.BARE)) is not None:
                step = phrase.end - at
            if not step and self.reader.word(at) == self.reader.word(at + 1) in self.reader.lists.closers:  # "this this is Ann"
                step = 1
            if not step or at + step >= len(self.tokens):
                return at
            at += step
        return at

    def ends(self, at: int) -> bool:
        """Whether nothing but politeness and marks stands from `at` on, or a mark ends the sentence."""
        if self.reader.word(at) in SENTENCE or self.cues.negation.at(self.tokens, at):
            return True
        for _ in range(_MAX_LEAD):
            if at >= len(self.tokens):
                return True
            step = 1 if self.reader.word(at) in MARKS else self.cues.politeness.at(self.tokens, at)
            if not step:
                return False
            at += step
        return False

    def allows(self, phrase: Phrase, *, first: bool) -> bool:
        """Whether what follows a bare name leaves it one: nothing much, a number, or, behind a likely full name, another sentence."""
        at = phrase.end
        strong = phrase.words >= _LONG and bool(phrase.known or phrase.proud)
        if not first and not strong:
            return False
        if self._is_address(at):
            return False
        digits = at + 1 if self.reader.word(at) in self.cues.numbering or self.reader.word(at) in (",", "-") else at
        if self.reader.word(digits)[:1].isdigit() or self.reader.word(digits) in self.reader.lists.numbers:
            return self._number_allows(phrase, digits)
        if (self.ends(at) and self.reader.word(at) not in SENTENCE) or (first and self._is_part_named(at)):
            return True
        following = self.reader.word(at)
        if following in SENTENCE:
            return self.ends(at + 1) or self._only_marks(at) or (bool(phrase.known) and (strong or first))
        if bool(phrase.known) and (repair := self.cues.repair.at(self.tokens, at)):
            return at + repair < len(self.tokens)
        if following == "and":
            return bool(phrase.known) and self.reader.word(at + 1) in self.cues.further
        return bool(phrase.known) and (strong or first) and following in self.cues.clauses

    def _is_part_named(self, at: int) -> bool:
        """Whether the other part of the name follows: "Smythe, first name Hannah"."""
        return self.reader.is_part_noun(at + 1 if self.reader.word(at) in SENTENCE else at)

    def _number_allows(self, phrase: Phrase, at: int) -> bool:
        """Whether a phrase before a number is a name: not the letters of a postcode or of a booking code."""
        if not phrase.words or phrase.spelled:
            return False
        names = [piece.text.lower() for piece in phrase.pieces]
        if all(is_code_word(name) for name in names):
            return len(self.reader.word(at)) > _POSTCODE_DIGITS
        return bool(phrase.known) or (self.reader.word(at)[:1].isdigit() and all(len(name) > _CODE_LETTERS for name in names))

    def _is_address(self, at: int) -> bool:
        """Whether an e-mail address goes on at `at`."""
        joined = self.reader.word(at) in (".", "_", "@") and at + 1 < len(self.tokens) and self.tokens[at].end == self.tokens[at + 1].start
        return joined or (self.reader.word(at) == "at" and any(word.norm in self.cues.mail for word in self.tokens[at : at + _MAX_HOST]))

    def _only_marks(self, at: int) -> bool:
        return all(self.reader.word(i) in MARKS for i in range(at, min(len(self.tokens), at + _MAX_LEAD)))

    def is_numbered(self, at: int) -> bool:
        before = self.reader.word(at - 1)
        return before[:1].isdigit() or before in self.reader.lists.numbers

    def is_greeted(self, at: int) -> bool:
        return at > 0 and any(self.cues.greeting.at(self.tokens, start) == at - start for start in range(max(0, at - 2), at))
