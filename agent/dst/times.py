"""The caller's wish for a time, held against the calendar: a time, a part of one, a window, several that may be meant, any at all."""

from datetime import date, datetime, time

import msgspec

from agent.dst import booking
from agent.dst.grounding import accept
from agent.dst.updates import Update
from agent.dst.values import MOST_OPTIONS, ask_which, keep_part, refuse
from agent.record import calendar
from agent.record.acts import WINDOWS, Inform, SystemAct, ValueKind
from agent.record.call import Call
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots.presenting import minutes_of
from agent.slots.time import TIME
from agent.slots.time.clocks import HOURS
from agent.slots.time.partial_time import PartialTime, day_of_all, parse

replace = msgspec.structs.replace

_ALL_DAY = (0, 24)


def wish(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A time is checked against the calendar, and a refused one is answered with the nearest that are free."""
    return booking.looked_up(call, _answered(call, given, turn_context), turn_context)


def _answered(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    if given.options:
        return _one_of(call, given, turn_context)
    said = parse(given.value)
    if both := tuple(joined.written for option in call.slot(given.slot).options if (joined := said.joined(parse(option)))):
        return _one_of(call, replace(given, value=both[0], options=both), turn_context)
    if given.kind in WINDOWS:
        return _window(call, given, said, turn_context)
    if given.kind is ValueKind.EXCLUDED and not given.value:  # "I can't make Friday": all that is known is which day it is not
        return Update(call=booking.reopened(call), system_acts=(SystemAct(key="notice.neither"),))
    if not given.whole:
        update, wrong = _part(call, given, said, turn_context), call.slot(given.slot)
        kept = replace(update.call.slot(given.slot), disputed=wrong.pending or wrong.said)
        return replace(update, call=update.call.with_slot(given.slot, kept)) if given.kind is ValueKind.EXCLUDED else update
    start = calendar.localise(given.value, call.brief.time_zone)
    if start is None:
        return refuse(call, given, turn_context, Reason.NOT_A_TIME)
    reason = booking.refusal(call, given.value, turn_context)
    return booking.no_time(call, given.value, turn_context, reason) if reason else accept(call, given, start.isoformat(), turn_context)


def any_time(call: Call, turn_context: TurnContext) -> Update:
    """The caller takes any: the first free times, of the day if one was said."""
    partial = call.slot(TIME.name).partial
    said = parse(partial)
    given = Inform(slot=TIME.name, value=partial, rule="any_time", kind=ValueKind.SOONEST, words=turn_context.turn.text)
    near = turn_context.now
    update = booking.offer_times(call, turn_context, near, ()) if said.day is None else _on_day(call, given, said.day, said, turn_context)
    return booking.looked_up(call, update, turn_context)


def _window(call: Call, given: Inform, said: PartialTime, turn_context: TurnContext) -> Update:
    """As soon as possible, what there is on Friday, after four, before noon: no point in time, so free ones are offered."""
    if given.kind is ValueKind.SOONEST and said.day is not None:
        return _on_day(call, given, said.day, said, turn_context)
    if said.clock is not None and said.day is None:
        return _on_any_day(call, given, said.clock, turn_context)
    if said.part is not None and said.day is None and said.week is None:
        return keep_part(call, given, given.value)
    edge = turn_context.now
    if given.value:
        whole = replace(said, clock=said.clock or time()).written if said.day is not None and said.part is None else ""
        there = calendar.localise(whole, call.brief.time_zone)
        if there is None:
            return _part(call, given, said, turn_context)
        edge = there
    minutes = minutes_of(call)
    suits = (lambda start: calendar.ends(start, minutes) <= edge) if given.kind is ValueKind.BEFORE else (lambda start: start >= edge)
    return booking.offer_times(call, turn_context, edge, (), suits)


def _on_any_day(call: Call, given: Inform, edge: time, turn_context: TurnContext) -> Update:
    """After five, before noon, and no day said: the nearest days are offered."""
    minutes = minutes_of(call)
    suits = (lambda start: calendar.ends(start, minutes).time() <= edge) if given.kind is ValueKind.BEFORE else (lambda start: start.time() >= edge)
    return booking.offer_times(call, turn_context, datetime.combine(turn_context.now.date(), edge, turn_context.now.tzinfo), (), suits)


def _on_day(call: Call, given: Inform, day: date, said: PartialTime, turn_context: TurnContext) -> Update:
    """What is free on a day, or in a part of it: a time of each part of the day, so that the caller hears what there is."""
    if calendar.day_refusal(day, turn_context.business, turn_context.now):
        return _part(call, given, said, turn_context)
    first, last = HOURS[said.part] if said.part is not None else _ALL_DAY
    begins = datetime.combine(day, time(first), turn_context.now.tzinfo)
    suits = booking.not_turned_down(call, lambda start: start.date() == day and first <= start.hour < last)
    times = calendar.through_the_day(
        begins, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, sid=call.sid, suits=suits
    )
    why = Reason.TAKEN if calendar.windows(day, turn_context.business) else Reason.CLOSED  # what is open on request alone is not offered
    none = SystemAct(key=f"refused.{why.value}", slot=TIME.name)
    return booking.offered(call, times, (), turn_context) if times else booking.offer_times(call, turn_context, begins, (none,))


def _one_of(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """What the calendar leaves of several meanings: one is taken, several are asked, of none the likeliest is refused."""
    possible = tuple(option for option in given.options if _is_possible(call, option, turn_context))
    if len(possible) <= 1:
        value = possible[0] if possible else given.value
        return _answered(call, replace(given, value=value, options=(), whole=parse(value).at is not None), turn_context)
    named = tuple(sorted(possible[:MOST_OPTIONS]))
    return ask_which(call, given, named, day_of_all(named), turn_context)


def _is_possible(call: Call, option: str, turn_context: TurnContext) -> bool:
    """Whether the calendar allows it; a clock without a day always may, a day if anything can be booked on it."""
    said = parse(option)
    if said.at is not None:
        return booking.refusal(call, option, turn_context) is None
    return not said.is_day or said.day is None or calendar.day_refusal(said.day, turn_context.business, turn_context.now) is None


def _part(call: Call, given: Inform, said: PartialTime, turn_context: TurnContext) -> Update:
    """A day, a clock or a part of the day alone; a day that is closed is said so at once."""
    if said.day is not None and (reason := calendar.day_refusal(said.day, turn_context.business, turn_context.now)):
        return booking.no_time(call, f"{said.day.isoformat()}T12:00", turn_context, reason)
    return keep_part(call, given, given.value)
