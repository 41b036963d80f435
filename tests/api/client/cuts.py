"""A line that can be cut: what comes to its port is carried to another, until it is told otherwise."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.patience import PATIENCE_S

_ASKED = re.compile(rb"[A-Z]+ (\S+) HTTP/1\.1\r\n")


class Line:
    """Between a browser and the service at `port` of this machine. Lives in a thread of its own (`line_to`)."""

    def __init__(self, port: int) -> None:
        self._target, self._loop = port, asyncio.new_event_loop()
        self._is_cut = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._reads: dict[asyncio.StreamWriter, bool] = {}
        """The connections of the browser, and whether a stream is read there."""
        self.asked: list[str] = []
        """Every address that was asked for, in order."""
        self.most = 0
        """How many streams were open at once, at most."""
        self.url = ""

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(self._reads.values())

    def cut(self) -> None:
        """Everything ends, and nobody is let in."""

        self._done(self._end)

    def hang(self) -> None:
        """Everything stays open, and nothing comes through."""
        self._done(self._flows.clear)

    def carry_on(self) -> None:
        """It carries again."""

        def begin() -> None:
            self._is_cut = False
            self._flows.set()

        self._done(begin)

    async def serve(self, up: Callable[[], None]) -> None:
        async with await asyncio.start_server(self._carry, "127.0.0.1", 0) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            up()
            self._over = asyncio.Event()
            await self._over.wait()
            self._end()
            while self._reads:  # noqa: ASYNC110 - each leaves by itself
                await asyncio.sleep(0.001)

    def run(self, up: Callable[[], None]) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self.serve(up))

    def end(self) -> None:
        self._done(lambda: self._over.set())

    def _end(self) -> None:
        self._is_cut = True
        for writer in self._reads:
            writer.transport.abort()

    def _done(self, does: Callable[[], object]) -> None:
        async def doing() -> None:
            does()

        asyncio.run_coroutine_threadsafe(doing(), self._loop).result(PATIENCE_S)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        self._reads[writer] = False
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, back, writer))
                both.create_task(self._pump(there, writer))
        except* (OSError, _OverError):
            pass
        finally:
            del self._reads[writer]
            for each in (writer, back):
                each.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, browser: asyncio.StreamWriter | None = None) -> None:
        while data := await source.read(65536):
            if browser and (found := _ASKED.match(data)):
                path = found[1].decode()
                self.asked.append(path)
                self._reads[browser] = "events?" in path
                self.most = max(self.most, self.streams)
            await self._flows.wait()
            to.write(data)
            await to.drain()
        raise _OverError


class _OverError(Exception):
    """One side has ended, so the other does."""


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    line = Line(port)
    up = threading.Event()
    thread = threading.Thread(target=line.run, args=(up.set,), daemon=True)
    thread.start()
    assert up.wait(PATIENCE_S)
    try:
        yield line
    finally:
        with suppress(RuntimeError):
            line.end()
        thread.join(PATIENCE_S)
