"""The words of one utterance, judged where they stand: which of them may be a word of an English name.

An everyday word is a surname behind a name that some list has, where nothing but the end or a word that closes a name follows. Behind a first
name that is given for a name ("my full name is ...", or nothing, when the name was asked for) any word that is no function word is one: there
is no word that nobody is called.
"""

from collections.abc import Sequence
from enum import IntEnum

from agent.nlu.effort import spend
from agent.nlu.spelling.letters import spelled_runs
from agent.nlu.utterance import Token
from agent.slots.name.cues import cues
from agent.slots.name.lists import is_pinyin, is_syllable, lexicon

_TOKEN = 3
"""Units of effort that a token takes."""
MIN_SPELLED = 3
_MIN_STRANGE = 4
"""Letters of a word no list has, from which it may be the surname behind the name of a day or a month."""
VOWELS = frozenset("aeiouy")


class Trust(IntEnum):
    """How strongly what led up to the words says that a name follows."""

    LISTED = 0
    """ "a table for": only what a list or a capital letter makes a name."""
    BARE = 1
    """Nothing, or "it's"."""
    CUED = 2
    """ "my name is"."""


class Words:
    """One utterance's tokens, which of them have a telling capital, and which are spelled. `expected`: the name was asked for, and nothing else."""

    def __init__(self, tokens: Sequence[Token], language: str = "en", *, expected: bool = False) -> None:
        spend(_TOKEN * len(tokens))
        self.tokens = tokens
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
        return self.tokens[at].norm if 0 <= at < len(self.tokens) else ""

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
        if count < MIN_SPELLED and (letters in ("am", "ia", "ai") or not all(len(self.word(i)) == 1 for i in range(at, end))):
            return "", at
        return letters, end

    def letters_of(self, word: str, at: int) -> int:
        """The index after the very letters of `word`, spelled from `at` on, whatever is spelled behind them; `at` when they are not."""
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

    def is_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the word at `at` is one of a name; `before`: a word of the name stands before it."""
        if not 0 <= at < len(self.tokens):
            return False
        word, lists = self.word(at), self.lists
        if len(word) < 2 or not word[0].isalpha() or not any(letter.isalpha() for letter in word):
            return False
        if self.word(at + 1)[:1].isdigit() and self.tokens[at].end == self.tokens[at + 1].start:  # "moonlee420": a user's name
            return False
        if word in lists.never or word.endswith(lists.contractions) or (before and word in cues().mail):
            return False
        if word in lists.function and not lists.is_known(word) and not self.is_proud(at):
            return False
        if before and ((self.word(at - 1) in lists.binding and self.is_closed(at + 1)) or self._is_syllable(at)):
            return True
        if before and self._is_surname(at, trust):
            return True
        if word in lists.calendar and not (lists.is_known(word) and (before or trust is Trust.CUED)):
            return self._is_dated(at, trust)
        if word in lists.street and trust is not Trust.CUED:
            return False
        if not before and word in lists.syllabic and self._is_syllable(at + 1):
            return True
        if lists.is_ordinary(word):
            return self._is_everyday_name(at, trust, before=before)
        proud = self.is_proud(at)
        if trust is Trust.LISTED and not before:
            return proud or word in lists.given
        if lists.is_known(word):
            return True
        if (
            trust is not Trust.CUED
            and not before
            and not (proud and self.tokens[at].text[1:2].islower())
            and not self.is_joined(at + 1)
            and word.isascii()
            and (not any(letter in VOWELS for letter in word) or (len(word) == 2 and not self.is_plainly(at + 1)))
        ):
            return False
        if proud or before or trust is Trust.CUED or not lists.is_wordlike(word):
            return True
        return is_pinyin(word, 2) and self.word(at + 1) in lists.family and not lists.is_ordinary(self.word(at + 1))

    def _is_dated(self, at: int, trust: Trust) -> bool:
        """Whether the day or month at `at` opens a name: "June Carter"; "Tuesday Weld" where a name is given."""
        word, following = self.word(at), self.word(at + 1)
        alone = self.expected and self.ends(at + 1, Trust.BARE)
        if word in self.lists.given and (alone or self._leads_plainly(at) or self._opens(at, trust)):
            return True
        given = trust is Trust.CUED or (self.expected and trust is Trust.BARE)
        if given and not self.lists.is_ordinary(following) and (self.lists.is_known(following) or len(following) >= _MIN_STRANGE):
            return self.is_plainly(at + 1) and self.is_closed(at + 2)
        return (
            self.is_proud(at)
            and self.is_proud(at + 1)
            and following not in self.lists.calendar
            and following not in self.lists.never
            and following[:1].isalpha()
        )

    def _is_everyday_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the everyday word at `at` is one of a name."""
        word, lists = self.word(at), self.lists
        if self.is_proud(at) and (before or trust is not Trust.BARE) and word not in lists.street and word not in lists.numbers:
            return trust is not Trust.LISTED or before or self.is_proud(at + 1)
        if not lists.is_known(word):
            return trust is not Trust.LISTED and not before and lists.is_derived(word) and self._has_surname(at)
        if before:
            return self.is_closed(at + 1) or self.is_plainly(at + 1)
        leads = self._leads_plainly(at)
        if leads and lists.is_known(self.word(at + 1)) and not lists.is_ordinary(self.word(at + 1)):
            return True
        if word in lists.given:
            return leads or self._opens(at, trust) or (trust is not Trust.LISTED and self.ends(at + 1, trust))
        return trust is Trust.CUED and self.ends(at + 1, trust)

    def _has_surname(self, at: int) -> bool:
        """Whether nothing but a surname follows the word at `at`: "Aisling O'Neil"."""
        word = self.word(at + 1)
        surname = word in self.lists.family or (word.startswith("o'") and word[2:] in self.lists.after_o)
        adverb = self.word(at).endswith("ly") or bool(cues().repair.at(self.tokens, at))
        return self.expected and surname and not adverb and not self.lists.is_ordinary(word) and self.ends(at + 2, Trust.BARE)

    def _opens(self, at: int, trust: Trust) -> bool:
        """Whether the first name at `at`, an everyday word itself, is said again ("will, will young") or has a surname and nothing more behind it."""
        following = self.word(at + 1)
        if following == self.word(at):
            return self._leads_plainly(at + 1)
        known = self.lists.is_known(following)
        return (
            (trust is Trust.CUED or (self.expected and trust is Trust.BARE))
            and self.word(at) not in self.lists.closers
            and (known or self.word(at) not in self.lists.calendar)
            and self.is_surname_word(at + 1)
            and (self.ends(at + 2, Trust.BARE) or (known and self.is_closed(at + 2)))
        )

    def _is_surname(self, at: int, trust: Trust) -> bool:
        """Whether the word at `at`, whatever it is, is the surname behind the first name before it."""
        first = self.word(at - 1)
        if not (trust is Trust.CUED or (self.expected and trust is Trust.BARE)) or first not in self.lists.given:
            return False
        plain = first not in self.lists.closers and not self.lists.is_ordinary(first)
        return self.is_surname_word(at) and (self.is_closed(at + 1) if plain else self.ends(at + 1, Trust.BARE))

    def is_surname_word(self, at: int) -> bool:
        """Whether the word at `at` can be a surname for all we know: no function word, no number, no politeness, no kind of street alone."""
        word, lists = self.word(at), self.lists
        if len(word) < 2 or not word.isalpha() or word in lists.never or word in lists.numbers:
            return False
        if lists.is_known(word):
            return True
        return not (word in lists.closers or word in lists.function or word in lists.only_streets or cues().politeness.at(self.tokens, at))

    def _is_syllable(self, at: int) -> bool:
        """Whether the word at `at` is one of the last of a romanised name that ends the utterance: "Li Na", "Kim Min Jun"."""
        first = at - 1 if self.word(at - 1) in self.lists.syllabic else at - 2
        if self.word(first) not in self.lists.syllabic:
            return False
        last = at + 1 if first == at - 1 and self.word(at + 1)[:1].isalpha() else at
        syllables = [self.word(i) for i in range(first + 1, last + 1)]
        return self.ends(last + 1, Trust.BARE) and all(is_syllable(word) and word not in self.lists.closers for word in syllables)

    def _leads_plainly(self, at: int) -> bool:
        """Whether the word at `at` has a plain name behind it, or an initial and a name."""
        initial = len(self.word(at + 1)) == 1 and self.word(at + 1).isalpha()
        return self.is_plainly(at + 2 if initial else at + 1)

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
        following = at + 2 if self.word(at + 1) in ("the", "my") else at + 1
        base = self.word(at).removesuffix("'s")
        return base if self.word(following) == "name" and base != self.word(at) else ""
