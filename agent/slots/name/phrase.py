"""A name phrase in English: the words, the initials and the spelled letters that stand in a row and make one name.

How much is taken for a name depends on what led up to it (`Trust`): behind "my name is" an unknown word is a name, alone it must be no everyday word,
behind "for" it must be in a list or have a capital. An everyday word that is a surname too is one when it stands behind a name and nothing but
the end or a word that closes a name follows it.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from agent.languages.letters import spelled_runs
from agent.slots.name.lists import is_pinyin, is_syllable, lexicon
from agent.slots.name.mending import mended, mending, sounds_like
from agent.slots.name.writing import initials, split_letters
from agent.text import Token

MAX_WORDS = 6
_MIN_SPELLED = 3
_MIN_STRANGE = 5
"""Letters of a surname that a bare initial may stand before: "S. Balan"."""
_VOWELS = frozenset("aeiouy")


class Trust(IntEnum):
    """How strongly what led up to the words says that a name follows."""

    LISTED = 0
    """ "a table for": only what a list or a capital letter makes a name."""
    BARE = 1
    """Nothing, or "it's"."""
    CUED = 2
    """ "my name is"."""


class Piece(NamedTuple):
    text: str
    spelled: bool = False


class Phrase(NamedTuple):
    pieces: tuple[Piece, ...]
    end: int
    """The index after its last token."""
    known: int
    """How many of its words some list has, and everyday language has not."""
    proud: int
    """How many have a capital that the beginning of a sentence does not explain."""
    title: str = ""

    @property
    def words(self) -> int:
        return sum(not piece.spelled for piece in self.pieces)

    @property
    def spelled(self) -> bool:
        return any(piece.spelled for piece in self.pieces)


class Reader:
    """One utterance's tokens, and which of them have a telling capital."""

    def __init__(self, tokens: Sequence[Token], language: str = "en") -> None:
        self.tokens = tokens
        self.lists = lexicon()
        some = [token for token in tokens if token.is_word]
        lowered = any(token.text[0].islower() for token in some)
        self._shouted = len(some) > 1 and all(token.text.isupper() for token in some)
        self._runs = spelled_runs(tokens, language)
        self._telling = (lowered or len(some) <= 3) and not self._shouted

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
        letters, end = self._runs.get(at, ("", at))
        count = sum(letter.isalpha() for letter in letters)
        if count < 2 or len(set(letters)) == 1 or (count < _MIN_SPELLED and not self.is_closed(end)):
            return "", at
        if count < _MIN_SPELLED and self.word(end) == "." and (self._is_plainly(end + 1) or self._is_strange(end + 1)):
            return "", at
        if count < _MIN_SPELLED and (letters in ("am", "ia", "ai") or not all(len(self.word(i)) == 1 for i in range(at, end))):
            return "", at
        return letters, end

    def phrase(self, start: int, trust: Trust) -> Phrase | None:
        """The name phrase that stands at `start`, or None."""
        at, title = self._title(start)
        pieces: list[Piece] = []
        known = proud = 0
        while at < len(self.tokens) and len(pieces) < MAX_WORDS:
            at = self._past_stop(at, pieces)
            if pieces and self.word(at) in self.lists.hesitation and self._is_plainly(at + 1):
                at += 1
            end = self._with_letters(at)
            if end > at and (pieces or trust is not Trust.LISTED):
                known += self.lists.is_known(self.word(at))
                pieces.append(Piece(self.tokens[at].text))
                at = end
                continue
            letters, end = self.spelled(at)
            if letters:
                pieces.append(Piece(self._split(letters, pieces), spelled=True))
                at = end
                continue
            if pieces and (after := self._to_letters(at)) > at:
                at = after
                continue
            mend, end = mending(self.tokens, at) if pieces else (None, at)
            if mend is not None:
                pieces = [Piece(text) for text in mended([piece.text for piece in pieces], mend)]
                at = end
                continue
            piece, end = self._piece(at, trust if not title else Trust.CUED, pieces)
            if piece is None:
                break
            word = self.word(at)
            known += self.lists.is_known(word) and not self.lists.is_ordinary(word)
            proud += self.is_proud(at)
            pieces.append(piece)
            at = end
        if not pieces:
            return None
        return Phrase(tuple(pieces), at, known, proud, title)

    def _split(self, letters: str, before: Sequence[Piece]) -> str:
        """Spelled letters as words: one, if they spell the word before them."""
        if len(letters) < _MIN_SPELLED:
            return initials(letters)
        return letters if before and sounds_like(before[-1].text, letters) else split_letters(letters)

    def _with_letters(self, at: int) -> int:
        """The index after the word at `at` and the very letters of it; `at` when they do not follow."""
        word = self.word(at)
        if len(word) < 2 or not word[0].isalpha():
            return at
        for start in (at + 1, at + 2):
            letters, end = self._runs.get(start, ("", start))
            if letters == word and (start == at + 1 or self.word(at + 1) == ","):
                return end
        return at

    def _past_stop(self, at: int, before: Sequence[Piece]) -> int:
        """The index after a mark that parts a word and its letters from the next word and its letters, or from an initial; else `at`."""
        if not before or self.word(at) not in (".", "。", ","):
            return at
        lettered = self.word(at - 1).isalpha() and len(self.word(at - 1)) == 1
        following = at + 1
        initial = len(self.word(following)) == 1
        word = following + 2 if initial else following
        joined = self.word(word + 1) == "-" and bool(self._runs.get(word + 4))
        return following if lettered and (joined or self._with_letters(word) > word) else at

    def _title(self, at: int) -> tuple[int, str]:
        word = self.word(at)
        if word in self.lists.titles and self.word(at + 1):
            after = at + 2 if self.word(at + 1) == "." else at + 1
            if self.word(after)[:1].isalpha() and not (self.lists.is_ordinary(self.word(after)) and not self.lists.is_known(self.word(after))):
                return after, word
        return at, ""

    def _to_letters(self, at: int) -> int:
        """The index of spelled letters that are led up to by a comma or by "that's spelled", or `at`."""
        after = at
        for _ in range(3):
            if self.word(after) in (",", "-", ".", ";", ":"):
                after += 1
            else:
                after += self.lists.spelling.at(self.tokens, after)
        letters, _ = self.spelled(after)
        return after if sum(letter.isalpha() for letter in letters) >= _MIN_SPELLED else at

    def _piece(self, at: int, trust: Trust, before: Sequence[Piece]) -> tuple[Piece | None, int]:
        """One word of a name, with what is joined to it by a hyphen or an O'."""
        word = self.word(at)
        if not word[0].isalpha():
            return None, at
        if len(word) == 1:
            return self._single(at, trust, before)
        if word in self.lists.suffixes and before and self.is_closed(at + 1):
            return Piece(self.tokens[at].text), at + 1
        if before and word == "the" and self.word(at + 1) in self.lists.numerals and self.is_closed(at + 2):
            return Piece(self.lists.numerals[self.word(at + 1)]), at + 2
        if word in ("mc", "mac", "o'", "d'") and self._is_name(at + 1, Trust.BARE, before=True):
            return Piece(word + self.word(at + 1)), at + 2
        if word == "st" and self.word(at + 1) == "." and (before or trust is Trust.CUED) and self._is_name(at + 2, Trust.BARE, before=True):
            return Piece(f"{self.tokens[at].text} {self.tokens[at + 2].text}"), at + 3
        if word in self.lists.particles and self._leads_on(at, trust, before):
            return Piece(self.tokens[at].text), at + 1
        if not self._is_name(at, trust, before=bool(before)):
            return None, at
        text = self.tokens[at].text
        if before and not self._shouted and len(text) > 2 and text.isupper() and not before[-1].text.isupper():
            return Piece(word, spelled=True), at + 1
        return self._hyphened(Piece(text), at + 1, trust)

    def _single(self, at: int, trust: Trust, before: Sequence[Piece]) -> tuple[Piece | None, int]:
        """A letter by itself: the O of O'Neill, or an initial between names."""
        word, following = self.word(at), self.word(at + 1)
        after = at + 2 if following in (".", "。", "'") else at + 1
        if word == "o" and self.word(after) in self.lists.after_o:
            return self._hyphened(Piece("o'" + self.word(after)), after + 1, trust)
        if word == "d" and self.word(after) in self.lists.after_d:
            return Piece("d'" + self.word(after)), after + 1
        if word in ("i", "a") and not (word == "a" and self.is_proud(at)):
            return None, at
        if not before and self.is_divided(at):
            return Piece(self.tokens[at].text + self.tokens[at + 1].text), at + 2
        behind = after + 2 if self.word(after + 1) in (".", "。") else after + 1
        second = len(self.word(after)) == 1 and self.word(after).isalpha() and (self._is_plainly(behind) or self._is_strange(behind))
        first = not before and word not in _VOWELS and self._is_strange(after) and len(self.word(after)) >= _MIN_STRANGE
        if second or first or ((before or trust is Trust.CUED) and self._is_name(after, Trust.BARE, before=True)):
            return Piece(self.tokens[at].text.upper()), after
        return None, at

    def is_divided(self, at: int) -> bool:
        """Whether the letter at `at` and the fragment after it are one name that was written apart: "D aniel"."""
        fragment = self.word(at + 1)
        if len(fragment) < _MIN_SPELLED or not fragment.isalpha() or self.lists.is_known(fragment) or self.lists.is_ordinary(fragment):
            return False
        return self.lists.is_known(self.word(at) + fragment)

    def _is_strange(self, at: int) -> bool:
        """Whether the word at `at` ends the utterance and is no word of everyday language."""
        word = self.word(at)
        return len(word) >= _MIN_SPELLED and word.isalpha() and not self.lists.is_ordinary(word) and self._ends(at + 1, Trust.BARE)

    def _hyphened(self, piece: Piece, at: int, trust: Trust) -> tuple[Piece, int]:
        """`piece` and the words that a hyphen, written without spaces or said aloud, joins to it."""
        for _ in range(2):
            written = (
                self.word(at) == "-"
                and at + 1 < len(self.tokens)
                and self.tokens[at - 1].end == self.tokens[at].start == self.tokens[at + 1].start - 1
            )
            if not (written or self.word(at) in self.lists.hyphen) or not self._is_name(at + 1, max(trust, Trust.BARE), before=True):
                return piece, at
            piece = Piece(f"{piece.text}-{self.tokens[at + 1].text}")
            at += 2
        return piece, at

    def _leads_on(self, at: int, trust: Trust, before: Sequence[Piece]) -> bool:
        """Whether the particle at `at` has a name behind it."""
        word = self.word(at)
        if self.lists.is_ordinary(word) and not (before or trust is Trust.CUED):
            return False
        after = at + 1
        while self.word(after) in self.lists.particles and after < at + 3:
            after += 1
        return self._is_name(after, Trust.BARE, before=True) or (after > at + 1 and self._is_name(after - 1, Trust.BARE, before=True))

    def _is_name(self, at: int, trust: Trust, *, before: bool) -> bool:
        """Whether the word at `at` is one of a name; `before`: a word of the name stands before it."""
        if not 0 <= at < len(self.tokens):
            return False
        word, lists = self.word(at), self.lists
        if len(word) < 2 or not word[0].isalpha() or not any(letter.isalpha() for letter in word):
            return False
        proud = self.is_proud(at)
        if word in lists.never or word.endswith(lists.contractions):
            return False
        if before and ((self.word(at - 1) in lists.binding and self.is_closed(at + 1)) or self._is_syllable(at)):
            return True
        if word in lists.calendar and not (lists.is_known(word) and (before or trust is Trust.CUED)):
            following = self.word(at + 1)
            if word in lists.given and self._leads_plainly(at):
                return True
            return proud and self.is_proud(at + 1) and following not in lists.calendar and following not in lists.never and following[:1].isalpha()
        if word in lists.street and trust is not Trust.CUED:
            return False
        if not before and word in lists.syllabic and self._is_syllable(at + 1):
            return True
        if lists.is_ordinary(word):
            if proud and (before or trust is not Trust.BARE) and word not in lists.street and word not in lists.numbers:
                return trust is not Trust.LISTED or before or self.is_proud(at + 1)
            if not lists.is_known(word):
                return False
            if before:
                return self.is_closed(at + 1) or self._is_plainly(at + 1)
            leads = self._leads_plainly(at)
            if leads and lists.is_known(self.word(at + 1)) and not lists.is_ordinary(self.word(at + 1)):
                return True
            if word in lists.given:
                return leads or (trust is not Trust.LISTED and self._ends(at + 1, trust))
            return trust is Trust.CUED and self._ends(at + 1, trust)
        if trust is Trust.LISTED and not before:
            return proud or word in lists.given
        if lists.is_known(word):
            return True
        if (
            trust is not Trust.CUED
            and not before
            and word.isascii()
            and (not any(letter in _VOWELS for letter in word) or (len(word) == 2 and not self._is_plainly(at + 1)))
        ):
            return False
        if proud or before or trust is Trust.CUED or not lists.is_wordlike(word):
            return True
        return is_pinyin(word, 2) and self.word(at + 1) in lists.family and not lists.is_ordinary(self.word(at + 1))

    def _is_syllable(self, at: int) -> bool:
        """Whether the word at `at` is one of the last of a romanised name that ends the utterance: "Li Na", "Kim Min Jun"."""
        first = at - 1 if self.word(at - 1) in self.lists.syllabic else at - 2
        if self.word(first) not in self.lists.syllabic:
            return False
        last = at + 1 if first == at - 1 and self.word(at + 1)[:1].isalpha() else at
        syllables = [self.word(i) for i in range(first + 1, last + 1)]
        return self._ends(last + 1, Trust.BARE) and all(is_syllable(word) and word not in self.lists.closers for word in syllables)

    def _leads_plainly(self, at: int) -> bool:
        """Whether the word at `at` has a plain name behind it, or an initial and a name."""
        initial = len(self.word(at + 1)) == 1 and self.word(at + 1).isalpha()
        return self._is_plainly(at + 2 if initial else at + 1)

    def _is_plainly(self, at: int) -> bool:
        """Whether the word at `at` is a name and no everyday word; a capital or a list says so, or that nobody knows it."""
        word = self.word(at)
        if len(word) < 2 or not word[0].isalpha() or word in self.lists.never or word.endswith(self.lists.contractions):
            return False
        return (
            self.is_proud(at)
            or (not self.lists.is_ordinary(word) and not self.lists.is_wordlike(word))
            or (self.lists.is_known(word) and self.is_closed(at + 1))
        )

    def _ends(self, at: int, trust: Trust) -> bool:
        word = self.word(at)
        if trust is Trust.CUED:
            return self.is_closed(at)
        return not word or word in (",", ".", "!", ";")
