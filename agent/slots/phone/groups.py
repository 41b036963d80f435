"""Groups of digits: the figures and number words that may be part of a phone number, one breath each.

"Oh four one two" is four groups, "0412" is one. A clock, a price, letters glued to figures and a quantity ("eighteen thousand one hundred") are none.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

from agent.nlu.numerals.numbers import MARKS, is_homophone, next_group
from agent.nlu.utterance import Token, Utterance
from agent.slots.phone.vocabulary import Vocabulary, vocabulary

_MOST_BETWEEN = 6
"""Marks and fillers between two groups of one number."""
_LONGEST_QUANTITY = 4
"""Digits of a quantity that people say in a phone number: "eight hundred", "twenty-two hundred"."""
_LONGEST_PHRASE = 5
"""Words of the longest phrase that may stand beside digits: "let me say that again"."""


class Group(NamedTuple):
    digits: str
    start: int
    end: int
    written: bool
    """In figures, not in words."""
    apart: bool
    """A filler word, not just a mark, stands before it."""
    area: bool
    """ "Area code" was said before it."""
    joint: str
    """What stands between it and the group before: "-", ", ", " um "; "." for a dot in words."""


class GroupReader(NamedTuple):
    """One utterance, read for groups of digits.

    `homophones`: "to" and "for" between digits are digits too. `round_only`: "eight hundred sixty" is 800 60.
    """

    utterance: Utterance
    tokens: Sequence[Token]
    language: str
    words: Vocabulary
    homophones: bool = False
    round_only: bool = False

    @classmethod
    def of(cls, utterance: Utterance, language: str, *, homophones: bool = False, round_only: bool = False) -> Self:
        return cls(utterance, utterance.tokens, language, vocabulary(utterance, language), homophones, round_only)

    def group(self, at: int, groups: Sequence[Group], *, apart: bool = False, area: bool = False) -> Group | None:
        """The group at token `at`, behind `groups`, when it may be part of a phone number."""
        homophones = self.homophones and (bool(groups) or (at < len(self.tokens) and not self.tokens[at].norm.isascii()))
        digits, end = next_group(self.tokens, at, self.language, first=not groups, homophones=homophones, round_only=self.round_only)
        if not digits or (not groups and at and self.words.pronouns.at(self.tokens, at) and self.words.before_pronouns.at(self.tokens, at - 1)):
            return None
        written = self.tokens[at].is_number
        if written and (self._is_glued(at, end) or (not groups and self._is_inside_code(at))):
            return None
        if not written and len(digits) > _LONGEST_QUANTITY and len(set(digits)) > 1:
            return None
        joint = self.utterance.text[self.tokens[groups[-1].end - 1].end : self.tokens[at].start].lower() if groups else ""
        if groups and (dots := self.words.dots.at(self.tokens, groups[-1].end)) and groups[-1].end + dots == at:
            joint = "."
        return Group(digits, at, end, written, apart, area, joint)

    def next_group(self, groups: Sequence[Group]) -> Group | None:
        """The group that goes on the last one, marks, fillers and "area code" between them passed over."""
        here, apart = self.past_fillers(groups[-1].end)
        area = self.words.area_code.at(self.tokens, here)
        if area:
            here, apart = self.past_fillers(here + area)[0], True
        if self.words.plus.at(self.tokens, here):
            return None
        return self.group(here, groups, apart=apart, area=area > 0)

    def past_fillers(self, at: int) -> tuple[int, bool]:
        """Past what may stand between two groups, and whether words were among it."""
        spoken = False
        for _ in range(_MOST_BETWEEN):
            if at < len(self.tokens) and self.tokens[at].norm in MARKS:
                at += 1
            elif filler := self.words.fillers.at(self.tokens, at):
                at, spoken = at + filler, True
            else:
                break
        return at, spoken

    def quiet(self, at: int, end: int) -> int:
        """Where the first word stands that says something of its own, from `at` to `end`."""
        while at < end:
            taken = self.quiet_at(at)
            if not taken:
                return at
            at += taken
        return end

    def quiet_at(self, at: int) -> int:
        """How many tokens at `at` say nothing of their own; 0 when they do."""
        taken = self.words.quiet.at(self.tokens, at)
        return taken or int(not (self.tokens[at].is_word or self.tokens[at].is_number))

    def says_more(self, at: int) -> bool:
        """Whether a word that says something of its own stands at `at`."""
        return at < len(self.tokens) and self.tokens[at].is_word and not self.quiet_at(at)

    def only_sounds(self, group: Group) -> bool:
        """Whether a group is a word that merely sounds like a digit: "to"."""
        return group.end == group.start + 1 and is_homophone(self.tokens, group.start, self.language) != ""

    def is_denied(self, at: int) -> bool:
        """Whether "not" or the like stands right before the digits at `at`: they are what the number is not."""
        return any(first + self.words.instead_of.at(self.tokens, first) == at for first in range(max(0, at - _LONGEST_PHRASE), at))

    def stands_apart(self, first: int, *, followed: bool) -> bool:
        """Whether nothing that says something of its own stands right before the digits at token `first`, or is `followed` by them."""
        before = first == 0 or any(first - size + self.quiet_at(first - size) == first for size in range(1, min(first, _LONGEST_PHRASE) + 1))
        return before and not followed

    def _is_glued(self, at: int, end: int) -> bool:
        """Whether the figures are part of a clock, a price, a name, an address for mail: "11:30", "$5", "b2b", "user_5@"."""
        tokens = self.tokens
        if at and self.words.money.at(tokens, at - 1):
            return True
        if at and tokens[at - 1].end == tokens[at].start:
            before = tokens[at - 1]
            if before.norm in "_@&" or (before.norm == ":" and at > 1 and tokens[at - 2].is_number):
                return True
            if before.is_word and before.norm.isascii() and not (self._names_number(at - 1) or self._is_typed_nought(at - 1)):
                return True
        if end < len(tokens) and tokens[end].start == tokens[end - 1].end:
            after = tokens[end]
            if after.norm in "_@%" or (after.norm == ":" and end + 1 < len(tokens) and tokens[end + 1].is_number):
                return True
            return after.is_word and after.norm.isascii() and not (self.words.extension.at(tokens, end) or self._is_typed_nought(end))
        return False

    def _is_typed_nought(self, at: int) -> bool:
        """Whether the token at `at` is a letter O typed for a nought: "555-O133", "4O8"; no letter and no word touches it."""
        tokens = self.tokens
        if tokens[at].norm != "o":
            return False
        before = tokens[at - 1] if at and tokens[at - 1].end == tokens[at].start else None
        after = tokens[at + 1] if at + 1 < len(tokens) and tokens[at + 1].start == tokens[at].end else None
        return not any(beside is not None and beside.is_word for beside in (before, after))

    def _is_inside_code(self, at: int) -> bool:
        """Whether figures go on what was no number: the "001" of "P0-001"."""
        tokens = self.tokens
        if at < 2 or tokens[at - 1].norm not in "-_./," or tokens[at - 1].end != tokens[at].start or tokens[at - 2].end != tokens[at - 1].start:
            return False
        before = tokens[at - 2]
        return before.is_number or (before.is_word and before.norm.isascii() and not self._names_number(at - 2))

    def _names_number(self, at: int) -> bool:
        """Whether the word at `at` says that a number follows: "ph", "no"."""
        return bool(self.words.cues.at(self.tokens, at) or self.words.numbers.at(self.tokens, at))
