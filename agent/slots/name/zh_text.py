"""The text of one Mandarin utterance: what may be part of a name in it, and where a name may end.

Where a name ends is seen from what follows: nothing, a mark, a title, a word that cannot be part of a name.
"""

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.name.zh_characters import HanPhrases, characters, is_han

MARKS = frozenset("，。,.!?！？、;；:： -—\"'“”()…~")
SENTENCE = frozenset("，。,.!?！？、;；")
_MAX_LEAD = 12
"""Marks and phrases passed over in a row."""
FULL = 3
"""Characters from which a name is a full name for certain."""


class HanText:
    """One utterance, looked at character by character."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        self.utterance = utterance
        self.text = utterance.lower
        self.context = context
        self.words = characters()
        self.asked = "name" in context.asked
        """We asked for the name: an answer may be any."""

    def is_done(self, at: int) -> bool:
        """Whether nothing but politeness stands between `at` and the end, a mark or a pause."""
        after = at
        for _ in range(_MAX_LEAD):
            if after >= len(self.text) or self.text[after] in MARKS:
                return True
            step = self.words.after.at(self.text, after)
            if not step or self.text[after] in self.words.done:
                return False
            after += step
        return False

    def is_talk(self, name: str) -> bool:
        """Whether it holds what is never part of a name: 查一下, 改时间."""
        return any(self.words.never.at(name, at) for at in range(len(name)))

    def is_word(self, name: str) -> bool:
        """Whether it is, or begins with, an everyday word: 高中生, 程序员; and maybe 周三丰."""
        words = self.words
        return name in words.common or (len(name) >= FULL and name[:2] in words.common and name[1] != name[2])

    def given(self, at: int, count: int) -> bool:
        """Whether `count` characters at `at` may be a given name."""
        given = self.text[at : at + count]
        if len(given) < count or not all(map(is_han, given)):
            return False
        ends = at + count >= len(self.text) or self.text[at + count] in MARKS
        return all(
            character not in self.words.stop or (ends and place == count - 1 and character in self.words.given)
            for place, character in enumerate(given)
        )

    def likely(self, name: str) -> bool:
        """Whether the name is made as names are: a surname and characters for given names, a title, or Latin letters."""
        if name[0].isascii() or name[0] in self.words.nick:
            return True
        family = self.words.surname_of(name)
        rest = name[len(family) :]
        return (
            bool(family)
            and name not in self.words.common
            and (all(character in self.words.given for character in rest) or self.words.titles.at(rest, 0) == len(rest) > 0)
        )

    def possible(self, name: str) -> bool:
        """Whether it has a surname and, beside a rare character, one that names are made of."""
        family = self.words.surname_of(name)
        if len(family) > 1 and len(name) > len(family):
            return True
        return bool(family) and name not in self.words.common and any(character in self.words.given for character in name[len(family) :])

    def is_closed(self, at: int) -> bool:
        """Whether a name may end before `at`."""
        text, words = self.text, self.words
        if at >= len(text) or text[at] in MARKS or text[at].isascii():
            return True
        return bool(
            words.titles.at(text, at)
            or words.after.at(text, at)
            or words.next.at(text, at)
            or words.apart.at(text, at)
            or (text[at] in words.stop and text[at] != "的")
        )

    def is_over(self, at: int) -> bool:
        """Whether nothing but a title, politeness, a mark or another clause follows."""
        text = self.text
        after = self.past(at + self.words.titles.at(text, at), self.words.after)
        return after >= len(text) or text[after - 1] in MARKS or bool(self.words.next.at(text, after)) or bool(self.words.apart.at(text, after))

    def past(self, at: int, phrases: HanPhrases | None) -> int:
        """Where marks and the given phrases end that stand at `at`."""
        for _ in range(_MAX_LEAD):
            if at >= len(self.text):
                return at
            step = 1 if self.text[at] in MARKS else phrases.at(self.text, at) if phrases else 0
            if not step:
                return at
            at += step
        return at

    def behind(self, at: int, phrases: HanPhrases) -> int:
        """How many characters the longest of `phrases` that ends at `at` has."""
        return phrases.before(self.text, at)
