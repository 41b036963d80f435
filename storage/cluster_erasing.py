"""Erasing a call from a Redis Cluster, slot by slot."""

import time
from abc import abstractmethod

import msgspec

from agent.record.call import Brief
from storage import channels, codec, keys
from storage.erasing import Erasing
from storage.pending import Pending
from storage.store import Entry


class ClusterErasing(Erasing):
    """What is of a cluster in it."""

    async def _erase_one(self, sid: str, brief: Brief | None = None) -> tuple[Entry, ...]:
        """One call, slot by slot. Its record goes last: an erasure that was cut off is found by whoever opens the call next, and carried through.

        `brief`: what the call was opened with, for when its record may be gone.
        """
        opened_with, left = await self._script("cluster_erase", [keys.record(sid)], [])
        pending = msgspec.json.decode(left, type=Pending) if left else None
        brief = codec.brief(opened_with) if opened_with else brief
        if pending:
            await self._settle_place(sid, pending)
        business = brief.business if brief else (await self._command("GET", keys.place(sid)) or b"").decode()
        found = 0
        if business:
            found += await self._dismiss(sid, business)
            found += await self._script("cluster_forget", [*keys.calendar(business)[:2], keys.holds(business)], [sid])
        for status in keys.STATUSES:
            for key in keys.index(status):
                found += await self._command("ZREM", key, sid)
        await self._command("HDEL", keys.STANDING, sid)
        await self._command("HDEL", keys.BUSINESSES, sid)
        if brief and await self._command("GET", keys.caller(brief.business, brief.caller)) == sid.encode():
            await self._command("DEL", keys.caller(brief.business, brief.caller))
        if brief:
            await self._command("DEL", keys.known(brief.business, brief.caller))
        found += await self._command("DEL", keys.document(sid))
        await self._command("DEL", keys.sent(sid))
        await self._sweep_log(sid)
        owed = [keys.listed(id_.decode(), sid) for id_ in await self._command("HKEYS", keys.deliveries(sid))]
        for key in (keys.ANNOUNCED, keys.DUE, keys.DEAD) if owed else ():  # in this order: from the first a step comes to the second, and so on
            await self._command("ZREM", key, *owed)
        own = [keys.deliveries(sid), keys.turns(sid), keys.trace(sid), keys.history(sid), keys.events(sid), keys.untold(sid), keys.place(sid)]
        found += await self._command("DEL", *own)
        told = await self._tell_erased(sid, business) if found or opened_with else ()
        await self._command("DEL", keys.record(sid))
        return told

    async def _tell_erased(self, sid: str, business: str) -> tuple[Entry, ...]:
        addressed = channels.erased(self._channel_prefix, sid, time.time())
        *others, told = addressed.split(b"\n")
        values = [sid, self._ttl.log_s * 1000, self._ttl.log_s, business, "erased", told]
        (id_,) = await self._script("cluster_log", [keys.LOG, keys.LOG_MARK, keys.sent(sid)], values)
        await self._command("DEL", keys.sent(sid))
        if channel := channels.session(self._channel_prefix, sid):
            for one in (channel, *others):
                await self._command("PUBLISH", one, b'{"id":"%b",%b' % (id_, told[1:]))
        return (Entry(id=id_.decode(), sid=sid, data=told, business=business),)

    @abstractmethod
    async def _dismiss(self, sid: str, business: str) -> int: ...

    @abstractmethod
    async def _settle_place(self, sid: str, pending: Pending) -> None: ...
