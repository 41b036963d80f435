"""A call is told how it went with what it owes, in one commit; whoever brings it need not be the one who made it due.

How it ended is told and settled in the same commit, so it is told once, however often that commit is sent, and by whomever: who comes second finds it
settled, and has nothing to tell.
"""

from datetime import UTC, datetime

import msgspec

from agent.dst.opening import adopting
from agent.policy.brought import Brought, brought
from agent.record.call import Call
from agent.record.delivery import Settled
from graph.state import Deps
from storage.errors import AlreadySettled
from storage.store import Change

replace = msgspec.structs.replace


async def note(deps: Deps, tried: Brought) -> Call | None:
    """The call as it stands after it was told; None when it is gone, and nobody is to be told. Raises StaleCall, StoreUnavailable."""
    found = await deps.store.open(tried.delivery.sid)
    if found.call is None or found.call.brief.business != tried.delivery.business:
        return None
    now = datetime.fromtimestamp(tried.began + tried.ms / 1000, UTC)
    call = adopting(found.call, found.foreign, now)
    update = brought(call, tried)
    if not update.events:
        return call
    after = replace(update.call, rev=found.call.rev)
    settles = Settled(id=tried.delivery.id, why=tried.why if tried.result == "returned" else "") if tried.result != "begun" else None
    try:
        return (await deps.store.commit(Change(before=found.call, after=after, seen=found.seen, events=update.events, settles=settles))).call
    except AlreadySettled:
        return found.call
