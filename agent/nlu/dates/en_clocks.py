"""English clocks: "half past two", "2:30 pm", "fourteen thirty", "oh nine hundred", "quarter of five", "noon".

Sources: how times are said, Cambridge Dictionary, "Telling the time"; "half ten" for half past ten is British, "quarter of five" American.
"""

from collections.abc import Mapping, Set
from typing import NamedTuple

from agent.nlu.dates import Clock, Kind, Line, Piece

_MINUTES = 60
_HUNDRED = "hundred"
_FEWEST_HUNDREDS = 1000
"""Fewer are no clock without "hours" or a zero before them: "three hundred"."""
_ROUND_MINUTES = frozenset((5, 10, 20, 25))
"""What is said before "past" and "to" without the word "minutes"; 15 too, before "past"."""


class Time(NamedTuple):
    """A clock, the item after it, and how it was said."""

    clock: Clock
    end: int
    confidence: float = 0.7
    bare: bool = False
    """A number alone, or two that could be anything."""


class Clocks:
    """Reads a clock at an item of a line. `words`: the sets of `time.toml`."""

    def __init__(self, line: Line, words: Mapping[str, Set[str]]) -> None:
        self.line = line
        self.words = words

    def piece(self, at: int) -> Piece | None:
        """The clock that begins at item `at`."""
        kind = self.line.kinds[at]
        if kind == "number":
            time = self._around_hour(at) or self._figures(at)
            if time is None and (minute := self._minute_alone(at)):
                return minute
            time = time or self._spoken(at)
        elif kind == "points":
            time = self._point(at)
        elif kind == "":
            time = self._around_hour(at) or self._half_hour(at)
        else:
            time = None
        if time is None:
            return self._minute_alone(at)
        end = time.end
        while self.line.words[end] == "-" and self.line.words[end + 1] in self.words["ish"]:
            end += 1
        if self.line.words[end] in self.words["ish"]:
            return Piece(kind=Kind.CLOCK, value=time.clock, first=at, last=end + 1, confidence=max(time.confidence, 0.5))
        return Piece(kind=Kind.CLOCK, value=time.clock, first=at, last=end, confidence=time.confidence, bare=time.bare)

    def _number(self, at: int, most: int, least: int = 0) -> int | None:
        if self.line.kinds[at] != "number":
            return None
        value: int = self.line.values[at][0]
        return value if least <= value <= most else None

    def _text(self, at: int) -> str:
        """The figures of a number written in figures, or ""."""
        return str(self.line.values[at][1]) if self.line.kinds[at] == "number" else ""

    def _half(self, at: int) -> tuple[str, int]:
        """ "am" or "pm" at item `at`, and the item after it; "" when neither was said."""
        line = self.line
        if line.kinds[at] == "half_of_day":
            return line.values[at], at + 1
        if line.words[at] in ("a", "p") and self._text(at - 1) and (line.glued(at) or (at + 1 == line.count and line.words[at - 2] == ":")):
            return line.words[at] + "m", at + 1
        return "", at

    def _time(self, hour: int, minute: int, at: int, *, confidence: float, bare: bool = False, figures: str = "") -> Time | None:
        """With the half of the day that may stand at item `at`; None when there is no such time."""
        half, end = self._half(at)
        if half and 1 <= hour <= 12 and minute < _MINUTES:
            return Time(Clock(hour=hour % 12 + (12 if half == "pm" else 0), minute=minute, decided=True), end, 0.75)
        if hour == 24:
            hour = 0 if minute == 0 else 99
        if hour > 23 or minute >= _MINUTES:
            return None
        decided = hour > 12 or hour == 0 or (len(figures) == 2 and figures[0] == "0")
        return Time(Clock(hour=hour, minute=minute, decided=decided), end if half else at, confidence, bare and not half)

    def _figures(self, at: int) -> Time | None:
        """Written as clocks are: "7:30", "7.30 pm", "13h15", "730pm", "1430", each perhaps with am or pm."""
        line, text = self.line, self._text(at)
        if not text or len(text) > 4:
            return None
        hour = line.values[at][0]
        mark = line.words[at + 1]
        if len(text) <= 2 and mark in (":", ".", "：") and len(self._text(at + 2)) == 2 and line.glued(at + 2):
            if mark == "." and not line.glued(at + 1):
                return None
            end = at + 3
            if mark == ":" and line.words[end] == ":" and len(self._text(end + 1)) == 2 and line.glued(end) and line.glued(end + 1):
                end += 2
            if line.words[end] in (".", ":") and line.glued(end + 1) and self._text(end + 1):
                return None
            in_hours = line.words[end] in self.words["hours"]
            plain = mark == ":" or in_hours
            return self._time(hour, line.values[at + 2][0], end + in_hours, confidence=0.65 if plain else 0.45, bare=not plain, figures=text)
        if len(text) <= 2 and line.glued(at + 1) and (mark == "h" or (mark in self.words["hours"] and hour > 12)):
            with_minutes = line.glued(at + 2) and len(self._text(at + 2)) == 2
            return self._time(hour, line.values[at + 2][0] if with_minutes else 0, at + 3 if with_minutes else at + 2, confidence=0.6, figures=text)
        if len(text) >= 3:
            in_hours = line.words[at + 1] in self.words["hours"]
            end = at + 2 if in_hours else at + 1
            return self._time(
                hour // 100, hour % 100, end, confidence=0.6 if in_hours else 0.4, bare=not in_hours, figures=text[:2] if len(text) == 4 else ""
            )
        return None

    def _spoken(self, at: int) -> Time | None:
        """Hour, hour and minutes, hundred hours: "three pm", "five o'clock", "eight fifty one", "nine oh five", "oh nine hundred"."""
        line = self.line
        hour = line.values[at][0]
        zero = hour == 0 and line.values[at][1] in ("", "0") and line.kinds[at + 1] == "number"
        if zero:
            minutes = self._oh_hour(at)
            if minutes is not None:
                return minutes
        if hour > 24:
            in_hours = line.words[at + 1] in self.words["hours"]
            said_in_hundreds = hour % 100 == 0 and not line.values[at][1] and line.utterance.words[line.firsts[at + 1] - 1] == _HUNDRED
            if said_in_hundreds and (hour >= _FEWEST_HUNDREDS or in_hours) and hour <= 2400:
                return self._time(hour // 100, 0, at + 2 if in_hours else at + 1, confidence=0.6 if in_hours else 0.35, bare=not in_hours)
            return None
        if line.kinds[at + 1] == "points" and hour == 12:
            return self._point(at + 1)
        if line.kinds[at + 1] == "oclock":
            return self._time(hour, 0, at + 2, confidence=0.7) if hour else None
        hyphen = line.words[at + 1] == "-" and not line.values[at][1] and not self._text(at + 2)
        minute, end = self._minutes(at + 2 if hyphen else at + 1)
        if minute is not None and hour:
            time = self._time(hour, minute, end, confidence=0.55, bare=True)
            if time is not None and line.kinds[time.end] == "oclock":
                return time._replace(end=time.end + 1, bare=False)
            return time
        return self._time(hour, 0, at + 1, confidence=0.4, bare=True, figures=self._text(at)) if hour else None

    def _oh_hour(self, at: int) -> Time | None:
        """ "oh nine hundred", "oh eight thirty"."""
        line = self.line
        value = line.values[at + 1][0]
        if 100 <= value <= 900 and value % 100 == 0:
            in_hours = line.words[at + 2] in self.words["hours"]
            return Time(Clock(hour=value // 100, decided=True), at + 3 if in_hours else at + 2, 0.6)
        minute, end = self._minutes(at + 2)
        if 1 <= value <= 9 and minute is not None:
            return Time(Clock(hour=value, minute=minute, decided=True), end, 0.55, True)
        return None

    def _minutes(self, at: int) -> tuple[int | None, int]:
        """The minutes said after an hour: "thirty", "oh five", "05"; never a single figure."""
        line = self.line
        if line.kinds[at] != "number":
            return None, at
        value, text = line.values[at]
        if text:
            return (value, at + 1) if len(text) == 2 and value < _MINUTES and text != "o" and line.words[at + 1] != ":" else self._oh_five(at)
        if 10 <= value < _MINUTES:
            return value, at + 1
        return self._oh_five(at)

    def _oh_five(self, at: int) -> tuple[int | None, int]:
        if self.line.values[at][0] == 0 and self._number(at + 1, 9, 1) is not None:
            return self.line.values[at + 1][0], at + 2
        return None, at

    def _point(self, at: int) -> Time:
        """ "Noon", "noon thirty"."""
        hour, minute = (int(part) for part in self.line.values[at].split(":"))
        after, end = self._minutes(at + 1)
        if after in (15, 30, 45) and self.line.kinds[end] in ("", "parts", "weekdays", "days", "half_of_day"):
            return Time(Clock(hour=hour, minute=after, decided=True), end, 0.7)
        return Time(Clock(hour=hour, minute=minute, decided=True), at + 1, 0.7)

    def _amount(self, at: int) -> tuple[int | None, int, bool]:
        """Minutes before "past" or "to": "ten", "twenty five minutes", "a quarter", "half"; the item after them; whether they are plain."""
        line = self.line
        here = at + 1 if line.words[at] in self.words["articles"] and line.words[at + 1] in self.words["quarter"] else at
        if line.words[here] in self.words["quarter"]:
            return 15, here + 1, True
        if line.words[here] in self.words["half"]:
            return 30, here + 2 if line.words[here + 1] == "-" else here + 1, True
        value = self._number(at, 59, 1)
        if value is None or (self._text(at) and len(self._text(at)) > 2):
            return None, at, False
        if value < 10 and line.words[at + 1] == "and" and self._number(at + 2, 20, 20):  # "five and twenty past"
            return value + 20, at + 3, False
        if line.kinds[at + 1] == "units" and line.values[at + 1] == "1 minute":
            return value, at + 2, True
        return value, at + 1, False

    def _around_hour(self, at: int) -> Time | None:
        """ "half past two", "quarter to noon", "ten of" only with a quarter, "thirty six minutes past eight"."""
        minute, here, plain = self._amount(at)
        line = self.line
        if minute is None or line.kinds[at - 1] == "between":
            return None
        word = line.words[here]
        if line.kinds[here] == "which" and line.values[here] == "past":
            word = "past"
        past = word in self.words["past_hour"]
        before = word in self.words["to_hour"] or (word in self.words["of_hour"] and minute == 15)
        if not (past or before) or (before and minute == 30 and not self._number(at, 59)):
            return None
        if not plain and minute not in _ROUND_MINUTES and not (past and minute == 15):
            return None
        hour = self._hour_after(here + 1, glued_minutes=minute)
        if hour is None:
            return None
        clock, end = hour
        total = clock.hour * _MINUTES + (minute if past else -minute)
        if not clock.decided and total < _MINUTES:
            total += 12 * _MINUTES
        return Time(Clock(hour=total // _MINUTES % 24, minute=total % _MINUTES, decided=clock.decided), end, 0.65)

    def _hour_after(self, at: int, glued_minutes: int) -> tuple[Clock, int] | None:
        """The hour that minutes were counted from: "two", "2 pm", "five o'clock", "noon"; never one with minutes of its own."""
        line = self.line
        if line.kinds[at] == "points":
            time = self._point(at)
            return time.clock, time.end
        hour = self._number(at, 24, 1)
        if hour is None or line.words[at + 1] == ":" or not glued_minutes:
            return None
        end = at + 2 if line.kinds[at + 1] == "oclock" else at + 1
        time_said = self._time(hour, 0, end, confidence=0.6)
        return None if time_said is None else (time_said.clock, time_said.end)

    def counts_from_hour(self, at: int) -> bool:
        """Whether minutes before or after an hour begin at item `at`."""
        return self._around_hour(at) is not None

    def _half_hour(self, at: int) -> Time | None:
        """British "half ten": half past ten."""
        line = self.line
        if line.words[at] not in self.words["half"]:
            return None
        hour = self._number(at + 1, 12, 1)
        if hour is None or line.kinds[at + 2] in ("units", "number") or line.words[at + 2] in (":", "/", "."):
            return None
        return self._time(hour, 30, at + 2, confidence=0.5, bare=True)

    def _minute_alone(self, at: int) -> Piece | None:
        """ "quarter past", "ten to" with no hour: minutes of the hour that is already known."""
        minute, here, plain = self._amount(at)
        line = self.line
        if (
            minute is None
            or line.kinds[here + 1] != ""
            or (line.words[here + 1].isalnum() and line.words[here + 1] not in self.words["after_minutes"])
        ):
            return None
        word = "past" if line.kinds[here] == "which" and line.values[here] == "past" else line.words[here]
        if word in self.words["past_hour"] and (plain or minute in _ROUND_MINUTES):
            return Piece(kind=Kind.MINUTE, value=minute, first=at, last=here + 1, confidence=0.3)
        if word in self.words["to_hour"] and word != "too" and minute < 30 and (plain or minute in _ROUND_MINUTES):
            return Piece(kind=Kind.MINUTE, value=-minute, first=at, last=here + 1, confidence=0.3)
        return None
