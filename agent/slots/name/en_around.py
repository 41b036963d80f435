"""What stands around an English name: fillers before it, and what may follow a bare one so that it is still a name."""

from typing import NamedTuple

from agent.nlu.candidates import Context
from agent.nlu.spelling.letters import is_code_word
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import MARKS, SENTENCE
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_words import Trust
from agent.slots.name.lists import stands_in
from agent.slots.name.spelling import settled
from agent.slots.name.weights import LONG

_ALIKE = frozenset({"address", "service", "time"})
"""Slots whose values may be words that are names, too."""


class Found(NamedTuple):
    role: str
    """ "full", "given", "family", "patch" (the held name, edited) or "other" (somebody else's)."""
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


class Around(Reader):
    """One utterance, its name phrases seen from outside."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        super().__init__(utterance, expected="name" in context.asked and context.asked.isdisjoint(_ALIKE))
        self.context = context
        self.tries = self.ended = 0
        self.parted = any("parts" in kinds for kinds in self._lists)
        """Whether a part of a name may be named; `booked`: whether a booking is spoken of."""
        self.booked = any("booked" in kinds for kinds in self._lists)

    def after(self, at: int, trust: Trust) -> Phrase | None:
        """The name phrase behind a cue, fillers between passed over.

        A name said again in full takes its place ("Bond, James Bond").
        """
        self.tries += 1
        for _ in range(weights.MOST_BETWEEN):
            phrase = self.phrase(at, trust)
            if phrase is not None:
                return self._in_full(phrase)
            step = 1 if self.word(at) in MARKS else self.size(at, "before", "greeting")
            if not step:
                return None
            at += step
        return None

    def _in_full(self, phrase: Phrase) -> Phrase:
        again = self.phrase(phrase.end + 1, Trust.BARE) if self.word(phrase.end) == "," and not phrase.spelled else None
        if again is not None and not again.spelled:
            said, full = phrase.lower, again.lower
            if len(full) > len(said) and said in (full[-len(said) :], full[: len(said)]):
                return again
        return phrase

    def found(self, role: str, phrase: Phrase, start: int, confidence: float, rule: str, *, extra: int = 0, asked_only: bool = False) -> Found:
        name = once(settled(phrase.pieces))
        if phrase.title and len(name) == 1 and role in ("full", "other"):
            name = (phrase.title, *name)
        letters = "" if phrase.words else "".join(piece.text for piece in phrase.pieces)
        return Found(role, name, start, phrase.end + extra, confidence, rule, asked_only, letters)

    def repaired(self, at: int) -> bool:
        """Whether nothing but marks and "no, sorry" stands between the last name and `at`."""
        return 0 < self.ended < at == self.past(self.ended, "repair", most=weights.MOST_BETWEEN)

    def past_fillers(self, at: int) -> int:
        """Where fillers, greetings and what is denied ("not Bill") end that stand at `at`."""
        for _ in range(weights.MOST_LEAD):
            step = 1 if self.word(at) in MARKS else self.size(at, "before", "greeting")
            denied = self.size(at, "negation")
            if denied and (phrase := self.phrase(at + denied, Trust.BARE)) is not None:
                step = phrase.end - at
            step = step or int(self.word(at) == self.word(at + 1) and self.is_a(at, "closers"))  # "this this is Ann"
            if not step or at + step >= len(self.tokens):
                break
            at += step
        return at

    def ends(self, at: int) -> bool:
        """Whether nothing but politeness and marks stands from `at` on, or a mark ends the sentence."""
        return self.word(at) in SENTENCE or self.size(at, "negation") > 0 or self.past(at, "politeness") >= len(self.tokens)

    def allows(self, phrase: Phrase, *, first: bool) -> bool:
        """Whether what follows a bare name leaves it one: nothing much, a number, or, behind a likely full name, another sentence."""
        at, known = phrase.end, phrase.known > 0
        strong = phrase.words >= LONG and (known or phrase.proud > 0)
        following = self.word(at)
        if not (first or strong) or self._is_address(at):
            return False
        digits = at + (following in (",", "-") or self.is_a(at, "numbering"))
        if self.word(digits)[:1].isdigit() or self.is_a(digits, "numbers"):
            return self._number_allows(phrase, digits)
        if (self.ends(at) and following not in SENTENCE) or (first and self.is_part_noun(at + (following in SENTENCE))):
            return True
        if following in SENTENCE:
            return known or self.ends(at + 1) or self.past(at) >= min(len(self.tokens), at + weights.MOST_LEAD)
        if known and (repair := self.size(at, "repair")):
            return at + repair < len(self.tokens)
        return known and (self.is_a(at + 1, "further") if stands_in(following, "and") else self.is_a(at, "clauses"))

    def _number_allows(self, phrase: Phrase, at: int) -> bool:
        """Whether a phrase before a number is a name: not the letters of a postcode or of a booking code."""
        if all(map(is_code_word, phrase.lower)):
            return len(self.word(at)) > weights.POSTCODE_DIGITS
        return phrase.known > 0 or (self.word(at)[:1].isdigit() and all(len(name) > weights.CODE_LETTERS for name in phrase.lower))

    def _is_address(self, at: int) -> bool:
        """Whether an e-mail address goes on at `at`."""
        joined = self.word(at) in (".", "_", "@") and at + 1 < len(self.tokens) and self.tokens[at].end == self.tokens[at + 1].start
        return joined or (self.is_a(at, "host") and any(self.is_a(here, "mail") for here in range(at, at + weights.NEAR_HOST)))

    def is_numbered(self, at: int) -> bool:
        """Whether a number stands before the token; "oh" is one, too: "oh boy"."""
        return self.word(at - 1)[:1].isdigit() or self.is_a(at - 1, "numbers")

    def is_greeted(self, at: int) -> bool:
        return at > 0 and any(self.size(start, "greeting") == at - start for start in range(max(0, at - 2), at))
