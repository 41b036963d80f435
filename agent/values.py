"""What becomes of a value the caller gave: refused, kept as a part, asked about, read back, confirmed, booked."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from posixpath import commonprefix

import msgspec

from agent import calendar, caller_id
from agent.call import Booking, Call, Confirmed, HandOff, Provenance, Question, SlotState, SlotStatus
from agent.hearing import Context
from agent.languages.dates import Part
from agent.outcomes import bare, denied, give_up, hand_off, missed
from agent.reasons import Reason
from agent.scene import Outcome, Scene
from agent.slots import SLOTS
from agent.slots.time.resolve import HOURS
from agent.speaking import minutes_of, spoken
from agent.taken import Inform, Notice
from agent.telling import status_moved, step_taken, tool

replace = msgspec.structs.replace

MOST_OPTIONS = 3
"""How many options are named at once."""
CHEAP = frozenset({"name", "service"})
"""Slots where a mistake is cheap to undo: taken at once, said in the acknowledgement."""
_WINDOWS = frozenset({"soonest", "after", "before"})
"""Rules of the time slot that read no point in time."""
UNSURE = {"service": 0.55}
"""How plainly the words made it this value, from 0 to 1 (`Heard.sure`), below which it is read back too: a service by one word that others share."""
USUALLY_UNSURE = 0.4
"""The same for any other slot: somebody else's name, say."""
UNASKED = 0.8
"""The same for a slot that was not asked for."""
DOUBTFUL = 0.4
"""Recogniser confidence below which even a cheap value is read back."""


def inform(call: Call, given: Inform, scene: Scene) -> Outcome:
    """A value, or a part of one, given by the caller."""
    if call.question.kind in ("change", "leave", "resume"):
        call = replace(call, question=Question(), unfinished="", recognised=False)
    call = replace(call, silences=0)
    state = call.slot(given.slot)
    if state.locked:
        return Outcome(call=call)
    if given.slot == "time":
        return _time(call, given, scene)
    if given.options:
        return _ask_which(call, given, given.options, scene)
    if not given.whole:
        return _partial(call, given, given.value)
    reason = SLOTS[given.slot].check(given.value, _context(call, scene))
    return _refuse(call, given, scene, reason) if reason else _accept(call, given, given.value, scene)


def _context(call: Call, scene: Scene) -> Context:
    return Context(language=call.language, region=call.brief.region, now=scene.now, services=call.brief.services)


def _evidence(state: SlotState, given: Inform) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*state.evidence, *given.evidence)))[-20:]


def _ask_which(call: Call, given: Inform, options: tuple[str, ...], scene: Scene) -> Outcome:
    """Several meanings: asked, never guessed; the likelier one is kept as a part meanwhile. The same ones again bring the call no further."""
    state = call.slot(given.slot)
    if given.slot == "address" and len(options) > MOST_OPTIONS:
        return _ask_rest(call, given, commonprefix(options).rstrip(" ,"), scene)
    if options == state.options and given.slot == "address":  # said again in the same words: the likelier one, which is read back
        return inform(call, replace(given, options=(), whole=SLOTS["address"].check(given.value, _context(call, scene)) is None), scene)
    if options == state.options:
        return missed(call, given.slot, scene, "ambiguous")
    status: SlotStatus = "filled" if state.value and state.status == "filled" else "empty"
    kept = given.value if given.slot != "time" else _common_day(options)
    asking = replace(bare(state, status), options=options, partial=kept, evidence=_evidence(state, given))
    return Outcome(call=call.with_slot(given.slot, asking))


def _ask_rest(call: Call, given: Inform, shared: str, scene: Scene) -> Outcome:
    """Too many to be named: what they share is kept, and the rest asked for."""
    return missed(call, given.slot, scene, "ambiguous") if call.slot(given.slot).partial == shared else _partial(call, given, shared)


def _partial(call: Call, given: Inform, value: str) -> Outcome:
    """A part: kept; a pending value it takes the place of is dropped."""
    state = call.slot(given.slot)
    kept = replace(bare(state, "empty"), partial=value, evidence=_evidence(state, given), denied=state.denied)
    return Outcome(call=call.with_slot(given.slot, kept))


def _refuse(call: Call, given: Inform, scene: Scene, reason: Reason) -> Outcome:
    """Not acceptable: said why, counted, and an older good value stays."""
    state = call.slot(given.slot)
    cleared = replace(
        state, pending="", pending_provenance=None, options=(), partial="", status="filled" if state.value and state.status == "filled" else "empty"
    )
    notice = Notice(key=f"refused.{reason.value}", slot=given.slot)
    outcome = missed(call.with_slot(given.slot, cleared), given.slot, scene, reason.value)
    return replace(outcome, notices=(notice, *outcome.notices))


def _accept(call: Call, given: Inform, value: str, scene: Scene) -> Outcome:
    """A valid value: confirmed at once where that is safe, else read back."""
    state = call.slot(given.slot)
    origin = Provenance(turn=scene.turn.key, words=given.words, rule=given.rule, confidence=scene.turn.confidence)
    if given.rule == caller_id.RULE:
        return fill(call, given.slot, value, origin, "explicit", scene)
    if value in (state.pending, state.said) and given.against:  # a "no", and then what we hear as the same: we do not hear it right
        return denied(call, given.slot, scene)
    if value == state.pending:
        return confirm(call, given.slot, scene, "explicit")
    if value == state.value and state.unspoken and given.slot not in CHEAP:  # said now, by whoever calls: all of it, so that guessing is no use
        return fill(call, given.slot, value, origin, "explicit", scene)
    if value == state.said and state.status == "filled":
        return Outcome(call=call.with_slot(given.slot, bare(state, "filled")), notices=(Notice(key="notice.noted"),))
    doubted = (
        state.denied > 0
        or given.sure < (UNSURE.get(given.slot, USUALLY_UNSURE) if given.asked else UNASKED)
        or (bool(state.said) and not given.asked)  # in the place of another, when something else was asked for
        or (scene.turn.confidence is not None and scene.turn.confidence < DOUBTFUL)
    )
    if given.slot in CHEAP and not doubted:
        return fill(call, given.slot, value, origin, "implicit", scene)
    times = state.denied + bool(state.pending)  # said again, because it was wrong: read back slowly
    if times >= 2 * scene.plan.tries:
        return give_up(call, given.slot, scene)
    waiting = replace(bare(state, "pending"), pending=value, pending_provenance=origin, evidence=_evidence(state, given), denied=times)
    after = call.with_slot(given.slot, waiting)
    return Outcome(call=after, events=(step_taken(after, given.slot, "pending", value, scene.seconds),))


def confirm(call: Call, slot: str, scene: Scene, how: Confirmed) -> Outcome:
    """The caller's yes to what was read back."""
    call = replace(call, silences=0)
    state = call.slot(slot)
    if not state.pending or state.pending_provenance is None:
        return Outcome(call=call)
    if slot == "time" and (reason := _refusal(call, state.pending, scene)):
        return _no_time(call, state.pending, scene, reason)
    return fill(call, slot, state.pending, state.pending_provenance, how, scene)


def fill(call: Call, slot: str, value: str, origin: Provenance, how: Confirmed, scene: Scene) -> Outcome:
    """The slot is filled. Another service may need another time: if the one agreed does not fit any more, it is asked again."""
    state = call.slot(slot)
    filled = replace(
        bare(state, "filled"),
        value=value,
        parts=SLOTS[slot].parts(value, _context(call, scene)),
        timestamp=scene.stamp,
        provenance=replace(origin, confirmed=how),
        denied=0,
        evidence=(),
    )
    after = call.with_slot(slot, filled)
    corrected = bool(state.value) and state.value != value
    told = corrected and not state.unspoken  # whether it is another one is nobody's to hear
    notice = Notice(
        key="notice.changed" if told else f"notice.noted_{slot}" if slot in CHEAP else "notice.noted",
        slot=slot,
        values={"value": spoken(after, slot, value, scene)},
    )
    outcome = Outcome(
        call=after,
        notices=(notice,),
        events=(step_taken(after, slot, "corrected" if corrected else "filled", value, scene.seconds),),
        settled=True,
    )
    rechecked = recheck_time(after, scene) if slot == "service" else after
    return outcome if rechecked is after else replace(outcome, call=rechecked, notices=(notice, Notice(key="notice.reopened_time")))


def recheck_time(call: Call, scene: Scene) -> Call:
    """The call with its time open again, if the service it is about now does not fit there."""
    state = call.slot("time")
    agreed = state.pending or state.value
    if not agreed or _refusal(call, agreed, scene) is None:
        return call
    return call.with_slot("time", replace(bare(state, "empty"), value="", parts={}, provenance=None, disputed=state.pending or state.said))


# Time


def _refusal(call: Call, value: str, scene: Scene) -> Reason | None:
    start = calendar.localise(value, call.brief.time_zone)
    if start is None:
        return Reason.NOT_A_TIME
    return calendar.refusal(start, minutes_of(call), scene.business, scene.now, scene.bookings, call.sid)


def _time(call: Call, given: Inform, scene: Scene) -> Outcome:
    """A time is checked against the calendar, and a refused one is answered with the nearest that are free."""
    if given.options:
        return _ambiguous_time(call, given, scene)
    if both := tuple(joined for option in call.slot("time").options if (joined := _joined(given.value, option))):
        return _ambiguous_time(call, replace(given, value=both[0], options=both), scene)
    if given.rule in _WINDOWS:
        return _window(call, given, scene)
    if given.rule == "excluded" and not given.value:  # "I can't make Friday": all that is known is which day it is not
        state = call.slot("time")
        another = replace(bare(state, "empty"), value="", parts={}, provenance=None, disputed=state.pending or state.said)
        return Outcome(call=call.with_slot("time", another), notices=(Notice(key="notice.neither"),))
    if not given.whole:
        return _part_of_time(call, given, scene)
    start = calendar.localise(given.value, call.brief.time_zone)
    if start is None:
        return _refuse(call, given, scene, Reason.NOT_A_TIME)
    reason = calendar.refusal(start, minutes_of(call), scene.business, scene.now, scene.bookings, call.sid)
    return _no_time(call, given.value, scene, reason) if reason else _accept(call, given, start.isoformat(), scene)


def _window(call: Call, given: Inform, scene: Scene) -> Outcome:
    """As soon as possible, what there is on Friday, after four, before noon: no point in time, so free ones are offered."""
    day, _, clock = given.value.rpartition("T") if "T" in given.value else (given.value, "", "")
    if given.rule == "soonest" and _is_day(day):
        return _on_day(call, given, scene, date.fromisoformat(day), clock)
    if ":" in given.value and "-" not in given.value:
        return _at_any_day(call, given, scene, time.fromisoformat(given.value.removeprefix("T")))
    if given.value and "-" not in given.value:
        return _partial(call, given, given.value)
    edge = calendar.localise(f"{day}T{clock or '00:00'}", call.brief.time_zone) if day else scene.now
    if edge is None:
        return _part_of_time(call, given, scene)
    length = timedelta(minutes=minutes_of(call))
    suits = (lambda start: start + length <= edge) if given.rule == "before" else (lambda start: start >= edge)
    return offer_times(call, scene, edge, (), suits)


def _at_any_day(call: Call, given: Inform, scene: Scene, edge: time) -> Outcome:
    """After five, before noon, and no day said: the nearest days are offered."""
    length = timedelta(minutes=minutes_of(call))
    suits = (lambda start: (start + length).time() <= edge) if given.rule == "before" else (lambda start: start.time() >= edge)
    return offer_times(call, scene, datetime.combine(scene.now.date(), edge, scene.now.tzinfo), (), suits)


def _on_day(call: Call, given: Inform, scene: Scene, day: date, part: str) -> Outcome:
    """What is free on a day, or in a part of it: a time of each part of the day, so that the caller hears what there is."""
    if calendar.day_refusal(day, scene.business, scene.now):
        return _part_of_time(call, given, scene)
    first, last = HOURS[Part(part)] if part in HOURS else (0, 24)
    begins = datetime.combine(day, time(first), scene.now.tzinfo)
    suits = lambda start: start.date() == day and first <= start.hour < last  # noqa: E731 - a predicate, as in _window
    times = calendar.through_the_day(begins, minutes_of(call), scene.business, scene.now, scene.bookings, sid=call.sid, suits=suits)
    taken = Notice(key=f"refused.{Reason.TAKEN.value}", slot="time")
    return _offered(call, times, (), scene) if times else offer_times(call, scene, begins, (taken,))


def _ambiguous_time(call: Call, given: Inform, scene: Scene) -> Outcome:
    """What the calendar leaves of several meanings: one is taken, several are asked, of none the likeliest is refused."""
    possible = tuple(option for option in given.options if _possible(call, option, scene))
    if len(possible) == 1:
        return _time(call, replace(given, value=possible[0], options=(), whole=_is_whole(possible[0])), scene)
    if not possible:
        return _time(call, replace(given, options=(), whole=_is_whole(given.value)), scene)
    return _ask_which(call, given, tuple(sorted(possible[:3])), scene)


def _joined(said: str, option: str) -> str:
    """A clock said while the day is open, or a day while the clock is: both together; else ""."""
    day, other = (said, option) if _is_day(said) else (option, said)
    return f"{day}T{other.removeprefix('T')}" if other and _is_day(day) and "-" not in other else ""


def _possible(call: Call, option: str, scene: Scene) -> bool:
    """Whether the calendar allows it; a clock without a day always may, a day if anything can be booked on it."""
    if "T" in option and ":" in option:
        return _refusal(call, option, scene) is None
    return not _is_day(option) or calendar.day_refusal(date.fromisoformat(option), scene.business, scene.now) is None


def _part_of_time(call: Call, given: Inform, scene: Scene) -> Outcome:
    """A day, a clock or a part of the day alone; a day that is closed is said so at once."""
    day = given.value[: len("2026-03-08")]
    if _is_day(day) and (reason := calendar.day_refusal(date.fromisoformat(day), scene.business, scene.now)):
        return _no_time(call, f"{day}T12:00", scene, reason)
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


def _no_time(call: Call, value: str, scene: Scene, reason: Reason) -> Outcome:
    """Refused, with the nearest free times as options. Counted as an attempt only when nothing can be offered."""
    near = calendar.localise(value, call.brief.time_zone) or scene.now
    notice = Notice(key=f"refused.{reason.value}", slot="time")
    if call.slot("time").unspoken and value == call.slot("time").value:  # what is near it would tell it
        outcome = Outcome(call=call.with_slot("time", SlotState()), notices=(notice,))
    else:
        outcome = offer_times(call, scene, near, (notice,))
    event = step_taken(outcome.call, "time", "missed", "", scene.seconds, reason.value)
    return replace(outcome, events=(event, *outcome.events))


def offer_times(
    call: Call, scene: Scene, near: datetime, notices: tuple[Notice, ...], suits: Callable[[datetime], bool] = lambda start: True
) -> Outcome:
    """Up to two free times near a wish, as the options of a choice; without any, a person has to find one."""
    near = min(max(near, scene.now), scene.now + timedelta(days=scene.business.horizon_days))
    times = calendar.free(near, minutes_of(call), scene.business, scene.now, scene.bookings, sid=call.sid, suits=suits)
    if not times:
        outcome = hand_off(call.with_slot("time", bare(call.slot("time"), "empty")), scene, HandOff(why="no_free_time", slot="time"))
        return replace(outcome, notices=(*notices, Notice(key="notice.alternatives_none"), *outcome.notices))
    return _offered(call, times, notices, scene)


def _offered(call: Call, times: Sequence[datetime], notices: tuple[Notice, ...], scene: Scene) -> Outcome:
    """The free times as the options of a choice. The same ones again bring the call no further."""
    options = tuple(one.replace(tzinfo=None).isoformat(timespec="minutes") for one in times)
    if options == call.slot("time").options:
        outcome = missed(call, "time", scene, "declined")
        return replace(outcome, notices=(*notices, Notice(key="offer", slot="time"), *outcome.notices))
    kept = call.slot("time").no_match
    state = replace(
        bare(call.slot("time"), "empty"), value="", parts={}, provenance=None, options=options, partial=_common_day(options), no_match=kept
    )
    return Outcome(call=call.with_slot("time", state), notices=(*notices, Notice(key="offer", slot="time")))


def any_time(call: Call, scene: Scene) -> Outcome:
    """The caller takes any: the first free times, of the day if one was said."""
    day, _, part = call.slot("time").partial.partition("T")
    given = Inform(slot="time", value=call.slot("time").partial, rule="soonest", words=scene.turn.text)
    return _on_day(call, given, scene, date.fromisoformat(day), part) if _is_day(day) else offer_times(call, scene, scene.now, ())


def _common_day(options: tuple[str, ...]) -> str:
    """The day that all of them are on, or ""."""
    days = {option[: len("2026-03-08")] for option in options}
    return day if len(days) == 1 and _is_day(day := days.pop()) else ""


# Booking


def book(call: Call, scene: Scene) -> Outcome:
    """The caller's yes to the summary: a place is taken, in the same commit that says so."""
    service, time = call.slot("service").value, call.slot("time").value
    start = calendar.localise(time, call.brief.time_zone) if time else None
    if start is None or not service:
        return hand_off(call, scene, HandOff(why="nothing_agreed"))
    if reason := _refusal(call, time, scene):
        return _no_time(call, time, scene, reason)
    end = start + timedelta(minutes=minutes_of(call))
    place = Booking(
        business=call.brief.business, sid=call.sid, start=int(start.timestamp()), end=int(end.timestamp()), service=service, made=int(scene.seconds)
    )
    after = replace(call, status="booked", booked=place, question=Question())
    events = (
        tool(call, "booking", "started", scene.seconds),
        tool(after, "booking", "done", scene.seconds, service=service, time=time),
        status_moved(after, call.status, scene.seconds),
    )
    return Outcome(call=after, notices=(Notice(key="close.booked"),), events=events, settled=True, booking=place)


def place_taken(call: Call, scene: Scene) -> Outcome:
    """Another call took the last place a moment before."""
    failed = tool(call, "booking", "failed", scene.seconds, reason=Reason.TAKEN.value)
    time = call.slot("time").value
    outcome = _no_time(call, time, scene, Reason.TAKEN)
    return replace(outcome, events=(failed, *outcome.events))
