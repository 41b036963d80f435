"""How often an appointment may be looked for in vain: few times in a call, and few times a day from one number and at one business.

A reference is short (`agent.record.booking_reference`), and anybody can ring again and again. Whoever looks is counted before there is an answer, so
that many calls at once find out no more than one after the other, and what is found is taken off again. Who shows the number that an appointment was
booked from, and says its name, has guessed no reference: he is counted by his number alone.
"""

import asyncio
from collections.abc import Sequence

from agent.record.errand import BY_NAME
from graph.state import Deps, Work

DAY_S = 86_400
FROM_ONE_NUMBER = 6
"""Look-ups in vain in a day: as many as two calls have tries."""
AT_ONE_BUSINESS = 100
"""The same by references, whoever they come from, without a number or with one that is made up. docs/ringing-again.md reckons with it."""


async def may_look(work: Work, sought: str, deps: Deps) -> tuple[bool, Sequence[str]]:
    """Whether it may be looked for, which is counted as if it were in vain; and under what, to be taken off should it be found.

    The number comes first: what it may not look for costs the business nothing, or one number would use up what all have. A turn that is taken up
    again, since somebody else changed the call meanwhile, is counted once. Raises StoreUnavailable.
    """
    call = work.call
    if call.in_vain >= deps.plan.tries:
        return False, ()
    once = f"sought {call.sid} {work.turn_context.turn.key} {sought}"
    by = 1 if await deps.store.tally(once, 1, DAY_S) == 1 else 0
    counted = [once]
    for name, most in _counted(work, sought):
        counted.append(name)
        if await deps.store.tally(name, by, DAY_S) > most:
            return False, ()
    return True, counted if by else ()


async def was_found(counted: Sequence[str], deps: Deps) -> None:
    """It was not in vain. Raises StoreUnavailable."""
    await asyncio.gather(*(deps.store.tally(name, -1, DAY_S) for name in counted))


def _counted(work: Work, sought: str) -> Sequence[tuple[str, int]]:
    """Under which names it is counted, with the most of each."""
    brief = work.call.brief
    number = [(f"sought {brief.business} {brief.caller}", FROM_ONE_NUMBER)] if brief.caller else []
    return [*number, *([(f"sought {brief.business}", AT_ONE_BUSINESS)] if sought != BY_NAME else [])]
