"""A name phrase in English: the words, the initials and the spelled letters that stand in a row and make one name.

How much is taken for a name depends on what led up to it (`Trust`): behind "my name is" an unknown word is a name, alone it must be no everyday word,
behind "for" it must be in a list or have a capital (en_words.py). Letters take the place of what they spell (en_letters.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.effort import spend
from agent.slots.name import weights
from agent.slots.name.en_letters import LetterReader, Piece
from agent.slots.name.en_words import VOWELS, Trust
from agent.slots.name.lists import is_known, is_ordinary, lists, stands_in


class Phrase(NamedTuple):
    pieces: tuple[Piece, ...]
    start: int
    end: int
    """The token after its last."""
    known: int = 0
    """How many of its words some list has, and everyday language has not; a full name that opens with a first name has at least one."""
    proud: int = 0
    """How many have a capital that the beginning of a sentence does not explain."""
    title: str = ""

    @property
    def likely(self) -> bool:
        """Whether anything says that it is a name, beside the words that led up to it."""
        return bool(self.known or self.proud or self.title)

    @property
    def words(self) -> int:
        return sum(not piece.spelled for piece in self.pieces)

    @property
    def spelled(self) -> bool:
        return any(piece.spelled for piece in self.pieces)

    @property
    def lower(self) -> list[str]:
        return [piece.text.lower() for piece in self.pieces]


class Reader(LetterReader):
    """One utterance, read for name phrases."""

    def phrase(self, start: int, trust: Trust) -> Phrase | None:
        """The name phrase that stands at `start`, or None."""
        at, title = self._title(start)
        pieces: list[Piece] = []
        known = proud = 0
        while at < len(self.tokens) and len(pieces) < weights.MOST_WORDS:
            spend(weights.WORD)
            at = self.past_pause(at, pieces)
            word, here = self.word(at), at
            lettered, at = self.with_letters(here) if pieces or trust is not Trust.LISTED else ((), here)
            if lettered:
                known += is_known(word)
                pieces += lettered
                continue
            letters, at = self.letters(here, pieces)
            if letters:
                pieces.append(Piece(letters, spelled=True))
                continue
            edited, at = self.edited(here, pieces)
            if edited is not None:
                pieces = edited
                known += 1  # of nothing but a name are the letters told
                continue
            piece, at = self._piece(here, Trust.CUED if title else trust, pieces)
            if piece is None:
                break
            known += is_known(word) and not is_ordinary(word)
            proud += self.is_proud(here)
            pieces.append(piece)
        if not pieces:
            return None
        full = not known and len(pieces) > 1 and not pieces[1].spelled
        known = known or int(full and (stands_in(pieces[0].text.lower(), "given") or self.is_foreign(pieces)))
        return Phrase(tuple(pieces), start, at, known, proud, title)

    def word_alone(self, at: int) -> Phrase:
        """The word at `at` as a name, whatever it is."""
        return Phrase((Piece(self.tokens[at].text),), at, at + 1)

    def is_foreign(self, pieces: Sequence[Piece]) -> bool:
        """Whether no word of what is said for a name is an everyday word, particles apart."""
        words = [part for piece in pieces for part in piece.text.lower().split("-")]
        return self.expected and all(stands_in(word, "particles") or not is_ordinary(word) for word in words)

    def _title(self, at: int) -> tuple[int, str]:
        after = at + 1 + (self.word(at + 1) == ".")
        word, named = self.word(at), self.word(after)
        titled = stands_in(word, "titles") and named[:1].isalpha() and (is_known(named) or not is_ordinary(named))
        return (after, word) if titled else (at, "")

    def _piece(self, at: int, trust: Trust, before: Sequence[Piece]) -> tuple[Piece | None, int]:
        """One word of a name, with what is joined to it by a hyphen or an O'."""
        word, following = self.word(at), self.word(at + 1)
        if not word[:1].isalpha():
            return None, at
        text = self.tokens[at].text
        if len(word) == 1:
            return self._single(at, trust, before)
        if before and self.is_suffix(at):
            return Piece(text), at + 1
        if before and stands_in(word, "before_numerals") and following in (numerals := lists("en")["numerals"]) and self.is_closed(at + 2):
            return Piece(numerals[following]), at + 2
        if stands_in(word, "prefixes") and self.is_name(at + 1, Trust.BARE, before=True):
            return Piece(word + following), at + 2
        if stands_in(word, "saint") and following == "." and (before or trust is Trust.CUED) and self.is_name(at + 2, Trust.BARE, before=True):
            return Piece(f"{text} {self.tokens[at + 2].text}"), at + 3
        if self._owns(at, before):
            return Piece(text[:-2]), at + 1
        if not self.is_name(at, trust, before=bool(before)):
            return None, at
        if before and not self.shouted and len(text) > 2 and text.isupper() and not before[-1].text.isupper():
            return Piece(word, spelled=True), at + 1
        return self._hyphened(Piece(text), at + 1, trust)

    def _owns(self, at: int, before: Sequence[Piece]) -> bool:
        """Whether the name at `at` has an "'s" because "name" follows: "Ann Lee's the name", "in Ann's name"."""
        base = self.owner(at)
        if len(base) < 2 or stands_in(base, "never", "function", "closers"):
            return False
        return is_known(base) or (not is_ordinary(base) and (bool(before) or self.tokens[at].text[0].isupper()))

    def _single(self, at: int, trust: Trust, before: Sequence[Piece]) -> tuple[Piece | None, int]:
        """A letter by itself: the O of O'Neill, or an initial between names."""
        word, text = self.word(at), self.tokens[at].text
        after = at + 1 + (self.word(at + 1) in (".", "。", "'"))
        following = self.word(after)
        if word == "o" and stands_in(following, "after_o", "glued_o"):
            return self._hyphened(Piece("o'" + following), after + 1, trust)
        if word == "d" and stands_in(following, "after_d"):
            return Piece("d'" + following), after + 1
        if word in ("i", "a") and not (word == "a" and self.is_proud(at)):
            return None, at
        if not before and self.is_divided(at):
            return Piece(text + self.tokens[at + 1].text), at + 2
        behind = after + 1 + (self.word(after + 1) in (".", "。"))
        second = len(following) == 1 and following.isalpha() and (self.is_plainly(behind) or self.is_strange(behind))
        first = not before and word not in VOWELS and self.is_strange(after, weights.MIN_INITIALED)
        if second or first or ((before or trust is Trust.CUED) and self.is_name(after, Trust.BARE, before=True)):
            return Piece(text.upper()), after
        return None, at

    def _hyphened(self, piece: Piece, at: int, trust: Trust) -> tuple[Piece, int]:
        """`piece` and the words that a hyphen, written without spaces or said aloud, joins to it."""
        for _ in range(2):
            written = self.is_joined(at)
            dated = written and self.is_a(at + 1, "calendar")  # "Min-jun": no date is written so
            if not (written or self.size(at, "hyphen")) or not (dated or self.is_name(at + 1, max(trust, Trust.BARE), before=True)):
                break
            piece = Piece(f"{piece.text}-{self.tokens[at + 1].text}")
            at += 2
        return piece, at
