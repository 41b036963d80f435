"""The spelled letters of an English name, and what is said of letters, in their places among its words.

Letters that spell a word of the name belong to it, wherever in the phrase they stand: "Kevin, K E V I N. Nakamura, N A K A M U R A",
"Chidi Eze, and that's Eze spelled E Z E".
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.name import weights
from agent.slots.name.edits import letter_edit, respelt
from agent.slots.name.en_words import Words
from agent.slots.name.lists import is_ordinary, stands_in
from agent.slots.name.spelling import fitting, plain_letters, sounds_like


class Piece(NamedTuple):
    """A word of a name, or its letters."""

    text: str
    spelled: bool = False


class LetterReader(Words):
    """One utterance, read for what is spelled of a name. `before` is what was read of the name so far."""

    def with_letters(self, at: int) -> tuple[tuple[Piece, ...], int]:
        """The word at `at`, hyphened or not, or two or three, and the index after the very letters of it; ((), at) when they do not follow."""
        pieces: list[Piece] = []
        start = at
        while self.runs and len(pieces) < weights.MOST_TOGETHER and len(word := self.word(start)) > 1 and word[0].isalpha():
            text, start = self.tokens[start].text, start + 1
            if self.is_joined(start) and self.word(start + 1).isalpha():
                text, start = f"{text}-{self.tokens[start + 1].text}", start + 2
            pieces.append(Piece(text))
            said, after = "".join(piece.text.lower() for piece in pieces), start
            for _ in range(3):
                end = self.letters_of(said, after)
                if end > after:
                    return tuple(pieces), end
                after = self._onward(after)
        return (), at

    def letters(self, at: int, before: list[Piece]) -> tuple[str, int]:
        """The letters that stand at `at`, or are led up to from there, and the index after them; ("", at) for none."""
        letters, end = self._begun(at, before)
        if not letters:
            letters, end = self.spelled(at)
        if not letters and before and (after := self._to_letters(at, before)) > at:
            letters, end = self.runs[after]
        return letters, end

    def edited(self, at: int, before: list[Piece]) -> tuple[list[Piece] | None, int]:
        """The pieces edited by what is said of their letters: of all of them ("with a y"), or of the one said again ("will with one l")."""
        words = [piece.text for piece in before]
        edit, end = letter_edit(self, at) if before else (None, at)
        if edit is not None:
            return [Piece(text) for text in respelt(words, edit)], end
        again = [place for place, word in enumerate(words) if word.lower() == self.word(at)]
        edit, end = letter_edit(self, at + 1) if len(words) > 1 and again else (None, at)
        if edit is None:
            return None, at
        (text,) = respelt((words[again[0]],), edit)
        return [*before[: again[0]], Piece(text), *before[again[0] + 1 :]], end

    def past_pause(self, at: int, before: list[Piece]) -> int:
        """The index after a mark or a sound of hesitation inside a name; else `at`."""
        at += self._is_breath(at, before) or self._is_stop(at, before)
        return at + (bool(before) and self.is_a(at, "hesitation") and self.is_plainly(at + 1))

    def _onward(self, at: int) -> int:
        """The index after a comma or "that's spelled"; else `at`."""
        return at + (self.word(at) in (",", ".") or self.size(at, "spelling"))

    def _begun(self, at: int, before: Sequence[Piece]) -> tuple[str, int]:
        """The word that is spelled at its beginning and then said ("Fitzgibbon, F I T Z gibbon"), and the index after it; ("", at) for none."""
        start = self._onward(self._onward(at)) if self.runs and before else at
        letters, end = self.runs.get(start, ("", start)) if before else ("", at)
        end += self.word(end) == "-"
        rest = self.word(end)
        words = [piece.text for piece in before if not piece.spelled]
        if len(plain_letters(letters)) < 2 or len(rest) < 2 or not rest.isalpha() or not self.is_closed(end + 1):
            return "", at
        whole = plain_letters(letters) + rest
        if fitting(words, letters) is not None or any(sounds_like(word, rest) for word in words):
            return "", at
        return (whole, end + 1) if any(sounds_like(word, whole) for word in words) else ("", at)

    def _is_stop(self, at: int, before: list[Piece]) -> bool:
        """Whether the mark at `at` parts a word and its letters from the next word and its letters, or from an initial."""
        lettered = len(self.word(at - 1)) == 1 and self.word(at - 1).isalpha()
        if self.word(at) not in (".", "。", ",") or not before or not (lettered or any(piece.spelled for piece in before)):
            return False
        following = at + 1
        word = following + 2 if len(self.word(following)) == 1 else following
        if self.with_letters(word)[1] > word:
            return True
        if all(piece.spelled for piece in before):
            return sounds_like(before[-1].text, self.word(following))
        alone = lettered and sum(not piece.spelled for piece in before) == 1 and self.stops(following + 1)
        return alone and (self.is_a(following, "family") or (self.expected and self.is_plainly(following)))

    def _is_breath(self, at: int, before: Sequence[Piece]) -> bool:
        """Whether the mark at `at` only parts a first name, asked for, from its last name that stands alone, too: "Rose. Hill."."""
        following = self.word(at + 1)
        if not self.expected or len(before) != 1 or self.word(at) not in (".", ",") or not following.isalpha() or before[0].spelled:
            return False
        first = before[0].text.lower()
        if not stands_in(first, "given") or stands_in(first, "answers") or stands_in(following, "given", "answers", "calendar"):
            return False
        lettered = self.with_letters(at + 1)[1] > at + 1 or bool(self._begun(at + 2, (Piece(self.tokens[at + 1].text),))[0])
        strange = not is_ordinary(following) and (self.is_proud(at + 1) or lettered)
        return (stands_in(following, "family") or strange) and self.stops(at + 2)

    def _to_letters(self, at: int, before: list[Piece]) -> int:
        """The index of spelled letters that are led up to by a comma, by "that's spelled" or by the word that they spell; else `at`."""
        words = [piece.text for piece in before]
        said = {part for word in words for part in (word.lower(), *word.lower().split("-"))}
        after = at
        for _ in range(weights.MOST_TO_LETTERS):
            passed = self.word(after) in (",", "-", ".", ";", ":", *said) or self.is_a(after, "and")
            step = self.size(after, "spelling") or int(passed)
            if not step:
                break
            after += step
        letters, _ = self.runs.get(after, ("", after))
        return after if len(plain_letters(letters)) > 1 and fitting(words, letters) is not None else at
