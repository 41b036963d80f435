"""How many connections one process has, and which it turns away.

What comes over a connection is bounded in `api/http_protocol.py`. Behind a proxy only the proxy's address is seen here, so the addresses of trusted
proxies, and of this machine, where most proxies stand, are bounded by the number of all connections alone.
"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from api import logs
from api.cors import Cors
from api.settings import Network, Settings
from api.tallies import Tallies

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

AT_HOME: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OTHER_FILES = 200
"""Files a process needs beside its connections: Redis, logs, and a reserve."""
LEAVING = OTHER_FILES // 2
"""Connections that may still be closing when others take their room."""
LINGERING = 256
"""Connections turned away that may wait at the same time for their peer to read why."""


class _Expected(logging.Filter):
    """Keeps out what uvicorn says of requests it cannot read: `Doors.refused` says it, sparingly."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in ("Invalid HTTP request received.", "Unsupported upgrade request.")


logger = logging.getLogger("uvicorn.error.http")
logger.addFilter(_Expected())


class Doors:
    """Counts the connections of this process, and says which may not come in."""

    def __init__(self, settings: Settings, uncounted: Sequence[Network] = AT_HOME, tallies: Tallies | None = None) -> None:
        """`uncounted`: networks whose addresses bring the connections of many; the settings' trusted proxies are so too."""
        self.head_s, self.body_s, self.unread_s = settings.head_s, settings.body_s, settings.unread_s
        self.cors = Cors(settings.cors_origins)
        self.lingering = 0
        self._in_all, self._per_address = _room(settings.connections), settings.connections_per_address
        self._place = lru_cache(4096)(partial(_place, (*uncounted, *settings.trusted_proxies)))
        self._open = 0
        self._by_place: Counter[str] = Counter()
        self._resting: OrderedDict[Hashable, Callable[[], None]] = OrderedDict()
        """Connections that wait for their next request, longest first, and how each is closed."""
        self._log = logs.Sparing()
        self._tallies = tallies or Tallies()

    def enter(self, host: str) -> str:
        """Count a connection from an address ("": none, a socket of this machine). Returns "", or why it may not come in, which counts nothing."""
        if self._open >= self._in_all and not self._made_room():
            return "busy"
        place = self._place(host)
        if place and self._by_place[place] >= self._per_address:
            return "too_many_connections"
        self._open += 1
        if place:
            self._by_place[place] += 1
        return ""

    def leave(self, host: str) -> None:
        """A connection that had come in is gone."""
        self._open -= 1
        if place := self._place(host):
            self._by_place[place] -= 1
            if not self._by_place[place]:
                del self._by_place[place]

    def rests(self, connection: Hashable, close: Callable[[], None]) -> None:
        """A connection waits for its next request. It gives way when there is no room, or holding connections would be enough to keep callers out."""
        self._resting[connection] = close

    def moves(self, connection: Hashable) -> None:
        """It has one, or is gone."""
        self._resting.pop(connection, None)

    def _made_room(self) -> bool:
        if not self._resting or self._open >= self._in_all + LEAVING:
            return False
        self._resting.popitem(last=False)[1]()
        return True

    def refused(self, code: str) -> None:
        """Take note that a request or a connection was refused: a line in the log now and then, so that a flood of them does not fill the disk."""
        self._tallies.count("refused", code)
        if count := self._log.due(code):
            logs.event("request_refused", level="warning", code=code, count=count)

    def figures(self) -> dict[str, int]:
        """How many there are, for health and metrics."""
        return {"open": self._open, "addresses": len(self._by_place), "limit": self._in_all}


class Cut:
    """A protocol that can end a connection whose peer does not read, or is not to send any more."""

    _end: asyncio.TimerHandle | None = None

    def cut_in(self, seconds: float, transport: asyncio.Transport) -> None:
        """Cut the connection then, unless it is to be cut earlier already, or spared."""
        if self._end is None:
            self._end = asyncio.get_running_loop().call_later(seconds, transport.abort)

    def spare(self) -> None:
        """It read after all, or is gone."""
        if self._end is not None:
            self._end.cancel()
            self._end = None


def _place(uncounted: tuple[Network, ...], host: str) -> str:
    """What a connection from an address counts for; "" for nothing. Of IPv6 the /64, since one customer has at least as much."""
    try:
        address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in uncounted):
        return ""
    return str(address) if isinstance(address, IPv4Address) else str(ip_network((address, 64), strict=False))


def _room(wanted: int) -> int:
    """How many connections there can be, after asking for as many files as they need."""
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(1, soft - OTHER_FILES)
    return wanted
