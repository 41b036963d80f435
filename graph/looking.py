"""How often an appointment may be looked for in vain: few times in a call, and few times a day from one number and at one business.

A reference is short (`agent.record.booking_reference`), and anybody can ring again and again. Whoever looks is counted before there is an answer, so
that many calls at once find out no more than one after the other, and what is found is taken off again. Who shows the number that an appointment was
booked from, and says its name, has guessed no reference: he is counted by his number alone.

What strangers use up is never a known caller's. All who withhold their number have a count of their own, the smallest, since withholding costs
nothing: they shut out each other, and nobody else. All who show one, which may be made up, each time another, share a larger count. When that is used
up, what was booked from the very number that is shown is still found by its reference, and anything else is handed to a person: the same whether that
number has an appointment or none, or made-up numbers would tell who has one. A guesser gains nothing by it: he would have to show the number of
somebody who has booked, and guess that one's reference among 28.6 million, with the six tries a day that the number has. Those six hold for its owner
as well: whoever can show a number has but a name to guess, and that must not be free.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

from agent.record.errand import BY_NAME
from graph.state import Deps, Work

Reach = Literal["all", "own", "none"]
"""What may be looked for: all, what was booked from the number that is shown, nothing."""

DAY_S = 86_400
FROM_ONE_NUMBER = 6
"""Look-ups in vain in a day: as many as two calls have tries."""
AT_ONE_BUSINESS = 80
"""The same by references, from all numbers that are shown. docs/ringing-again.md reckons with it and with the next: 100 together."""
WITHOUT_A_NUMBER = 20
"""The same by all at a business who withhold theirs."""


async def may_look(work: Work, sought: str, deps: Deps) -> tuple[Reach, Sequence[str]]:
    """What may be looked for, which is counted as if it were in vain; and under what, to be taken off should it be found.

    The number comes first: what it may not look for costs the business nothing, or one number would use up what all have. A turn that is taken up
    again, since somebody else changed the call meanwhile, is counted once. Raises StoreUnavailable.
    """
    call, brief = work.call, work.call.brief
    if call.in_vain >= deps.plan.tries:
        return "none", ()
    once = f"sought {call.sid} {work.turn_context.turn.key} {sought}"
    by = 1 if await deps.store.tally(once, 1, DAY_S) == 1 else 0
    counted = [once]

    async def is_beyond(name: str, most: int) -> bool:
        counted.append(name)
        return await deps.store.tally(name, by, DAY_S) > most

    if brief.caller and await is_beyond(f"sought {brief.business} {brief.caller}", FROM_ONE_NUMBER):
        return "none", ()
    if sought != BY_NAME and not brief.caller and await is_beyond(f"sought {brief.business} withheld", WITHOUT_A_NUMBER):
        return "none", ()
    beyond = bool(sought != BY_NAME and brief.caller) and await is_beyond(f"sought {brief.business}", AT_ONE_BUSINESS)
    return "own" if beyond else "all", counted if by else ()


async def was_found(counted: Sequence[str], deps: Deps) -> None:
    """It was not in vain. Raises StoreUnavailable."""
    await asyncio.gather(*(deps.store.tally(name, -1, DAY_S) for name in counted))
