"""What the caller says is not meant: "not Friday", "I can't do mornings", "three doesn't work"; and what that leaves of the time that is held."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import msgspec

from agent.nlu.candidates import Context
from agent.slots.time.clocks import HOURS
from agent.slots.time.partial_time import PartialTime
from agent.slots.time.pieces import Clock, Day, Kind, Part, Piece
from agent.slots.time.resolve import days, local_now, monday_of, place


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """What is ruled out."""

    days: Sequence[date] = ()
    anchor: date | None = None
    """The day, or the same day of the week, that was turned down: "not this Friday, the one after" is counted from it."""
    left: str | None = None
    """What stays of the time held: "" when its day is out, its day when its clock is; None when nothing of it is out."""
    elsewhere: bool = False
    """Whether only numbers are ruled out, and none of them is the clock held: then something else is spoken of."""


def excluded(pieces: Sequence[Piece], held: PartialTime, context: Context) -> Excluded:
    """What the pieces rule out, beside what is held."""
    named = [piece.value for piece in pieces if piece.kind is Kind.DAY]
    others = {piece.value for piece in pieces if piece.kind is Kind.OTHER}
    out = [day for one in named for day in _days(one, held, context)]
    if "day" in others and held.day is not None:
        out.append(held.day)
    clocks = [piece for piece in pieces if piece.kind is Kind.CLOCK]
    is_held = held.clock is not None and ("clock" in others or any(_same(piece.value, held.clock) for piece in clocks))
    part_out = any(piece.kind is Kind.PART and _is_in(held, piece.value) for piece in pieces)
    left: str | None = None
    if held.day is not None and held.day in out:
        left = ""
    elif is_held or part_out:
        left = PartialTime(held.day).written
    return Excluded(
        days=out,
        anchor=out[0] if out else _same_day_of_week(named, held, context),
        left=left,
        elsewhere=held.clock is not None and bool(clocks) and not is_held and all(piece.bare for piece in clocks),
    )


def _days(said: Day, held: PartialTime, context: Context) -> Sequence[date]:
    """The days that "not Friday", "not this one" take out of what may be meant; a weekday alone is also the one held, whichever week it is in."""
    today = local_now(context).date()
    if said == Day(week=0):
        return [today + timedelta(days=ahead) for ahead in range(7 - today.weekday())]
    found = days(said, today, None, place(context))
    is_held = held.day is not None and said.weekday is not None and said == Day(weekday=held.day.weekday())
    return [held.day] if is_held and held.day is not None else found


def _same_day_of_week(named: Sequence[Day], held: PartialTime, context: Context) -> date | None:
    """ "Not next week, the week after": the day held, in the week that was turned down."""
    for said in named:
        monday = monday_of(said, local_now(context).date())
        if monday is not None and held.day is not None:
            return monday + timedelta(days=held.day.weekday())
    return None


def _same(said: Clock, held: time) -> bool:
    return said.minute == held.minute and (said.hour == held.hour if said.decided else said.hour % 12 == held.hour % 12)


def _is_in(held: PartialTime, part: Part) -> bool:
    """Whether the time held lies in that part of the day."""
    first, last = HOURS[part]
    return held.part is part or (held.clock is not None and first <= held.clock.hour < last)
