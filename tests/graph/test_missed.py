"""A turn that we could not use is told to those who watch, whatever was asked; silence is none, and nothing else changes for it."""

from agent.dst.tracker import missed
from agent.policy.next_act import apply
from agent.record.acts import Act, DialogueAct, NoInput, NoMatch, UserAct
from agent.record.call import Turn
from agent.record.slot_names import NAMES
from agent.record.turn_context import TurnContext
from graph.plan import PLAN
from tests.graph.midway import State, states


def told(state: State, user_act: UserAct) -> list[tuple[str, str]]:
    turn_context = TurnContext(
        business=state.business, now=state.now, stamp=state.now.isoformat(), seconds=state.now.timestamp(), turn=Turn(key="1", text="..."), plan=PLAN
    )
    events = apply(state.call, user_act, turn_context).events
    return [(one.payload["slot"], one.payload["status"]) for one in events if one.type == "progress"]


def test_every_question_tells_once_what_it_was_about() -> None:
    kinds = set()
    for state in states("economy"):
        (slot, status), *rest = told(state, NoMatch())
        assert (status, [one for one in rest if one[1] != "skipped"]) == ("missed", []), state
        assert slot == (missed(state.call) or slot), state
        assert slot in (*NAMES, "confirm"), state
        assert told(state, NoInput()) == [], state
        kinds.add(state.call.question.kind)
        if state.call.question.kind == "summary" and not state.call.question.slots:
            assert slot == "confirm"
            assert told(state, DialogueAct(act=Act.DONT_KNOW)) == [("confirm", "missed")]
    assert kinds >= {"ask", "read_back", "summary", "change", "leave", "resume"}
