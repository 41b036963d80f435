"""Hosts that keep calls for themselves while Redis is away, and bring them back: real stores in memory, one for all and one of each host.

What the journal of a host and the way back do (storage), as far as the talk can tell: a host that is away has copies of the calls it talked before,
and takes no place.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from agent.policy.owed import Wants
from graph.owing import OwingStore
from graph.settling import Settling
from storage.errors import StaleCall
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Opened
from tests.graph.office import Caller, walker

replace = msgspec.structs.replace
ALL = Wants(mail=True, hooks=frozenset({"booking.created", "booking.not_free", "call.ended", "handoff.wanted"}))
ONE_PLACE: dict[str, Any] = {"capacity": 1, "opening_hours": {}, "public_holidays": False, "lead_time_minutes": 0}
TWO = "tomorrow at 2 pm"


class Host(PassingStore):
    """The store of one host: that of all hosts, or, while that is away, its own."""

    def __init__(self, common: CallStore) -> None:
        super().__init__(common)
        self._common, self._talked, self._waiting = common, set[str](), set[str]()

    @property
    def is_away(self) -> bool:
        return self._store is not self._common

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        return replace(await super().open(sid, turn, business, former), away=self.is_away)

    async def commit(self, change: Change) -> Committed:
        if self.is_away and change.booking is not None:
            raise StaleCall(f"call {change.after.sid}: no place can be promised")
        done = await super().commit(change)
        self._talked.add(change.after.sid)
        if self.is_away:
            self._waiting.add(change.after.sid)
        return done

    async def goes_away(self) -> None:
        """From now on this host has what it talked until now, and no more."""
        own = MemoryStore()
        for sid in self._talked:
            call = (await self._common.open(sid)).call
            if call is not None:
                await own.commit(Change(before=None, after=replace(call, rev=0)))
        self._store = own

    async def comes_back(self) -> None:
        """What was talked meanwhile is written back, one step a call."""
        own, self._store = self._store, self._common
        while self._waiting:
            sid = self._waiting.pop()
            call, there = (await own.open(sid)).call, await self._common.open(sid)
            if call is None:
                continue
            given_up = there.call is not None and there.call.place is not None and call.place is None
            rev = there.call.rev if there.call else 0
            await self._common.commit(Change(before=there.call, after=replace(call, rev=rev), seen=there.seen, release=given_up))


def today() -> datetime:
    """Appointments are kept by a store's own clock: on any day that these tests are run it is the afternoon of that day."""
    return datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)


def caller(store: CallStore, sid: str = "CA1", **changed: Any) -> Caller:
    """Somebody who rings a business that is always open and has one place."""
    number = changed.pop("caller", "+12025550143")
    one = Caller(store, sid, caller=number, language=changed.pop("language", "en-US"), **{**ONE_PLACE, **changed})
    one.now = today()
    return one


def owing(store: CallStore) -> CallStore:
    return OwingStore(store, lambda _: ALL, lambda: None)


def settling(store: CallStore, **changed: Any) -> Settling:
    """What tries bookings in this store; a minute after today()."""
    made = walker(store, **{**ONE_PLACE, **changed})
    return Settling(made.deps, lambda: today().replace(minute=30))
