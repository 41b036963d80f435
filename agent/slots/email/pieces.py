"""The pieces of an e-mail address: the words, letters, digits and marks that tokens write."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from rapidfuzz.distance import Levenshtein

from agent.nlu.numerals.numbers import digit_group, only_inside
from agent.nlu.spelling.letters import spell
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import Token, Utterance
from agent.slots.email.vocabulary import Vocabulary, vocabulary

_LONGEST_SPELLED = 132
"""Tokens: 64 letters, the most that RFC 5321 allows before the "@", with commas between."""
_MOST_LOOKED_FAR = 40
_NEAR = 12
"""After so many tokens, spelled letters are read in pieces this short: they write the same, and a long utterance stays cheap."""
_LONGEST_GLUED = 3
"""Letters that a recogniser runs together before a single one."""
_LONGEST_DIGITS = 64
"""As many as a local part may have."""
PASSED_OVER = frozenset(',;:"，。')
_AS_IN = "as in "
_CODE_WORD = 4
"""Tokens of a letter with its word: "p as in paul"."""
_MISHEARD = 2
"""Edits between a word as it was heard and as it was then spelled."""


class Piece(NamedTuple):
    """Part of an address: what it writes, and how it was said."""

    text: str
    kind: str
    """"word", "letters", "digits" or "mark"."""
    end: int


class PieceReader(NamedTuple):
    """The tokens of an utterance, read as pieces of addresses."""

    utterance: Utterance
    tokens: Sequence[Token]
    language: str
    words: Vocabulary
    read: dict[int, Piece | None]
    """The piece at each token that was looked at, since several rules ask for it."""

    @classmethod
    def of(cls, utterance: Utterance, language: str) -> Self:
        return cls(utterance, utterance.tokens, "zh" if utterance.has_han else language, vocabulary(utterance, language), {})

    def pieces(self, start: int, end: int, *, host: bool = False) -> Iterator[Piece]:
        """What the tokens from `start` to `end` write, piece by piece; an empty piece where they write nothing an address can hold.

        `host`: they are a host's name, where "plus" is a word.
        """
        at = start
        while at < end:
            silent = max(self.words.silent.at(self.tokens, at), self.words.joined.at(self.tokens, at))
            mark = self.words.mark_phrases.at(self.tokens, at)
            if host and mark and self.words.marks[self._phrase(at, mark)] not in ".-":
                mark = 0
            if silent and silent >= mark:
                at += silent
            elif mark and not self._ends_sentence(at):
                yield Piece(self.words.marks[self._phrase(at, mark)], "mark", at + mark)
                at += mark
            elif mark or self.tokens[at].norm in PASSED_OVER:
                at += 1
            else:
                if written := self._capital(at, end):
                    at = written
                    continue
                announced = self.words.announcing.at(self.tokens, at)
                piece = self.piece(at + announced) if announced else None
                if piece is None or piece.kind == "word" or piece.end > end:
                    piece = self.piece(at)
                if piece is None or piece.end > end:
                    yield Piece("", "none", at + 1)
                    return
                yield piece
                at = piece.end

    def _capital(self, at: int, end: int) -> int:
        """Past "capital g" where the word that follows begins with that letter, else 0: it tells only how the word is written."""
        taken = self.words.capitals.at(self.tokens, at)
        here = at + taken
        if not taken or here + 1 >= end or len(self.tokens[here].norm) != 1:
            return 0
        word = here + 1 + (self.tokens[here + 1].norm == ",")
        return word if word < end and len(self.tokens[word].norm) > 1 and self.tokens[word].norm[0] == self.tokens[here].norm else 0

    def piece(self, at: int) -> Piece | None:
        """The word, letters or digits at token `at`."""
        if at not in self.read:
            self.read[at] = self._read(at) if at < len(self.tokens) else None
        return self.read[at]

    def _read(self, at: int) -> Piece | None:
        if taken := self.words.sound_phrases.at(self.tokens, at):
            return Piece(self.words.sounds[self._phrase(at, taken)], "word", at + taken)
        digits, end = self._digits(at)
        if digits:
            return Piece(digits, "digits", end)
        far = _LONGEST_SPELLED if len(self.read) < _MOST_LOOKED_FAR else _NEAR
        letters, end = self._letters(at, at + far) if self._may_be_letters(at) else ("", at)
        if letters and (past := self._spells_past(at, end)):
            letters, end = self._letters(at, past)
        if letters and (len(letters) > 1 or len(self.tokens[at].norm) == 1):
            return Piece(letters, "letters", end)
        norm = self.tokens[at].norm
        if not self.tokens[at].is_word or not norm.isascii():
            return None
        return Piece(norm.replace("'", ""), "letters" if len(norm) == 1 else "word", at + 1)

    def write(self, start: int, end: int, *, host: bool = False) -> str:
        """What the tokens write together, "" when it is nothing an address can hold. A word that is then spelled is written once."""
        written = ""
        said: list[str] = []
        for piece in self.pieces(start, end, host=host):
            if not piece.text:
                return ""
            if self._explains(piece, written):
                continue
            if piece.kind == "letters" and (spelled := _spelled_words(said, piece.text)):
                written = written.removesuffix(spelled)
            said = [*said, piece.text] if piece.kind == "word" else []
            written += piece.text
        return written

    def _explains(self, piece: Piece, written: str) -> bool:
        """Whether a letter with its word only says again how what stands before it begins: "p smith, p as in paul"."""
        first = piece.end - _CODE_WORD
        as_in = first > 0 and self._phrase(first + 1, _CODE_WORD - 1).startswith(_AS_IN) and self.tokens[first - 1].norm == ","
        return as_in and len(piece.text) == 1 and len(written) > 1 and written.startswith(piece.text)

    def _phrase(self, at: int, length: int) -> str:
        return " ".join(token.norm for token in self.tokens[at : at + length])

    def _ends_sentence(self, at: int) -> bool:
        """Whether the mark at `at` is a full stop: glued to the word before, and not to one after."""
        token = self.tokens[at]
        glued = at > 0 and self.tokens[at - 1].end == token.start
        return token.norm == "." and glued and (at + 1 >= len(self.tokens) or self.tokens[at + 1].start > token.end)

    def _may_be_letters(self, at: int) -> bool:
        """Whether spelled letters may begin at `at`: a letter, a word that stands for one, or letters run together with a letter after them."""
        norm = self.tokens[at].norm
        after = self.tokens[at + 1].norm if at + 1 < len(self.tokens) else ""
        return len(norm) == 1 or (len(after) == 1 and len(norm) <= _LONGEST_GLUED) or norm in letter_words(self.language).starters

    def _letters(self, at: int, stop: int) -> tuple[str, int]:
        letters, length = spell(self.tokens[at:stop], 0, self.language)
        return letters, at + length

    def _spells_past(self, at: int, end: int) -> int:
        """Where letters ran into an "at", a mark that is no hyphen ("j o plus n") or a word that is then spelled ("j lee l e e"); 0 for nowhere."""
        for here in range(at + 1, end):
            norm = self.tokens[here].norm
            if self.words.at.at(self.tokens, here) or self.words.marks.get(norm, "-") != "-":
                return here
            if len(norm) > 1 and self._single_letters(here + 1, len(norm)) == norm:
                return here
        return 0

    def _single_letters(self, at: int, count: int) -> str:
        """The next single letters from token `at` on, at most `count`."""
        letters = ""
        while at < len(self.tokens) and len(letters) < count:
            norm = self.tokens[at].norm
            if norm not in "-,":
                if len(norm) > 1:
                    break
                letters += norm
            at += 1
        return letters

    def _digits(self, at: int) -> tuple[str, int]:
        """Digits at `at`. "Oh" is one before digits, unless it is a sigh at the beginning; "o" is a letter unless digits touch it on both sides."""
        said = ""
        while at < len(self.tokens) and len(said) < _LONGEST_DIGITS:
            group, after = digit_group(self.tokens, at, self.language)
            inside = bool(group) and only_inside(self.tokens[at], self.language)
            following = bool(digit_group(self.tokens, after, self.language)[0])
            opened = bool(said or self._goes_on_with_oh(at)) or not self.tokens[at].norm.isascii()
            stands = (opened and following) or (bool(said) and not self.tokens[at].norm.isascii())  # 腰 for 幺, wherever it stands
            if not group or (inside and not stands):
                break
            said, at = said + group, after
        return said, at

    def _goes_on_with_oh(self, at: int) -> bool:
        """Whether "oh" at `at` goes on a word of an address: "lee oh seven"; after a letter, whether another follows: "s oh oh seven"."""
        if at == 0 or len(self.tokens[at].norm) == 1 or not self.tokens[at - 1].is_word:
            return False
        if len(self.tokens[at - 1].norm) == 1:
            return at + 1 < len(self.tokens) and self.tokens[at + 1].norm == self.tokens[at].norm
        return not (self.words.leads.at(self.tokens, at - 1) or self.words.weak_leads.at(self.tokens, at - 1))

    def is_small(self, at: int) -> bool:
        token = self.tokens[at]
        return len(token.norm) == 1 or token.is_number or bool(digit_group(self.tokens, at, self.language)[0])


def is_spelling(word: str, letters: str) -> bool:
    """Whether `letters` spell `word`, which may have been misheard."""
    if word == letters:
        return True
    return len(letters) > _MISHEARD and word[0] == letters[0] and Levenshtein.distance(word, letters, score_cutoff=_MISHEARD) <= _MISHEARD


def _spelled_words(said: Sequence[str], letters: str) -> str:
    """The last of the words just `utterance`, run together, that the letters spell once more; "" when they spell something else."""
    head = letters.partition("-")[0]
    for first in range(len(said)):
        words = "".join(said[first:])
        if letters.startswith(words) or is_spelling(words, head):
            return words
    return ""
