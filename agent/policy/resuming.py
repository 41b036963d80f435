"""A caller who rings back: the same number, a new call.

Going on is offered once the caller has said the name of the earlier call; to anybody else nothing is said of it. Anybody can show a number
and know a name, so what is taken over is never read aloud to this caller: it is said again, or it goes on unspoken (`SlotState.unspoken`).
"""

import unicodedata
from datetime import UTC, datetime

import msgspec

from agent.dst.booking import rechecked
from agent.dst.updates import Update
from agent.record import caller_id
from agent.record.acts import SystemAct
from agent.record.call import Call, Question
from agent.record.call_events import step_taken
from agent.record.provenance import Provenance
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS

replace = msgspec.structs.replace

AWAY_S = 150
"""Nobody looks for a number as long as that without a word."""


def may_recognise(call: Call) -> bool:
    """Whether it is time to compare names: the caller has just said one, and there is an earlier call to compare it with."""
    return bool(call.unfinished) and not call.recognised and call.errand is None and is_said(call.slot(caller_id.NAME_SLOT))


def recognise(call: Call, earlier: Call | None) -> Update:
    """The call with the earlier one offered, when the whole name it was given is the one said now; otherwise as if there were none.

    There is one try: who said another name first hears of nothing any more. One that is to be confirmed is not gone on with, or it were booked twice.
    """
    forgotten = replace(call, unfinished="")
    if earlier is None or compared(_value(earlier)) != compared(_value(call)):
        return Update(call=forgotten)
    if earlier.to_be_confirmed is not None:
        return Update(call=forgotten, system_acts=(SystemAct(key="notice.noted_before"),))
    return Update(call=replace(call, recognised=True) if _is_open(earlier) else forgotten)


def resume(call: Call, earlier: Call | None, turn_context: TurnContext) -> Update:
    """Yes: what the earlier call had, and this one has heard nothing of, is taken over unspoken; what awaited its yes there is asked for again."""
    forgotten = replace(call, question=Question(), unfinished="", recognised=False)
    if earlier is None or not _is_open(earlier):
        return Update(call=forgotten)
    kept = [name for name in NAMES if earlier.slot(name).settled or earlier.slot(name).locked]
    taken = {name: _taken_over(earlier.slot(name)) for name in kept if _is_untouched(call.slot(name))}
    offered = {service.id for service in call.brief.services}
    taken = {name: state for name, state in taken.items() if not (SLOTS[name].categorical and state.value and state.value not in offered)}
    after = replace(forgotten, slots={**call.slots, **taken}, resumed_from=earlier.sid, root=earlier.root or earlier.sid)
    after = rechecked(after, turn_context)
    states = {name: after.slot(name) for name in taken if after.slot(name).settled}
    known = [name for name, state in states.items() if state.unspoken]
    events = tuple(step_taken(after, name, state.status, state.value, turn_context.seconds) for name, state in states.items())
    system_acts = (SystemAct(key="notice.resumed"), *([SystemAct(key="notice.known", values={"slots": known})] if known else ()))
    return Update(call=after, system_acts=system_acts, events=events, settled=True)


def _is_open(earlier: Call) -> bool:
    """Whether there is something to go on with: it was not booked, nor is to be, and the name it was given stands."""
    open_ = earlier.booked is None and earlier.to_be_confirmed is None and not earlier.awaits_approval and earlier.errand is None
    return open_ and earlier.slot(caller_id.NAME_SLOT).status == "filled"


def is_said(state: SlotState) -> bool:
    """Whether a value was said in this call: not what another system, or a supervisor, has put there for the number that is shown."""
    return state.status == "filled" and state.provenance is not None and state.provenance.confirmed in ("explicit", "implicit", "keyed")


def _is_untouched(state: SlotState) -> bool:
    return not (state.settled or state.pending or state.partial or state.options or state.locked)


def _taken_over(state: SlotState) -> SlotState:
    """What was settled there, with the mark that nobody has said it here; of what was not, that people keep it to themselves."""
    if not state.settled:
        return SlotState(locked=state.locked)
    origin = state.provenance or Provenance(turn="", words="", rule="earlier_call")
    return SlotState(
        status=state.status,
        value=state.value,
        parts=state.parts,
        timestamp=state.timestamp,
        provenance=replace(origin, confirmed="resumed") if state.value else None,
        locked=state.locked,
    )


def was_away(call: Call, turn_context: TurnContext) -> bool:
    """Whether so long passed since the caller last spoke that the line was cut or laid aside: the call goes on, and says so."""
    last = next((line.startedAt for line in reversed(call.recent) if line.speaker == ("customer" if turn_context.turn.started_at else "AI")), "")
    if not last:
        return False
    since = turn_context.now if turn_context.turn.started_at else datetime.fromisoformat(turn_context.stamp)
    before = datetime.fromisoformat(last)
    return (since - (before if before.tzinfo else before.replace(tzinfo=UTC))).total_seconds() >= AWAY_S


def _value(call: Call) -> str:
    return call.slot(caller_id.NAME_SLOT).value


def compared(name: str) -> str:
    """A name as it is compared: letters only, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())
