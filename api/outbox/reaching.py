"""Which addresses of the network a webhook may reach: none of our own, unless the settings say so.

A name is looked up once, what it leads to is judged, and the connection goes to exactly that address; Host and the name in TLS stay those of the
URL, so that a name which leads elsewhere a moment later (DNS rebinding) changes nothing. `httpx` has no hook between its own look-up and its
connection, but takes an address in the URL beside a name for TLS (`sni_hostname`): it is never given a name to look up.
"""

import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from api.outbox.looking_up import MOST_ADDRESSES, addresses
from api.outbox.outcomes import Again, Holds, Lost, Outcome, Refused, held

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, best first; itself when it is one. Raises OSError when there are none."""
_NAT64 = IPv6Network("64:ff9b::/96")
_ALSO_OURS = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16", "3fff::/20", "5f00::/16")))
"""What is not of the internet by IANA's registries, and older Pythons do not know; and where Azure's machines ask for metadata."""


class Unreached(Exception):
    """There is no address that may be connected to."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(repr(outcome))
        self.outcome = outcome


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: no loopback, private, link-local, shared, multicast, reserved one, also not inside another."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (IPv4Address(found.packed[-4:]) if found in _NAT64 else None)
        if within is not None:
            return is_public(str(within))
        if found.is_site_local:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified or any(found in one for one in _ALSO_OURS))


class Reaching(httpx.AsyncBaseTransport):
    """Carries a request to an address that it may be carried to. Lives for one request, so that no connection is shared between two names."""

    def __init__(self, tls: ssl.SSLContext, private: bool, find: Resolve = addresses, holds: Holds = held) -> None:
        """`holds` is asked before each connection."""
        self._carry = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
        self._private, self._find, self._holds = private, find, holds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises Unreached, and what httpx raises."""
        host = request.url.raw_host.decode()
        allowed = await self._allowed(host, request.url)
        for address in allowed[:-1]:
            try:
                return await self._carried(_to(address, host, request))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._carried(_to(allowed[-1], host, request))

    async def _carried(self, request: httpx.Request) -> httpx.Response:
        if not await self._holds():
            raise Unreached(Lost())
        return await self._carry.handle_async_request(request)

    async def aclose(self) -> None:
        await self._carry.aclose()

    async def _allowed(self, host: str, url: httpx.URL) -> Sequence[str]:
        try:
            found = await self._find(host, url.port or (443 if url.scheme == "https" else 80))
        except (OSError, UnicodeError):  # no such name; a name that none can be
            found = ()
        if not found:
            raise Unreached(Again("no_address"))
        encrypted = url.scheme == "https"
        allowed = [address for address in found if (encrypted if is_public(address) else self._private)]
        if not allowed:
            raise Unreached(Refused("private_address" if not any(map(is_public, found)) else "not_https"))
        return allowed[:MOST_ADDRESSES]


def _to(address: str, host: str, request: httpx.Request) -> httpx.Request:
    """The same request to an address; its headers name the host already."""
    extensions = {**request.extensions, "sni_hostname": host}
    return httpx.Request(request.method, request.url.copy_with(host=address), headers=request.headers, stream=request.stream, extensions=extensions)
