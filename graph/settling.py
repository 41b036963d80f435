"""Bookings that were noted while Redis was away are tried, now that it is back: taken, asked of the office, or a person rings the caller.

How it works. It is a step of the call like any other, written against the revision it was read at: of two who settle the same call one is stale,
reads again and finds it done. Nobody has to know which calls there are: the record says so of itself (`left`), so a worker that dies leaves it to
the next. One who rang again meanwhile may have said yes to the very same twice, on two hosts that knew nothing of each other: whoever tries it
claims it first, and what the caller has already is not booked once more.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any

import msgspec

from agent.dst.holding import gives_up
from agent.dst.opening import adopting, clock_of, turn_context_of
from agent.dst.updates import Update
from agent.policy import approvals, away
from agent.record.business import FIRST_TIME_CALLER
from agent.record.calendar import standing
from agent.record.call import Booking, Call, Turn
from agent.record.call_events import measured, person_wanted
from agent.record.events import Event
from agent.record.trace import TracedTurn, decided, held, places, waiting
from agent.record.turn_context import TurnContext
from graph.commits import begins_to_wait, dated
from graph.people import briefed
from graph.state import Deps
from storage.errors import PlaceTaken, StaleCall, StoreUnavailable
from storage.store import Change, Opened

replace = msgspec.structs.replace

ATTEMPTS = 60
"""How often it is begun again because another writer was first."""
CLAIMED_S = 10
"""How long nobody else books the same for the same caller: longer than it takes; after that whoever claimed it is dead."""
LOOKED_BACK = timedelta(days=1)
"""Steps wait for Redis for no longer than that."""
AT_ONCE = 200
"""Ended calls that are looked through in one read."""


def _now() -> datetime:
    return datetime.now(UTC)


class Settling:
    """Settles calls whose booking is to be confirmed."""

    def __init__(self, deps: Deps, clock: Callable[[], datetime] = _now) -> None:
        """`clock`: the service's, aware."""
        self._deps, self._clock = deps, clock

    async def settle(self, sid: str) -> None:
        """Try what the call has noted; nothing for one that has noted nothing, or while Redis is away. May be repeated, also by several at once.

        One whose caller's other call is at this moment being booked the same is left for the next time. Raises StoreUnavailable.
        """
        claimed: set[str] = set()
        for attempt in range(ATTEMPTS):
            try:
                return await self._settled(sid, claimed)
            except StaleCall:
                await asyncio.sleep(0.002 * attempt)
        raise StoreUnavailable(f"call {sid}: other writers kept changing it")

    async def left(self) -> Sequence[str]:
        """The callSids of the calls of the last day that are still to be settled, the oldest first. Raises StoreUnavailable."""
        since_ms = round((self._clock() - LOOKED_BACK).timestamp() * 1000)
        found: list[str] = []
        before = ""
        while page := await self._deps.store.calls("ended", before, AT_ONCE, since_ms=since_ms):
            found += [one.sid for one in page if _may_be_left(one.document)]
            before = page[-1].sid
        return tuple(reversed(found))

    async def _settled(self, sid: str, claimed: set[str]) -> None:
        begun, store = perf_counter(), self._deps.store
        found = await store.open(sid)
        if found.away or found.call is None or found.call.to_be_confirmed is None:
            return
        now = self._clock()
        call = adopting(found.call, found.foreign, now)
        bookings = (await store.open(sid, "", call.brief.business)).bookings
        turn_context = turn_context_of(call, Turn(key=""), self._deps.business_of(call), self._deps.plan, now, bookings)
        turn_context = replace(turn_context, now=clock_of(call, now).astimezone(turn_context.now.tzinfo))
        update = await self._tried(call, turn_context, claimed)
        if update is None:
            return
        try:
            await self._write(found, update, turn_context, begun)
        except PlaceTaken:
            bookings = (await store.open(sid, "", call.brief.business)).bookings
            turn_context = replace(turn_context, bookings=standing(bookings, turn_context.seconds, call.resumed_from))
            await self._write(found, away.not_free(call, turn_context), turn_context, begun)

    async def _tried(self, call: Call, turn_context: TurnContext, claimed: set[str]) -> Update | None:
        """What becomes of the call if its place is free; None: to be seen next time."""
        place, asked = away.place_of(call, turn_context), call.approval
        if call.booked is not None or (asked is not None and call.awaits_approval and approvals.stands(call, asked)):
            return away.left_as_it_is(call)
        if place is None or approvals.is_refused(call):
            return away.not_free(call, turn_context)
        if call.brief.caller:
            first = await self._claims(call, place, claimed)
            theirs = await self._deps.store.appointments_of(call.brief.business, call.brief.caller)
            if away.has_it_already(call, place, theirs):
                return away.left_as_it_is(call)
            if not first:
                return None
        rule = await self._rule(call, turn_context)
        return approvals.asked(call, rule, place, turn_context) if rule else away.booked(call, place, turn_context)

    async def _claims(self, call: Call, place: Booking, claimed: set[str]) -> bool:
        """Whether nobody else is booking the same for this caller. `claimed`: what was claimed already, in vain since another writer was first."""
        about = (call.brief.business, call.brief.caller, *away.whose(call), place.start, place.service)
        name = f"settling {sha256(' '.join(map(str, about)).encode()).hexdigest()[:32]}"
        first = name in claimed or await self._deps.store.claim(name, CLAIMED_S)
        if first:
            claimed.add(name)
        return first

    async def _rule(self, call: Call, turn_context: TurnContext) -> str:
        asks = FIRST_TIME_CALLER in turn_context.business.needs_approval
        known = asks and await self._deps.store.booked_before(call.brief.business, call.brief.caller)
        return approvals.rule_for(call, turn_context, booked_before=known)

    async def _write(self, found: Opened, update: Update, turn_context: TurnContext, begun: float) -> None:
        """Raises StaleCall, PlaceTaken, StoreUnavailable."""
        after = dated(found.call, update.call, turn_context.stamp)
        wanted: tuple[Event, ...] = ()
        if begins_to_wait(found.call, after):
            after = briefed(after, self._deps, turn_context)
            wanted = (person_wanted(after, turn_context.seconds),)
        events = tuple(measured(event, (perf_counter() - begun) * 1000, 0) for event in (*update.events, *wanted))
        traced = TracedTurn(
            at=turn_context.stamp,
            turn=turn_context.turn,
            settled=True,
            foreign=found.foreign,
            bookings=places(turn_context.bookings, after.sid),
            decided=decided(events),
            held=held(after),
            waiting=waiting(after),
        )
        change = Change(
            before=found.call,
            after=replace(after, rev=found.call.rev if found.call else 0),
            seen=found.seen,
            events=events,
            trace=traced.encoded(),
            booking=update.booking,
            release=gives_up(found.call, after),
            capacity=turn_context.business.capacity,
        )
        await self._deps.store.commit(change)


def _may_be_left(document: Mapping[str, Any]) -> bool:
    """Whether a call that has ended is still to be settled, by its document; of one that is another system's nobody can say."""
    booking = document.get("booking")
    return booking.get("state") == "to_be_confirmed" if isinstance(booking, dict) else "progress" not in document
