"""What calls owe to the outside, kept in this process."""

from collections.abc import Callable, Sequence

import msgspec

from agent.record.delivery import Delivery, Owed, Settled, place_in_list
from storage import codec
from storage.errors import AlreadySettled
from storage.keys import Ttl
from storage.outbox import OutboxFigures


class _Kept(msgspec.Struct, kw_only=True):
    text: bytes
    """An Owed, encoded."""
    look_ms: int
    """When it is next given out; of a dead letter, when it was given up."""


class _Owing(msgspec.Struct, kw_only=True):
    """What one call owes, by id."""

    until: float
    deliveries: dict[str, _Kept] = msgspec.field(default_factory=dict)


class MemoryOutbox:
    """An Outbox. What is made of it calls `owe` with a step, and `forgive` when a call is erased."""

    _ttl: Ttl
    _clock: Callable[[], float]

    def __init__(self) -> None:
        self._owing: dict[str, _Owing] = {}
        """By callSid."""

    def owe(self, sid: str, deliveries: Sequence[Delivery]) -> None:
        now_ms = self._now_ms()
        kept = {one.id: _Kept(text=codec.encode(Owed(delivery=one, due_ms=now_ms)), look_ms=now_ms) for one in deliveries}
        if kept:
            owing = self._owing[sid] = self._of(sid) or _Owing(until=0.0)
            owing.until = self._clock() + self._ttl.owed_s
            owing.deliveries |= kept

    def settle(self, sid: str, settled: Settled | None) -> Callable[[], None]:
        """What takes it off what the call owes, or gives it up; nothing is done yet. Raises AlreadySettled."""
        if settled is None:
            return lambda: None
        owing, id_ = self._of(sid), settled.id
        owed = self._one(owing, id_)
        if owing is None or owed is None or (settled.why and not owed.due_ms):
            raise AlreadySettled(f"how it ended with what call {sid} owes was told before")
        if settled.why:
            return lambda: self._fail(id_, sid, 0, settled.why)
        return lambda: self._drop(id_, sid)

    def forgive(self, sid: str) -> bool:
        """Forget what a call owes; whether there was anything."""
        return self._of(sid) is not None and self._owing.pop(sid) is not None

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        now_ms = self._now_ms()
        found = [(kept.look_ms, owed.delivery.id, kept, owed) for kept, owed in self._everything() if owed.due_ms and kept.look_ms <= now_ms]
        taken = sorted(found, key=lambda one: one[:2])[:count]
        till_ms = now_ms + round(lease_s * 1000)
        for _, _, kept, _ in taken:
            kept.look_ms = till_ms
        return tuple(msgspec.structs.replace(owed, till_ms=till_ms) for _, _, _, owed in taken)

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        return self._holds(id_, sid, till_ms)

    async def delivered(self, id_: str, sid: str) -> None:
        self._drop(id_, sid)

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        if not till_ms or self._holds(id_, sid, till_ms):
            self._fail(id_, sid, self._now_ms() + round(for_s * 1000), why)

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        if not till_ms or self._holds(id_, sid, till_ms):
            self._fail(id_, sid, 0, why)

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        owing = self._of(sid)
        owed = self._one(owing, id_)
        if owing is None or owed is None or owed.due_ms or business not in ("", owed.delivery.business):
            return False
        self._keep(owing, Owed(delivery=owed.delivery, due_ms=self._now_ms()))
        return True

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        dead = [msgspec.structs.replace(owed, listed_ms=kept.look_ms) for kept, owed in self._everything() if not owed.due_ms]
        order = sorted(dead, key=_at, reverse=True)
        if before:
            last = place_in_list(before)
            order = [owed for owed in order if last and _at(owed) < last]
        return tuple(owed for owed in order if business in ("", owed.delivery.business))[:count]

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        owing = self._of(sid)
        return codec.debts((kept.text for kept in owing.deliveries.values()), business) if owing else ()

    async def outbox(self) -> OutboxFigures:
        everything = [(kept.look_ms, owed.due_ms) for kept, owed in self._everything()]
        waiting = [look_ms for look_ms, due_ms in everything if due_ms]
        overdue_ms = max(self._now_ms() - min(waiting, default=self._now_ms()), 0)
        return OutboxFigures(waiting=len(waiting), overdue_s=overdue_ms / 1000, dead=len(everything) - len(waiting))

    def _holds(self, id_: str, sid: str, till_ms: int) -> bool:
        owing = self._of(sid)
        kept = owing.deliveries.get(id_) if owing else None
        return kept is not None and kept.look_ms == till_ms and _read(kept).due_ms > 0

    def _drop(self, id_: str, sid: str) -> None:
        owing = self._of(sid)
        if owing and owing.deliveries.pop(id_, None) and not owing.deliveries:
            del self._owing[sid]

    def _fail(self, id_: str, sid: str, due_ms: int, why: str) -> None:
        owing = self._of(sid)
        owed = self._one(owing, id_)
        if owing and owed and owed.due_ms:
            self._keep(owing, Owed(delivery=owed.delivery, tries=owed.tries + 1, due_ms=due_ms, why=why))

    def _keep(self, owing: _Owing, owed: Owed) -> None:
        owing.deliveries[owed.delivery.id] = _Kept(text=codec.encode(owed), look_ms=owed.due_ms or self._now_ms())

    def _of(self, sid: str) -> _Owing | None:
        owing = self._owing.get(sid)
        if owing and owing.until <= self._clock():
            del self._owing[sid]
            return None
        return owing

    @staticmethod
    def _one(owing: _Owing | None, id_: str) -> Owed | None:
        kept = owing.deliveries.get(id_) if owing else None
        return _read(kept) if kept else None

    def _everything(self) -> list[tuple[_Kept, Owed]]:
        owing = [one for sid in tuple(self._owing) if (one := self._of(sid))]
        return [(kept, _read(kept)) for one in owing for kept in one.deliveries.values()]

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _at(owed: Owed) -> tuple[int, bytes]:
    return owed.listed_ms, owed.delivery.id.encode()


def _read(kept: _Kept) -> Owed:
    return codec.owed(kept.text)
