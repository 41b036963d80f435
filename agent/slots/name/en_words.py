"""Which words of an utterance may be words of an English name.

An everyday word is a surname behind a name that some list has, where nothing but the end or a word that closes a name follows. Behind a first
name that is given for a name ("my full name is ...", or nothing, when the name was asked for) any word that is no function word is one: there
is no word that nobody is called.
"""

from agent.slots.name.en_cues import cues
from agent.slots.name.en_lexicon import is_pinyin, is_syllable
from agent.slots.name.en_tokens import VOWELS, Tokens, Trust

_MIN_STRANGE = 4
"""Letters of a word no list has, from which it may be the surname behind the name of a day or a month."""


class Words(Tokens):
    """One utterance, its words judged."""

    def is_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the word at `at` is one of a name; `before`: a word of the name stands before it."""
        if not self._may_be_name(at, before=before):
            return False
        word, lists = self.word(at), self.lists
        if before and self._belongs(at, trust):
            return True
        if word in lists.calendar and not (lists.is_known(word) and (before or trust is Trust.CUED)):
            return self._is_dated(at, trust)
        if word in lists.street and trust is not Trust.CUED:
            return False
        if not before and word in lists.syllabic and self._is_syllable(at + 1):
            return True
        if lists.is_ordinary(word):
            return self._is_everyday_name(at, trust, before=before)
        if trust is Trust.LISTED and not before:
            return self.is_proud(at) or word in lists.given
        return lists.is_known(word) or self._is_unknown_name(at, trust, before=before)

    def _may_be_name(self, at: int, *, before: bool) -> bool:
        """Whether there is a word at `at` that somebody may be called at all."""
        word, lists = self.word(at), self.lists
        if len(word) < 2 or not word[0].isalpha():
            return False
        if self.word(at + 1)[:1].isdigit() and self.tokens[at].end == self.tokens[at + 1].start:  # "moonlee420": a user's name
            return False
        if word in lists.never or word.endswith(lists.contractions) or (before and word in cues().mail):
            return False
        return word not in lists.function or lists.is_known(word) or self.is_proud(at)

    def _belongs(self, at: int, trust: Trust) -> bool:
        """Whether the word at `at`, whatever it is, belongs to the name before it: "al Sayed", "Li Na", "Mary Street"."""
        bound = self.word(at - 1) in self.lists.binding and self.is_closed(at + 1)
        return bound or self._is_syllable(at) or self._is_surname(at, trust)

    def _is_unknown_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether a word that is in no list, and no everyday word, is one of a name."""
        word, proud = self.word(at), self.is_proud(at)
        if before or trust is Trust.CUED:
            return True
        written = (proud and self.tokens[at].text[1:2].islower()) or self.is_joined(at + 1) or not word.isascii()
        if not written and (VOWELS.isdisjoint(word) or (len(word) == 2 and not self.is_plainly(at + 1))):
            return False
        if proud or not self.lists.is_wordlike(word):
            return True
        return is_pinyin(word, 2) and self.word(at + 1) in self.lists.family and not self.lists.is_ordinary(self.word(at + 1))

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
