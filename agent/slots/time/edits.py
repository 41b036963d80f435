"""Corrections of a time, typed: what an edit does to the time that is held, or to the half of one heard earlier.

Patch    a part of it is this: "make it Wednesday", "at three", "in the evening", "quarter past"
Move     so many minutes later or earlier: "an hour later", "Monday, half an hour sooner"
Deny     this is not meant: "not Friday", "I can't do mornings", "three doesn't work"
Replace  of what was just said, this for that: "Thursday, I mean Friday", "from four to five"

Days, clocks and parts of the day stand as `partial_time` writes them. What a caller turns down is no value that is offered again.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from agent.nlu.candidates import Context
from agent.nlu.edits import Deny, Patch, Replace
from agent.slots.time.clocks import HOURS, moved_into
from agent.slots.time.length_rules import shifted
from agent.slots.time.partial_time import PartialTime, parse
from agent.slots.time.pieces import Clock, Day, Kind, Mark, Part, Piece
from agent.slots.time.resolve import days, local_now, monday_of, place

_HOUR, _NOON, _DAY = 60, 12, 24


class Move(NamedTuple):
    minutes: int


Edit = Patch[Kind] | Move | Deny


def apply(edit: Edit, held: PartialTime) -> PartialTime | None:
    """The time with the edit carried out, of what is denied what stays of it; None when it fits nowhere."""
    match edit:
        case Patch(Kind.DAY, new):
            return msgspec.structs.replace(held, day=parse(new).day)
        case Patch(Kind.PART, new):
            return PartialTime(held.day, held.clock and moved_into(held.clock, Part(new)), Part(new))
        case Patch(Kind.MINUTE, new) if held.clock is not None:
            return PartialTime(held.day, _minute_of(held.clock, int(new)))
        case Patch(Kind.CLOCK, new):
            return msgspec.structs.replace(held, clock=parse(new).clock)
        case Move(minutes) if held.at is not None:
            return at(held.at + timedelta(minutes=minutes))
        case Deny(wrong):
            return _without(parse(wrong), held)
    return None


def at(when: datetime) -> PartialTime:
    """A moment, to the minute."""
    return PartialTime(when.date(), when.time().replace(second=0, microsecond=0))


def _minute_of(clock: time, minute: int) -> time:
    """ "quarter past" of the hour known; "quarter to" before the next hour, or before the hour itself when it was a full one."""
    if minute > 0:
        return clock.replace(minute=minute)
    total = (clock.hour * _HOUR + (_HOUR if clock.minute else 0) + minute) % (_DAY * _HOUR)
    return time(total // _HOUR, total % _HOUR)


def _without(wrong: PartialTime, held: PartialTime) -> PartialTime | None:
    """Nothing when its day is out, its day when its clock or the part of the day is."""
    if wrong.day is not None:
        return PartialTime() if wrong.day == held.day else None
    in_part = wrong.part is not None and (held.part is wrong.part or (held.clock is not None and held.clock.hour in range(*HOURS[wrong.part])))
    return PartialTime(held.day) if in_part or (held.clock is not None and held.clock == wrong.clock) else None


def replaced(edit: Replace[Piece]) -> Piece:
    """What takes the place of a piece that was just said; a day that is counted is counted from the one it replaces.

    Where the old one is but a mark, "no, Thursday", it takes the place of what is known.
    """
    old, new = edit.old, edit.new
    relation = None if new.relation is Mark.TO else new.relation
    if relation is None and (old.kind is Kind.MARK or old.relation is Mark.FIX):
        relation = Mark.FIX
    if old.kind is Kind.MARK:
        return msgspec.structs.replace(new, relation=relation)
    new = counted(old.value, new) or new
    value = in_its_week(old.value, new.value) if isinstance(old.value, Day) and isinstance(new.value, Day) else new.value
    return msgspec.structs.replace(new, value=value, first=old.first, relation=relation)


def in_its_week(one: Day, other: Day) -> Day:
    """A weekday alone in the week to come that was said of another day: "next Tuesday, no, Wednesday"."""
    alone = one.week and one.weekday is not None and other.weekday is not None and other == Day(weekday=other.weekday)
    return msgspec.structs.replace(other, week=one.week, next_one=one.next_one) if alone else other


def counted(said: Day | None, piece: Piece) -> Piece | None:
    """ "Two days after that", of the day that was said before it; None where it is counted from nothing, or no such day was said."""
    later = piece.value
    if piece.kind is not Kind.DAY or later is None or said is None or said.after_known or not is_counted(later):
        return None
    return msgspec.structs.replace(piece, value=shifted(said, later.shift, later.shift_months), relation=None)


def is_counted(day: Day) -> bool:
    """Whether it is so many days after the one that is known, and no more is said of it."""
    return msgspec.structs.replace(day, offset=None, shift=0, shift_months=0) == Day(after_known=True)


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    """What an utterance turns down."""

    days: Sequence[date] = ()
    anchor: date | None = None
    """The day, or the same day of the week, that was turned down: "not this Friday, the one after" is counted from it."""
    left: str | None = None
    """What stays of the time held: "" when its day is out, its day when its clock is; None when nothing of it is out."""
    elsewhere: bool = False
    """Whether only numbers are turned down, and none of them is the clock held: then something else is spoken of."""


def denied(pieces: Sequence[Piece], held: PartialTime, context: Context) -> Denied:
    """What the pieces that are not meant come to, beside what is held."""
    denials = [(piece, edit) for piece in pieces for edit in _denials(piece, held, context)]
    out = [day for _, edit in denials if (day := parse(edit.wrong).day) is not None]
    left = {piece.kind if piece.kind is not Kind.OTHER else piece.value: stays.written for piece, edit in denials if (stays := apply(edit, held))}
    clocks = [piece.bare for piece in pieces if piece.kind is Kind.CLOCK]
    return Denied(
        days=out,
        anchor=out[0] if out else _same_day_of_week(pieces, held, context),
        left=min(left.values(), default=None),
        elsewhere=held.clock is not None and bool(clocks) and all(clocks) and Kind.CLOCK not in left,
    )


def _denials(piece: Piece, held: PartialTime, context: Context) -> Iterator[Deny]:
    """The days, clocks or part of the day that a piece turns down; without morning or afternoon a clock is both."""
    match piece.kind, piece.value:
        case Kind.DAY, Day() as said:
            yield from (Deny(day.isoformat()) for day in _days(said, held, context))
        case Kind.OTHER, kind:
            one = PartialTime(held.day) if kind == Kind.DAY else PartialTime(clock=held.clock)
            yield Deny(one.written)
        case Kind.CLOCK, Clock(hour=hour, minute=minute, decided=decided):
            yield from (Deny(f"{time(one, minute):%H:%M}") for one in ((hour,) if decided else (hour % _NOON, hour % _NOON + _NOON)))
        case Kind.PART, part:
            yield Deny(PartialTime(part=part).written)


def _days(said: Day, held: PartialTime, context: Context) -> Sequence[date]:
    """The days that "not Friday", "not this one" take out of what may be meant; a weekday alone is also the one held, whichever week it is in."""
    today = local_now(context).date()
    if said == Day(week=0):
        return [today + timedelta(days=ahead) for ahead in range(7 - today.weekday())]
    if held.day is not None and said == Day(weekday=held.day.weekday()):
        return [held.day]
    return days(said, today, None, place(context))


def _same_day_of_week(pieces: Sequence[Piece], held: PartialTime, context: Context) -> date | None:
    """ "Not next week, the week after": the day held, in the week that was turned down."""
    mondays = (monday_of(piece.value, local_now(context).date()) for piece in pieces if piece.kind is Kind.DAY)
    monday = next((one for one in mondays if one is not None), None)
    return None if monday is None or held.day is None else monday + timedelta(days=held.day.weekday())
