"""The way back: what a host's journal took while Redis was away is taken in Redis, each step once.

How it works. Each worker looks, while Redis is there, whether anything waits, and brings calls that no other worker of the host has at the moment
(a lease). Of a call the steps go to Redis in order, each on top of what stands there by then, and each leaves in the record how far this journal has
come (`Call.brought`), in the same transaction. So whoever is killed in between, or does not hear whether a step was taken, is followed by one who
reads it there; and two who bring the same call at once do no harm. The journal is told when all is taken, and the call is settled before that:
whatever was left open while no place could be promised (`settle`) is left to the next one as well.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from agent.record.call import Call, Line
from agent.record.moments import stamp
from agent.record.skeleton import adopt
from agent.slots import PLACES
from storage.away import merging
from storage.away.breaker import Breaker
from storage.away.conversation import Times, heard_elsewhere
from storage.errors import JournalUnavailable, PlaceTaken, StaleCall, StoreUnavailable
from storage.journal.steps import Taken, Waiting
from storage.journal.store import JournalStore
from storage.store import CallStore, Change, Opened

LOOK_S = 0.1
"""Between two looks whether anything waits; it costs a glance at a byte."""
AGAIN_S = 1.0
"""After something failed that is not Redis."""
LEASE_S = 2.0
"""How long a worker alone has a call; it takes milliseconds, and who is killed is followed after that."""
AT_ONCE = 32
BATCH = 128
ATTEMPTS = 60
"""How often a step is fitted anew because somebody else wrote; each time that other has written, so this is far more than needed."""
Settle = Callable[[str], Awaitable[None]]
_log = logging.getLogger("slotline.journal")


class WayBack:
    """Brings what waits, from `keep` until that is cancelled."""

    def __init__(self, journal: JournalStore, store: CallStore, breaker: Breaker, clock: Callable[[], float]) -> None:
        """`store`: Redis, asked through the breaker. `clock`: Unix seconds."""
        self._journal, self._store, self._breaker, self._clock = journal, store, breaker, clock
        self.settle: Settle = _nothing
        """Sees to a call whose steps are all in Redis; may be called again for the same, and raises StoreUnavailable."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def keep(self) -> None:
        """Bring whatever waits, for ever."""
        looked = False
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if not looked:
                    await self._journal.look_again()
                    looked = True
                while self._journal.flag.up and not self._breaker.away and await self._bring_some():
                    pass
            except JournalUnavailable:
                await asyncio.sleep(AGAIN_S)
            except StoreUnavailable:
                continue
            except Exception as error:  # a task that dies in silence would leave steps where they are
                _log.error("steps were not written back", extra={"code": type(error).__name__})
                await asyncio.sleep(AGAIN_S)

    async def _bring_some(self) -> bool:
        """Whether there was anything that this worker could do."""
        for sid in await self._journal.to_erase():
            await self.erase(sid)
        waiting = await self._journal.waiting(BATCH, LEASE_S)
        if not waiting:
            await self._journal.look_again()
            return False
        room = asyncio.Semaphore(AT_ONCE)
        done = await asyncio.gather(*(self._bring_in_turn(some, room) for some in _queues(waiting)))
        return all(done)

    async def _bring_in_turn(self, waiting: Sequence[Waiting], room: asyncio.Semaphore) -> bool:
        return all([await self._bring_one(one, room) for one in waiting])

    async def _bring_one(self, waiting: Waiting, room: asyncio.Semaphore) -> bool:
        sid = waiting.sid
        async with room:
            try:
                await self.bring(sid, waiting)
            except StoreUnavailable:
                if await self._breaker.is_well():
                    return False  # something is wrong with this one call: it is tried again when its lease has ended
                await self._journal.give_back([sid])
                return False
            except Exception as error:
                _log.error("a call's steps were not written back", extra={"call": sid, "code": type(error).__name__})
                return False
        return True

    async def erase(self, sid: str) -> None:
        """Erase in Redis who was erased here, and here whom only Redis knows to belong to it. Raises StoreUnavailable."""
        told = await self._store.erase(sid)
        if kin := {one.sid: self._clock() for one in told if one.sid != sid}:
            await self._journal.forget(kin)
        await self._journal.erased(sid)

    async def bring(self, sid: str, waiting: Waiting | None = None) -> None:
        """Ends when Redis has all there is of a call. Raises StoreUnavailable. `waiting`: what there was a moment ago."""
        async with self._lock(sid):
            if await self._journal.unseen(sid) == "erased":  # under its sid another may have begun
                await self.erase(sid)
            waiting = waiting or await self._journal.steps_of(sid)
            while waiting:
                standing = await self._take(waiting)
                if standing is not None and standing.to_be_confirmed:
                    await self.settle(sid)
                    standing = (await self._store.open(sid)).call
                    if standing is not None and standing.to_be_confirmed:
                        raise StoreUnavailable(f"call {sid}: it is settled the next time")
                if standing is None:
                    await self._journal.forget({sid: self._clock()}, waiting=True)
                elif not await self._journal.written(sid, waiting.steps[-1].change.after.rev + 1, standing):
                    await self._store.erase(sid)  # as it was here, while its last step was on its way
                waiting = await self._journal.steps_of(sid)

    async def _take(self, waiting: Waiting) -> Call | None:
        """Take a call's steps in Redis. What stands there then; None when it was erased there meanwhile."""
        found = await self._store.open(waiting.sid)
        if found.call is None and (waiting.base is not None or waiting.begun) and await self._was_erased(waiting):
            return None
        if found.call is None and waiting.base is not None:
            found = await self._rebuilt(waiting, found)
        known = _already(found.call, waiting)
        decided: dict[str, str] = {}
        for taken in waiting.steps[known:]:
            found = await self._take_one(waiting, taken, found, decided)
        return found.call

    async def _was_erased(self, waiting: Waiting) -> bool:
        """Whether the log tells that a call was erased, as far back as it goes."""
        at = waiting.told
        while True:
            page = await self._store.events("", at, 1000)
            if page.gone == "trimmed":  # then all there is of it is later
                page = await self._store.events("", "0", 1000)
            if any(one.sid == waiting.sid and _erases(one.data) for one in page.entries):
                return True
            if not page.entries:
                return False
            at = page.entries[-1].id

    async def _rebuilt(self, waiting: Waiting, found: Opened) -> Opened:
        """The call as Redis had it, put back there as far as it is known here."""
        assert waiting.base is not None  # noqa: S101 - asked before
        after = msgspec.structs.replace(waiting.base, rev=0, hold=None)
        try:
            done = await self._store.commit(Change(before=None, after=after, seen=found.seen, lines=waiting.steps[0].known))
        except StaleCall:
            return await self._store.open(waiting.sid)
        return Opened(call=done.call, seen=done.seen)

    async def _take_one(self, waiting: Waiting, taken: Taken, found: Opened, decided: dict[str, str]) -> Opened:
        """Take one step on top of what was found, or of whatever others have made of it. What stands after it."""
        change, number = taken.change, taken.change.after.rev + 1
        if change.booking is not None and 0 < change.booking.held_until <= self._clock():
            change = merging.unplaced(change)
        for _ in range(ATTEMPTS):
            theirs = found.call
            if theirs is not None and theirs.brought.get(waiting.name, 0) >= number:
                return found
            fitted = await self._fitted(change, taken.known, found, decided)
            marked = {**(theirs.brought if theirs else {}), waiting.name: number}
            try:
                done = await self._store.commit(
                    msgspec.structs.replace(fitted, after=msgspec.structs.replace(fitted.after, brought=marked), seen=found.seen)
                )
            except PlaceTaken:
                change = merging.unplaced(change)
            except StaleCall:
                found = await self._store.open(waiting.sid)
                if theirs is not None and found.call is None:
                    raise StoreUnavailable(f"call {waiting.sid}: it is gone from there; whether it was erased is asked the next time") from None
                change = await self._without_who_is_gone(change)
            else:
                return Opened(call=done.call, seen=done.seen)
        raise StoreUnavailable(f"call {waiting.sid}: other writers kept changing it")

    async def _fitted(self, change: Change, known: Sequence[Line], found: Opened, decided: dict[str, str]) -> Change:
        sid, theirs = change.after.sid, found.call
        history: Sequence[Line] = ()
        times: Times = {}
        unheard: Line | None = None
        turn = merging.turn_of(change)
        if theirs is not None and not merging.same(theirs, change.before):
            history = _history(await self._store.document(sid))
            if turn and (await self._store.open(sid, turn)).answer is not None:
                change, unheard = merging.repeated(change, history, await self._store.trace(sid))
            if change.lines and heard_elsewhere(history, known):
                times = await self._times(sid)
        fitted, now = merging.fitted(change, theirs, history, known, times, unheard)
        decided.update(now)
        if decided and fitted.trace:
            fitted = merging.traced(fitted, decided)
            decided.clear()
        if found.foreign is not None:  # another system has written the document since
            after = adopt(fitted.after, found.foreign, stamp(datetime.fromtimestamp(self._clock(), UTC)), PLACES)
            fitted = msgspec.structs.replace(fitted, after=after)
        return fitted

    async def _times(self, sid: str) -> Times:
        """When each line that Redis has of a call was taken in, as far as its events are there yet."""
        times: dict[tuple[str, str], list[float]] = {}
        page = await self._store.events(sid, "0", 1000)
        while page.entries:
            for told in (msgspec.json.decode(one.data) for one in page.entries):
                if told["type"] == "new_message":
                    said = told["payload"]
                    times.setdefault((said.get("message", ""), said.get("startedAt", "")), []).append(told["timestamp"])
            page = await self._store.events(sid, page.entries[-1].id, 1000)
        return times

    async def _without_who_is_gone(self, change: Change) -> Change:
        """The step, no longer going on from an earlier call that is gone from everywhere."""
        earlier = change.after.resumed_from
        if not change.goes_on or (await self._store.open(earlier)).call is not None:
            return change
        if await self._journal.unseen(earlier) == "steps":
            await self.bring(earlier)
            return change
        return msgspec.structs.replace(change, after=msgspec.structs.replace(change.after, root="", resumed_from=""))

    def _lock(self, sid: str) -> asyncio.Lock:
        lock = self._locks.get(sid)
        if lock is None:
            lock = self._locks[sid] = asyncio.Lock()
        return lock


def _queues(waiting: Sequence[Waiting]) -> Sequence[Sequence[Waiting]]:
    """The calls that have to wait for each other: who said yes to a place first is the first for whom it is tried."""
    found: dict[object, list[tuple[int, float, Waiting]]] = {}
    for one in waiting:
        noted = one.steps[-1].change.after.to_be_confirmed
        queue = (noted.business, noted.start) if noted else one.sid
        found.setdefault(queue, []).append((noted.made if noted else 0, one.since, one))
    return [[one for *_, one in sorted(some, key=lambda entry: entry[:2])] for some in found.values()]


def _erases(data: bytes) -> bool:
    told = msgspec.json.decode(data)
    return bool(told["type"] == "status_change" and told["payload"]["status"] == "erased")


def _already(theirs: Call | None, waiting: Waiting) -> int:
    """How many of the steps Redis has, though nobody brought them: they were sent to it when it went away, and taken here as well."""
    if theirs is None or waiting.name in theirs.brought or (waiting.base is not None and waiting.base.rev == theirs.rev):
        return 0
    done = [number for number, taken in enumerate(waiting.steps, start=1) if merging.same(theirs, taken.change.after)]
    return max(done, default=0)


def _history(document: bytes | None) -> tuple[Line, ...]:
    found: Any = (msgspec.json.decode(document) if document else {}).get("history")
    try:
        return tuple(msgspec.convert(found or [], list[Line]))
    except msgspec.ValidationError:  # another system's
        return ()


async def _nothing(sid: str) -> None:
    """Nothing is left open."""
