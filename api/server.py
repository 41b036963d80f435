"""One process of the service: uvicorn around the application, and its gentle end."""

import gc
import signal
import socket
from collections.abc import Callable
from time import monotonic
from types import FrameType

import uvicorn

from api.app import Service
from api.connections import Doors
from api.http_protocol import options
from api.settings import Settings

HSTS_S = 31_536_000
"""How long a browser is to come back over https only: a year."""


def run(settings: Settings, embedded: str, listening: socket.socket, told: Callable[[], None], *, child: bool = False) -> int:
    """Serve until told to stop. Returns the exit code. `told` is called once requests are taken."""
    server = Server(Service(settings, embedded), told=told, child=child)
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _on_every_answer(settings: Settings) -> list[tuple[str, str]]:
    """Headers that uvicorn puts on all answers, also those it makes itself. Sources: WHATWG Fetch (nosniff), RFC 6797 (HSTS: not over plain HTTP)."""
    headers = [("X-Content-Type-Options", "nosniff")]
    if settings.public_url.startswith("https://"):
        headers.append(("Strict-Transport-Security", f"max-age={HSTS_S}"))
    return headers


class Server(uvicorn.Server):
    """uvicorn, stopped gently: on a signal turns under way finish and new ones get 503, then it ends, after `drain_s` at the latest."""

    def __init__(self, service: Service, *, told: Callable[[], None], child: bool = False) -> None:
        """`told` is called once requests are taken. A `child` leaves Ctrl-C, which a terminal sends to everyone, to its parent."""
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
                timeout_graceful_shutdown=max(1, round(settings.drain_s)),
                **options(Doors(settings)),
            )
        )
        self._service, self._told, self._child = service, told, child
        self._until = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What was made so far lives as long as the process: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        if self.started:
            self._told()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._child and sig == signal.SIGINT:
            return
        drain = self._service.drain
        if drain.begun and sig == signal.SIGINT:
            self.force_exit = self.should_exit = True
        elif not drain.begun:
            drain.begun = True
            self._until = monotonic() + self._service.settings.drain_s

    async def on_tick(self, counter: int) -> bool:
        drain = self._service.drain
        if drain.begun:
            drain.tell()
            self.should_exit = self.should_exit or not self._service.gate.busy or monotonic() >= self._until
        return await super().on_tick(counter)
