"""A store whose commits owe the outside what each step makes due, whoever takes it: no path can forget."""

from collections.abc import Callable, Sequence
from time import time

import msgspec

from agent.policy.owed import Wants, owed, reckoned
from agent.record.appointment import Appointment
from agent.record.delivery import Delivery
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed


class OwingStore(PassingStore):
    """The same store."""

    def __init__(self, store: CallStore, wants: Callable[[str], Wants], woken: Callable[[], None], clock: Callable[[], float] = time) -> None:
        """`wants`: what the business of an id wants to be told; `woken` is called when something has become due; `clock`: Unix seconds."""
        super().__init__(store)
        self._wants, self._woken, self._clock = wants, woken, clock

    async def commit(self, change: Change) -> Committed:
        wants = self._wants(change.after.brief.business)
        after = reckoned(change.before, change.after, wants)
        deliveries = owed(change.before, after, wants, int(self._clock()), change.given_up)
        if after is not change.after or deliveries:
            change = msgspec.structs.replace(change, after=after, deliveries=deliveries)
        committed = await self._store.commit(change)
        if deliveries:
            self._woken()
        return committed

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        """What is owed was reckoned by whoever still knows the two versions as calls (`graph.appointments`)."""
        changed = await self._store.change(before, after, capacity, deliveries, instead_of)
        if deliveries:
            self._woken()
        return changed
