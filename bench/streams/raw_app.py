"""The floor in Python: a bare protocol on uvloop. POST: the body goes to every reader as one chunk. No Redis, no ids that last, nobody who lags."""

import asyncio
import sys

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n"
readers: dict[asyncio.Transport, None] = {}
count = 0


class Bare(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        global count
        if data.startswith(b"GET"):
            self.transport.write(HEAD)
            readers[self.transport] = None
            return
        count += 1
        block = b"id: %d\ndata: %b\n\n" % (count, data.partition(b"\r\n\r\n")[2])
        chunk = b"%x\r\n%b\r\n" % (len(block), block)
        for reader in list(readers):
            reader.write(chunk)
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        readers.pop(self.transport, None)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
