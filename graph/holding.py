"""A turn while a supervisor has the call: the agent hears it and keeps silent, and the turn waits for what the supervisor says.

The caller's words are written at once, with the turn open in the record, and the walk ends without an answer; so nothing is held while it waits, and
any worker can go on with it. The answer is what the supervisor has said by then, or else a hold sentence. Whoever comes with another turn answers
this one first. Over a connection on which the caller is spoken with at once nothing waits: the words are written and answered with silence, and
whoever has the connection sees to it that nobody is left without a word for long.
"""

import msgspec
from langgraph.graph import END
from langgraph.types import Command

from agent.dst.understanding import understand
from agent.dst.updates import Update
from agent.policy.people import Vanish, is_gone, overheard, silent
from agent.record.call import Call, Question
from graph import commits, people
from graph.state import Deps, Walk, Work

replace = msgspec.structs.replace


async def beside_a_person(state: Walk, work: Work, deps: Deps) -> Command[str]:
    """The turn heard, and answered or left to wait; what was begun before the supervisor came is told to them."""
    call, turn_context = work.call, work.turn_context
    unseen_s = await people.unseen_s(deps.store, call)
    if is_gone(call, call.held_by, unseen_s, turn_context):
        await people.do(deps, call.sid, Vanish(agent=call.held_by, unseen_s=unseen_s), state["now"])
        return Command(goto=END, update={})  # the call is another one now: it is read again
    new = not work.is_open
    if new:
        silenced = replace(call, question=Question())  # what we asked is not what the supervisor has asked since
        acts = understand(silenced, turn_context.turn, turn_context.business, turn_context.now)
        work = replace(work, user_acts=acts, todo=acts)
    acts = work.todo
    work = replace(work.after(overheard(call, acts, turn_context)), todo=(), system_acts=())
    request, turn = state["request"], turn_context.turn
    at_once = bool(request.socket) and turn.key == request.turn.key
    if at_once and (turn.text or turn.digits):  # whatever the supervisor says will be said then; what is short of it is nothing
        return Command(goto="respond", update={"work": work.after(Update(call=work.call))})
    if call.unheard or state.get("waited") or at_once or turn.key != request.turn.key:
        return Command(goto="respond", update={"work": work.after(silent(work.call))})
    if new or acts:
        work = await commits.settled(work, Update(call=work.call), deps)
    return Command(goto=END, update={"work": work, "waits": True})


def is_waiting(call: Call | None, key: str) -> bool:
    """Whether the turn stands open and the supervisor has not answered it."""
    left = call.open_turn if call is not None and call.status == "with_agent" and not call.unheard else None
    return left is not None and left.turn.key == key
