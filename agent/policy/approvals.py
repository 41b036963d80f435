"""Whether a booking needs the office's yes, and what becomes of the call while it is asked, once it has answered, and when nobody does.

How it works. The caller's yes to the summary books, unless one of the business's rules (`needs_approval`) holds of what was agreed: then the place is
held and the office asked, in one commit (`ask`). From then on nothing is asked of the caller, who waits, rings off, or wants something else. The
office's answer changes the record at once (`answered`); what the caller is to know of it, and what a request came to that nobody answered or that is
about something the caller does not want any more, is read off the record at the end of each turn (`taken_in`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from agent.dst import booking
from agent.dst.updates import Update, close, handoff
from agent.record import calendar
from agent.record.acts import SystemAct
from agent.record.business import AFTER_HOURS, EVERY, FIRST_TIME_CALLER, OUTSIDE_AREA, PRICE_ABOVE, Business
from agent.record.call import Approval, ApprovalState, Booking, Call, Question
from agent.record.call_events import permission_cleared, permission_wanted, status_moved, step_taken, tool
from agent.record.handoff import Handoff
from agent.record.moments import stamp
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.record.turn_context import TurnContext
from agent.slots.address import ADDRESS
from agent.slots.presenting import minutes_of, service_of
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace

HOLD_S = 1800
"""How long a place is held: half an hour, so long as a call is kept after its last word, and as a request of one who rang off can be answered."""
_GIST = (SERVICE.name, TIME.name, ADDRESS.name)
"""What the office agrees to. A request stands while these stay; a name or a number put right meanwhile is no other booking."""
_ID_LETTERS = 20


# Which rule


def rule_for(call: Call, turn_context: TurnContext, *, booked_before: bool) -> str:
    """The first of the business's rules that holds of what was agreed, as its file writes it; "" for none.

    `booked_before`: whether the number that calls has booked before.
    """
    business = turn_context.business
    return next((rule for rule in business.needs_approval if _holds(rule, call, business, booked_before)), "")


def rule_for_change(call: Call, changes: Sequence[str], turn_context: TurnContext) -> str:
    """The same of an appointment that is to be changed, by the slots that change: what was agreed to before stays agreed to."""
    business = turn_context.business
    kinds = {kind for slot in changes for kind in _OF_CHANGES.get(slot, ())}
    return next((rule for rule in business.needs_approval if _kind(rule) in kinds and _holds(rule, call, business, booked_before=True)), "")


def _holds(rule: str, call: Call, business: Business, booked_before: bool) -> bool:
    kind, limit = _kind(rule), rule.partition(":")[2]
    return kind == EVERY or (kind == FIRST_TIME_CALLER and not booked_before) or (kind in _RULES and _RULES[kind](call, business, limit))


def _kind(rule: str) -> str:
    """A rule without the figure it may have."""
    return rule.partition(":")[0]


def _after_hours(call: Call, business: Business, _: str) -> bool:
    start = calendar.localise(call.slot(TIME.name).value, call.brief.time_zone)
    return start is not None and calendar.is_after_hours(start, minutes_of(call), business)


def _price_above(call: Call, _: Business, limit: str) -> bool:
    """A service without a price is not known to cost more."""
    service = service_of(call)
    return service is not None and service.price is not None and service.price > float(limit)


def _outside_area(call: Call, business: Business, _: str) -> bool:
    """Also where nobody knows the postcode."""
    postcode = _compact(call.slot(ADDRESS.name).parts.get("postcode", ""))
    return not postcode or not postcode.startswith(tuple(map(_compact, business.area)))


def _compact(postcode: str) -> str:
    return "".join(postcode.replace("-", "").split()).upper()


_RULES: Mapping[str, Callable[[Call, Business, str], bool]] = {
    AFTER_HOURS: _after_hours,
    PRICE_ABOVE: _price_above,
    OUTSIDE_AREA: _outside_area,
}
_OF_CHANGES = {TIME.name: (EVERY, AFTER_HOURS), ADDRESS.name: (EVERY, OUTSIDE_AREA)}
"""The rules that a change of one slot may come under."""


# The request


def ask(call: Call, rule: str, turn_context: TurnContext) -> Update:
    """The office is asked, and the place held meanwhile; unless it has said no to just this, or is being asked already."""
    place = booking.agreed(call, turn_context)
    if isinstance(place, Update):
        return place
    last = call.approval
    if last and call.awaits_approval and stands(call, last):
        return Update(call=replace(call, question=Question(), silences=0))
    if last and is_refused(call):
        return _no(call, last, turn_context)
    return asked(call, rule, place, turn_context)


def is_refused(call: Call) -> bool:
    """Whether the office has said no to just what the call has now."""
    return call.approval is not None and call.approval.state == "refused" and call.approval.what == _agreed(call)


def asked(call: Call, rule: str, place: Booking, turn_context: TurnContext) -> Update:
    """The office is asked whether `place` may be booked."""
    what, last, seconds = _agreed(call), call.approval, turn_context.seconds
    asked_at = datetime.fromisoformat(turn_context.stamp)
    place = replace(place, held_until=int(seconds) + HOLD_S)
    approval = Approval(
        id=_id(call.sid, turn_context.turn.key, place.start, place.end, place.service),
        rule=rule,
        what=what,
        place=place,
        asked_at=stamp(asked_at),
        until=stamp(asked_at + timedelta(seconds=turn_context.business.approval_wait_s)),
    )
    after = replace(call, approval=approval, hold=None, to_be_confirmed=None, question=Question(), silences=0)
    events = (
        *((permission_cleared(call, replace(last, state="withdrawn"), seconds),) if last and call.awaits_approval else ()),
        *(() if call.hold else (tool(call, "hold", "started", seconds), tool(after, "hold", "done", seconds))),
        permission_wanted(after, approval, seconds),
    )
    return Update(call=after, system_acts=(SystemAct(key="notice.approval_asked"),), events=events, settled=True, booking=place)


def _agreed(call: Call) -> dict[str, str]:
    return {name: value for name in NAMES if (value := call.slot(name).value)}


def _id(*about: object) -> str:
    """Letters that no number of a caller could be taken for; the same request has the same ones."""
    digits = sha256(" ".join(map(str, about)).encode()).hexdigest()[:_ID_LETTERS]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digits)


def stands(call: Call, approval: Approval) -> bool:
    """Whether the caller still wants what the office was asked about."""
    states = {name: call.slot(name) for name in _GIST}
    return all(state.settled and not state.pending and state.value == approval.what.get(name, "") for name, state in states.items())


def answered(call: Call, approval: Approval, approved: bool, by: str, reason: str, turn_context: TurnContext) -> Update:
    """The office's answer: the place is booked in the same commit, or given up. The caller hears of it next turn.

    `by`: who answered; `reason`: in their words.
    """
    after = replace(approval, state="approved" if approved else "refused", by=by)
    cleared = permission_cleared(call, after, turn_context.seconds, reason)
    if not approved:
        return Update(call=replace(call, approval=after), events=(cleared,), settled=True, release=True)
    place = replace(approval.place, made=int(turn_context.seconds), held_until=0)
    update = booking.booked(replace(call, approval=after), place, turn_context)
    return replace(update, events=(cleared, *update.events))


def too_late(call: Call, approval: Approval, by: str, turn_context: TurnContext) -> Update:
    """Approved after the place had been held for as long as it can be, and another call has it: the caller is offered other times next turn."""
    after = replace(approval, state="taken", by=by)
    events = (
        permission_cleared(call, after, turn_context.seconds),
        tool(call, "booking", "started", turn_context.seconds),
        tool(call, "booking", "failed", turn_context.seconds, reason=Reason.TAKEN.value),
    )
    return Update(call=replace(call, approval=after), events=events, settled=True, release=True)


# What the call makes of it


def taken_in(call: Call, said: Collection[SystemAct], turn_context: TurnContext) -> Update | None:
    """What is to be done, at the end of a turn, about how the request stands; None: nothing. `said`: what the turn has come to so far.

    Somebody who is with a person hears nothing of us: that person has the request before him, too.
    """
    approval = call.approval
    if approval is None or approval.told or call.status in ("waiting_agent", "with_agent"):
        return None
    match approval.state:
        case "waiting":
            return _waiting(call, approval, said, turn_context)
        case "approved":
            after = replace(_told(call, approval), status="booked")  # it is not yet, when a person had the call meanwhile
            moved = () if call.status == "booked" else (status_moved(after, call.status, turn_context.seconds),)
            return Update(call=after, system_acts=(SystemAct(key="close.booked"),), events=moved)
        case _ if call.status != "active" or not stands(call, approval):  # it matters no more
            return Update(call=_told(call, approval))
        case "taken":
            return booking.no_time(_told(call, approval), call.slot(TIME.name).value, turn_context, Reason.TAKEN)
        case _:
            return _no(_told(call, approval), approval, turn_context)


def _waiting(call: Call, approval: Approval, said: Collection[SystemAct], turn_context: TurnContext) -> Update | None:
    cancelled = any(act.key == "close.cancelled" for act in said)
    if cancelled or not stands(call, approval):
        return _cleared(call, approval, "withdrawn", turn_context)
    if call.status == "ended" or turn_context.stamp < approval.until:  # for one who rang off it stays open
        return None
    if turn_context.away:  # nobody in the office could be heard: it stays open, and the caller need not wait for it
        return close(call, turn_context, "goodbye_waiting")
    update = _cleared(call, approval, "unanswered", turn_context)
    then = _no(update.call, replace(approval, state="unanswered"), turn_context)
    return replace(then, events=(*update.events, *then.events), settled=True, release=True)


def _cleared(call: Call, approval: Approval, state: ApprovalState, turn_context: TurnContext) -> Update:
    after = replace(approval, state=state, told=True)
    event = permission_cleared(call, after, turn_context.seconds)
    return Update(call=replace(call, approval=after), events=(event,), settled=True, release=True)


def _told(call: Call, approval: Approval) -> Call:
    return replace(call, approval=replace(approval, told=True))


def _no(call: Call, approval: Approval, turn_context: TurnContext) -> Update:
    """A polite no, and how the call goes on: with a time in the opening hours where the hour was what was asked about, else as the business chose."""
    unanswered, to_person = approval.state == "unanswered", turn_context.business.approval_else == "person"
    said = SystemAct(key="notice.approval_unanswered" if unanswered else "notice.approval_refused")
    if _kind(approval.rule) == AFTER_HOURS and not (unanswered and to_person):
        near = calendar.localise(call.slot(TIME.name).value, call.brief.time_zone) or turn_context.now
        update = booking.offer_times(call, turn_context, near, (said,))
        event = step_taken(update.call, TIME.name, "missed", "", turn_context.seconds, Reason.CLOSED.value)
        return replace(update, events=(event, *update.events), settled=True)
    update = handoff(call, turn_context, Handoff(why="no_approval")) if to_person else close(call, turn_context, "not_approved")
    return replace(update, system_acts=(said, *update.system_acts))
