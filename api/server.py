"""One process of the service: uvicorn around the application, and its gentle end."""

import asyncio
import errno
import gc
import os
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn

from api import draining
from api.app import Service
from api.connections import Doors
from api.http_protocol import options
from api.limits import HSTS
from api.settings import Settings

CUT_S = 1
"""How long, after `drain_s`, the last answers get before they are cut off."""


def run(settings: Settings, embedded: str, listening: socket.socket, told: Callable[[], None], leaves: Callable[[], None] | None = None) -> int:
    """Serve until told to stop. Returns the exit code. `told` is called once requests are taken.

    One of several processes is given `leaves`, called when it takes no more connections: the parent sees to signals that are meant for all of them.
    Raises OSError when the socket cannot listen.
    """
    server = Server(Service(settings, embedded), told=told, child=leaves is not None)
    if leaves is not None:
        server.service.drain.when_begun(leaves)
    elif signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, server.handle_exit)  # its terminal is gone, or a reload is asked for, which a process alone cannot do
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _on_every_answer(settings: Settings) -> list[tuple[str, str]]:
    """Headers that uvicorn puts on all answers, also those it makes itself. Source: WHATWG Fetch (nosniff)."""
    hsts = [(HSTS[0].decode(), HSTS[1].decode())] if settings.public_https else []
    return [("X-Content-Type-Options", "nosniff"), *hsts]


class Server(uvicorn.Server):
    """uvicorn, stopped gently: on a signal no more connections are accepted, and what comes on those there are is answered, for `drain_s` at most."""

    def __init__(self, service: Service, *, told: Callable[[], None], child: bool = False, linger_s: float = draining.LINGER_S) -> None:
        """`told` is called once requests are taken. A `child` leaves Ctrl-C, which a terminal sends to everyone, to its parent. `linger_s`: how long
        connections on which nothing happens are kept once the end has begun.
        """
        settings = service.settings
        super().__init__(
            uvicorn.Config(
                service,
                access_log=False,
                log_config=None,
                server_header=False,
                headers=_on_every_answer(settings),
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
                lifespan="on",
                timeout_graceful_shutdown=CUT_S,
                **options(Doors(settings, tallies=service.tallies)),
            )
        )
        self.service, self._told, self._child, self._linger_s = service, told, child, linger_s
        self._listening: list[socket.socket] = []
        self._until = self._idle_until = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._listening = sockets or []
        await super().startup(sockets)
        if any(door.fileno() < 0 for door in self._listening):  # uvloop closes a socket that cannot listen, and says nothing
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        # What was made so far lives as long as the process: the collector need not look at it, not even once (one object in a hundred would go,
        # for a tenth of the start).
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()
        if self.started:
            self._told()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._child and sig == signal.SIGINT:
            return
        drain = self.service.drain
        if drain.begun and sig == signal.SIGINT:
            self.force_exit = self.should_exit = True
        elif not drain.begun:
            self._until = monotonic() + self.service.settings.drain_s
            drain.begun = True

    async def on_tick(self, counter: int) -> bool:
        if self.service.drain.begun:
            await self._drain()
        return await super().on_tick(counter)

    async def _drain(self) -> None:
        drain, state = self.service.drain, self.server_state
        if not self._idle_until:
            self._idle_until = monotonic() + self._linger_s
            await self._close_the_door()
            drain.tell()
        if monotonic() >= self._idle_until:
            draining.close_idle(state.connections)
        drain.over = monotonic() >= self._until
        self.should_exit = self.should_exit or drain.over or not (state.connections or state.tasks)

    async def _close_the_door(self) -> None:
        self.config.encoded_headers.append(draining.CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, draining.CLOSE]
        draining.close_after_answers(self.server_state.connections)
        await draining.let_in(self._listening, self._protocol)
        for server in self.servers:
            server.close()

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made
