"""Why a number is a time: "at", "around", a day or a part of the day beside it, its being the whole answer, or our having asked for a time."""

from collections.abc import Mapping

from agent.slots.time.en_relations import MOST_LINKERS, Relations
from agent.slots.time.items import Line
from agent.slots.time.pieces import Day, Kind, Piece

_EDITING = frozenset(("or", "fix", "so", "change", "not", "denied_after", "between", "edge", "which"))
_MOST_FIGURES = 2
"""Figures of a bare number that may edit a clock: "1515" may be anything."""
_NEAR = 5
"""Words after a number in which a noun may be what it counts."""
UNSURE = 0.3
"""How plainly a number names a time that has only been asked for; and one with no more than a day beside it."""
_BESIDE = 0.35


class Reasons(Relations):
    """Looks for what makes a bare piece a time. `asked`, `editing`: as in `en_places.read`."""

    def __init__(self, items: Line, pieces: list[Piece], *, asked: bool | None, editing: bool) -> None:
        super().__init__(items, pieces)
        self.asked = asked
        self.editing = editing
        self._whole: bool | None = None
        self.alive = {id(piece) for piece in pieces}

    def _has_reason(self, piece: Piece) -> bool:
        """Whether anything but its being a number makes it a time: where it stands itself, or the clock it is joined to."""
        if piece.kind is Kind.DAY:
            return self._day_has_reason(piece)
        if piece.kind is Kind.SOONEST:
            return self.asked is True
        joined = (self._joined_before(piece), self._joined_after(piece))
        return self._clock_has_reason(piece) or any(other is not None and (not other.bare or self._clock_has_reason(other)) for other in joined)

    def _clock_has_reason(self, piece: Piece) -> bool:
        before = self._before(piece)
        if self._in_part(piece.last):
            return True
        if self._party(piece.first - 1):
            return False
        if before in self.sets["in"] and not self.line.kinds[piece.first - 1]:
            return False
        if before in self.sets["at"] or before in self.sets["past_hour"] or before in self.sets["before"]:
            return True
        if self._beside_time(piece) and not (before in self.sets["for"] and self.asked is not True):
            return True
        clock_like = self.line.size(piece.first, piece.last) > 1 or self._in_army_figures(piece)
        if clock_like and (before in self.sets["on"] or self._is_whole_answer() or self._beside_time(piece)):
            return True
        if self.editing:
            return self._is_whole_answer() and len(self._written_figures(piece)) <= _MOST_FIGURES
        counted = self.sets["people"].intersection(self.line.words)
        return self.asked is True and (counted <= self.sets["family"] and counted.isdisjoint(self.line.words[piece.last : piece.last + _NEAR]))

    def _written_figures(self, piece: Piece) -> str:
        """The figures that a piece begins with, "" when it was said in words."""
        text = self.line.utterance.words[self.line.firsts[piece.first]]
        return text if text[0].isdigit() else ""

    def _in_army_figures(self, piece: Piece) -> bool:
        """ "0930"."""
        text = self._written_figures(piece)
        return len(text) == len("0930") and text[0] == "0"

    def _joined_after(self, piece: Piece) -> Piece | None:
        """The clock that one goes up to or that may take its place: "nine to eleven", "between two and four", "six or seven"."""
        end = self.starts.get(piece.last + 1) if self._joins(piece.last, piece.first) else None
        return end if end is not None and end.kind is Kind.CLOCK else None

    def _joined_before(self, piece: Piece) -> Piece | None:
        """The clock that is joined to this one from before."""
        start = self.ends.get(piece.first - 1)
        return start if start is not None and start.kind is Kind.CLOCK and self._joins(start.last, start.first) else None

    def _joins(self, at: int, first: int) -> bool:
        """Whether item `at` joins two clocks, the first of which begins at item `first`."""
        word = self.line.words[at]
        return self.line.kinds[at] == "or" or word in self.sets["range_to"] or (word in self.sets["range_and"] and self._after_between(first))

    def _in_part(self, at: int) -> bool:
        """Whether "in the evening", "at night" begins at item `at`."""
        here = at + 1 if self.line.words[at] in self.sets["before_parts"] else at
        here += self.line.words[here] in self.sets["the"]
        return self.line.kinds[here] == "parts"

    def _day_has_reason(self, piece: Piece) -> bool:
        """An ordinal is a day after "on", "for" and the like, beside a weekday or clock, as a whole answer, or when a day was asked for."""
        line = self.line
        day: Day = piece.value
        if day.month is not None:
            return line.kinds[piece.first] != "number" or "/" not in line.words[piece.first : piece.last] or self._date_has_reason(piece)
        said_alone = line.kinds[piece.first] == "ordinal" and not line.values[piece.first + 1]
        before = self._before(piece)
        in_words = line.utterance.tokens[line.firsts[piece.first]].is_word
        the = line.words[piece.first - 1] in self.sets["the"]
        if before in self.sets["on"] or self._beside_time(piece) or self._is_whole_answer():
            return the or not in_words or before in self.sets["on_word"] or self._beside_time(piece)
        return self.asked is True and not self.editing and said_alone and (the or not in_words)

    def _date_has_reason(self, piece: Piece) -> bool:
        """ "3/4" is a fraction as often as a date."""
        before = self._before(piece)
        asked = self.asked is True and not self.editing
        return asked or before in self.sets["on"] or self._beside_time(piece) or self._is_whole_answer() or max(self._figures(piece)) > 12

    def _figures(self, piece: Piece) -> list[int]:
        return [self.line.values[at][0] for at in range(piece.first, piece.last) if self.line.kinds[at] == "number"]

    def _before(self, piece: Piece) -> str:
        """The word before a piece, past "the"."""
        before = piece.first - 1
        if before >= 0 and self.line.words[before] in self.sets["passed_over"]:
            before -= 1
        return self.line.words[before] if before >= 0 else ""

    def _party(self, at: int) -> bool:
        """ "a table for two", "party of five", "just one": item `at` stands before the number."""
        line = self.line
        if line.words[at] in self.sets["for"]:
            at -= 1
        return at >= 0 and line.words[at] in self.sets["party"]

    def _beside_time(self, piece: Piece) -> bool:
        """Whether a piece that is no bare number stands right beside it, with at most a few linking words between."""
        return self._leads(piece, self.starts, piece.last, 1) or self._leads(piece, self.ends, piece.first, -1)

    def _leads(self, piece: Piece, others: Mapping[int, Piece], at: int, way: int) -> bool:
        """Whether linking words lead from item `at` to such a piece, onwards or back."""
        for _ in range(MOST_LINKERS):
            other = others.get(at)
            if other is not None:
                return not other.bare and (other.kind is not piece.kind or piece.kind is Kind.DAY)
            passed = at if way > 0 else at - 1
            if not 0 <= passed < self.line.count or self.line.words[passed] not in self.sets["linkers"]:
                return False
            at += way
        return False

    def _is_whole_answer(self) -> bool:
        """Whether nothing but times and filling words was said."""
        if self._whole is None:
            covered = {at for piece in self.pieces if piece.kind is not Kind.MARK for at in range(piece.first, piece.last)}
            beside = self.sets["fillers"] | self.sets["mending"] if self.editing else self.sets["fillers"]
            self._whole = all(
                at in covered or word in beside or not word[0].isalnum() or (self.editing and self.line.kinds[at] in _EDITING)
                for at, word in enumerate(self.line.words[: self.line.count])
            )
        return self._whole

    def _plainness(self, piece: Piece) -> float:
        """How much a bare clock has to it besides having been asked for: words that say it is one, or only a day beside it."""
        before = self._before(piece)
        if before in self.sets["at"] or self._in_part(piece.last) or self._joined_before(piece) or self._joined_after(piece):
            return 1.0
        if self.line.size(piece.first, piece.last) > 1:
            return 1.0
        return _BESIDE if self._beside_time(piece) else UNSURE
