"""The calls of one business, as if there were no others: what whoever is bound to a business is given in the place of the store.

Whose a call is says its record (`Brief.business`), which never changes, whatever stands in its document. A call that is another's is not there: it
has no document, no events and no place in a list, and counts for nothing. A step that opens it is told `CallElsewhere`. What is of all calls
together, the log and what others publish, is nobody's who is bound.

A new method of `CallStore` has to be answered here too, for nothing is passed on by itself.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any

from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_reference
from agent.record.delivery import Delivery, Owed
from storage import ids
from storage.errors import CallElsewhere
from storage.outbox import OutboxFigures
from storage.store import CallStore, Change, Committed, Entry, Listed, Opened, Page, Published
from storage.watchers import may_see

_OUTBOX = "the outbox is of all businesses"


class BoundStore:
    """A CallStore."""

    def __init__(self, store: CallStore, business: str, others: Collection[str] = ()) -> None:
        """`others`: the ids of the other businesses that are served: a document that names one of these is not for a call of this one."""
        self._store, self._business, self._others = store, business, frozenset(others) - {business}
        self.survives_restart = store.survives_restart

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        """As CallStore.open. Raises CallElsewhere for a call of another business, begun or only prepared."""
        found = await self._store.open(sid, turn, self._business if business else "", former)
        theirs = self._is_anothers(found.foreign) if found.call is None else found.call.brief.business != self._business
        if theirs:
            raise CallElsewhere(f"call {sid} is not for {self._business}")
        return found

    def _is_anothers(self, foreign: Mapping[str, Any] | None) -> bool:
        company = (foreign or {}).get("company")
        named = company.get("id") if isinstance(company, Mapping) else None
        return isinstance(named, str) and named in self._others

    async def commit(self, change: Change) -> Committed:
        """As CallStore.commit. Raises CallElsewhere for a call of another business."""
        self._need(change.after.brief.business == self._business)
        return await self._store.commit(change)

    async def business(self, sid: str) -> str:
        return self._business if await self._is_ours(sid) else ""

    async def document(self, sid: str) -> bytes | None:
        text = await self._store.document(sid) if await self._is_ours(sid) else None
        # Under the same sid another call may have begun while it was read.
        return text if text is not None and await self._is_ours(sid) else None

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        if business not in ("", self._business):
            return ()
        return await self._store.calls(status, before, count, self._business, since_ms, until_ms)

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        return await self._store.how_many(status, since_ms, self._business) if business in ("", self._business) else 0

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        """As CallStore.erase. What is left of an expired call, owed or booked, goes too, if it is all this business's."""
        return await self._store.erase(sid) if await self._is_erasable(sid) else ()

    async def kin(self, sid: str) -> Sequence[str]:
        """As CallStore.kin; of a call that is not this business's, itself alone."""
        return await self._store.kin(sid) if await self._is_erasable(sid) else (sid,)

    async def unfinished(self, business: str, caller: str) -> str:
        return await self._store.unfinished(self._business, caller) if business == self._business else ""

    async def booked_before(self, business: str, caller: str) -> bool:
        return business == self._business and await self._store.booked_before(business, caller)

    async def trace(self, sid: str) -> Sequence[bytes]:
        found = await self._store.trace(sid) if await self._is_ours(sid) else ()
        return found if found and await self._is_ours(sid) else ()

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        """Of one call. Raises CallElsewhere for those of all calls."""
        self._need(bool(sid))
        return await self._store.events(sid, after, count, self._business)

    async def head(self, sid: str = "") -> str:
        return await self._store.head(sid) if not sid or await self._is_ours(sid) else ids.NEVER

    async def follow(self, after: str, wait_s: float) -> Page:
        """Raises CallElsewhere: the log is of all calls."""
        raise CallElsewhere("the log is of all businesses")

    async def published(self) -> AsyncIterator[Published]:
        nothing: tuple[Published, ...] = ()
        for one in nothing:
            yield one

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        """As CallStore.take_in. Raises CallElsewhere for a call that is not this business's, or not there."""
        self._need(not sid or await self._is_ours(sid))
        return await self._store.take_in(name, sid, data, self._business)

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        """Raises CallElsewhere: a process tells of all its readers."""
        raise CallElsewhere("readers are of all businesses")

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        return await self._store.readers(sid) if await self._is_ours(sid) else {}

    async def secret(self, known: bytes = b"") -> bytes:
        """Raises CallElsewhere: with the secret one could sign for anybody."""
        raise CallElsewhere("the secret is of all businesses")

    async def claim(self, name: str, for_s: int) -> bool:
        return await self._store.claim(f"{self._business} {name}", for_s)

    async def tally(self, name: str, by: int, for_s: int) -> int:
        return await self._store.tally(f"{self._business} {name}", by, for_s)

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        found = await self._store.watching([name for name in agents if may_see(name, self._business)])
        return {name: age_s for name, age_s in found.items() if may_see(name, self._business)}

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        """Raises CallElsewhere, like all that whoever brings things says of them: they are brought for all businesses."""
        raise CallElsewhere(_OUTBOX)

    async def delivered(self, id_: str, sid: str) -> None:
        """Raises CallElsewhere."""
        raise CallElsewhere(_OUTBOX)

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        """Raises CallElsewhere."""
        raise CallElsewhere(_OUTBOX)

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        """Raises CallElsewhere."""
        raise CallElsewhere(_OUTBOX)

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        """Raises CallElsewhere."""
        raise CallElsewhere(_OUTBOX)

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        return business in ("", self._business) and await self._store.send_again(id_, sid, self._business)

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        return await self._store.dead_letters(before, count, self._business) if business in ("", self._business) else ()

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        return await self._store.owed(sid, self._business) if business in ("", self._business) else ()

    async def outbox(self) -> OutboxFigures:
        """Raises CallElsewhere: the figures are of all businesses."""
        raise CallElsewhere(_OUTBOX)

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        return await self._store.appointment(reference, self._business, sid) if business in ("", self._business) else None

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        return await self._store.appointments(self._business, since, until, before, count) if business in ("", self._business) else ()

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        return await self._store.appointments_of(self._business, caller) if business == self._business else ()

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        """As CallStore.change. Raises CallElsewhere for an appointment of another business."""
        self._need({before.business, after.business} == {self._business})
        return await self._store.change(before, after, capacity, deliveries, instead_of)

    async def ping(self) -> float:
        return await self._store.ping()

    async def close(self) -> None:
        """Nothing: the connections are those of the store behind it."""

    async def _is_ours(self, sid: str) -> bool:
        return await self._store.business(sid) == self._business

    async def _is_erasable(self, sid: str) -> bool:
        return await self._is_ours(sid) or (not await self._store.business(sid) and await self._is_left_to_us_alone(sid))

    async def _is_left_to_us_alone(self, sid: str) -> bool:
        booked = await self._store.appointment(booking_reference(sid), "", sid)
        left = {owed.delivery.business for owed in await self._store.owed(sid)} | ({booked.business} if booked else set())
        return left == {self._business}

    @staticmethod
    def _need(ours: bool) -> None:
        if not ours:
            raise CallElsewhere("this is another business's")
