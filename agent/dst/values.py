"""What becomes of a value the caller gave: refused, kept as a part, asked about, read back, confirmed, booked."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from posixpath import commonprefix

import msgspec

from agent.dst.updates import Update, bare, denied, failed_attempt, give_up, hand_off
from agent.nlu.candidates import Context
from agent.nlu.dates import Part
from agent.record import calendar
from agent.record.acts import WINDOWS, Inform, SystemAct, ValueKind
from agent.record.call import Booking, Call, Confirmed, HandOff, Provenance, Question, SlotState, SlotStatus
from agent.record.call_events import status_moved, step_taken, tool
from agent.record.reasons import Reason
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import minutes_of, spoken
from agent.slots.time.resolve import HOURS

replace = msgspec.structs.replace

MOST_OPTIONS = 3
"""How many options are named at once."""
CHEAP = frozenset({"name", "service"})
"""Slots where a mistake is cheap to undo: taken at once, said in the acknowledgement."""
UNSURE = {"service": 0.55}
"""How plainly the words made it this value, from 0 to 1 (`Candidate.confidence`), below which it is read back too: a service by one word that others
share."""
USUALLY_UNSURE = 0.4
"""The same for any other slot: somebody else's name, say."""
UNASKED = 0.8
"""The same for a slot that was not asked for."""
DOUBTFUL = 0.4
"""Recogniser confidence below which even a cheap value is read back."""


def inform(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A value, or a part of one, given by the caller."""
    if call.question.kind in ("change", "leave", "resume"):
        call = replace(call, question=Question(), unfinished="", recognised=False)
    call = replace(call, silences=0)
    state = call.slot(given.slot)
    if state.locked:
        return Update(call=call)
    if given.slot == "time":
        return _time(call, given, turn_context)
    if given.options:
        return _ask_which(call, given, given.options, turn_context)
    if not given.whole:
        return _partial(call, given, given.value)
    reason = SLOTS[given.slot].validate(given.value, _context(call, turn_context))
    return _refuse(call, given, turn_context, reason) if reason else _accept(call, given, given.value, turn_context)


def _context(call: Call, turn_context: TurnContext) -> Context:
    return Context(language=call.language, region=call.brief.region, now=turn_context.now, services=call.brief.services)


def _evidence(state: SlotState, given: Inform) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*state.evidence, *given.evidence)))[-20:]


def _ask_which(call: Call, given: Inform, options: tuple[str, ...], turn_context: TurnContext) -> Update:
    """Several meanings: asked, never guessed; the likelier one is kept as a part meanwhile. The same ones again bring the call no further."""
    state = call.slot(given.slot)
    if given.slot == "address" and len(options) > MOST_OPTIONS:
        return _ask_rest(call, given, commonprefix(options).rstrip(" ,"), turn_context)
    if options == state.options and given.slot == "address":  # said again in the same words: the likelier one, which is read back
        return inform(
            call, replace(given, options=(), whole=SLOTS["address"].validate(given.value, _context(call, turn_context)) is None), turn_context
        )
    if options == state.options:
        return failed_attempt(call, given.slot, turn_context, "ambiguous")
    status: SlotStatus = "filled" if state.value and state.status == "filled" else "empty"
    kept = given.value if given.slot != "time" else _common_day(options)
    asking = replace(bare(state, status), options=options, partial=kept, evidence=_evidence(state, given))
    return Update(call=call.with_slot(given.slot, asking))


def _ask_rest(call: Call, given: Inform, shared: str, turn_context: TurnContext) -> Update:
    """Too many to be named: what they share is kept, and the rest asked for."""
    return failed_attempt(call, given.slot, turn_context, "ambiguous") if call.slot(given.slot).partial == shared else _partial(call, given, shared)


def _partial(call: Call, given: Inform, value: str) -> Update:
    """A part: kept; a pending value it takes the place of is dropped."""
    state = call.slot(given.slot)
    kept = replace(bare(state, "empty"), partial=value, evidence=_evidence(state, given), denied=state.denied)
    return Update(call=call.with_slot(given.slot, kept))


def _refuse(call: Call, given: Inform, turn_context: TurnContext, reason: Reason) -> Update:
    """Not acceptable: said why, counted, and an older good value stays."""
    state = call.slot(given.slot)
    cleared = replace(
        state, pending="", pending_provenance=None, options=(), partial="", status="filled" if state.value and state.status == "filled" else "empty"
    )
    system_act = SystemAct(key=f"refused.{reason.value}", slot=given.slot)
    update = failed_attempt(call.with_slot(given.slot, cleared), given.slot, turn_context, reason.value)
    return replace(update, system_acts=(system_act, *update.system_acts))


def _accept(call: Call, given: Inform, value: str, turn_context: TurnContext) -> Update:
    """A valid value: confirmed at once where that is safe, else read back."""
    state = call.slot(given.slot)
    origin = Provenance(turn=turn_context.turn.key, words=given.words, rule=given.rule, confidence=turn_context.turn.confidence)
    if given.kind is ValueKind.CALLERS_NUMBER:
        return fill(call, given.slot, value, origin, "explicit", turn_context)
    if value in (state.pending, state.said) and given.against:  # a "no", and then what we hear as the same: we do not hear it right
        return denied(call, given.slot, turn_context)
    if value == state.pending:
        return confirm(call, given.slot, turn_context, "explicit")
    if value == state.value and state.unspoken and given.slot not in CHEAP:  # said now, by whoever calls: all of it, so that guessing is no use
        return fill(call, given.slot, value, origin, "explicit", turn_context)
    if value == state.said and state.status == "filled":
        return Update(call=call.with_slot(given.slot, bare(state, "filled")), system_acts=(SystemAct(key="notice.noted"),))
    doubted = (
        state.denied > 0
        or given.confidence < (UNSURE.get(given.slot, USUALLY_UNSURE) if given.asked else UNASKED)
        or (bool(state.said) and not given.asked)  # in the place of another, when something else was asked for
        or (turn_context.turn.confidence is not None and turn_context.turn.confidence < DOUBTFUL)
    )
    if given.slot in CHEAP and not doubted:
        return fill(call, given.slot, value, origin, "implicit", turn_context)
    times = state.denied + bool(state.pending)  # said again, because it was wrong: read back slowly
    if times >= 2 * turn_context.plan.tries:
        return give_up(call, given.slot, turn_context)
    waiting = replace(bare(state, "pending"), pending=value, pending_provenance=origin, evidence=_evidence(state, given), denied=times)
    after = call.with_slot(given.slot, waiting)
    return Update(call=after, events=(step_taken(after, given.slot, "pending", value, turn_context.seconds),))


def confirm(call: Call, slot: str, turn_context: TurnContext, how: Confirmed) -> Update:
    """The caller's yes to what was read back."""
    call = replace(call, silences=0)
    state = call.slot(slot)
    if not state.pending or state.pending_provenance is None:
        return Update(call=call)
    if slot == "time" and (reason := _refusal(call, state.pending, turn_context)):
        return _no_time(call, state.pending, turn_context, reason)
    return fill(call, slot, state.pending, state.pending_provenance, how, turn_context)


def fill(call: Call, slot: str, value: str, origin: Provenance, how: Confirmed, turn_context: TurnContext) -> Update:
    """The slot is filled. Another service may need another time: if the one agreed does not fit any more, it is asked again."""
    state = call.slot(slot)
    filled = replace(
        bare(state, "filled"),
        value=value,
        parts=SLOTS[slot].parts(value, _context(call, turn_context)),
        timestamp=turn_context.stamp,
        provenance=replace(origin, confirmed=how),
        denied=0,
        evidence=(),
    )
    after = call.with_slot(slot, filled)
    corrected = bool(state.value) and state.value != value
    told = corrected and not state.unspoken  # whether it is another one is nobody's to hear
    system_act = SystemAct(
        key="notice.changed" if told else f"notice.noted_{slot}" if slot in CHEAP else "notice.noted",
        slot=slot,
        values={"value": spoken(after, slot, value, turn_context)},
    )
    update = Update(
        call=after,
        system_acts=(system_act,),
        events=(step_taken(after, slot, "corrected" if corrected else "filled", value, turn_context.seconds),),
        settled=True,
    )
    rechecked = recheck_time(after, turn_context) if slot == "service" else after
    return update if rechecked is after else replace(update, call=rechecked, system_acts=(system_act, SystemAct(key="notice.reopened_time")))


def recheck_time(call: Call, turn_context: TurnContext) -> Call:
    """The call with its time open again, if the service it is about now does not fit there."""
    state = call.slot("time")
    agreed = state.pending or state.value
    if not agreed or _refusal(call, agreed, turn_context) is None:
        return call
    return call.with_slot("time", replace(bare(state, "empty"), value="", parts={}, provenance=None, disputed=state.pending or state.said))


# Time


def _refusal(call: Call, value: str, turn_context: TurnContext) -> Reason | None:
    start = calendar.localise(value, call.brief.time_zone)
    if start is None:
        return Reason.NOT_A_TIME
    return calendar.refusal(start, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, call.sid)


def _time(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A time is checked against the calendar, and a refused one is answered with the nearest that are free."""
    if given.options:
        return _ambiguous_time(call, given, turn_context)
    if both := tuple(joined for option in call.slot("time").options if (joined := _joined(given.value, option))):
        return _ambiguous_time(call, replace(given, value=both[0], options=both), turn_context)
    if given.kind in WINDOWS:
        return _window(call, given, turn_context)
    if given.kind is ValueKind.EXCLUDED and not given.value:  # "I can't make Friday": all that is known is which day it is not
        state = call.slot("time")
        another = replace(bare(state, "empty"), value="", parts={}, provenance=None, disputed=state.pending or state.said)
        return Update(call=call.with_slot("time", another), system_acts=(SystemAct(key="notice.neither"),))
    if not given.whole:
        return _part_of_time(call, given, turn_context)
    start = calendar.localise(given.value, call.brief.time_zone)
    if start is None:
        return _refuse(call, given, turn_context, Reason.NOT_A_TIME)
    reason = calendar.refusal(start, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, call.sid)
    return _no_time(call, given.value, turn_context, reason) if reason else _accept(call, given, start.isoformat(), turn_context)


def _window(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """As soon as possible, what there is on Friday, after four, before noon: no point in time, so free ones are offered."""
    day, _, clock = given.value.rpartition("T") if "T" in given.value else (given.value, "", "")
    if given.kind is ValueKind.SOONEST and _is_day(day):
        return _on_day(call, given, turn_context, date.fromisoformat(day), clock)
    if ":" in given.value and "-" not in given.value:
        return _at_any_day(call, given, turn_context, time.fromisoformat(given.value.removeprefix("T")))
    if given.value and "-" not in given.value:
        return _partial(call, given, given.value)
    edge = calendar.localise(f"{day}T{clock or '00:00'}", call.brief.time_zone) if day else turn_context.now
    if edge is None:
        return _part_of_time(call, given, turn_context)
    length = timedelta(minutes=minutes_of(call))
    suits = (lambda start: start + length <= edge) if given.kind is ValueKind.BEFORE else (lambda start: start >= edge)
    return offer_times(call, turn_context, edge, (), suits)


def _at_any_day(call: Call, given: Inform, turn_context: TurnContext, edge: time) -> Update:
    """After five, before noon, and no day said: the nearest days are offered."""
    length = timedelta(minutes=minutes_of(call))
    suits = (lambda start: (start + length).time() <= edge) if given.kind is ValueKind.BEFORE else (lambda start: start.time() >= edge)
    return offer_times(call, turn_context, datetime.combine(turn_context.now.date(), edge, turn_context.now.tzinfo), (), suits)


def _on_day(call: Call, given: Inform, turn_context: TurnContext, day: date, part: str) -> Update:
    """What is free on a day, or in a part of it: a time of each part of the day, so that the caller hears what there is."""
    if calendar.day_refusal(day, turn_context.business, turn_context.now):
        return _part_of_time(call, given, turn_context)
    first, last = HOURS[Part(part)] if part in HOURS else (0, 24)
    begins = datetime.combine(day, time(first), turn_context.now.tzinfo)
    suits = lambda start: start.date() == day and first <= start.hour < last  # noqa: E731 - a predicate, as in _window
    times = calendar.through_the_day(
        begins, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, sid=call.sid, suits=suits
    )
    taken = SystemAct(key=f"refused.{Reason.TAKEN.value}", slot="time")
    return _offered(call, times, (), turn_context) if times else offer_times(call, turn_context, begins, (taken,))


def _ambiguous_time(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """What the calendar leaves of several meanings: one is taken, several are asked, of none the likeliest is refused."""
    possible = tuple(option for option in given.options if _possible(call, option, turn_context))
    if len(possible) == 1:
        return _time(call, replace(given, value=possible[0], options=(), whole=_is_whole(possible[0])), turn_context)
    if not possible:
        return _time(call, replace(given, options=(), whole=_is_whole(given.value)), turn_context)
    return _ask_which(call, given, tuple(sorted(possible[:3])), turn_context)


def _joined(said: str, option: str) -> str:
    """A clock said while the day is open, or a day while the clock is: both together; else ""."""
    day, other = (said, option) if _is_day(said) else (option, said)
    return f"{day}T{other.removeprefix('T')}" if other and _is_day(day) and "-" not in other else ""


def _possible(call: Call, option: str, turn_context: TurnContext) -> bool:
    """Whether the calendar allows it; a clock without a day always may, a day if anything can be booked on it."""
    if "T" in option and ":" in option:
        return _refusal(call, option, turn_context) is None
    return not _is_day(option) or calendar.day_refusal(date.fromisoformat(option), turn_context.business, turn_context.now) is None


def _part_of_time(call: Call, given: Inform, turn_context: TurnContext) -> Update:
    """A day, a clock or a part of the day alone; a day that is closed is said so at once."""
    day = given.value[: len("2026-03-08")]
    if _is_day(day) and (reason := calendar.day_refusal(date.fromisoformat(day), turn_context.business, turn_context.now)):
        return _no_time(call, f"{day}T12:00", turn_context, reason)
    return _partial(call, given, given.value)


def _is_whole(value: str) -> bool:
    """Whether a time of the slot has its day and its clock: "2026-03-08T14:30", not "2026-03-08TAF"."""
    return len(value) >= len("2026-03-08T14:30") and ":" in value


def _is_day(text: str) -> bool:
    """Whether it is a day of the calendar: "2026-03-08", not the week "2026-W11"."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _no_time(call: Call, value: str, turn_context: TurnContext, reason: Reason) -> Update:
    """Refused, with the nearest free times as options. Counted as an attempt only when nothing can be offered."""
    near = calendar.localise(value, call.brief.time_zone) or turn_context.now
    system_act = SystemAct(key=f"refused.{reason.value}", slot="time")
    if call.slot("time").unspoken and value == call.slot("time").value:  # what is near it would tell it
        update = Update(call=call.with_slot("time", SlotState()), system_acts=(system_act,))
    else:
        update = offer_times(call, turn_context, near, (system_act,))
    event = step_taken(update.call, "time", "missed", "", turn_context.seconds, reason.value)
    return replace(update, events=(event, *update.events))


def offer_times(
    call: Call, turn_context: TurnContext, near: datetime, system_acts: tuple[SystemAct, ...], suits: Callable[[datetime], bool] = lambda start: True
) -> Update:
    """Up to two free times near a wish, as the options of a choice; without any, a person has to find one."""
    near = min(max(near, turn_context.now), turn_context.now + timedelta(days=turn_context.business.horizon_days))
    times = calendar.free(near, minutes_of(call), turn_context.business, turn_context.now, turn_context.bookings, sid=call.sid, suits=suits)
    if not times:
        update = hand_off(call.with_slot("time", bare(call.slot("time"), "empty")), turn_context, HandOff(why="no_free_time", slot="time"))
        return replace(update, system_acts=(*system_acts, SystemAct(key="notice.alternatives_none"), *update.system_acts))
    return _offered(call, times, system_acts, turn_context)


def _offered(call: Call, times: Sequence[datetime], system_acts: tuple[SystemAct, ...], turn_context: TurnContext) -> Update:
    """The free times as the options of a choice. The same ones again bring the call no further."""
    options = tuple(one.replace(tzinfo=None).isoformat(timespec="minutes") for one in times)
    if options == call.slot("time").options:
        update = failed_attempt(call, "time", turn_context, "declined")
        return replace(update, system_acts=(*system_acts, SystemAct(key="offer", slot="time"), *update.system_acts))
    kept = call.slot("time").no_match
    state = replace(
        bare(call.slot("time"), "empty"), value="", parts={}, provenance=None, options=options, partial=_common_day(options), no_match=kept
    )
    return Update(call=call.with_slot("time", state), system_acts=(*system_acts, SystemAct(key="offer", slot="time")))


def any_time(call: Call, turn_context: TurnContext) -> Update:
    """The caller takes any: the first free times, of the day if one was said."""
    day, _, part = call.slot("time").partial.partition("T")
    given = Inform(slot="time", value=call.slot("time").partial, rule="any_time", kind=ValueKind.SOONEST, words=turn_context.turn.text)
    return (
        _on_day(call, given, turn_context, date.fromisoformat(day), part) if _is_day(day) else offer_times(call, turn_context, turn_context.now, ())
    )


def _common_day(options: tuple[str, ...]) -> str:
    """The day that all of them are on, or ""."""
    days = {option[: len("2026-03-08")] for option in options}
    return day if len(days) == 1 and _is_day(day := days.pop()) else ""


# Booking


def book(call: Call, turn_context: TurnContext) -> Update:
    """The caller's yes to the summary: a place is taken, in the same commit that says so."""
    service, time = call.slot("service").value, call.slot("time").value
    start = calendar.localise(time, call.brief.time_zone) if time else None
    if start is None or not service:
        return hand_off(call, turn_context, HandOff(why="nothing_agreed"))
    if reason := _refusal(call, time, turn_context):
        return _no_time(call, time, turn_context, reason)
    end = start + timedelta(minutes=minutes_of(call))
    place = Booking(
        business=call.brief.business,
        sid=call.sid,
        start=int(start.timestamp()),
        end=int(end.timestamp()),
        service=service,
        made=int(turn_context.seconds),
    )
    after = replace(call, status="booked", booked=place, question=Question())
    events = (
        tool(call, "booking", "started", turn_context.seconds),
        tool(after, "booking", "done", turn_context.seconds, service=service, time=time),
        status_moved(after, call.status, turn_context.seconds),
    )
    return Update(call=after, system_acts=(SystemAct(key="close.booked"),), events=events, settled=True, booking=place)


def place_taken(call: Call, turn_context: TurnContext) -> Update:
    """Another call took the last place a moment before."""
    failed = tool(call, "booking", "failed", turn_context.seconds, reason=Reason.TAKEN.value)
    time = call.slot("time").value
    update = _no_time(call, time, turn_context, Reason.TAKEN)
    return replace(update, events=(failed, *update.events))
