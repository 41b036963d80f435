"""A store that stands before Redis and the journal of this host: each step is taken where the call is.

How it works. While Redis is there, everything goes to it, and is noted in the journal behind the answer (`journal/behind.py`). Once the breaker says
that it is away, turns read from the journal and are committed there. What was read in one is never committed in the other: whoever read in Redis and
finds it away is told that the step is stale, reads again, and goes on here; so does a step of which nobody knows whether Redis took it. A call with
steps that Redis has not seen is brought back first, by whoever comes for it, or goes on here. Of the workers of this host one at a time takes a step
of a call (`alone.py`), wherever, and knows by then what the others took.

What is of all hosts, the log and its readers, the outbox, appointments, stays with Redis, and is away with it, which is told at once. Events of
steps that are taken here stand in the journal's log, and Redis's gets them on the way back.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic, time
from typing import TypeVar

import msgspec

from agent.record.appointment import Appointment
from agent.record.call import Call
from storage import codec
from storage.away.alone import Alone
from storage.away.breaker import Breaker
from storage.away.way_back import WayBack
from storage.errors import InDoubt, JournalUnavailable, StaleCall, StoreUnavailable
from storage.journal.behind import WriteBehind
from storage.journal.store import JournalStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Entry, Listed, Opened

T = TypeVar("T")
TOGETHER_S = 0.05
"""How long the first turns after Redis went away wait for answers that were on their way to other workers of this host."""
HERE = "here "
"""Before the fingerprint of what was read in the journal."""
Told = Callable[[str, Sequence[bytes], str], None]
"""Told of the events of a call, as envelopes, and its business."""


class SpareStore(PassingStore):
    """Redis, or the journal."""

    def __init__(self, store: CallStore, journal: JournalStore, breaker: Breaker, way_back: WayBack, *, promises: bool) -> None:
        """`store`: Redis, asked through the breaker (`guarded.py`). `promises`: nobody but this host ever uses that Redis, so a place that is free
        here is free.
        """
        super().__init__(store)
        self._journal, self._breaker, self._way_back, self._promises = journal, breaker, way_back, promises
        self._behind, self._alone = WriteBehind(journal), Alone(journal.home)
        self.told: Told = _nobody

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        if not await self._is_here(sid):
            at = time()
            try:
                found = await self._store.open(sid, turn, business, former)
            except StoreUnavailable:
                if await self._breaker.is_well():
                    raise
            else:
                if found.answer is None or found.call is None:
                    return await self._with_what_waits(found, business)
                if await self._given_again(found.call, turn, found.answer, at):
                    return found
                return await self.open(sid, turn, business, former)
        await self._all_noted()
        found = await self._journal.open(sid, turn, business, former)
        return msgspec.structs.replace(found, seen=HERE + found.seen, away=not self._promises)

    async def commit(self, change: Change) -> Committed:
        if change.seen.startswith(HERE):
            return await self._commit_here(change)
        sid = change.after.sid
        async with self._alone.step(sid):
            if self._journal.flag.up and await self._went_on_here(sid):
                raise StaleCall(f"call {sid} was read in Redis, and went on in the journal")
            at = time()
            try:
                done = await self._store.commit(change)
            except StoreUnavailable as error:
                if await self._breaker.is_well():
                    raise InDoubt(f"call {sid}: Redis did not say whether it took the step") from error
                raise StaleCall(f"call {sid} was read in Redis, which is away") from error
            self._behind.note(change, done, at)
            return done

    async def _given_again(self, call: Call, turn: str, answer: bytes, at: float) -> bool:
        """Whether an answer that Redis has may be given again; not where another worker of this host has taken a step here meanwhile."""
        async with self._alone.step(call.sid):
            self._behind.note_answer(call, turn, answer, at)
            return not (self._journal.flag.up and await self._went_on_here(call.sid))

    async def _went_on_here(self, sid: str) -> bool:
        """Whether there are steps here that Redis has not seen; a journal that cannot say so takes none either."""
        try:
            return bool(await self._journal.unseen(sid))
        except JournalUnavailable:
            return False

    async def _commit_here(self, change: Change) -> Committed:
        if change.booking is not None and not self._promises:
            raise StaleCall(f"call {change.after.sid}: no place can be promised")
        if _leaves_open(change) and not await self._breaker.stays_away():
            raise StaleCall(f"call {change.after.sid}: Redis is back, where its place can be promised")
        if change.settles is not None:
            raise StoreUnavailable(f"call {change.after.sid}: what it owes is known to Redis alone")
        async with self._alone.step(change.after.sid):
            await self._behind.gather()  # what another worker took in Redis since this was read makes it stale
            done = await self._journal.commit(msgspec.structs.replace(change, seen=change.seen.removeprefix(HERE)))
        return msgspec.structs.replace(done, seen=HERE + done.seen)

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        """As CallStore.erase; while Redis is away, what may stand there under this sid is erased on the way back, and counts as erased now."""
        gone, asked = {sid: None}, time()
        if not self._breaker.away:
            if self._journal.flag.up:
                gone |= {one.sid: None for one in await self._journal.erase(sid)}
            try:
                told = await self._store.erase(sid)
            except StoreUnavailable:
                if await self._breaker.is_well():
                    raise
            else:
                for erased in {*gone, *(entry.sid for entry in told)}:
                    self.forget(erased, asked)
                for entry in told:
                    self.forget(entry.sid, int(entry.id.partition("-")[0]) / 1000)
                await self._behind.flush()
                return told
        gone |= {one.sid: None for one in await self._journal.erase(sid)}
        told = tuple(Entry(id="", sid=one, data=codec.erased(one, time(), degraded=True)) for one in gone)
        for one in told:
            self.told(one.sid, [one.data], "")
        return told

    def forget(self, sid: str, at: float) -> None:
        """The call was erased in Redis `at` (Unix seconds), by whatever process of whichever host: what is noted of it here goes. Never waits."""
        self._behind.forget(sid, at)

    async def document(self, sid: str) -> bytes | None:
        return await self._either(sid, lambda: self._store.document(sid), lambda: self._journal.document(sid))

    async def business(self, sid: str) -> str:
        return await self._either(sid, lambda: self._store.business(sid), lambda: self._journal.business(sid))

    async def kin(self, sid: str) -> Sequence[str]:
        return await self._either(sid, lambda: self._store.kin(sid), lambda: self._journal.kin(sid))

    async def trace(self, sid: str) -> Sequence[bytes]:
        return await self._either(sid, lambda: self._store.trace(sid), lambda: self._journal.trace(sid))

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        given = (status, before, count, business, since_ms, until_ms)
        return await self._either("", lambda: self._store.calls(*given), lambda: self._journal.calls(*given))

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        given = (status, since_ms, business)
        return await self._either("", lambda: self._store.how_many(*given), lambda: self._journal.how_many(*given))

    async def unfinished(self, business: str, caller: str) -> str:
        return await self._either("", lambda: self._store.unfinished(business, caller), lambda: self._journal.unfinished(business, caller))

    async def booked_before(self, business: str, caller: str) -> bool:
        return await self._either("", lambda: self._store.booked_before(business, caller), lambda: self._journal.booked_before(business, caller))

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        return await self._either("", lambda: self._store.appointments_of(business, caller), _none)

    async def secret(self, known: bytes = b"") -> bytes:
        found = await self._either("", lambda: self._store.secret(known), lambda: self._journal.secret(known))
        if found != known:
            with contextlib.suppress(JournalUnavailable):
                await self._journal.keep_secret(found)
        return found

    async def claim(self, name: str, for_s: int) -> bool:
        return await self._either("", lambda: self._store.claim(name, for_s), lambda: self._journal.claim(name, for_s))

    async def tally(self, name: str, by: int, for_s: int) -> int:
        return await self._either("", lambda: self._store.tally(name, by, for_s), lambda: self._journal.tally(name, by, for_s))

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        return await self._either("", lambda: self._store.watching(agents), lambda: self._journal.watching(agents))

    async def close(self) -> None:
        await self._breaker.close()
        await self._behind.close()
        self._alone.close()
        await self._journal.close()
        await self._store.close()

    async def _is_here(self, sid: str) -> bool:
        """Whether a call's next step is to be taken here; one that waits for Redis, which is back, is brought there first."""
        if self._breaker.away:
            return True
        if not sid or not self._journal.flag.up:
            return False
        try:
            if await self._journal.unseen(sid):
                await self._way_back.bring(sid)
        except JournalUnavailable:  # what waits in it, for whomever, is no reason to refuse those whom Redis can serve
            return self._breaker.away
        except StoreUnavailable:
            return True
        return False

    async def _either(self, sid: str, redis: Callable[[], Awaitable[T]], journal: Callable[[], Awaitable[T]]) -> T:
        if not await self._is_here(sid):
            try:
                return await redis()
            except StoreUnavailable:
                if await self._breaker.is_well():
                    raise
        await self._all_noted()
        return await journal()

    async def _with_what_waits(self, found: Opened, business: str) -> Opened:
        """With the places of callers of this host in the calendar that Redis has not seen yet: they were first."""
        if not business or not self._journal.flag.up:
            return found
        with contextlib.suppress(JournalUnavailable):
            waiting = {one.sid: one for one in await self._journal.places_waiting(business)}
            there = tuple(one for one in found.bookings if one.sid not in waiting)
            return msgspec.structs.replace(found, bookings=(*there, *waiting.values()))
        return found

    async def _all_noted(self) -> None:
        """Ends when the journal has what the workers of this host know: what they noted, and what Redis was just about to answer them."""
        if self._breaker.away_since is not None and (left_s := self._breaker.away_since + TOGETHER_S - monotonic()) > 0:
            await asyncio.sleep(left_s)
        await self._behind.gather()

    async def take_in_left(self) -> None:
        """What workers noted that are no more."""
        await self._behind.gather(dead=True)


def _leaves_open(change: Change) -> bool:
    """Whether this step tells the caller that a booking is noted, and no more."""
    return change.after.to_be_confirmed is not None and (change.before is None or change.before.to_be_confirmed is None)


def _nobody(sid: str, envelopes: Sequence[bytes], business: str) -> None:
    """Nobody reads."""


async def _none() -> Sequence[Appointment]:
    """What a caller booked is known to Redis alone."""
    return ()
