"""Time: the day and the clock of the appointment.

Heard      "tomorrow arvo at four", "Tuesday week", "half past two on the ninth", "下周三下午三点半"; day and clock may come in different turns.
Held       local, ISO 8601: "2026-03-08T14:30" whole; a part of it is "2026-03-08", "14:30", "2026-03-08TAF" (that afternoon) or "TAF", the
           part of the day named as in TIMEX3 (ISO 24617-1), so that "four" said next is sixteen hours, or "2026-W11", the week of the day.
Not whole  also a window's edge (rules "after", "before": the edge is the value, but no point in time was said), and "as soon as possible" or "what do
           you have" (rule "soonest": the value is the day, with its part, if one was said, else ""): a place is to be offered. A range is kept
           by its start (rule "range").
Asked      what words leave open stands in `options`: "at six" when the hours allow both, "next Friday" said on a Wednesday, 3/4 in Canada.
Read back  weekday, date and clock; the year only when it is another; the slow form says day and clock apart.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from agent.hearing import Context, Heard, Slot
from agent.languages.dates import Day, Kind, Line, Part
from agent.languages.dates import en_places as dates_en_places
from agent.languages.dates import zh as dates_zh
from agent.reasons import Reason
from agent.slots.time import speech as time_speech
from agent.slots.time.reading import Reading, readings
from agent.slots.time.resolve import Known, Moment, days, in_week, known, local_now, moments, monday_of, moved_into, opens, written
from agent.text import Said

_MOST_OPTIONS = 6
_STRAY = 2
"""Words beside a day that has passed up to which it is an answer and no story: "yesterday at three", not "I called you yesterday at three"."""
_WEAK = 0.3
_PLAIN = 0.4
"""From here on a clock was said as a clock; below, it is a number that a day stands beside; at `_WEAK`, only one that was asked for."""


def hear(said: Said, context: Context) -> Sequence[Heard]:
    """The time that was said: one `Heard`, or none. What may be meant besides it stands in its options."""
    grammar = dates_zh if said.has_han else dates_en_places
    asked = _asked(said, context)
    seeking = asked is True and time_speech.asks_what_is_free(said)
    read = grammar.read(said, region=context.region, month_first=time_speech.month_first(context.region, "figures"), asked=asked)
    if read is None:
        open_day = known(context.partial).day if not context.current else None
        return [Heard(value=written(open_day, None, None), rule="soonest", span=(0, len(said.text)), sure=_WEAK, whole=False)] if seeking else ()
    line, pieces = read
    heard = readings(pieces)
    if seeking:
        heard.found = [reading.seeking() for reading in heard.found]
    if heard.gone and asked is True and len(said.tokens) <= sum(piece.last - piece.first for piece in heard.gone) + _STRAY:
        yesterday = local_now(context) - timedelta(days=1)  # whichever day it was, it is refused
        return [Heard(value=yesterday.isoformat(timespec="minutes"), rule="past", span=(0, len(said.text)), sure=_WEAK)]
    excluded = [day for one in heard.excluded for day in _excluded(one, context)]
    before = known(context.current or context.partial)
    if before.day is None and excluded:
        before = msgspec.structs.replace(before, day_not_meant=excluded[0])
    answers: list[_Answer] = []
    for reading in heard.found:
        several = _Listener(reading, before, context, asked=asked is True).answers()
        answers += several if len(heard.found) == 1 else [_nearest(several, answers[0])] if several and answers else several[:1]
    answers = [answer for answer in answers if answer.day not in excluded or len(answers) == 1]
    return [_heard(answers, line, heard.found, context)] if answers else ()


def _nearest(answers: Sequence["_Answer"], other: "_Answer") -> "_Answer":
    """Of what one of several times may mean, the clock nearest the time before it: "6 or 7" are both in the evening."""
    first = known(other.value).clock
    return min(answers, key=lambda answer: _apart(known(answer.value).clock, first))


def _apart(one: time | None, other: time | None) -> int:
    """Minutes between two clocks."""
    return 0 if one is None or other is None else abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)


def _heard(answers: list["_Answer"], line: Line, found: Sequence[Reading], context: Context) -> Heard:
    """One `Heard` out of everything that may be meant."""
    values = list(dict.fromkeys(answer.value for answer in answers))[:_MOST_OPTIONS]
    first = answers[0]
    pieces = [piece for reading in found for piece in reading.pieces]
    span = line.span(min(piece.first for piece in pieces), max(piece.last for piece in pieces))
    return Heard(
        value=first.value,
        rule=first.rule,
        span=span,
        sure=first.sure,
        whole=first.whole,
        options=tuple(values) if len(values) > 1 else (),
        patch=first.patched,
    )


def _asked(said: Said, context: Context) -> bool | None:
    """Whether a time was asked for; None when nobody knows. Our sentence tells it when the slots we asked for are not known."""
    if context.asked is not None:
        return "time" in context.asked
    if context.prompt and time_speech.asks_for_time(context.prompt):
        return True
    return None


def _excluded(said: Day, context: Context) -> Sequence[date]:
    """The days that "not Friday", "not this one" take out of what may be meant."""
    today = local_now(context).date()
    if said == Day(week=0):
        return [today + timedelta(days=ahead) for ahead in range(7 - today.weekday())]
    return days(said, today, None, context.region)


class _Answer(msgspec.Struct, frozen=True):
    value: str
    day: date | None
    rule: str
    sure: float
    whole: bool
    patched: bool


class _Listener:
    """Resolves one reading against what was known before: the value that is being corrected, or the half that was heard earlier."""

    def __init__(self, reading: Reading, before: Known, context: Context, *, asked: bool) -> None:
        self.reading = reading
        self.before = before
        self.context = context
        self.asked = asked
        self.now = local_now(context)

    def answers(self) -> list[_Answer]:
        """Every value the reading may mean, the likelier first."""
        reading, before = self.reading, self.before
        if reading.later is not None:
            return self._at(self.now + timedelta(minutes=reading.later), "later", 0.7)
        if reading.shift is not None and reading.clock is None:
            counted_from = before.at or (self.now if reading.shift > 0 else None)
            return [] if counted_from is None else self._at(counted_from + timedelta(minutes=reading.shift), "shift", 0.6)
        said_days = self._days(reading.day) if reading.day is not None else []
        if not said_days and reading.day is not None and reading.clock is None:
            return self._week(reading.day)
        on: Sequence[date | None] = said_days or [before.day]
        if reading.soonest and reading.clock is None:
            open_day = before.day if not self.context.current else None
            return [self._answer(day, None, "soonest", part=reading.part) for day in (said_days or (open_day,))]
        found = [answer for day in on for answer in self._on(day)]
        if len(found) > 1 and len(said_days) > 1:
            found = [answer for answer in found if not self._is_past(answer)] or found
        return found

    def _days(self, said: Day) -> list[date]:
        today = self.now.date()
        return days(in_week(said, self.before.week, today), today, self.before.day or self.before.day_not_meant, self.context.region)

    def _week(self, said: Day) -> list[_Answer]:
        """A week is kept so that a weekday said next is one of its days; only when a time was asked for."""
        monday = monday_of(said, self.now.date())
        if monday is None or not self.asked:
            return []
        if self.reading.soonest:
            return [self._answer(max(monday, self.now.date()), None, "soonest", part=self.reading.part)]
        return [_Answer(written(None, None, self.reading.part, monday), None, "week", self._sure(), False, False)]

    def _on(self, day: date | None) -> list[_Answer]:
        reading, before = self.reading, self.before
        part = reading.part if reading.part is not None else (before.part if not self.context.current else None)
        if reading.clock is not None:
            near = before.clock if self.context.current else None
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

    def _moment(self, day: date | None, moment: Moment) -> _Answer:
        on = day + timedelta(days=moment.days_on) if day is not None else None
        return self._answer(on, moment.clock, self.reading.rule or ("day_clock" if self.reading.day is not None else "clock"))

    def _at(self, when: datetime, rule: str, sure: float) -> list[_Answer]:
        return [self._answer(when.date(), when.time().replace(second=0, microsecond=0), rule, sure=sure)]

    def _answer(self, day: date | None, clock: time | None, rule: str, *, part: Part | None = None, sure: float | None = None) -> _Answer:
        edge = rule in ("after", "before")
        patched = (
            bool(self.context.current) and not (self.reading.day is not None and self.reading.clock is not None) and rule not in ("later", "soonest")
        )
        value = written(day, clock, part if clock is None else None)
        whole = day is not None and clock is not None and not edge
        return _Answer(value, day, rule, self._sure() if sure is None else sure, whole, patched and whole)

    def _is_past(self, answer: _Answer) -> bool:
        when = known(answer.value).at
        return when is not None and when < self.now

    def _sure(self) -> float:
        """Day and clock together are unmistakable, unless one of them is a mere number; one alone is not."""
        sure = self.reading.sure
        day, clock = sure.get(Kind.DAY), sure.get(Kind.CLOCK)
        if day is not None and clock is not None:
            return 0.5 if clock <= _WEAK else 0.7 if clock < _PLAIN else min(0.95, 0.55 + 0.28 * (day + clock))
        return day or clock or max(sure.values(), default=_WEAK)


def _minute_of(clock: time, minute: int) -> time:
    """ "quarter past" of the hour known; "quarter to" before the next hour, or before the hour itself when it was a full one."""
    if minute > 0:
        return clock.replace(minute=minute)
    total = (clock.hour * 60 + (60 if clock.minute else 0) + minute) % (24 * 60)
    return time(total // 60, total % 60)


def check(value: str, context: Context) -> Reason | None:
    """Why this is no time to come: not a day and clock, or before now."""
    when = known(value).at
    if when is None:
        return Reason.NOT_A_TIME
    return Reason.PAST if when < local_now(context).replace(second=0, microsecond=0) else None


def parts(value: str, context: Context) -> Mapping[str, str]:
    """A time is kept whole."""
    return {}


TIME = Slot(name="time", hear=hear, check=check, read_back=time_speech.read_back, parts=parts)
