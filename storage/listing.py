"""The lists of calls in Redis: of all businesses, or of one.

A list finds calls; whose a call is, its record says. So what a list of one business's calls has noted down wrongly is left out, never shown.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec

from storage import keys
from storage.store import Listed

LOOKED_THROUGH = 1000
"""Calls whose business is looked up at a time, for a list of one business's."""


class Listing(ABC):
    """As `CallStore.calls` and `CallStore.how_many` promise, in one Redis and in a cluster."""

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        wanted = tuple(one for one in keys.STATUSES if not status or one in status.split(","))
        if not wanted:
            return ()
        lists = [keys.index(one)[0] for one in dict.fromkeys((*wanted, *keys.STATUSES))]
        found: list[Listed] = []
        bounds = (since_ms or "-inf", f"({until_ms}" if until_ms else "+inf")
        created, at_once = "", max(count, LOOKED_THROUGH) if business else count
        if business and before and await self.business(before) != business:
            return ()
        while len(found) < count:
            rows = await self._script("calls", lists, [before, created, at_once, len(wanted), *bounds])
            if not rows:
                break
            rows = sorted(rows, key=lambda row: (float(row[2]), row[1]), reverse=True)[:at_once]
            before, created = rows[-1][1].decode(), rows[-1][2].decode()
            left = await self._likely(rows, business)
            while left and len(found) < count:
                some, left = left[:count], left[count:]
                documents = await asyncio.gather(*(self._document_of(row[1].decode(), business) for row in some))
                for (number, sid, _), text in zip(some, documents, strict=True):
                    if text is not None:
                        found.append(Listed(sid=sid.decode(), status=wanted[number - 1], document=msgspec.json.decode(text)))
        return tuple(found[:count])

    async def _likely(self, rows: list[Any], business: str) -> list[Any]:
        """Those of the rows that may be the business's: of a call that nobody noted down, its record is asked. "": all of them."""
        if not business:
            return rows
        whose = await self._command("HMGET", keys.BUSINESSES, *(row[1] for row in rows))
        return [row for row, one in zip(rows, whose, strict=True) if one is None or one == business.encode()]

    async def _document_of(self, sid: str, business: str) -> bytes | None:
        """The document of a call, if it is the business's; "": anybody's. Its record is asked before and after: another may begin under its sid."""
        if not business:
            return await self.document(sid)
        text = await self.document(sid) if await self.business(sid) == business else None
        return text if text is not None and await self.business(sid) == business else None

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        begun, until = keys.index(status)
        listed, since = (begun, str(since_ms)) if since_ms else (until, f"({time.time() * 1000:.0f}")
        found: int = await (
            self._script("count", [listed, keys.BUSINESSES], [since, business]) if business else self._command("ZCOUNT", listed, since, "+inf")
        )
        return found

    @abstractmethod
    async def business(self, sid: str) -> str: ...

    @abstractmethod
    async def document(self, sid: str) -> bytes | None: ...

    @abstractmethod
    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any: ...

    @abstractmethod
    async def _command(self, *parts: Any) -> Any: ...
