"""Every deed in every status: what becomes of the call, or why it is not done."""

from datetime import UTC, datetime

import msgspec
import pytest

from agent.dst.opening import new_call, turn_context_of
from agent.policy.people import (
    MOST_UNHEARD,
    Conflict,
    Deed,
    Drop,
    End,
    Escalate,
    Message,
    Release,
    Takeover,
    Unanswered,
    Vanish,
    carried_out,
    recorded,
)
from agent.record.acts import NoInput
from agent.record.call import Booking, Call, OpenTurn, Status, Turn
from agent.record.handoff import Handoff
from agent.record.moments import stamp
from agent.record.turn_context import TurnContext
from graph.plan import PLAN
from tests.graph.walkers import businesses

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
STATUSES: tuple[Status, ...] = ("active", "waiting_agent", "with_agent", "booked", "ended")
DEEDS: dict[str, Deed] = {
    "escalate": Escalate(agent="ann"),
    "takeover": Takeover(agent="ann"),
    "message": Message(agent="ann", text="hello"),
    "release": Release(agent="ann"),
    "end": End(agent="ann"),
    "vanish": Vanish(agent="ann", unseen_s=PLAN.away_s),
    "drop": Drop(reason="line_dropped"),
    "unanswered": Unanswered(),
}
NOBODYS = ("drop", "unanswered")
"""What the telephone tells: it happens whoever has the call."""
OVER = ("call_over", "call_over")
TABLE = {  # in the order of STATUSES; with_agent is ann's
    "escalate": ("waiting_agent", "waiting_agent", "with_agent", *OVER),
    "takeover": ("with_agent", "with_agent", "with_agent", *OVER),
    "message": ("not_held", "not_held", "with_agent", *OVER),
    "release": ("not_held", "not_held", "active", *OVER),
    "end": ("ended", "ended", "ended", *OVER),
    "vanish": ("active", "waiting_agent", "waiting_agent", "booked", "ended"),
    "drop": ("ended", "ended", "ended", "booked", "ended"),
    "unanswered": ("active", "active", "with_agent", "booked", "active"),
}


def call_in(status: Status, holder: str = "ann") -> Call:
    call = new_call("CA1", businesses().default, NOW)
    held = holder if status == "with_agent" else ""
    return msgspec.structs.replace(call, status=status, since=stamp(NOW), held_by=held, handoff=Handoff(why="caller_asked"))


def context() -> TurnContext:
    call = call_in("active")
    return turn_context_of(call, Turn(key=""), businesses().default, PLAN, NOW, ())


def becomes(call: Call, deed: Deed) -> str:
    done = carried_out(call, deed, context(), watched=False)
    return done.code if isinstance(done, Conflict) else done.call.status


@pytest.mark.parametrize("name", DEEDS)
def test_what_becomes_of_the_call(name: str) -> None:
    assert tuple(becomes(call_in(status), DEEDS[name]) for status in STATUSES) == TABLE[name]


@pytest.mark.parametrize("name", [name for name in DEEDS if name not in NOBODYS])
def test_what_another_has_is_not_touched(name: str) -> None:
    call = call_in("with_agent", holder="bob")
    done = carried_out(call, DEEDS[name], context(), watched=True)
    assert done == Conflict("held", "bob") or (name in ("escalate", "vanish") and not isinstance(done, Conflict) and done.call is call)


@pytest.mark.parametrize("name", DEEDS)
def test_a_status_that_moves_is_told_with_who_did_it_and_leaves_nobody_behind(name: str) -> None:
    for status in STATUSES:
        call = call_in(status)
        done = carried_out(call, DEEDS[name], context(), watched=False)
        if isinstance(done, Conflict):
            continue
        moves = [event.payload for event in done.events if event.type == "status_change"]
        moved = done.call.status != status
        who = "ann" if name not in NOBODYS or status == "with_agent" else ""
        assert [(one["before"], one["status"], one.get("agentId", "")) for one in moves] == ([(status, done.call.status, who)] if moved else [])
        assert done.call.held_by == ("ann" if done.call.status == "with_agent" else "")
        assert done.call.slots.keys() == call.slots.keys()


def test_a_line_ends_once_and_what_was_said_stays() -> None:
    for reason in ("line_dropped", "transferred"):
        call = call_in("with_agent")
        dropped = carried_out(call, Drop(reason=reason), context(), watched=True)
        assert not isinstance(dropped, Conflict)
        assert [event.payload["reason"] for event in dropped.events] == [reason]
        assert (dropped.call.hung_up, dropped.call.slots, dropped.call.recent) == (reason == "line_dropped", call.slots, call.recent)
        later = carried_out(dropped.call, Drop(reason="line_dropped"), context(), watched=True)
        assert not isinstance(later, Conflict)
        assert (later.call.status, later.call.hung_up, later.events) == ("ended", True, ())
        again = carried_out(later.call, Drop(reason="line_dropped"), context(), watched=True)
        assert not isinstance(again, Conflict)
        assert again.call is later.call


@pytest.mark.parametrize("deed", [End(agent="ann"), Drop(reason="line_dropped"), Drop(reason="transferred")])
def test_a_call_that_was_booked_meanwhile_is_over_as_a_booked_one(deed: Deed) -> None:
    booked = Booking(business="acme", sid="CA1", service="drain-cleaning", start=1, end=2)
    done = carried_out(msgspec.structs.replace(call_in("with_agent"), booked=booked), deed, context(), watched=True)
    assert not isinstance(done, Conflict)
    assert (done.call.status, done.call.booked, done.call.held_by) == ("booked", booked, "")
    assert [event.payload["status"] for event in done.events if event.type == "status_change"] == ["booked"]


def test_a_caller_who_says_nothing_is_not_buried_under_lines() -> None:
    call, turn_context = call_in("with_agent"), context()
    for _ in range(MOST_UNHEARD):
        done = carried_out(call, DEEDS["message"], turn_context, watched=False)
        assert not isinstance(done, Conflict)
        call = done.call
    assert becomes(call, DEEDS["message"]) == "too_many_messages"


def test_a_turn_half_done_stays_open_and_what_was_said_unheard() -> None:
    left = OpenTurn(turn=Turn(key="t", text="hello"), todo=(NoInput(),))
    for deed in DEEDS.values():
        for status in STATUSES:
            call = msgspec.structs.replace(call_in(status), open_turn=left, unheard=("x",))
            done = carried_out(call, deed, context(), watched=False)
            assert isinstance(done, Conflict) or (done.call.open_turn, done.call.unheard[0]) == (left, "x")


def test_a_deed_is_read_from_its_trace() -> None:
    for name, deed in DEEDS.items():
        again = recorded(name, deed.agent, deed.text if isinstance(deed, Message) else "")
        assert type(again) is type(deed)
        assert again.agent == deed.agent
    with pytest.raises(ValueError, match="nothing that a supervisor does"):
        recorded("hug", "ann", "")
