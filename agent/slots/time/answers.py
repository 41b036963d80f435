"""What one reading may mean: resolved against now, and against what was known before, the value that is corrected or the half heard earlier."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.edits import Patch
from agent.record.acts import ValueKind
from agent.slots.time.clocks import moments, opens
from agent.slots.time.edits import Edit, Move, apply, at
from agent.slots.time.partial_time import PartialTime, parse
from agent.slots.time.pieces import Day, Kind, Mark, Part
from agent.slots.time.reading import Reading
from agent.slots.time.resolve import days, in_week, local_now, monday_of, place

WEAK = 0.3
"""How sure a clock is that only was asked for."""
_PLAIN = 0.4
"""From here on a clock was said as a clock; below, it is a number that a day stands beside."""
_QUARTER = timedelta(minutes=15)


class Listener:
    """Resolves one reading."""

    def __init__(self, reading: Reading, before: PartialTime, context: Context, *, asked: bool) -> None:
        self.reading = reading
        self.before = before
        self.context = context
        self.asked = asked
        self.now = local_now(context)

    def answers(self) -> list[Candidate]:
        """Every value the reading may mean, the likelier first."""
        reading, before = self.reading, self.before
        if reading.later is not None:
            return [self._answer(at(self._in_round_figures(self.now + timedelta(minutes=reading.later))), "later", confidence=0.7)]
        said_days = self._days(reading.day) if reading.day is not None else []
        if reading.shift is not None and reading.clock is None and (reading.day is None or self._moves_clock(said_days)):
            return self._moved(Move(reading.shift), said_days)
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
            return [self._answer(PartialTime(day, None, reading.part), ValueKind.SOONEST) for day in (said_days or (open_day,))]
        found = [answer for day in on for answer in self._on(day)]
        if len(found) > 1 and len(said_days) > 1:
            found = [answer for answer in found if not self._is_past(answer)] or found
        return found

    def _moves_clock(self, said: Sequence[date]) -> bool:
        """Whether the days said are those of the clock that is known, moved: "Monday, an hour sooner", "from Friday to an hour later"."""
        return bool(said) and self.before.clock is not None and (self.reading.bound is None or self.before.day in said)

    def _moved(self, by: Move, said: Sequence[date]) -> list[Candidate]:
        """So much later or earlier than the time that is known, on the days said; "an hour later" with nothing known is from now."""
        known = [PartialTime(day, self.before.clock) for day in said if self.before.clock is not None]
        if not known:
            known = [at(self.now) if self.before.at is None and by.minutes > 0 and not self.reading.after_that else self.before]
        return [self._answer(moved, "shift", confidence=0.6) for one in known if (moved := apply(by, one)) is not None]

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
        week = before.week
        if before.day is not None and (before.day == before.day_not_meant or self.reading.puts_right):
            monday = before.day - timedelta(days=before.day.weekday())
            week = monday if monday > today else week
        return days(in_week(said, week, today), today, counted_from, place(self.context))

    def _week(self, said: Day) -> list[Candidate]:
        """A week is kept so that a weekday said next is one of its days; only when a time was asked for."""
        monday = monday_of(said, self.now.date(), self.before.week)
        if monday is None or not self.asked:
            return []
        if self.reading.same and self.before.day is not None:
            return self._on(monday + timedelta(days=self.before.day.weekday()))
        if self.reading.soonest:
            return [self._answer(PartialTime(max(monday, self.now.date()), None, self.reading.part), ValueKind.SOONEST)]
        week = PartialTime(part=self.reading.part, week=monday)
        return [Candidate(value=week.written, rule="week", confidence=self._confidence(), whole=False)]

    def _edge_of_day(self, bound: Mark, said: Sequence[date]) -> Candidate:
        """ "After the tenth" is from the eleventh on, "by Friday" before Saturday; a weekend is left behind whole."""
        day = max(said) if bound in (Mark.AFTER, Mark.BY) and self.reading.day is not None and self.reading.day.weekend else said[0]
        following = day + timedelta(days=1) if bound in (Mark.AFTER, Mark.BY) else day
        return self._answer(PartialTime(following), ValueKind.AFTER if bound in (Mark.AFTER, Mark.FROM) else ValueKind.BEFORE)

    def _edge_of_known(self, than: Mark, said: Sequence[date]) -> Candidate | None:
        """ "Anything later": from a minute after the time held, or after the last one offered; None when none is known, or another day is meant."""
        offered = [when for option in self.context.held.options if (when := parse(option).at) is not None]
        later = than is Mark.AFTER
        edge = self.before.at if self.context.held.value else (max(offered) if later else min(offered)) if offered else None
        if edge is None or (self.reading.day is not None and edge.date() not in said):
            return None
        kind = ValueKind.AFTER if later else ValueKind.BEFORE
        if self.reading.of_week:
            return self._answer(PartialTime(edge.date() + timedelta(days=1 if later else 0)), kind)
        return self._answer(at(edge + timedelta(minutes=1 if later else 0)), kind)

    def _on(self, day: date | None) -> list[Candidate]:
        part = self.reading.part if self.reading.part is not None else (self.before.part if not self.context.held.value else None)
        patched = ((rule, apply(edit, known)) for rule, edit, known in self._patches(day, part))
        return [self._answer(when, rule) for rule, when in patched if when is not None]

    def _patches(self, day: date | None, part: Part | None) -> Iterator[tuple[str | ValueKind, Edit, PartialTime]]:
        """What the reading edits, by which rule, and what is known: the clock, the minutes of its hour, the part of the day, or the day."""
        reading, before = self.reading, self.before
        known = PartialTime(day, before.clock)
        if reading.clock is not None:
            rule = reading.kind or ("day_clock" if reading.day is not None else "clock")
            for moment in moments(reading.clock, part, day, self.context, before.clock if self.context.held.value else None):
                on = day + timedelta(days=moment.days_on) if day is not None else None
                yield rule, Patch(Kind.CLOCK, PartialTime(clock=moment.clock).written), PartialTime(on)
        elif reading.opening:
            opening = opens(day, self.context.opening) if day is not None else None
            yield "opening", Patch(Kind.CLOCK, PartialTime(clock=opening).written), PartialTime(day, None, Part.MORNING)
        elif reading.minute is not None:
            yield "minute", Patch(Kind.MINUTE, f"{reading.minute}"), known
        elif reading.day is not None:
            yield "day", Patch(Kind.DAY, PartialTime(day).written), known if part is None else PartialTime(part=part)
        elif part is not None and (self.asked or before.day is not None or before.clock is not None):
            yield "day_part", Patch(Kind.PART, part), known

    def _answer(self, when: PartialTime, rule: str | ValueKind, *, confidence: float | None = None) -> Candidate:
        kind = rule if isinstance(rule, ValueKind) else msgspec.UNSET
        edge = kind in (ValueKind.AFTER, ValueKind.BEFORE)
        of_its_own = self.reading.later is not None or kind is ValueKind.SOONEST or (self.reading.day is not None and self.reading.clock is not None)
        patched = bool(self.context.held.value) and not of_its_own
        whole = when.at is not None and not edge
        confidence = self._confidence() if confidence is None else confidence
        return Candidate(value=when.written, rule=str(rule), kind=kind, confidence=confidence, whole=whole, patch=patched and whole)

    def _is_past(self, answer: Candidate) -> bool:
        when = parse(answer.value).at
        return when is not None and when < self.now

    def _confidence(self) -> float:
        """Day and clock together are unmistakable, unless one of them is a mere number; one alone is not."""
        confidence = self.reading.confidence
        day, clock = confidence.get(Kind.DAY), confidence.get(Kind.CLOCK)
        if day is not None and clock is not None:
            return 0.5 if clock <= WEAK else 0.7 if clock < _PLAIN else min(0.95, 0.55 + 0.28 * (day + clock))
        return day or clock or max(confidence.values(), default=WEAK)
