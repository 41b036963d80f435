"""Which words of an utterance may be words of an English name: by the lists, by a telling capital, by what stands beside them.

An everyday word is a surname behind a name that some list has, where nothing but the end or a word that closes a name follows. Behind a first
name that is given for a name ("my full name is ...", or nothing, when the name was asked for) any word that is no function word is one: there
is no word that nobody is called.
"""

from enum import IntEnum

from agent.nlu.effort import spend
from agent.nlu.numerals.words import is_han
from agent.nlu.spelling.letters import spelled_runs
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import Spoken
from agent.slots.name.lists import STREETS, is_contracted, is_derived, is_known, is_ordinary, is_pinyin, is_syllable, is_wordlike, lists_of, stands_in

VOWELS = frozenset("aeiouy")


class Trust(IntEnum):
    """How strongly what led up to the words says that a name follows."""

    LISTED = 0
    """ "a table for": only what a list or a capital letter makes a name."""
    BARE = 1
    """Nothing, or "it's"."""
    CUED = 2
    """ "my name is"."""


class Words(Spoken):
    """One utterance, its words judged. `expected`: the name was asked for, and nothing else."""

    def __init__(self, utterance: Utterance, language: str = "en", *, expected: bool = False) -> None:
        super().__init__(utterance, "en")
        tokens = self.tokens
        spend(weights.TOKEN * len(tokens))
        words = ["" if is_han(token.norm) else token.norm for token in tokens]
        self._words, self._lists = dict(enumerate(words)), lists_of(words)
        self.expected = expected
        some = [token for token in tokens if token.is_word]
        self.shouted = len(some) > 1 and all(token.text.isupper() for token in some)
        self.runs = dict(self._past_said(at, run) for at, run in spelled_runs(tokens, language).items())
        self._telling = (len(some) <= weights.FEW_WORDS or any(token.text[0].islower() for token in some)) and not self.shouted

    def _past_said(self, at: int, run: tuple[str, int]) -> tuple[int, tuple[str, int]]:
        """A run of letters without the short name it opens with, where the others spell what was said just before: "Tom Lee, T O M Lee"."""
        (letters, end), short = run, self.word(at)
        if len(short) < 2 or not letters.startswith(short):
            return at, run
        start = at + 1 + (self.word(at + 1) in (",", "."))
        rest, before = letters.removeprefix(short), self.word(at - 1)
        return (start, (rest, end)) if before and rest in (before, before + short) else (at, run)

    def word(self, at: int) -> str:
        return self._words.get(at, "")

    def is_a(self, at: int, *kinds: str) -> bool:
        """Whether one of these lists has the word at `at`."""
        return 0 <= at < len(self._lists) and not self._lists[at].isdisjoint(kinds)

    def is_proud(self, at: int) -> bool:
        """Whether the token has a capital, inside a sentence of an utterance that uses them."""
        if not self._telling or not 0 < at < len(self.tokens) or not self.tokens[at].text[0].isupper():
            return False
        return self.word(at - 1) not in (".", "!", "?")

    def is_closed(self, at: int) -> bool:
        """Whether a name may end before the token at `at`: nothing, a mark, a number or a closing word is there."""
        return not self.word(at)[:1].isalpha() or self.is_a(at, "closers", "numbers")

    def stops(self, at: int, trust: Trust = Trust.BARE) -> bool:
        """The same; where no cue says that a name stands there, before a mark or another part of the name alone."""
        word = self.word(at)
        return self.is_closed(at) if trust is Trust.CUED else not word or word in (",", ".", "!", ";") or self.is_part_noun(at)

    def is_suffix(self, at: int) -> bool:
        """Whether the word at `at` is said behind a whole name, and ends it: "junior"."""
        return self.is_a(at, "suffixes") and self.is_closed(at + 1)

    def is_part_noun(self, at: int) -> bool:
        """Whether a part of the name is named at `at`: "surname", "last name"."""
        return self.is_a(at, "surname") or self.size(at, "noun_given", "noun_family") > 1

    def spelled(self, at: int) -> tuple[str, int]:
        """The letters spelled from `at` on, when they are too many to be anything but spelling; ("", at) if not."""
        letters, end = self.runs.get(at, ("", at))
        count = sum(letter.isalpha() for letter in letters)
        few = count < weights.MIN_SPELLED and (
            not self.is_closed(end)
            or (self.word(end) == "." and (self.is_plainly(end + 1) or self.is_strange(end + 1)))
            or stands_in(letters, "no_initials")
            or not all(len(self.word(i)) == 1 for i in range(at, end))
        )
        return ("", at) if few or count < 2 or len(set(letters)) == 1 else (letters, end)

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
        if len(word) < 2 or not word[0].isalpha() or stands_in(word, "never") or is_contracted(word):
            return False
        return (
            self.is_proud(at)
            or (is_known(word) and (word != self.word(at) or self.is_closed(at + 1)))
            or not (is_ordinary(word) or is_wordlike(word))
            or self.letters_of(word, at + 1) > at + 1
        )

    def owner(self, at: int) -> str:
        """The word at `at` without its "'s" where "name" follows ("Ann Lee's the name", "in Ann's name"), else ""."""
        base = self.word(at).removesuffix("'s")
        return base if base != self.word(at) and self.is_a(at + 1 + self.is_a(at + 1, "articles"), "name") else ""

    def is_joined(self, at: int) -> bool:
        """Whether the hyphen at `at` is written between two words without spaces."""
        if self.word(at) != "-" or not 0 < at < len(self.tokens) - 1:
            return False
        return self.tokens[at - 1].end == self.tokens[at].start == self.tokens[at + 1].start - 1

    def is_strange(self, at: int, least: int = weights.MIN_SPELLED) -> bool:
        """Whether the word at `at` ends the utterance and is no word of everyday language."""
        word = self.word(at)
        return len(word) >= least and word.isalpha() and not is_ordinary(word) and self.stops(at + 1)

    def is_divided(self, at: int) -> bool:
        """Whether the letter at `at` and the fragment after it are one name that was written apart: "D aniel"."""
        fragment = self.word(at + 1)
        strange = len(fragment) >= weights.MIN_SPELLED and fragment.isalpha() and not is_known(fragment) and not is_ordinary(fragment)
        return strange and is_known(self.word(at) + fragment)

    def is_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the word at `at` is one of a name; `before`: a word of the name stands before it."""
        word = self.word(at)
        if not self._may_be_name(at, before=before):
            return False
        if before and self._belongs(at, trust):
            return True
        if stands_in(word, "calendar") and not (is_known(word) and (before or trust is Trust.CUED)):
            return self._is_dated(at, trust)
        if stands_in(word, *STREETS) and trust is not Trust.CUED:
            return False
        if not before and stands_in(word, "syllabic") and self._is_syllable(at + 1):
            return True
        if is_ordinary(word):
            return self._is_everyday_name(at, trust, before=before)
        if trust is Trust.LISTED and not before:
            return self.is_proud(at) or stands_in(word, "given")
        return is_known(word) or self._is_unknown_name(at, trust, before=before)

    def _may_be_name(self, at: int, *, before: bool) -> bool:
        """Whether there is a word at `at` that somebody may be called at all."""
        word = self.word(at)
        if len(word) < 2 or not word[0].isalpha():
            return False
        if self.word(at + 1)[:1].isdigit() and self.tokens[at].end == self.tokens[at + 1].start:  # "moonlee420": a user's name
            return False
        if stands_in(word, "never") or is_contracted(word) or (before and stands_in(word, "mail")):
            return False
        return not stands_in(word, "function") or is_known(word) or self.is_proud(at)

    def _belongs(self, at: int, trust: Trust) -> bool:
        """Whether the word at `at`, whatever it is, belongs to the name before it: "al Sayed", "Li Na", "Mary Street"."""
        return (self.is_a(at - 1, "binding") and self.is_closed(at + 1)) or self._is_syllable(at) or self._is_surname(at, trust)

    def _is_unknown_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether a word that is in no list, and no everyday word, is one of a name."""
        word, proud = self.word(at), self.is_proud(at)
        if before or trust is Trust.CUED:
            return True
        written = (proud and self.tokens[at].text[1:2].islower()) or self.is_joined(at + 1) or not word.isascii()
        if not written and (VOWELS.isdisjoint(word) or (len(word) == 2 and not self.is_plainly(at + 1))):
            return False
        if proud or not is_wordlike(word):
            return True
        return is_pinyin(word, 2) and self.is_a(at + 1, "family") and not is_ordinary(self.word(at + 1))

    def _is_dated(self, at: int, trust: Trust) -> bool:
        """Whether the day or month at `at` opens a name: "June Carter"; "Tuesday Weld" where a name is given."""
        following = self.word(at + 1)
        alone = self.expected and self.stops(at + 1)
        if self.is_a(at, "given") and (alone or self._leads_plainly(at) or self._opens(at, trust)):
            return True
        if self._is_given(trust) and not is_ordinary(following) and (is_known(following) or len(following) >= weights.MIN_STRANGE):
            return self.is_plainly(at + 1) and self.is_closed(at + 2)
        return self.is_proud(at) and self.is_proud(at + 1) and not stands_in(following, "calendar", "never") and following[:1].isalpha()

    def _is_everyday_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the everyday word at `at` is one of a name."""
        word = self.word(at)
        if self.is_proud(at) and (before or trust is not Trust.BARE) and not stands_in(word, *STREETS, "numbers"):
            return trust is not Trust.LISTED or before or self.is_proud(at + 1)
        if not is_known(word):
            return trust is not Trust.LISTED and not before and is_derived(word) and self._has_surname(at)
        if before:
            return self.is_closed(at + 1) or self.is_plainly(at + 1) or self.is_suffix(at + 1)
        if stands_in(word, "given"):
            return self._leads_plainly(at) or self._opens(at, trust) or (trust is not Trust.LISTED and self.stops(at + 1, trust))
        return trust is Trust.CUED and self.is_closed(at + 1)

    def _has_surname(self, at: int) -> bool:
        """Whether nothing but a surname follows the word at `at`: "Aisling O'Neil"."""
        word = self.word(at + 1)
        surname = stands_in(word, "family") or (word.startswith("o'") and stands_in(word[2:], "after_o", "glued_o"))
        adverb = self.word(at).endswith("ly") or self.size(at, "repair")
        return self.expected and surname and not adverb and not is_ordinary(word) and self.stops(at + 2)

    def _opens(self, at: int, trust: Trust) -> bool:
        """Whether the first name at `at`, an everyday word itself, has a surname and nothing more behind it."""
        known = is_known(self.word(at + 1))
        return (
            self._is_given(trust)
            and not self.is_a(at, "closers")
            and (known or not self.is_a(at, "calendar"))
            and self.is_surname_word(at + 1)
            and (self.stops(at + 2) or (known and self.is_closed(at + 2)))
        )

    def _is_given(self, trust: Trust) -> bool:
        """Whether what is said is given for a name, by a cue or because it was asked for."""
        return trust is Trust.CUED or (self.expected and trust is Trust.BARE)

    def _is_surname(self, at: int, trust: Trust) -> bool:
        """Whether the word at `at`, whatever it is, is the surname behind the first name before it."""
        first = self.word(at - 1)
        if not self._is_given(trust) or not stands_in(first, "given"):
            return False
        plain = not stands_in(first, "closers") and not is_ordinary(first)
        return self.is_surname_word(at) and (self.is_closed(at + 1) if plain else self.stops(at + 1))

    def is_surname_word(self, at: int) -> bool:
        """Whether the word at `at` can be a surname for all we know: no function word, no number, no politeness, no kind of street alone."""
        word = self.word(at)
        if len(word) < 2 or not word.isalpha() or stands_in(word, "never", "numbers"):
            return False
        return is_known(word) or not (stands_in(word, "closers", "function", "only_streets") or self.size(at, "politeness"))

    def _is_syllable(self, at: int) -> bool:
        """Whether the word at `at` is one of the last of a romanised name that ends the utterance: "Li Na", "Kim Min Jun"."""
        first = at - 1 if self.is_a(at - 1, "syllabic") else at - 2
        if not self.is_a(first, "syllabic"):
            return False
        last = at + 1 if first == at - 1 and self.word(at + 1)[:1].isalpha() else at
        syllables = [self.word(i) for i in range(first + 1, last + 1)]
        return self.stops(last + 1) and all(is_syllable(word) and not stands_in(word, "closers") for word in syllables)

    def _leads_plainly(self, at: int) -> bool:
        """Whether the word at `at` has a plain name behind it, or an initial and a name."""
        initial = len(self.word(at + 1)) == 1 and self.word(at + 1).isalpha()
        return self.is_plainly(at + 1 + initial)
