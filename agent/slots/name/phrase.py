"""A name phrase in English: the words, the initials and the spelled letters that stand in a row and make one name.

How much is taken for a name depends on what led up to it (`Trust`): behind "my name is" an unknown word is a name, alone it must be no everyday word,
behind "for" it must be in a list or have a capital (words.py). Letters that spell a word of the name belong to it, wherever in the phrase they stand:
"Kevin, K E V I N. Nakamura, N A K A M U R A", "Chidi Eze, and that's Eze spelled E Z E".
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.effort import spend
from agent.slots.name.edits import fitting, mended, mending, plain_letters, sounds_like
from agent.slots.name.words import MIN_SPELLED, VOWELS, Trust, Words

__all__ = ["Phrase", "Piece", "Reader", "Trust"]

MAX_WORDS = 6
_MIN_STRANGE = 5
"""Letters of a surname that a bare initial may stand before: "S. Balan"."""
_MAX_TOGETHER = 3
"""Words that are spelled in one run: "van den Heuvel"."""
_MAX_TO_LETTERS = 8
"""Marks, phrases and words said again that are passed over on the way to spelled letters."""


class Piece(NamedTuple):
    text: str
    spelled: bool = False


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


_WORD = 40
"""Units of effort that a word of a phrase takes, beside what is looked for there."""


class Reader(Words):
    """One utterance, read for name phrases."""

    def phrase(self, start: int, trust: Trust) -> Phrase | None:
        """The name phrase that stands at `start`, or None."""
        at, title = self._title(start)
        pieces: list[Piece] = []
        known = proud = 0
        while at < len(self.tokens) and len(pieces) < MAX_WORDS:
            spend(_WORD)
            at = self._past_stop(at, pieces)
            if pieces and self.word(at) in self.lists.hesitation and self.is_plainly(at + 1):
                at += 1
            lettered, end = self._with_letters(at)
            if lettered and (pieces or trust is not Trust.LISTED):
                known += self.lists.is_known(self.word(at))
                pieces += lettered
                at = end
                continue
            letters, end = self._begun(at, pieces)
            if not letters:
                letters, end = self.spelled(at)
            if letters:
                pieces.append(Piece(letters, spelled=True))
                at = end
                continue
            if pieces and (after := self._to_letters(at, pieces)) > at:
                letters, end = self.runs[after]
                pieces.append(Piece(letters, spelled=True))
                at = end
                continue
            mend, end = self._mending(at, pieces)
            if mend is not None:
                pieces = mend
                known += 1  # of nothing but a name are the letters told
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
        if not known and len(pieces) > 1 and not pieces[1].spelled and (pieces[0].text.lower() in self.lists.given or self._is_foreign(pieces)):
            known = 1
        return Phrase(tuple(pieces), at, known, proud, title)

    def _is_foreign(self, pieces: Sequence[Piece]) -> bool:
        """Whether no word of what is said for a name is an everyday word, particles apart."""
        words = [part for piece in pieces for part in piece.text.lower().split("-")]
        return self.expected and not any(self.lists.is_ordinary(word) and word not in self.lists.particles for word in words)

    def _with_letters(self, at: int) -> tuple[tuple[Piece, ...], int]:
        """The word at `at`, hyphened or not, or two or three, and the index after the very letters of it; ((), at) when they do not follow."""
        pieces: list[Piece] = []
        start = at
        while self.runs and len(pieces) < _MAX_TOGETHER and len(self.word(start)) > 1 and self.word(start)[0].isalpha():
            text, start = self.tokens[start].text, start + 1
            if self.is_joined(start) and self.word(start + 1).isalpha():
                text, start = f"{text}-{self.tokens[start + 1].text}", start + 2
            pieces.append(Piece(text))
            end = self._past_letters("".join(piece.text for piece in pieces).lower(), start)
            if end > start:
                return tuple(pieces), end
        return (), at

    def _past_letters(self, text: str, start: int) -> int:
        """The index after the very letters of `text`, "that's spelled" before them passed over; `start` when they do not follow."""
        at = start
        for _ in range(3):
            end = self.letters_of(text, at)
            if end > at:
                return end
            step = 1 if self.word(at) in (",", ".") else self.lists.spelling.at(self.tokens, at)
            if not step:
                break
            at += step
        return start

    def _begun(self, at: int, before: Sequence[Piece]) -> tuple[str, int]:
        """The word that is spelled at its beginning and then said ("Fitzgibbon, F I T Z gibbon"), and the index after it; ("", at) for none."""
        if not self.runs or not before:
            return "", at
        start = at
        for _ in range(2):
            start += 1 if self.word(start) in (",", ".") else self.lists.spelling.at(self.tokens, start)
        letters, end = self.runs.get(start, ("", start))
        end += self.word(end) == "-"
        rest = self.word(end)
        words = [piece.text for piece in before if not piece.spelled]
        if len(plain_letters(letters)) < 2 or len(rest) < 2 or not rest.isalpha() or not self.is_closed(end + 1):
            return "", at
        if fitting(words, letters) is not None or any(sounds_like(word, rest) for word in words):
            return "", at
        whole = plain_letters(letters) + rest
        return (whole, end + 1) if any(sounds_like(word, whole) for word in words) else ("", at)

    def _past_stop(self, at: int, before: list[Piece]) -> int:
        """The index after a mark that parts a word and its letters from the next word and its letters, or from an initial; else `at`."""
        if self._is_breath(at, before):
            return at + 1
        lettered = len(self.word(at - 1)) == 1 and self.word(at - 1).isalpha()
        if self.word(at) not in (".", "。", ",") or not before or not (lettered or any(piece.spelled for piece in before)):
            return at
        following = at + 1
        word = following + 2 if len(self.word(following)) == 1 else following
        if self._with_letters(word)[1] > word:
            return following
        if all(piece.spelled for piece in before):
            return following if sounds_like(before[-1].text, self.word(following)) else at
        alone = lettered and sum(not piece.spelled for piece in before) == 1 and self.ends(following + 1, Trust.BARE)
        likely = self.word(following) in self.lists.family or (self.expected and self.is_plainly(following))
        return following if alone and likely else at

    def _is_breath(self, at: int, before: Sequence[Piece]) -> bool:
        """Whether the mark at `at` only parts a first name, asked for, from its last name that stands alone, too: "Rose. Hill."."""
        following, lists = self.word(at + 1), self.lists
        if not self.expected or len(before) != 1 or self.word(at) not in (".", ",") or not following.isalpha():
            return False
        if before[0].spelled or before[0].text.lower() not in lists.given - lists.answers:
            return False
        if following in lists.given or following in lists.answers or following in lists.calendar:
            return False
        strange = not lists.is_ordinary(following) and (self.is_proud(at + 1) or self._is_lettered(at + 1))
        return (following in lists.family or strange) and self.ends(at + 2, Trust.BARE)

    def _is_lettered(self, at: int) -> bool:
        """Whether the word at `at` is spelled right behind it, all of it or its beginning."""
        return self._with_letters(at)[1] > at or bool(self._begun(at + 1, (Piece(self.tokens[at].text),))[0])

    def _to_letters(self, at: int, before: list[Piece]) -> int:
        """The index of spelled letters that are led up to by a comma, by "that's spelled" or by the word that they spell; else `at`."""
        words = [piece.text for piece in before]
        said = {part for word in words for part in (word.lower(), *word.lower().split("-"))}
        after, again = at, False
        for _ in range(_MAX_TO_LETTERS):
            step = 1 if self.word(after) in (",", "-", ".", ";", ":") else self.lists.spelling.at(self.tokens, after)
            if not step and (self.word(after) in said or self.word(after) == "and"):
                step, again = 1, True
            if not step:
                break
            after += step
        letters, _ = self.runs.get(after, ("", after))
        if after == at and len(before) == 1 and before[0].spelled:
            return at
        if not again and len(plain_letters(letters)) >= MIN_SPELLED and self.spelled(after)[0]:
            return after
        return after if len(plain_letters(letters)) > 1 and fitting(words, letters) is not None else at

    def _mending(self, at: int, before: list[Piece]) -> tuple[list[Piece] | None, int]:
        """The pieces mended by what is said of their letters: of all of them ("with a y"), or of the one said again ("will with one l")."""
        words = [piece.text for piece in before]
        lower = [word.lower() for word in words]
        if not before:
            return None, at
        mend, end = mending(self.tokens, at)
        if mend is not None:
            return [Piece(text) for text in mended(words, mend)], end
        if len(words) < 2 or self.word(at) not in lower:
            return None, at
        mend, end = mending(self.tokens, at + 1)
        if mend is None:
            return None, at
        place = lower.index(self.word(at))
        (text,) = mended((words[place],), mend)
        return [*before[:place], Piece(text), *before[place + 1 :]], end

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
        if not word[0].isalpha():
            return None, at
        if len(word) == 1:
            return self._single(at, trust, before)
        if word in self.lists.suffixes and before and self.is_closed(at + 1):
            return Piece(self.tokens[at].text), at + 1
        if before and word == "the" and self.word(at + 1) in self.lists.numerals and self.is_closed(at + 2):
            return Piece(self.lists.numerals[self.word(at + 1)]), at + 2
        if word in ("mc", "mac", "o'", "d'") and self.is_name(at + 1, Trust.BARE, before=True):
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
