"""Erasing a caller from Redis: the call and its kin, one call after the other, each with all that was kept of it.

How it works. A call that goes on from an earlier one notes down, with each of its steps, in which call the whole began (`keys.root`), and is noted
down there (`keys.family`); so from any of them all others are found. The step that takes over what an earlier call had is refused when that call
is gone, so nothing can leave a call behind an erasure: what came before is in the family, what comes after is stale.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from storage import channels, codec, keys
from storage.keys import Ttl
from storage.store import Entry

_ANEW = 2000
"""Log entries up to which the log is written anew when a caller is erased."""
_SWEEP = 1000
"""Entries of a longer one looked at in one step."""


class Erasing(ABC):
    """What the stores in Redis share of it."""

    _ttl: Ttl
    _channel_prefix: str | None
    _embedded = False

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        """As `CallStore.erase` promises."""
        told: list[Entry] = []
        gone: list[str] = []
        # Read again until there is nobody new: a call that goes on from one of them may be written meanwhile, as long as that one is there.
        while left := [one for one in await self.kin(sid) if one not in gone]:
            for one in left:
                told += await self._erase_one(one)
                gone.append(one)
        for one in gone:
            if root := await self._command("GET", keys.root(one)):
                await self._command("SREM", keys.family(root.decode()), one)
                await self._command("DEL", keys.root(one))
        return tuple(told)

    async def kin(self, sid: str) -> list[str]:
        """The calls that belong together, `sid` the last: until then an erasure that was cut off can be found and done again."""
        found: dict[str, None] = {}
        ahead = [sid]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found[one] = None
                root = await self._command("GET", keys.root(one))
                ahead += [other.decode() for other in (*await self._command("SMEMBERS", keys.family(one)), *([root] if root else ()))]
        return [*sorted(found.keys() - {sid}), sid]

    async def _erase_one(self, sid: str) -> tuple[Entry, ...]:
        """One call, at one stroke; before it, what only the shared log still holds of it."""
        found, ids_ = -1, []
        while found < 0:
            await self._sweep_log(sid)
            place: bytes | None = await self._command("GET", keys.place(sid))
            opened_with: bytes | None = await self._command("HGET", keys.record(sid), "brief")
            brief = codec.brief(opened_with) if opened_with is not None else None
            business = brief.business if brief else (place or b"").decode()
            told = channels.erased(self._channel_prefix, sid, time.time())
            names = [keys.record(sid), keys.turns(sid), keys.history(sid), keys.events(sid), keys.place(sid), keys.document(sid)]
            number = (brief.business, brief.caller) if brief else ("", "")
            names += [keys.LOG, keys.LOG_MARK, keys.trace(sid), keys.caller(*number), keys.known(*number), keys.UNWRITTEN, keys.BUSINESSES]
            names += [keys.deliveries(sid), keys.DUE, keys.DEAD]
            for status in keys.STATUSES:
                names += keys.index(status)
            names += keys.calendar(business)[:2] + keys.appointments(business) if business else ()
            channel = channels.session(self._channel_prefix, sid)
            own = "1" if self._embedded else ""
            values = [sid, opened_with or b"", len(keys.STATUSES), told, channel, self._ttl.log_s * 1000, own, business]
            found, *ids_ = await self._script("erase", names, values)
        return tuple(Entry(id=id_.decode(), sid=sid, data=channels.event_of(told), business=business) for id_ in ids_)

    async def _sweep_log(self, sid: str) -> None:
        """Take a call's events out of the shared log. One that is too long to be written anew keeps their bytes until it is cut there, unread."""
        start = "-"
        while start:
            names = [keys.LOG, keys.LOG_MARK, keys.LOG_ANEW]
            start = (await self._script("sweep", names, [sid, _ANEW, start, _SWEEP])).decode()

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...

    @abstractmethod
    async def _command(self, *parts: Any) -> Any: ...
