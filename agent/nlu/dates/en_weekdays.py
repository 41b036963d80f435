"""English weekdays: "Tuesday week", "the Monday after Easter", "two Sundays from now", "sat"."""

import msgspec

from agent.nlu.dates import Day, Piece, day_piece
from agent.nlu.dates.en_known import Known
from agent.nlu.dates.en_words import english


class Weekdays(Known):
    """Reads a weekday at an item of a line, and what is counted from it."""

    def _weekday(self, at: int) -> list[Piece]:
        """A weekday, perhaps with "week" after it: "Tuesday week" is Tuesday and seven days."""
        here, weekday = at + 1, self.line.values[at]
        shift = 0
        if self.line.kinds[here] == "units" and self.line.words[here] in english().weeks and self.line.kinds[at - 1] != "which":
            shift = english().weeks[self.line.words[here]]
            here += 1
        elif self.line.values[here] == "coming":
            return [day_piece(at, here + 1, Day(weekday=weekday, next_one=True))]
        elif self.line.words[here] == "after" and self.line.words[here + 1] == "next":
            return [day_piece(at, here + 2, Day(weekday=weekday, week=1, next_one=True, shift=7))]
        elif self._after_known(here):
            return [day_piece(at, here + 1, Day(after_known=True, to_weekday=(weekday, 1)))]
        if self.line.words[here] == "." and self.line.glued(here) and self.line.words[at] in self.sets["dotted"]:
            here += 1
        if not shift and (beside := self._beside_day(at, here, weekday)):
            return beside
        return [day_piece(at, here, Day(weekday=weekday, shift=shift))]

    def _after_known(self, at: int) -> bool:
        """Whether "after", "after that" stands at item `at`, with nothing that it comes before: "the Friday after"."""
        line = self.line
        if line.words[at] != "after" or line.kinds[at] == "than":
            return line.words[at] == "after"
        ends = not line.words[at + 1] or line.words[at + 1] in self.sets["after_a_bound"]
        return not line.kinds[at] and not line.kinds[at + 1] and ends

    def _several(self, at: int) -> list[Piece]:
        """ "two Sundays from now"."""
        line = self.line
        weekday = english().weekdays.get(line.words[at + 1].removesuffix("s"))
        if weekday is None or line.words[at + 2] != "from" or line.words[at + 3] not in self.sets["now"]:
            return []
        return [day_piece(at, at + 4, Day(weekday=weekday, next_one=True, shift=7 * (line.values[at][0] - 1)))]

    def _beside_day(self, at: int, here: int, weekday: int) -> list[Piece]:
        """ "the Monday after Easter", "the Friday before the 10th": the weekday ends before item `here`."""
        line = self.line
        way = english().beside_day.get(line.words[here], 0)
        following = self._plain_day(here + (2 if line.words[here + 1] == "the" else 1)) if way else None
        if following is None or following.value.weekday is not None or following.value.week is not None or following.value.weekend:
            return []
        return [day_piece(at, following.last, msgspec.structs.replace(following.value, to_weekday=(weekday, way)))]

    def _short_weekday(self, at: int) -> list[Piece]:
        """ "sun", "sat": only beside a number or after "on", or all alone."""
        line = self.line
        before, after = line.words[at - 1], at + 1
        if line.words[after] == "." and line.glued(after):
            after += 1
        comma = after + 1 if line.words[after] == "," else after
        beside = line.kinds[comma] in ("number", "ordinal", "months", "parts") or (line.words[comma] == "the" and line.kinds[comma + 1] == "ordinal")
        alone = line.count == after - at
        if line.words[comma] == "at" and line.kinds[comma + 1] == "number":
            beside = at == 0 or before in (",", ".")
        if alone or (before not in self.sets["not_before_short"] and (beside or before in self.sets["before_short"])):
            return [day_piece(at, after, Day(weekday=line.values[at]))]
        return []
