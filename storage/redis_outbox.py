"""What calls owe to the outside, in Redis: one or a cluster.

How it works. What a call owes lies in its slot (`keys.deliveries`), and that decides. Two lists in another slot say when to look at which: `keys.DUE`
by when, `keys.DEAD` by when it was given up. So nothing here takes more than one slot at a time, and everything may be cut off after each step:

delivered    gone from the call, then from the lists; cut off, whoever is given it next finds nothing and takes it off the list
put off      counted in the call, then listed for later; cut off, it is due when the lease runs out
given up     noted in the call, then moved to the other list; cut off, whoever is given it next moves it
sent again   noted in the call, then moved back; cut off, whoever looks at the dead letters, or sends it once more, moves it

What is taken off the list because nothing is there is only taken off as it was given out: what was listed anew meanwhile stays.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec

from agent.record.delivery import Owed, place_in_list
from storage import codec, keys
from storage.keys import Ttl
from storage.outbox import OutboxFigures
from storage.store import Change

LOOKED_THROUGH = 500
"""Dead letters looked at a time, for a list of one business's."""


class RedisOutbox(ABC):
    """An Outbox, but for the step that owes something."""

    _ttl: Ttl

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        found: list[Owed] = []
        while not found:
            till, *listed = await self._script("owed_due", [keys.DUE, keys.ANNOUNCED], [count, round(lease_s * 1000)])
            if not listed:
                break
            for name, owed in await self._looked_up(listed):
                if owed and owed.due_ms:
                    found.append(msgspec.structs.replace(owed, till_ms=int(till)))
                    continue
                if owed:
                    await self._bury(name)
                await self._script("owed_drop", [keys.DUE], [till, name])
        return tuple(found)

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        held, kept = await asyncio.gather(self._command("ZSCORE", keys.DUE, keys.listed(id_, sid)), self._command("HGET", keys.deliveries(sid), id_))
        return held is not None and float(held) == till_ms and kept is not None and codec.owed(kept).due_ms > 0

    async def delivered(self, id_: str, sid: str) -> None:
        await self._command("HDEL", keys.deliveries(sid), id_)
        await asyncio.gather(*(self._command("ZREM", key, keys.listed(id_, sid)) for key in (keys.DUE, keys.DEAD)))

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        if till_ms and not await self.holds(id_, sid, till_ms):
            return
        due_ms = await self._script("owed_fail", [keys.deliveries(sid)], [id_, round(for_s * 1000), codec.encode(why)])
        if due_ms:
            await self._script("owed_later", [keys.DUE], [keys.listed(id_, sid), due_ms, till_ms])

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        if till_ms and not await self.holds(id_, sid, till_ms):
            kept = await self._command("HGET", keys.deliveries(sid), id_)
            if kept is not None and not codec.owed(kept).due_ms:  # noted with the step that told of it; listed, unless it is sent again by now
                await self._bury(keys.listed(id_, sid).encode())
        elif await self._script("owed_fail", [keys.deliveries(sid)], [id_, "", codec.encode(why)]):
            await self._bury(keys.listed(id_, sid).encode())

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        if business and not any(one.delivery.id == id_ for one in await self.owed(sid, business)):
            return False
        noted = await self._script("owed_again", [keys.deliveries(sid)], [id_])
        return noted != b"" and bool(await self._raise(keys.listed(id_, sid).encode(), noted))

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        found: list[Owed] = []
        seen: list[tuple[bytes, Owed | None]] = []
        ended_with = place_in_list(before) if before else ("", "")
        while ended_with is not None and len(found) < count:
            flat = await self._script("owed_dead", [keys.DEAD], [*ended_with, max(count, LOOKED_THROUGH) if business else count])
            if not flat:
                break
            ended_with = flat[-1], flat[-2].partition(b" ")[0]
            looked_up = await self._looked_up(flat[::2])
            for (_, owed), since in zip(looked_up, flat[1::2], strict=True):
                if owed and not owed.due_ms and business in ("", owed.delivery.business):
                    found.append(msgspec.structs.replace(owed, listed_ms=int(since)))
            seen += looked_up
        await self._mend(seen)
        return tuple(found[:count])

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        kept: list[bytes] = await self._command("HVALS", keys.deliveries(sid))
        return codec.debts(kept, business)

    async def outbox(self) -> OutboxFigures:
        waiting, overdue_ms, dead = await self._script("owed_figures", [keys.DUE, keys.DEAD], [])
        return OutboxFigures(waiting=waiting, overdue_s=overdue_ms / 1000, dead=dead)

    async def _looked_up(self, listed: Sequence[bytes]) -> list[tuple[bytes, Owed | None]]:
        names = [name.decode().partition(" ") for name in listed]
        kept = await asyncio.gather(*(self._command("HGET", keys.deliveries(sid), id_) for id_, _, sid in names))
        return [(name, codec.owed(one) if one is not None else None) for name, one in zip(listed, kept, strict=True)]

    async def _bury(self, name: bytes) -> None:
        """Have what was given up listed so; looked at once more, since meanwhile it may be sent again, or erased."""
        await self._script("owed_bury", [keys.DUE, keys.DEAD], [name, self._ttl.owed_s])
        await self._mend(await self._looked_up([name]))

    async def _mend(self, looked_up: Sequence[tuple[bytes, Owed | None]]) -> None:
        """Take off the dead letters what is none."""
        for name, owed in looked_up:
            if owed is None:
                await self._command("ZREM", keys.DEAD, name)
            elif owed.due_ms:
                await self._raise(name)

    async def _raise(self, name: bytes, anyway: int = 0) -> int:
        """Have what is listed as given up, or 1 for `anyway`, listed as due; whether it is."""
        moved: int = await self._script("owed_raise", [keys.DUE, keys.DEAD], [name, self._ttl.owed_s, anyway])
        return moved

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...

    @abstractmethod
    async def _command(self, *parts: Any) -> Any: ...


def owing(change: Change, ttl: Ttl) -> list[Any]:
    """What a step owes, as its script takes it: for how long, then ids and deliveries; nothing when it owes nothing."""
    named = [part for one in change.deliveries for part in (one.id, codec.encode(one))]
    return [ttl.owed_s, *named] if named else []


def settling(change: Change) -> tuple[str, bytes]:
    """What a step settles, as its script takes it: its id, "" for nothing, and why it was given up, as JSON, b"" when it has arrived."""
    settled = change.settles
    return (settled.id, codec.encode(settled.why) if settled.why else b"") if settled else ("", b"")
