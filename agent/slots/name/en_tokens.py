"""The words of one utterance, looked up where they stand: which have a telling capital, which are spelled, where a name may end."""

from collections.abc import Sequence
from enum import IntEnum

from agent.nlu.effort import spend
from agent.nlu.numerals.words import is_han
from agent.nlu.spelling.letters import spelled_runs
from agent.nlu.utterance import Token
from agent.slots.name.en_cues import cues
from agent.slots.name.en_lexicon import lexicon

_TOKEN = 3
"""Units of effort that a token takes."""
MIN_SPELLED = 3
"""Letters that are plainly spelled; two may be initials, or a word."""
VOWELS = frozenset("aeiouy")


class Trust(IntEnum):
    """How strongly what led up to the words says that a name follows."""

    LISTED = 0
    """ "a table for": only what a list or a capital letter makes a name."""
    BARE = 1
    """Nothing, or "it's"."""
    CUED = 2
    """ "my name is"."""


class Tokens:
    """One utterance's tokens. `expected`: the name was asked for, and nothing else."""

    def __init__(self, tokens: Sequence[Token], language: str = "en", *, expected: bool = False) -> None:
        spend(_TOKEN * len(tokens))
        self.tokens = tokens
        self._norms = {at: token.norm for at, token in enumerate(tokens) if not is_han(token.norm)}
        self.lists = lexicon()
        self.expected = expected
        some = [token for token in tokens if token.is_word]
        lowered = any(token.text[0].islower() for token in some)
        self.shouted = len(some) > 1 and all(token.text.isupper() for token in some)
        self.runs = dict(self._past_said(at, run) for at, run in spelled_runs(tokens, language).items())
        self._telling = (lowered or len(some) <= 3) and not self.shouted

    def _past_said(self, at: int, run: tuple[str, int]) -> tuple[int, tuple[str, int]]:
        """A run of letters without the short name it opens with, where the others spell what was said just before: "Tom Lee, T O M Lee"."""
        (letters, end), short = run, self.word(at)
        if len(short) < 2 or not letters.startswith(short):
            return at, run
        start = at + 1 + (self.word(at + 1) in (",", "."))
        rest, before = letters.removeprefix(short), self.word(at - 1)
        return (start, (rest, end)) if before and rest in (before, before + short) else (at, run)

    def word(self, at: int) -> str:
        return self._norms.get(at, "")

    def is_proud(self, at: int) -> bool:
        """Whether the token has a capital, inside a sentence of an utterance that uses them."""
        if not self._telling or not 0 < at < len(self.tokens) or not self.tokens[at].text[0].isupper():
            return False
        return self.word(at - 1) not in (".", "!", "?")

    def is_closed(self, at: int) -> bool:
        """Whether a name may end before the token at `at`: nothing, a mark, a number or a closing word is there."""
        word = self.word(at)
        return not word or not word[0].isalpha() or word in self.lists.closers or word in self.lists.numbers

    def spelled(self, at: int) -> tuple[str, int]:
        """The letters spelled from `at` on, when they are too many to be anything but spelling; ("", at) if not."""
        letters, end = self.runs.get(at, ("", at))
        count = sum(letter.isalpha() for letter in letters)
        if count < 2 or len(set(letters)) == 1 or (count < MIN_SPELLED and not self.is_closed(end)):
            return "", at
        if count < MIN_SPELLED and self.word(end) == "." and (self.is_plainly(end + 1) or self.is_strange(end + 1)):
            return "", at
        if count < MIN_SPELLED and (letters in self.lists.no_initials or not all(len(self.word(i)) == 1 for i in range(at, end))):
            return "", at
        return letters, end

    def letters_of(self, word: str, at: int) -> int:
        """The index after the very letters of `word`, spelled from `at` on, whatever is spelled behind them; `at` when they are not."""
        if len(self.word(at)) != 1 and at not in self.runs:
            return at  # most words: no letter stands here
        plain = "".join(filter(str.isalpha, word))
        here = at
        for letter in plain:
            while here > at and self.word(here) in ("-", ",", "."):
                here += 1
            if self.word(here) != letter:
                break
            here += 1
        else:
            return at if len(self.word(here)) == 1 and self.word(here).isalpha() else here
        letters, end = self.runs.get(at, ("", at))
        return end if plain and "".join(filter(str.isalpha, letters)) == plain else at

    def is_plainly(self, at: int) -> bool:
        """Whether the word at `at` is a name and no everyday word; a capital or a list says so, or that nobody knows it, or its letters."""
        word = self.owner(at) or self.word(at)
        if len(word) < 2 or not word[0].isalpha() or word in self.lists.never or word.endswith(self.lists.contractions):
            return False
        return (
            self.is_proud(at)
            or (word != self.word(at) and self.lists.is_known(word))
            or (not self.lists.is_ordinary(word) and not self.lists.is_wordlike(word))
            or (self.lists.is_known(word) and self.is_closed(at + 1))
            or self.letters_of(word, at + 1) > at + 1
        )

    def is_joined(self, at: int) -> bool:
        """Whether the hyphen at `at` is written between two words without spaces."""
        if self.word(at) != "-" or not 0 < at < len(self.tokens) - 1:
            return False
        return self.tokens[at - 1].end == self.tokens[at].start == self.tokens[at + 1].start - 1

    def is_strange(self, at: int) -> bool:
        """Whether the word at `at` ends the utterance and is no word of everyday language."""
        word = self.word(at)
        return len(word) >= MIN_SPELLED and word.isalpha() and not self.lists.is_ordinary(word) and self.ends(at + 1, Trust.BARE)

    def is_divided(self, at: int) -> bool:
        """Whether the letter at `at` and the fragment after it are one name that was written apart: "D aniel"."""
        fragment = self.word(at + 1)
        if len(fragment) < MIN_SPELLED or not fragment.isalpha() or self.lists.is_known(fragment) or self.lists.is_ordinary(fragment):
            return False
        return self.lists.is_known(self.word(at) + fragment)

    def ends(self, at: int, trust: Trust) -> bool:
        word = self.word(at)
        if trust is Trust.CUED:
            return self.is_closed(at)
        return not word or word in (",", ".", "!", ";") or self.is_part_noun(at)

    def is_part_noun(self, at: int) -> bool:
        """Whether a part of the name is named at `at`: "surname", "last name"."""
        return self.word(at) == "surname" or any(cues().nouns[role].at(self.tokens, at) > 1 for role in ("given", "family"))

    def owner(self, at: int) -> str:
        """The word at `at` without its "'s" where "name" follows ("Ann Lee's the name", "in Ann's name"), else ""."""
        following = at + 2 if self.word(at + 1) in cues().articles else at + 1
        base = self.word(at).removesuffix("'s")
        return base if self.word(following) == "name" and base != self.word(at) else ""
