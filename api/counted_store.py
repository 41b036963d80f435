"""A store whose commits are counted for what they did: calls begun, ended, handed over and booked, silences; and whose time a turn is told.

A commit is where a thing comes true, once, whoever asked for it: a caller, a supervisor, another worker that finished a turn left half done.
"""

from time import perf_counter

from agent.record.call import Call
from api.tallies import Tallies, part_took
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed, Opened

WITH_PEOPLE = frozenset({"waiting_agent", "with_agent"})
OUTCOMES = {"booked": "booked", "ended": "ended", **dict.fromkeys(WITH_PEOPLE, "handed_off")}
"""What a call has come to when it reaches a status."""


class CountedStore(PassingStore):
    """The same store."""

    def __init__(self, store: CallStore, tallies: Tallies) -> None:
        super().__init__(store)
        self._tallies = tallies

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        began = perf_counter()
        try:
            return await self._store.open(sid, turn, business, former)
        finally:
            part_took("store", perf_counter() - began)

    async def commit(self, change: Change) -> Committed:
        began = perf_counter()
        try:
            committed = await self._store.commit(change)
        finally:
            part_took("store", perf_counter() - began)
        self._count(change.before, change.after)
        return committed

    def _count(self, before: Call | None, after: Call) -> None:
        count = self._tallies.count
        if before is None:
            count("calls_begun")
        outcome = OUTCOMES.get(after.status, "")
        if outcome and outcome != OUTCOMES.get(before.status if before else "", ""):
            count("call_outcomes", outcome)
        if after.handoff is not None and (before is None or before.handoff is None):
            count("handoffs", after.handoff.why)
        if after.booked is not None and (before is None or before.booked is None):
            count("bookings")
        if after.silences > (before.silences if before else 0):
            count("no_inputs")
