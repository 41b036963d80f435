"""The words of one Mandarin utterance: what may be part of a name in it, and where a name may end.

A token is one character, or one word in letters. Where a name ends is seen from what follows: nothing, a mark, a pause, a title, a word that cannot
be part of a name.
"""

from itertools import pairwise

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import MARKS, Spoken
from agent.slots.name.lists import is_han, lists, stands_in
from agent.slots.name.weights import FULL


def surname_of(name: str) -> str:
    """The surname that `name` begins with, or ""."""
    return name[:2] if stands_in(name[:2], "compound") else name[:1] if stands_in(name[:1], "single") else ""


def is_talk(name: str) -> bool:
    """Whether it holds what is never part of a name: 查一下, 改时间."""
    return any(word in name for word in lists("zh")["never"])


def is_word(name: str) -> bool:
    """Whether it is, or begins with, an everyday word: 高中生, 程序员; and maybe 周三丰."""
    return stands_in(name, "common") or (len(name) >= FULL and stands_in(name[:2], "common") and name[1] != name[2])


def is_titled(name: str) -> bool:
    """Whether it is a surname with a title: 王先生."""
    return stands_in(name[len(surname_of(name)) :], "titles")


def is_likely(name: str) -> bool:
    """Whether the name is made as names are: a surname and characters for given names, a title, or Latin letters."""
    if name[0].isascii() or stands_in(name[0], "nick"):
        return True
    family = surname_of(name)
    given = all(stands_in(character, "given") for character in name[len(family) :])
    return bool(family) and not stands_in(name, "common") and (given or is_titled(name))


def is_possible(name: str) -> bool:
    """Whether it has a surname and, beside a rare character, one that names are made of."""
    family, rest = surname_of(name), name[len(surname_of(name)) :]
    return bool(rest) and (len(family) > 1 or (bool(family) and not stands_in(name, "common") and any(stands_in(one, "given") for one in rest)))


def is_place(name: str) -> bool:
    """Whether it ends as roads and districts do; of a surname and one character that is no sign (王路)."""
    return len(name) >= FULL and stands_in(name[-1], "place_ends")


class HanText(Spoken):
    """One utterance, looked at character by character."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        super().__init__(utterance, "zh")
        self.context = context
        self.words, self.end = utterance.words, len(self.tokens)
        gaps = enumerate(pairwise(self.tokens), 1) if " " in utterance.text else ()
        self.pauses = frozenset([at for at, (before, after) in gaps if before.end < after.start])
        """The tokens with a space before them."""
        self.asked = "name" in context.asked
        """We asked for the name: an answer may be any."""

    def said(self, start: int, end: int) -> str:
        """The characters from one token up to another."""
        return "".join(self.words[start:end])

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < self.end else ""

    def is_paused(self, at: int) -> bool:
        """Whether there is a space before the token."""
        return at in self.pauses

    def is_parted(self, at: int) -> bool:
        """Whether the end, a mark or a pause is there."""
        return at >= self.end or self.words[at] in MARKS or self.is_paused(at)

    def is_written(self, start: int, count: int) -> bool:
        """Whether so many characters stand there, without a pause between them."""
        together = all(is_han(word) for word in self.words[start : start + count]) and start + count <= self.end
        return together and not any(self.is_paused(at) for at in range(start + 1, start + count))

    def is_done(self, at: int) -> bool:
        """Whether nothing but politeness stands between `at` and the end, a mark or a pause."""
        for _ in range(weights.MOST_LEAD):
            if self.is_parted(at):
                return True
            step = self.size(at, "after")
            if not step or stands_in(self.words[at], "done"):
                break
            at += step
        return False

    def is_given(self, at: int, count: int) -> bool:
        """Whether `count` characters at `at` may be a given name."""
        last = at + count - 1
        return self.is_written(at, count) and all(
            not stands_in(self.words[here], "stop") or (here == last and self.is_parted(last + 1) and stands_in(self.words[here], "given"))
            for here in range(at, at + count)
        )

    def is_closed(self, at: int) -> bool:
        """Whether a name may end before `at`."""
        if self.is_parted(at) or self.words[at][0].isascii():
            return True
        return bool(self.size(at, "titles", "after", "next", "apart")) or (stands_in(self.words[at], "stop") and not self.size(at, "of"))

    def is_over(self, at: int) -> bool:
        """Whether nothing but a title, politeness, a mark or another clause follows."""
        after = self.past(at + self.size(at, "titles"), "after")
        marked = after >= self.end or self.word(after - 1) in MARKS or self.is_paused(after)
        return marked or bool(self.size(after, "next", "apart"))

    def behind(self, at: int, kind: str) -> int:
        """How many tokens the longest phrase of a class that ends right before a token has."""
        longest = 0 if at in self.pauses else min(at, weights.LONGEST_BEFORE)
        return next((size for size in range(longest, 0, -1) if self.sizes[at - size].get(kind) == size), 0)

    def surname_at(self, at: int) -> str:
        """The surname that begins at `at`, or ""."""
        return surname_of(self.said(at, at + 2)) if self.is_written(at, 2) else surname_of(self.word(at))
