"""What one reading may mean: resolved against now, and against what was known before, the value that is corrected or the half heard earlier."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from agent.nlu.candidates import Context
from agent.record.acts import ValueKind
from agent.slots.time.clocks import Moment, moments, moved_into, opens
from agent.slots.time.partial_time import PartialTime, parse
from agent.slots.time.pieces import Day, Kind, Mark, Part
from agent.slots.time.reading import Reading
from agent.slots.time.resolve import days, in_week, local_now, monday_of, place

WEAK = 0.3
"""How sure a clock is that only was asked for."""
_PLAIN = 0.4
"""From here on a clock was said as a clock; below, it is a number that a day stands beside."""
_QUARTER = timedelta(minutes=15)


class Answer(msgspec.Struct, frozen=True):
    value: str
    day: date | None
    rule: str
    kind: ValueKind | msgspec.UnsetType
    confidence: float
    whole: bool
    patched: bool


class Listener:
    """Resolves one reading."""

    def __init__(self, reading: Reading, before: PartialTime, context: Context, *, asked: bool) -> None:
        self.reading = reading
        self.before = before
        self.context = context
        self.asked = asked
        self.now = local_now(context)

    def answers(self) -> list[Answer]:
        """Every value the reading may mean, the likelier first."""
        reading, before = self.reading, self.before
        if reading.later is not None:
            return self._at(self._in_round_figures(self.now + timedelta(minutes=reading.later)), "later", 0.7)
        said_days = self._days(reading.day) if reading.day is not None else []
        if reading.shift is not None and reading.clock is None and (reading.day is None or self._moves_clock(said_days)):
            return self._shifted(timedelta(minutes=reading.shift), said_days)
        if reading.than is not None and reading.clock is None and (edge := self._edge_of_known(reading.than, said_days)):
            return [edge]
        if reading.is_idle():
            return []
        if not said_days and reading.day is not None and reading.clock is None:
            return self._week(reading.day)
        if reading.bound is not None and reading.kind is not ValueKind.RANGE and reading.clock is None and reading.minute is None:
            return [self._edge_of_day(reading.bound, said_days)]
        on: Sequence[date | None] = said_days or [before.day]
        if (reading.soonest or (reading.than is not None and reading.day is not None)) and reading.clock is None:
            open_day = before.day if not self.context.held.value else None
            return [self._answer(day, None, ValueKind.SOONEST, part=reading.part) for day in (said_days or (open_day,))]
        found = [answer for day in on for answer in self._on(day)]
        if len(found) > 1 and len(said_days) > 1:
            found = [answer for answer in found if not self._is_past(answer)] or found
        return found

    def _moves_clock(self, said: Sequence[date]) -> bool:
        """Whether the days said are those of the clock that is known, moved: "Monday, an hour sooner", "from Friday to an hour later"."""
        return bool(said) and self.before.clock is not None and (self.reading.bound is None or self.before.day in said)

    def _shifted(self, by: timedelta, said: Sequence[date]) -> list[Answer]:
        """So much later or earlier than the time that is known, on the days said; "an hour later" with nothing known is from now."""
        if said and self.before.clock is not None:
            return [answer for day in said for answer in self._at(datetime.combine(day, self.before.clock) + by, "shift", 0.6)]
        counted_from = self.before.at or (self.now if by > timedelta() and not self.reading.after_that else None)
        return [] if counted_from is None else self._at(counted_from + by, "shift", 0.6)

    def _in_round_figures(self, when: datetime) -> datetime:
        """ "In two hours" names no minute: of an appointment, the quarter of an hour that follows."""
        past = (when - datetime.combine(when.date(), time.min)) % _QUARTER
        return when + _QUARTER - past if self.asked and past else when

    def _days(self, said: Day) -> list[date]:
        today = self.now.date()
        before = self.before
        if said.after_known and said.next_one and not (self.context.held.value or self.context.held.options or before.day_not_meant):
            return []  # "the one after": of days only after one that is held or turned down
        counted_from = before.day_not_meant or before.day
        if (
            counted_from is None and self.context.held.options and (said.week is not None or said.next_one)
        ):  # "the week after", of the first one offered
            counted_from = parse(self.context.held.options[0]).day
        return days(in_week(said, before.week, today), today, counted_from, place(self.context))

    def _week(self, said: Day) -> list[Answer]:
        """A week is kept so that a weekday said next is one of its days; only when a time was asked for."""
        monday = monday_of(said, self.now.date(), self.before.week)
        if monday is None or not self.asked:
            return []
        if self.reading.same and self.before.day is not None:
            return self._on(monday + timedelta(days=self.before.day.weekday()))
        if self.reading.soonest:
            return [self._answer(max(monday, self.now.date()), None, ValueKind.SOONEST, part=self.reading.part)]
        return [Answer(PartialTime(part=self.reading.part, week=monday).written, None, "week", msgspec.UNSET, self._confidence(), False, False)]

    def _edge_of_day(self, bound: Mark, said: Sequence[date]) -> Answer:
        """ "After the tenth" is from the eleventh on, "by Friday" before Saturday; a weekend is left behind whole."""
        day = max(said) if bound in (Mark.AFTER, Mark.BY) and self.reading.day is not None and self.reading.day.weekend else said[0]
        following = day + timedelta(days=1) if bound in (Mark.AFTER, Mark.BY) else day
        return self._answer(following, None, ValueKind.AFTER if bound in (Mark.AFTER, Mark.FROM) else ValueKind.BEFORE)

    def _edge_of_known(self, than: Mark, said: Sequence[date]) -> Answer | None:
        """ "Anything later": from a minute after the time held, or after the last one offered; None when none is known, or another day is meant."""
        offered = [when for option in self.context.held.options if (when := parse(option).at) is not None]
        later = than is Mark.AFTER
        edge = self.before.at if self.context.held.value else (max(offered) if later else min(offered)) if offered else None
        if edge is None or (self.reading.day is not None and edge.date() not in said):
            return None
        kind = ValueKind.AFTER if later else ValueKind.BEFORE
        if self.reading.of_week:
            return self._answer(edge.date() + timedelta(days=1 if later else 0), None, kind)
        edge += timedelta(minutes=1 if later else 0)
        return self._answer(edge.date(), edge.time(), kind)

    def _on(self, day: date | None) -> list[Answer]:
        reading, before = self.reading, self.before
        part = reading.part if reading.part is not None else (before.part if not self.context.held.value else None)
        if reading.clock is not None:
            near = before.clock if self.context.held.value else None
            return [self._moment(day, moment) for moment in moments(reading.clock, part, day, self.context, near)]
        if reading.opening:
            opening = opens(day, self.context.opening) if day is not None else None
            return [self._answer(day, opening, "opening", part=Part.MORNING)]
        if reading.minute is not None:
            return [] if before.clock is None else [self._answer(day, _minute_of(before.clock, reading.minute), "minute")]
        if reading.part is not None and before.clock is not None and reading.day is None:
            moved = moved_into(before.clock, reading.part)
            return [self._answer(day, moved, "day_part", part=reading.part)]
        if reading.day is None:
            return [self._answer(day, None, "day_part", part=part)] if self.asked or before.day is not None else []
        if before.clock is not None and reading.part is None:
            return [self._answer(day, before.clock, "day")]
        return [self._answer(day, None, "day", part=part)]

    def _moment(self, day: date | None, moment: Moment) -> Answer:
        on = day + timedelta(days=moment.days_on) if day is not None else None
        return self._answer(on, moment.clock, self.reading.kind or ("day_clock" if self.reading.day is not None else "clock"))

    def _at(self, when: datetime, rule: str, confidence: float) -> list[Answer]:
        return [self._answer(when.date(), when.time().replace(second=0, microsecond=0), rule, confidence=confidence)]

    def _answer(
        self, day: date | None, clock: time | None, rule: str | ValueKind, *, part: Part | None = None, confidence: float | None = None
    ) -> Answer:
        kind = rule if isinstance(rule, ValueKind) else msgspec.UNSET
        edge = kind in (ValueKind.AFTER, ValueKind.BEFORE)
        of_its_own = self.reading.later is not None or kind is ValueKind.SOONEST or (self.reading.day is not None and self.reading.clock is not None)
        patched = bool(self.context.held.value) and not of_its_own
        value = PartialTime(day, clock, part).written
        whole = day is not None and clock is not None and not edge
        return Answer(value, day, str(rule), kind, self._confidence() if confidence is None else confidence, whole, patched and whole)

    def _is_past(self, answer: Answer) -> bool:
        when = parse(answer.value).at
        return when is not None and when < self.now

    def _confidence(self) -> float:
        """Day and clock together are unmistakable, unless one of them is a mere number; one alone is not."""
        confidence = self.reading.confidence
        day, clock = confidence.get(Kind.DAY), confidence.get(Kind.CLOCK)
        if day is not None and clock is not None:
            return 0.5 if clock <= WEAK else 0.7 if clock < _PLAIN else min(0.95, 0.55 + 0.28 * (day + clock))
        return day or clock or max(confidence.values(), default=WEAK)


def _minute_of(clock: time, minute: int) -> time:
    """ "quarter past" of the hour known; "quarter to" before the next hour, or before the hour itself when it was a full one."""
    if minute > 0:
        return clock.replace(minute=minute)
    total = (clock.hour * 60 + (60 if clock.minute else 0) + minute) % (24 * 60)
    return time(total // 60, total % 60)
