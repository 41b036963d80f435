"""A step that a host took while Redis was away, fitted to the record as Redis has it by now. Nothing is read or written here.

Mostly nobody else wrote meanwhile, and the step stands as it was taken. Where another host did, the two records are merged, each against what both
began with: of a slot that both settled a supervisor's value wins, else the one confirmed later; what became of the call as a whole (a booking, a
person who has it) is told by who wrote to Redis; the conversation goes as `conversation.py` says. What was decided between the two stands in the
turn's trace.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from agent.record.call import RECENT, Call, Line, OpenTurn
from agent.record.confirmation import Confirmation
from agent.record.events import Event
from agent.record.slot_state import SlotState
from storage.away.conversation import Times, placed
from storage.store import Change

replace = msgspec.structs.replace

_STANDING = frozenset({
    "status", "since", "booked", "hold", "to_be_confirmed", "confirmation", "approval", "handoff", "kept_waiting", "held_by", "acted_at",
})  # fmt: skip
"""What became of the call as a whole: of one hand, or the other."""
_WITH_A_PERSON = frozenset({"waiting_agent", "with_agent"})
_COUNTED = frozenset({"turns", "silences", "misses", "holds"})
_APART = frozenset({"sid", "rev", "brief", "created_at", "slots", "recent", "foreign", "brought", "open_turn", *_STANDING, *_COUNTED})


class _Key(msgspec.Struct, frozen=True):
    key: str = ""


class _Taken(msgspec.Struct, frozen=True):
    """Of `agent.record.trace.TracedTurn`: when it was taken, and whether nobody waited for its answer."""

    at: str = ""
    turn: _Key = _Key()
    unheard: bool = False


def same(one: Call | None, other: Call | None) -> bool:
    """Whether two records say the same, however often each was written."""
    if one is None or other is None:
        return one is other
    return _bare(one) == _bare(other)


def fitted(
    change: Change,
    theirs: Call | None,
    history: Sequence[Line] = (),
    known: Sequence[Line] = (),
    times: Times = MappingProxyType({}),
    unheard: Line | None = None,
) -> tuple[Change, dict[str, str]]:
    """The step as it is to be taken on top of `theirs`, what Redis has, and which slots were decided between the two, by whom.

    `history`: the conversation as Redis has it, with `times`; `known`: as this host knew it before the step. Looked at where somebody else wrote.
    `unheard`: what `repeated` found.
    """
    if theirs is None or same(theirs, change.before):
        return _on(change, theirs, change.after), {}
    decided: dict[str, str] = {}
    after = _merged(change.before, change.after, theirs, decided)
    said = placed(history, known, change, times, same_turn=_is_turn_of(theirs, change), unheard=unheard)
    recent = said.whole if history else (*theirs.recent, *said.lines)
    told = _told_before(change, theirs, after.status)
    there = [(line.message, line.startedAt) for line in said.there]
    events = tuple(one for one in change.events if (one.payload.get("message"), one.payload.get("startedAt")) not in there and not told(one))
    after = replace(after, recent=recent[-RECENT:], open_turn=_left_open(change, theirs))
    changed = replace(change, lines=said.lines, taken_back=said.taken_back, events=events)
    return _on(changed, theirs, after), decided


def repeated(change: Change, history: Sequence[Line] = (), traces: Sequence[bytes] = ()) -> tuple[Change, Line | None]:
    """The step of a turn that Redis has had already: nobody hears of it again.

    `history` and `traces` are what Redis has. Where the caller heard the step's answer, not the one there, it stays; the line of the other is
    returned as well then, if it stands.
    """
    counted = {name: getattr(change.before, name) if change.before else 0 for name in _COUNTED}
    left = {key: one for key, one in _opened(change.after).items() if key != turn_of(change)}
    after = replace(change.after, open_turn=_in_a_row(left), **counted)
    at = _unheard_at(change, traces)
    other = next((line for line in history if (line.speaker, line.startedAt) == ("AI", at)), None)
    ours = tuple(line for line in change.lines if line.speaker == "AI") if other is not None else ()
    answer = change.answer if at is not None else None
    return replace(change, after=after, lines=ours, taken_back=0, events=(), answer=answer, trace=b"", deliveries=()), other if ours else None


def _unheard_at(change: Change, traces: Sequence[bytes]) -> str | None:
    """When the answer to the same turn was made that Redis has and nobody heard; "" where nothing tells, None where that is the one that was heard.

    Whoever has heard an answer sends the turn no more: of two that somebody waited for the later one was heard, and of two made at once, since nobody
    knew whether Redis took the first, the second.
    """
    if not change.answer or not change.trace:
        return None
    ours = msgspec.json.decode(change.trace, type=_Taken)
    found = (msgspec.json.decode(data, type=_Taken) for data in reversed(traces))
    theirs = next((one for one in found if one.turn.key == change.answer[0]), None)
    if theirs is None:
        return ""
    return theirs.at if (not ours.unheard, ours.at) >= (not theirs.unheard, theirs.at) else None


def turn_of(change: Change) -> str:
    """The key of the turn that a step belongs to; "" for none, as where a supervisor sets a field in the middle of one."""
    if change.answer:
        return change.answer[0]
    left = change.after.open_turn
    return left.turn.key if left is not None and (change.before is None or left != change.before.open_turn) else ""


def unplaced(change: Change) -> Change:
    """The step without the place that it would take, which is somebody else's or was held for too long."""
    after = replace(change.after, hold=None)
    if after.approval is not None and after.awaits_approval:
        after = replace(after, approval=replace(after.approval, state="taken"))
    if after.booked is None:
        return replace(change, after=after, booking=None)
    after = replace(after, booked=None, to_be_confirmed=after.booked, status="ended", confirmation=Confirmation())
    deliveries = tuple(one for one in change.deliveries if not one.occasion.startswith("booking."))
    return replace(change, after=after, booking=None, deliveries=deliveries)


def traced(change: Change, decided: Mapping[str, str]) -> Change:
    """With what was decided in its trace, which it has."""
    return replace(change, trace=msgspec.json.encode({**msgspec.json.decode(change.trace), "merged": decided}))


def _on(change: Change, theirs: Call | None, after: Call) -> Change:
    """The step from `theirs` to `after`; with its place where that is the call's, and giving up what the call has."""
    return replace(
        change,
        before=theirs,
        after=replace(after, rev=theirs.rev if theirs else 0),
        booking=change.booking if change.booking == after.place else None,
        release=change.release and theirs is not None and theirs.place is not None and after.place is None,
    )


def _merged(base: Call | None, ours: Call, theirs: Call, decided: dict[str, str]) -> Call:
    base = base or Call(sid=ours.sid, created_at=ours.created_at, brief=ours.brief)
    slots = {name: _slot(name, base.slot(name), ours.slot(name), theirs.slot(name), decided) for name in theirs.slots}
    changes: dict[str, Any] = {
        name: getattr(ours, name) for name in Call.__struct_fields__ if name not in _APART and getattr(ours, name) != getattr(base, name)
    }
    counts = {name: max(getattr(theirs, name) + getattr(ours, name) - getattr(base, name), 0) for name in _COUNTED}
    merged = replace(theirs, slots=slots, **changes, **counts)
    return replace(merged, **_standing(base, ours, theirs))


def _standing(base: Call, ours: Call, theirs: Call) -> dict[str, Any]:
    """What became of the call: a booking or a person stands in Redis or nowhere; else what was heard here counts, which is later.

    A caller who was told there that a booking is noted is not forgotten for having talked on here, as if that had never been; only for having ended
    the call here afterwards.
    """
    moved_here, moved_there = (any(getattr(one, name) != getattr(base, name) for name in _STANDING) for one in (ours, theirs))
    if not moved_here:
        return {}
    if moved_there and (theirs.booked or theirs.status in _WITH_A_PERSON):
        return {"to_be_confirmed": ours.to_be_confirmed} if ours.to_be_confirmed and not theirs.booked else {}
    standing = {name: getattr(ours, name) for name in _STANDING}
    if theirs.to_be_confirmed and not (base.to_be_confirmed or ours.to_be_confirmed or ours.booked):
        if ours.status in _WITH_A_PERSON:
            return {**standing, "to_be_confirmed": theirs.to_be_confirmed}
        if ours.status != "ended" or ours.since < theirs.since:
            return {}
    return standing


def _slot(name: str, base: SlotState, ours: SlotState, theirs: SlotState, decided: dict[str, str]) -> SlotState:
    if theirs in (base, ours):
        return ours
    if ours == base or (ours.settled and theirs.settled and ours.value == theirs.value):
        return theirs
    weights = [(one.locked or one.supervised, one.settled, one.timestamp) for one in (ours, theirs)]
    won = weights[0] > weights[1]
    decided[name] = "journal" if won else "redis"
    return ours if won else theirs


def _told_before(change: Change, theirs: Call, status: str) -> Callable[[Event], bool]:
    """Whether an event tells what `theirs` has come to as well, by itself: somebody began the same turn there; or a status that is not the call's."""
    base, ours = change.before, change.after

    def told(event: Event) -> bool:
        name = event.payload.get("slot", "")
        if event.type == "progress" and event.payload.get("status") == "filled" and name in ours.slots:
            was = base.slot(name).value if base else ""
            return theirs.slot(name).settled and was != theirs.slot(name).value == ours.slot(name).value
        if event.payload.get("tool") == "booking":
            return theirs.booked is not None and (base is None or base.booked is None)
        was_status = base.status if base else "active"
        return event.type == "status_change" and (status != ours.status or was_status != theirs.status == ours.status)

    return told


def _is_turn_of(call: Call, change: Change) -> bool:
    """Whether a turn that the call is in the middle of is this step's."""
    return turn_of(change) in _opened(call)


def _left_open(change: Change, theirs: Call) -> OpenTurn | None:
    """What either is in the middle of: a turn whose line stands is to be answered, by whomever, or it would be heard anew when it is sent again."""
    before, ours, left = _opened(change.before), _opened(change.after), _opened(theirs)
    over = {*(before.keys() - ours.keys()), change.answer[0] if change.answer else ""}
    left = {key: one for key, one in left.items() if key not in over}
    for key, one in ours.items():
        if key in left:
            left[key] = min(one, left[key], key=lambda begun: len(begun.todo))  # who has come further
        elif key not in before:
            left[key] = one
    return _in_a_row(left)


def _opened(call: Call | None) -> dict[str, OpenTurn]:
    """By key, the turns that a call is in the middle of."""
    found: dict[str, OpenTurn] = {}
    one = call.open_turn if call else None
    while one is not None:
        found[one.turn.key] = one
        one = one.behind
    return found


def _in_a_row(turns: Mapping[str, OpenTurn]) -> OpenTurn | None:
    """These, each behind the one before."""
    first: OpenTurn | None = None
    for one in reversed(list(turns.values())):
        first = replace(one, behind=first)
    return first


def _bare(call: Call) -> Call:
    return replace(call, rev=0, brought={})
