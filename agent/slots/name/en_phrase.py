"""A name phrase in English: the words, the initials and the spelled letters that stand in a row and make one name.

How much is taken for a name depends on what led up to it (`Trust`): behind "my name is" an unknown word is a name, alone it must be no everyday word,
behind "for" it must be in a list or have a capital (en_words.py). Letters take the place of what they spell (en_letters.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.effort import spend
from agent.slots.name.en_letters import LetterReader, Piece
from agent.slots.name.en_tokens import VOWELS, Trust

MAX_WORDS = 6
"""Of one name; further ones belong to something else."""
_MIN_STRANGE = 5
"""Letters of a surname that a bare initial may stand before: "S. Balan"."""
_WORD = 40
"""Units of effort that a word of a phrase takes, beside what is looked for there."""


class Phrase(NamedTuple):
    pieces: tuple[Piece, ...]
    end: int
    """The index after its last token."""
    known: int
    """How many of its words some list has, and everyday language has not; a full name that opens with a first name has at least one."""
    proud: int
    """How many have a capital that the beginning of a sentence does not explain."""
    title: str = ""

    @property
    def words(self) -> int:
        return sum(not piece.spelled for piece in self.pieces)

    @property
    def spelled(self) -> bool:
        return any(piece.spelled for piece in self.pieces)


class Reader(LetterReader):
    """One utterance, read for name phrases."""

    def phrase(self, start: int, trust: Trust) -> Phrase | None:
        """The name phrase that stands at `start`, or None."""
        at, title = self._title(start)
        pieces: list[Piece] = []
        known = proud = 0
        while at < len(self.tokens) and len(pieces) < MAX_WORDS:
            spend(_WORD)
            at = self.past_pause(at, pieces)
            lettered, end = self.with_letters(at) if pieces or trust is not Trust.LISTED else ((), at)
            if lettered:
                known += self.lists.is_known(self.word(at))
                pieces += lettered
                at = end
                continue
            letters, end = self.letters(at, pieces)
            if letters:
                pieces.append(Piece(letters, spelled=True))
                at = end
                continue
            edited, end = self.edited(at, pieces)
            if edited is not None:
                pieces = edited
                known += 1  # of nothing but a name are the letters told
                at = end
                continue
            piece, end = self._piece(at, trust if not title else Trust.CUED, pieces)
            if piece is None:
                break
            known += self.lists.is_known(self.word(at)) and not self.lists.is_ordinary(self.word(at))
            proud += self.is_proud(at)
            pieces.append(piece)
            at = end
        if not pieces:
            return None
        full = not known and len(pieces) > 1 and not pieces[1].spelled
        known = known or int(full and (pieces[0].text.lower() in self.lists.given or self._is_foreign(pieces)))
        return Phrase(tuple(pieces), at, known, proud, title)

    def _is_foreign(self, pieces: Sequence[Piece]) -> bool:
        """Whether no word of what is said for a name is an everyday word, particles apart."""
        words = [part for piece in pieces for part in piece.text.lower().split("-")]
        return self.expected and not any(self.lists.is_ordinary(word) and word not in self.lists.particles for word in words)

    def _title(self, at: int) -> tuple[int, str]:
        word = self.word(at)
        if word in self.lists.titles and self.word(at + 1):
            after = at + 2 if self.word(at + 1) == "." else at + 1
            if self.word(after)[:1].isalpha() and not (self.lists.is_ordinary(self.word(after)) and not self.lists.is_known(self.word(after))):
                return after, word
        return at, ""

    def _piece(self, at: int, trust: Trust, before: Sequence[Piece]) -> tuple[Piece | None, int]:
        """One word of a name, with what is joined to it by a hyphen or an O'."""
        word = self.word(at)
        if not word[:1].isalpha():
            return None, at
        if len(word) == 1:
            return self._single(at, trust, before)
        if word in self.lists.suffixes and before and self.is_closed(at + 1):
            return Piece(self.tokens[at].text), at + 1
        if before and word == "the" and self.word(at + 1) in self.lists.numerals and self.is_closed(at + 2):
            return Piece(self.lists.numerals[self.word(at + 1)]), at + 2
        if word in self.lists.prefixes and self.is_name(at + 1, Trust.BARE, before=True):
            return Piece(word + self.word(at + 1)), at + 2
        if word == "st" and self.word(at + 1) == "." and (before or trust is Trust.CUED) and self.is_name(at + 2, Trust.BARE, before=True):
            return Piece(f"{self.tokens[at].text} {self.tokens[at + 2].text}"), at + 3
        if word in self.lists.particles and self._leads_on(at, trust, before):
            return Piece(self.tokens[at].text), at + 1
        if self._owns(at, before):
            return Piece(self.tokens[at].text[:-2]), at + 1
        if not self.is_name(at, trust, before=bool(before)):
            return None, at
        text = self.tokens[at].text
        if before and not self.shouted and len(text) > 2 and text.isupper() and not before[-1].text.isupper():
            return Piece(word, spelled=True), at + 1
        return self._hyphened(Piece(text), at + 1, trust)

    def _owns(self, at: int, before: Sequence[Piece]) -> bool:
        """Whether the name at `at` has an "'s" because "name" follows: "Ann Lee's the name", "in Ann's name"."""
        base, lists = self.owner(at), self.lists
        if len(base) < 2 or base in lists.never or base in lists.function or base in lists.closers:
            return False
        if before and before[-1].text.lower() in lists.given:
            return True
        return lists.is_known(base) or (not lists.is_ordinary(base) and (bool(before) or self.tokens[at].text[0].isupper()))

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
        second = len(self.word(after)) == 1 and self.word(after).isalpha() and (self.is_plainly(behind) or self.is_strange(behind))
        first = not before and word not in VOWELS and self.is_strange(after) and len(self.word(after)) >= _MIN_STRANGE
        if second or first or ((before or trust is Trust.CUED) and self.is_name(after, Trust.BARE, before=True)):
            return Piece(self.tokens[at].text.upper()), after
        return None, at

    def _hyphened(self, piece: Piece, at: int, trust: Trust) -> tuple[Piece, int]:
        """`piece` and the words that a hyphen, written without spaces or said aloud, joins to it."""
        for _ in range(2):
            written = self.is_joined(at)
            dated = written and self.word(at + 1) in self.lists.calendar  # "Min-jun": no date is written so
            if not (written or self.word(at) in self.lists.hyphen) or not (dated or self.is_name(at + 1, max(trust, Trust.BARE), before=True)):
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
        return self.is_name(after, Trust.BARE, before=True) or (after > at + 1 and self.is_name(after - 1, Trust.BARE, before=True))
