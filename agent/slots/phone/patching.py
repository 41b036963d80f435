"""Patching a phone number: a caller who says which part of it is wrong, or what stands there.

"The last two digits are four two", "it ends in 4042", "the third digit is a seven", "four one six, not four one five", or only the group that was
misheard (joining.py). A part that fits in more than one place fits in none: then the caller is asked, never second-guessed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from agent.nlu.numerals.numbers import cardinal, digits, ordinal
from agent.nlu.utterance import Token
from agent.slots.phone.vocabulary import Vocabulary

_WITHIN = 60
"""Tokens within which a part is named: who patches a number does not go on for long."""
_MOST_SKIPPED = 4
"""Articles, fillers and marks passed over before digits."""
_MOST_BEFORE = 6
"""Tokens before "the last two" within which "you swapped" is said."""
_FEWEST_DENIED = 2
"""Digits that are denied and put right in one breath; a single one may stand anywhere."""


_Place = Callable[[str], int]
"""Where in the number a part of these digits goes; -1: nowhere."""


class Patched(NamedTuple):
    digits: str
    rule: str
    start: int
    end: int


def names_part(tokens: Sequence[Token], language: str, words: Vocabulary) -> bool:
    """Whether the end or the middle of a number is spoken of: such digits are no beginning of one ("it ends in 42", "556 in the middle")."""
    for at in range(min(len(tokens), _WITHIN)):
        if words.ends.at(tokens, at) or words.at_end.at(tokens, at) or words.in_middle.at(tokens, at):
            return True
        for where in (words.last, words.middle):
            taken = where.at(tokens, at)
            end = cardinal(tokens, at + taken, language)[1] if taken else at
            if taken and (end > at + taken or words.digit_words.at(tokens, end)):
                return True
    return False


def patched(tokens: Sequence[Token], language: str, words: Vocabulary, groups: Sequence[str]) -> Patched | None:
    """The number of `groups` with the part patched that the caller names, or None when no part is named."""
    patcher = _Patcher(tokens[:_WITHIN], language, words, "".join(groups), groups)
    at = 0
    while at < min(len(tokens), _WITHIN):
        found = patcher.by_position(at) or patcher.by_exchange(at)
        if found is not None and found.digits != patcher.whole:
            return found
        at = max(at + 1, digits(patcher.tokens, at, language)[1])
    return None


def named_end(tokens: Sequence[Token], language: str, words: Vocabulary) -> tuple[str, int, int] | None:
    """Digits that are said to be a number's last, and the tokens where that stands: "the last four are 4042", 尾号八零零六."""
    patcher = _Patcher(tokens[:_WITHIN], language, words, "", ())
    for at in range(min(len(tokens), _WITHIN)):
        if (part := patcher.end_at(at)) is not None:
            return part[0], at, part[1]
    return None


class _Patcher(NamedTuple):
    tokens: Sequence[Token]
    language: str
    words: Vocabulary
    whole: str
    groups: Sequence[str]

    def by_position(self, at: int) -> Patched | None:
        """ "The last two digits are four two", "ends in 4042", "the third digit is a seven", "the middle part is 556"."""
        words = self.words
        if (found := self._placed(at)) is not None:
            return found
        if taken := words.ends.at(self.tokens, at):
            found = self._put(at, self._past_being(at + taken), None, lambda part: len(self.whole) - len(part))
            if found is not None:
                return found
        if taken := words.starts.at(self.tokens, at):
            return self._put(at, at + taken, None, lambda part: 0)
        for where, start in ((words.last, lambda part: len(self.whole) - len(part)), (words.first, lambda part: 0), (words.middle, self._middle)):
            taken = where.at(self.tokens, at)
            if not taken:
                continue
            count, end = cardinal(self.tokens, at + taken, self.language)
            if count == 2 and where is not words.middle and (found := self._turned(at, end, start)):
                return found
            named = words.digit_words.at(self.tokens, end)
            if (named or count is not None or where is words.middle) and (found := self._stated(at, end + named, count, start, named=named > 0)):
                return found
        return self._nth(at)

    def end_at(self, at: int) -> tuple[str, int] | None:
        """The digits that stand behind words for the end of a number at `at`, and the index after them."""
        count = None
        if taken := self.words.ends.at(self.tokens, at):
            end = at + taken
        elif taken := self.words.last.at(self.tokens, at):
            count, end = cardinal(self.tokens, at + taken, self.language)
            if count is None:
                return None
            end += self.words.digit_words.at(self.tokens, end)
        else:
            return None
        part, after = self._digits(self._past_being(end))
        return (part, after) if part and count in (None, len(part)) else None

    def by_exchange(self, at: int) -> Patched | None:
        """ "416, not 415", "not 415, 416", "change the 5 to a 6", "the 415 should be 416"."""
        words = self.words
        if taken := words.change.at(self.tokens, at):
            old, end = self._digits(at + taken)
            into = words.into.at(self.tokens, end) if old else 0
            return self._exchange(at, old, *self._digits(end + into)) if into else None
        if taken := words.instead_of.at(self.tokens, at):
            start = self._skip(at + taken)
            comma = next((here for here in range(start, len(self.tokens)) if self.tokens[here].norm == ","), len(self.tokens))
            old, end = digits(self.tokens[:comma], start, self.language)
            new, after = self._digits(end) if old else ("", end)
            return self._exchange(at, old, new, after)
        first, end = digits(self.tokens, at, self.language)
        if not first:
            return None
        if (denied := self._denied_first(at, end, first)) is not None:
            return denied
        here = self._skip(end)
        if taken := words.instead_of.at(self.tokens, here):
            old, after = self._digits(here + taken)
            return self._exchange(at, old, first, after)
        if taken := words.should_be.at(self.tokens, here):
            return self._exchange(at, first, *self._digits(here + taken))
        return None

    def _nth(self, at: int) -> Patched | None:
        reverse = self.words.from_end.at(self.tokens, at)
        nth, end = ordinal(self.tokens, at + reverse, self.language)
        if nth is None:
            return None
        to_last = self.words.to_last.at(self.tokens, end) or self.words.last.at(self.tokens, end)
        named = self.words.digit_words.at(self.tokens, end + to_last)
        if not named or not 0 < nth <= len(self.whole):
            return None
        place = len(self.whole) - nth if reverse or to_last else nth - 1
        return self._stated(at, end + to_last + named, 1, lambda part: place, named=True)

    def _stated(self, start: int, at: int, count: int | None, place: _Place, *, named: bool) -> Patched | None:
        """A part that "is" or "should be" the digits that follow; `count` digits, when that was said. "The last digit, nine" will do."""
        at += self.words.of_it.at(self.tokens, at)
        being = self._past_being(at)
        return self._put(start, being, count, place) if being > at or named else None

    def _past_being(self, at: int) -> int:
        """Past "is", "should be", and a word that it is wrong: "the last four are wrong, it's 4042"."""
        wrong = self._skip(at)
        if taken := self.words.corrections.at(self.tokens, wrong):
            at = self._skip(wrong + taken)
        return at + self.words.being.at(self.tokens, at)

    def _placed(self, at: int) -> Patched | None:
        """ "124 at the end", "556 in the middle, not 555": what is denied besides must stand there."""
        part, end = digits(self.tokens, at, self.language)
        if not part:
            return None
        here, words = end + self._fillers(end), self.words
        place: _Place
        for phrases, place in (
            (words.at_end, lambda said: len(self.whole) - len(said)),
            (words.in_middle, self._middle),
            (words.at_start, lambda said: 0),
            (words.area_code, lambda said: 0 if self.groups and len(said) == len(self.groups[0]) else -1),
        ):
            if taken := phrases.at(self.tokens, here):
                first = place(part)
                if self._is_elsewhere(here + taken) or first < 0 or len(part) > len(self.whole) // 2 + 1:
                    return None
                after = self._skip(here + taken)
                wrong = self._digits(after + denied)[0] if (denied := words.instead_of.at(self.tokens, after)) else ""
                if len(wrong) == len(part) and self.whole[first : first + len(part)] != wrong:
                    return None
                return Patched(self.whole[:first] + part + self.whole[first + len(part) :], "part", at, here + taken)
        return None

    def _is_elsewhere(self, at: int) -> bool:
        """Whether the place is one of something else: "at the end of the road"."""
        return self.words.belonging.at(self.tokens, at) > 0 and not self.words.of_it.at(self.tokens, at)

    def _turned(self, at: int, end: int, place: _Place) -> Patched | None:
        """ "You swapped the last two", "the last two are the wrong way round": two figures in the other order."""
        words = self.words
        said = next((here for here in range(max(0, at - _MOST_BEFORE), len(self.tokens)) if words.swapped.at(self.tokens, here)), -1)
        if said < 0 or self._digits(end)[0]:
            return None
        first = place("00")
        pair = self.whole[first : first + 2]
        last = max(end, said + words.swapped.at(self.tokens, said))
        return Patched(self.whole[:first] + pair[::-1] + self.whole[first + 2 :], "turned", min(at, said), last)

    def _denied_first(self, at: int, end: int, said: str) -> Patched | None:
        """ "Not five five nine five five five", in one breath: 555 for the 559 that stands in the number."""
        half = len(said) // 2
        denied = any(first + self.words.instead_of.at(self.tokens, first) == at for first in range(max(0, at - _MOST_SKIPPED), at))
        if not denied or len(said) % 2 or half < _FEWEST_DENIED or self.whole.count(said[:half]) != 1 or said in self.whole:
            return None
        return Patched(self.whole.replace(said[:half], said[half:]), "exchange", at, end)

    def _fillers(self, at: int) -> int:
        """How many tokens at `at` are commas or fillers."""
        return self._skip(at) - at if at < len(self.tokens) and self.tokens[at].norm == "," else 0

    def _put(self, start: int, at: int, count: int | None, place: _Place) -> Patched | None:
        part, end = self._digits(at)
        if not part or len(part) > len(self.whole) // 2 + 1 or (count is not None and count != len(part)):
            return None
        first = place(part)
        if first < 0:
            return None
        return Patched(self.whole[:first] + part + self.whole[first + len(part) :], "part", start, end)

    def _middle(self, part: str) -> int:
        """Where the middle group begins, when there is one as long as `part`; else -1."""
        middle = len(self.groups) // 2
        fits = len(self.groups) % 2 == 1 and len(self.groups) > 1 and len(self.groups[middle]) == len(part)
        return sum(len(group) for group in self.groups[:middle]) if fits else -1

    def _exchange(self, start: int, old: str, new: str, end: int) -> Patched | None:
        """`new` where `old` stands: in the one place where it does, or the one that begins a group."""
        if not old or len(old) != len(new) or len(old) >= len(self.whole):
            return None
        places = [at for at in range(len(self.whole)) if self.whole.startswith(old, at)]
        if len(places) > 1 and len(old) > 1:
            starts = {sum(len(group) for group in self.groups[:index]) for index in range(len(self.groups))}
            places = [at for at in places if at in starts]
        if len(places) != 1:
            return None
        return Patched(self.whole[: places[0]] + new + self.whole[places[0] + len(old) :], "exchange", start, end)

    def _digits(self, at: int) -> tuple[str, int]:
        """Digits at `at`, past an article or a filler."""
        return digits(self.tokens, self._skip(at), self.language)

    def _skip(self, at: int) -> int:
        for _ in range(_MOST_SKIPPED):
            taken = self.words.articles.at(self.tokens, at) or self.words.fillers.at(self.tokens, at)
            if not taken and at < len(self.tokens) and self.tokens[at].norm in (",", "-", ":"):
                taken = 1
            if not taken:
                break
            at += taken
        return at
