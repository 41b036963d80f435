"""Which words of a line only speak of the talk."""

from bisect import bisect_left

from agent.nlu.acts.words import bits, segments
from agent.nlu.utterance import Utterance
from agent.slots.address.en.line import Line

_FIRM = bits("yes", "no", "ok", "filler", "hold_on", "thanks", "greet", "bye", "actually", "assent", "welcome", "all_done", "missed", "repeat", "fix")
"""Marks of the words that stand before, between and after values and belong to none; all other marks are borne by everyday words."""
_PLAIN = bits("plain")
_ASKING = bits("wh")


class Talk:
    """For every token of a line, whether it belongs to what callers say about the talk itself, and how far that goes."""

    def __init__(self, utterance: Utterance, line: Line) -> None:
        self._line = line
        self._marks: list[tuple[int, int]] = [(0, 0)] * line.size
        """For each token the marks of its word or idiom, and the index after that."""
        self.asks = False
        """Whether a word of a question was said: "how many"."""
        starts = [token.start for token in line.tokens]
        for segment in segments(utterance):
            for unit in segment.units:
                self.asks = self.asks or bool(unit.marks & _ASKING)
                first = bisect_left(starts, utterance.tokens[unit.first].start)
                last = bisect_left(starts, utterance.tokens[unit.last - 1].end)
                for at in range(first, last):
                    before, ended = self._marks[at]
                    # "That's" is two words in one.
                    marks = (before & unit.marks or _PLAIN if before and unit.marks else 0) if ended else unit.marks
                    self._marks[at] = marks, max(last, ended)

    def firm(self, at: int) -> int:
        """The index after a yes, a no, a hesitation or the like that stands at `at`; `at` for none."""
        marks, end = self._marks[at]
        return end if marks & _FIRM else at

    def any(self, at: int) -> int:
        """The index after whatever words of the talk stand at `at`; `at` when the word is content."""
        marks, end = self._marks[at]
        return end if marks else at

    def is_content(self, first: int, last: int) -> bool:
        """Whether any word from `first` to `last` tells of something."""
        return any(not self._marks[at][0] for at in range(first, last) if self._line.tokens[at].norm[0].isalnum())
