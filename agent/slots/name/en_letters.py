"""The spelled letters of an English name, and what is said of letters, in their places among its words.

Letters that spell a word of the name belong to it, wherever in the phrase they stand: "Kevin, K E V I N. Nakamura, N A K A M U R A",
"Chidi Eze, and that's Eze spelled E Z E".
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.slots.name.en_tokens import MIN_SPELLED, Trust
from agent.slots.name.en_words import Words
from agent.slots.name.patching import letter_edit, patched
from agent.slots.name.spelling import fitting, plain_letters, sounds_like

_MAX_TOGETHER = 3
"""Words that are spelled in one run: "van den Heuvel"."""
_MAX_TO_LETTERS = 8
"""Marks, phrases and words said again that are passed over on the way to spelled letters."""


class Piece(NamedTuple):
    """A word of a name, or its letters."""

    text: str
    spelled: bool = False


class LetterReader(Words):
    """One utterance, read for what is spelled of a name. `before` is what was read of the name so far."""

    def with_letters(self, at: int) -> tuple[tuple[Piece, ...], int]:
        """The word at `at`, hyphened or not, or two or three, and the index after the very letters of it; ((), at) when they do not follow."""
        pieces: list[Piece] = []
        start, said = at, ""
        while self.runs and len(pieces) < _MAX_TOGETHER and len(word := self.word(start)) > 1 and word[0].isalpha():
            text, start = self.tokens[start].text, start + 1
            if self.is_joined(start) and self.word(start + 1).isalpha():
                text, start = f"{text}-{self.tokens[start + 1].text}", start + 2
            pieces.append(Piece(text))
            said += text.lower()
            end = self._past_letters(said, start)
            if end > start:
                return tuple(pieces), end
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
        """The pieces patched by what is said of their letters: of all of them ("with a y"), or of the one said again ("will with one l")."""
        words = [piece.text for piece in before]
        if not before:
            return None, at
        edit, end = letter_edit(self.tokens, at)
        if edit is not None:
            return [Piece(text) for text in patched(words, edit)], end
        again = [place for place, word in enumerate(words) if word.lower() == self.word(at)]
        edit, end = letter_edit(self.tokens, at + 1) if len(words) > 1 and again else (None, at)
        if edit is None:
            return None, at
        (text,) = patched((words[again[0]],), edit)
        return [*before[: again[0]], Piece(text), *before[again[0] + 1 :]], end

    def past_pause(self, at: int, before: list[Piece]) -> int:
        """The index after a mark or a sound of hesitation inside a name; else `at`."""
        at = self._past_stop(at, before)
        return at + 1 if before and self.word(at) in self.lists.hesitation and self.is_plainly(at + 1) else at

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
        if self.with_letters(word)[1] > word:
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
        return self.with_letters(at)[1] > at or bool(self._begun(at + 1, (Piece(self.tokens[at].text),))[0])

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
