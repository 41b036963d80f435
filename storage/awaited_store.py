"""A store that is looked for when it is first needed, so that a service can start before its Redis."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from agent.record.appointment import Appointment
from agent.record.delivery import Delivery, Owed
from storage.errors import StoreUnavailable
from storage.outbox import OutboxFigures
from storage.store import CallStore, Change, Committed, Entry, Listed, Opened, Page, Published


class AwaitedStore:
    """Passes everything on to the store that `connect` brings; while that fails, so does everything."""

    survives_restart = True

    def __init__(self, connect: Callable[[], Awaitable[CallStore]]) -> None:
        self._connect = connect
        self._found: CallStore | None = None

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        return await (await self._store()).open(sid, turn, business, former)

    async def commit(self, change: Change) -> Committed:
        return await (await self._store()).commit(change)

    async def document(self, sid: str) -> bytes | None:
        return await (await self._store()).document(sid)

    async def business(self, sid: str) -> str:
        return await (await self._store()).business(sid)

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        return await (await self._store()).calls(status, before, count, business, since_ms, until_ms)

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        return await (await self._store()).how_many(status, since_ms, business)

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        return await (await self._store()).erase(sid)

    async def kin(self, sid: str) -> Sequence[str]:
        return await (await self._store()).kin(sid)

    async def unfinished(self, business: str, caller: str) -> str:
        return await (await self._store()).unfinished(business, caller)

    async def booked_before(self, business: str, caller: str) -> bool:
        return await (await self._store()).booked_before(business, caller)

    async def trace(self, sid: str) -> Sequence[bytes]:
        return await (await self._store()).trace(sid)

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        return await (await self._store()).events(sid, after, count, business)

    async def head(self, sid: str = "") -> str:
        return await (await self._store()).head(sid)

    async def follow(self, after: str, wait_s: float) -> Page:
        return await (await self._store()).follow(after, wait_s)

    async def published(self) -> AsyncIterator[Published]:
        async for one in (await self._store()).published():
            yield one

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        return await (await self._store()).take_in(name, sid, data, business)

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        await (await self._store()).note_readers(process, figures)

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        return await (await self._store()).readers(sid)

    async def secret(self, known: bytes = b"") -> bytes:
        return await (await self._store()).secret(known)

    async def claim(self, name: str, for_s: int) -> bool:
        return await (await self._store()).claim(name, for_s)

    async def tally(self, name: str, by: int, for_s: int) -> int:
        return await (await self._store()).tally(name, by, for_s)

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        return await (await self._store()).watching(agents)

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        return await (await self._store()).due(count, lease_s)

    async def delivered(self, id_: str, sid: str) -> None:
        await (await self._store()).delivered(id_, sid)

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        return await (await self._store()).holds(id_, sid, till_ms)

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        await (await self._store()).put_off(id_, sid, for_s, why, till_ms)

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        await (await self._store()).give_up(id_, sid, why, till_ms)

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        return await (await self._store()).send_again(id_, sid, business)

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        return await (await self._store()).dead_letters(before, count, business)

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        return await (await self._store()).owed(sid, business)

    async def outbox(self) -> OutboxFigures:
        return await (await self._store()).outbox()

    async def appointment(self, reference: str, business: str = "", sid: str = "") -> Appointment | None:
        return await (await self._store()).appointment(reference, business, sid)

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        return await (await self._store()).appointments(business, since, until, before, count)

    async def appointments_of(self, business: str, caller: str) -> Sequence[Appointment]:
        return await (await self._store()).appointments_of(business, caller)

    async def change(
        self, before: Appointment, after: Appointment, capacity: int = 1, deliveries: Sequence[Delivery] = (), instead_of: str = ""
    ) -> Appointment:
        return await (await self._store()).change(before, after, capacity, deliveries, instead_of)

    async def ping(self) -> float:
        return await (await self._store()).ping()

    async def close(self) -> None:
        if self._found is not None:
            await self._found.close()

    async def _store(self) -> CallStore:
        if self._found is None:
            try:
                found = await self._connect()
            except ValueError as error:  # it answers now, and is too old
                raise StoreUnavailable(str(error)) from error
            if self._found is None:
                self._found = found
            else:  # somebody else found it meanwhile
                await found.close()
        return self._found
