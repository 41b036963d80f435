"""People beside the agent: a supervisor is called to a call, takes it, speaks to the caller, hands it back, or ends it.

How it works. What a supervisor does is a `Deed`; `carried_out` says what becomes of the call, or why it may not be done (`Conflict`). Exactly one
supervisor has a call. While one has it the agent keeps silent and still hears: what the caller tells stands as suggestions beside the fields.
What the caller has to hear of a deed waits in the record (`Call.unheard`, `Call.untold`) for the next answer.
"""

from typing import Literal, assert_never

import msgspec

from agent.dst.booking import refusal
from agent.dst.hearing import UNMISTAKABLE
from agent.dst.rebooking import is_given_up
from agent.dst.updates import FAREWELL, Update
from agent.record import calendar
from agent.record.acts import Act, DialogueAct, Inform, NoInput, NoMatch, SystemAct, UserAct
from agent.record.call import Call, Question, Status
from agent.record.call_events import line_said, status_moved, suggested
from agent.record.handoff import Handoff
from agent.record.moments import seconds_of
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.presenting import context_of

replace = msgspec.structs.replace

MOST_UNHEARD = 50
"""Lines that may wait for a caller who says nothing."""


class Escalate(msgspec.Struct, frozen=True, kw_only=True):
    """A person is wanted."""

    agent: str = ""
    reason: str = ""


class Takeover(msgspec.Struct, frozen=True, kw_only=True):
    agent: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor who has the call says to the caller."""

    agent: str
    text: str


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The agent goes on."""

    agent: str


class End(msgspec.Struct, frozen=True, kw_only=True):
    agent: str


class Vanish(msgspec.Struct, frozen=True, kw_only=True):
    """The supervisor who has the call is no longer there."""

    agent: str
    unseen_s: float
    """For how many seconds no stream of theirs has been open."""


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's line is gone, as the telephone says; nobody's deed."""

    reason: Literal["line_dropped", "transferred"]
    """Whether the caller rang off or was cut off, or has spoken with the person they were dialled through to."""
    agent: str = ""


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """The call was dialled through, and nobody picked up; nobody's deed."""

    agent: str = ""


Deed = Escalate | Takeover | Message | Release | End | Vanish | Drop | Unanswered


class Conflict(msgspec.Struct, frozen=True):
    """A deed that is not done."""

    code: Literal["held", "not_held", "call_over", "too_many_messages"]
    held_by: str = ""


def recorded(name: str, agent: str, told: str) -> Deed:
    """A deed as its trace tells of it. Raises ValueError for a name that is none's."""
    match name:
        case "escalate":
            return Escalate(agent=agent, reason=told)
        case "message":
            return Message(agent=agent, text=told)
        case "vanish":
            return Vanish(agent=agent, unseen_s=float("inf"))
        case "drop":
            return Drop(reason="transferred" if told == "transferred" else "line_dropped")
        case "unanswered":
            return Unanswered()
    kinds: dict[str, type[Takeover | Release | End]] = {"takeover": Takeover, "release": Release, "end": End}
    if name not in kinds:
        raise ValueError(f"{name} is nothing that a supervisor does")
    return kinds[name](agent=agent)


def carried_out(call: Call, deed: Deed, turn_context: TurnContext, *, watched: bool) -> Update | Conflict:
    """The call after a deed; the same call where there is nothing to do. `watched`: whether any supervisor watches."""
    match deed:
        case Vanish():
            return _vanish(call, deed, turn_context, watched) if is_gone(call, deed.agent, deed.unseen_s, turn_context) else Update(call=call)
        case Drop():
            return _drop(call, deed, turn_context)
        case Unanswered():
            return _unanswered(call, turn_context)
        case _:
            return _by_somebody(call, deed, turn_context, watched)


def _by_somebody(call: Call, deed: Escalate | Takeover | Message | Release | End, turn_context: TurnContext, watched: bool) -> Update | Conflict:
    if call.status in ("booked", "ended"):
        return Conflict("call_over")
    if not isinstance(deed, Escalate) and call.status == "with_agent" and call.held_by != deed.agent:
        return Conflict("held", call.held_by)
    match deed:
        case Escalate():
            return _escalate(call, deed, turn_context, watched)
        case Takeover():
            return _take_over(call, deed, turn_context)
        case End():
            return _end(call, deed, turn_context)
        case Message() | Release() if call.status != "with_agent":
            return Conflict("not_held")
        case Message():
            return _say(call, deed, turn_context)
        case Release():
            return _release(call, deed, turn_context)
        case _:
            assert_never(deed)


def _escalate(call: Call, deed: Escalate, turn_context: TurnContext, watched: bool) -> Update:
    if call.status != "active":
        return Update(call=call)
    told = SystemAct(key="close.handoff")
    after = _waiting(call, Handoff(why="escalated", reason=deed.reason), turn_context, watched, told)
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, "escalated", deed.agent),))


def _take_over(call: Call, deed: Takeover, turn_context: TurnContext) -> Update:
    if call.status == "with_agent":  # by the same one: still here
        return Update(call=replace(call, acted_at=turn_context.seconds))
    # From here on it is the supervisor who tells the caller what there is to tell.
    free = replace(call, question=Question(), kept_waiting=False, untold=())
    after = replace(free, status="with_agent", held_by=deed.agent, acted_at=turn_context.seconds)
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, "", deed.agent),))


def _say(call: Call, deed: Message, turn_context: TurnContext) -> Update | Conflict:
    if len(call.unheard) >= MOST_UNHEARD:
        return Conflict("too_many_messages")
    after = replace(call, unheard=(*call.unheard, deed.text), acted_at=turn_context.seconds)
    return Update(call=after, events=(line_said(after, "agent", deed.text, turn_context.stamp, turn_context.seconds),))


def _release(call: Call, deed: Release, turn_context: TurnContext) -> Update:
    """The agent asks what is open, with fresh patience: whatever it failed at, a person has been there since."""
    after = _goes_on(call, SystemAct(key="people.released"))
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, "released", deed.agent),))


def _goes_on(call: Call, told: SystemAct) -> Call:
    slots = {name: replace(state, no_match=0, denied=0) for name, state in call.slots.items()}
    return replace(_let_go(call), status="active", slots=slots, handoff=None, untold=(told,), silences=0, idle=0)


def _end(call: Call, deed: End, turn_context: TurnContext) -> Update:
    """A call that was booked while people had it is over as any booked one is: its caller hears of the booking instead of a farewell."""
    over = replace(_let_go(call), handoff=None)
    after = replace(over, status="booked", untold=()) if call.booked else replace(over, status="ended", untold=(FAREWELL,))
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, "ended_by_supervisor", deed.agent),))


def _vanish(call: Call, deed: Vanish, turn_context: TurnContext, watched: bool) -> Update:
    after = _waiting(_let_go(call), Handoff(why="supervisor_away"), turn_context, watched, SystemAct(key="people.away"))
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, "supervisor_away", deed.agent),))


def _drop(call: Call, deed: Drop, turn_context: TurnContext) -> Update:
    """The call has ended, whoever it was with, and keeps all it had. One that was over stays as it was: a call ends once."""
    gone = deed.reason == "line_dropped"
    over = replace(call, hung_up=True) if gone and not call.hung_up else call
    if call.status in ("booked", "ended"):
        return Update(call=over)
    status: Status = "booked" if call.booked else "ended"
    after = replace(_let_go(over), status=status, handoff=None, untold=())
    return Update(call=after, events=(status_moved(after, call.status, turn_context.seconds, deed.reason, call.held_by),))


def _unanswered(call: Call, turn_context: TurnContext) -> Update:
    """The agent goes on with the caller, who is told so. One that somebody took meanwhile is theirs; one that is booked, or was, has nothing open."""
    if call.status in ("with_agent", "booked") or call.hung_up or is_given_up(call):
        return Update(call=call)
    after = _goes_on(call, SystemAct(key="people.unanswered"))
    moved = () if call.status == "active" else (status_moved(after, call.status, turn_context.seconds, "unanswered"),)
    return Update(call=after, events=moved)


def _let_go(call: Call) -> Call:
    """The call without a supervisor, and without a question: what was asked before them is not what is open now."""
    return replace(call, held_by="", acted_at=0.0, kept_waiting=False, question=Question())


def _waiting(call: Call, wanted: Handoff, turn_context: TurnContext, watched: bool, told: SystemAct) -> Call:
    after = replace(call, status="waiting_agent", question=Question(), handoff=wanted, untold=(*call.untold, told))
    return wait_or_dial(after, watched, turn_context)


def has_to_be_told(call: Call, stands: str) -> bool:
    """Whether something has happened that a caller, where there is a way, is to hear at once. `stands`: the call's status, as they know it."""
    if call.unheard or (call.hears_back and not call.awaits_approval):
        return True
    return call.status not in (stands, "with_agent") and (bool(call.untold) or call.status == "booked")


def is_gone(call: Call, agent: str, unseen_s: float, turn_context: TurnContext) -> bool:
    """Whether `agent` has the call, and for too long neither watched nor did anything."""
    idle_s = turn_context.seconds - call.acted_at
    return call.status == "with_agent" and call.held_by == agent and min(unseen_s, idle_s) >= turn_context.plan.away_s


# The caller's turn


def wait_or_dial(call: Call, watched: bool, turn_context: TurnContext) -> Call:
    """A call that has just come to want a person: kept on the line where one may take it, else dialled through. An emergency is never kept."""
    urgent = call.handoff is not None and call.handoff.why == "emergency"
    return replace(call, kept_waiting=watched and not urgent and turn_context.plan.handoff_s > 0)


def still_waiting(call: Call, watched: bool, turn_context: TurnContext) -> Call:
    """A call that is kept on the line, as long as anybody may still take it."""
    waited_s = turn_context.seconds - seconds_of(call.since)
    return call if watched and waited_s < turn_context.plan.handoff_s else replace(call, kept_waiting=False)


def hold(call: Call) -> Update:
    """A sentence that asks for patience, another one each time."""
    return Update(call=replace(call, holds=call.holds + 1), system_acts=(SystemAct(key="people.hold", values={"number": str(call.holds)}),))


def silent(call: Call) -> Update:
    """What the agent says while a supervisor has the call: nothing where they spoke, else that the caller is to hold."""
    return Update(call=call) if call.unheard else hold(call)


def overheard(call: Call, user_acts: tuple[UserAct, ...], turn_context: TurnContext) -> Update:
    """What the caller tells while a supervisor has the call: surely heard values that would be accepted stand beside the fields."""
    suggestions, events = dict(call.suggestions), []
    for told in user_acts:
        value = _sure(call, told, turn_context) if isinstance(told, Inform) else ""
        if not isinstance(told, Inform) or not value:
            continue
        if value == call.slot(told.slot).value:  # what is held is right, whatever was said before
            suggestions.pop(told.slot, None)
        elif suggestions.get(told.slot) != value:
            suggestions[told.slot] = value
            events.append(suggested(call, told.slot, value, turn_context.seconds))
    return Update(call=replace(call, suggestions=suggestions), events=tuple(events))


def _sure(call: Call, told: Inform, turn_context: TurnContext) -> str:
    """The value in the slot's form; "" when it is not heard surely, would be refused, or may not be changed."""
    slot = SLOTS[told.slot]
    if call.slot(told.slot).locked or not told.whole or told.options or told.confidence < UNMISTAKABLE:
        return ""
    if slot.calendar == "start":
        start = calendar.localise(told.value, call.brief.time_zone)
        return start.isoformat() if start is not None and refusal(call, told.value, turn_context) is None else ""
    return told.value if slot.validate(told.value, context_of(call, turn_context.now)) is None else ""


def unasked(user_acts: tuple[UserAct, ...]) -> tuple[UserAct, ...]:
    """The acts of a caller who has not heard our question yet: that there was no answer to it counts against nobody."""
    return tuple(one for one in user_acts if not (isinstance(one, NoMatch | NoInput) or (isinstance(one, DialogueAct) and one.act in _NO_ANSWER)))


_NO_ANSWER = frozenset({Act.DONT_KNOW, Act.DONT_CARE})
