"""Tokens that were tried and are not known: counted for each address, told in the log, and slowed.

Nobody finds a token of 22 characters by trying; what this is for is that trying is seen, and costs whoever tries more than us. Only the failed try
waits: whoever has a token that is known, from the same address too, is answered at once.
"""

import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.types import Scope

from api import logs
from api.errors import Problem

FREE = 5
"""Tries of an address that are answered at once."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
ADDRESSES = 4096
"""Remembered at most: those that tried last."""
WAITING = 256
"""Failed tries that wait at the same time; the next one is refused at once."""


class Attempts:
    """The failed tries of this process."""

    def __init__(self, wait: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._wait = wait
        self._tries: OrderedDict[str, int] = OrderedDict()
        self._waiting = 0

    async def failed(self, scope: Scope) -> None:
        """Take note of a failed try, and come back when it may be answered. Raises Problem "too_many_tries" when too many are waiting."""
        address = _network(scope)
        tries = self._tries.pop(address, 0) + 1
        self._tries[address] = tries
        if len(self._tries) > ADDRESSES:
            self._tries.popitem(last=False)
        if tries & (tries - 1) == 0:  # 1, 2, 4, 8 ...: a flood of tries is no flood of lines
            logs.event("token_refused", level="warning", code="token_unknown", peer=address, count=tries)
        if self._waiting >= WAITING:
            raise Problem("too_many_tries")
        if tries > FREE:
            self._waiting += 1
            try:
                await self._wait(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tries - FREE - 1, 16)))
            finally:
                self._waiting -= 1


def _network(scope: Scope) -> str:
    """The address a request came from; of IPv6 the network, since whoever has one address there has all of its /64. Source: RFC 6177."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host
