"""Names of the network looked up so that nobody ever has to wait for it: neither whoever stopped waiting, nor the end of the process.

The event loop looks names up in the threads of its executor, which nothing can call off and which the end of the loop waits for, for as long as a
name server says nothing. Here each look-up has a thread of its own that the end of the process does not wait for.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

MOST_ADDRESSES = 4
"""How many of a host's are tried."""


async def addresses(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, best first; itself when it is one. Raises OSError when there are none, UnicodeError for what can be no name."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(say: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(lambda: None if found.done() else say())

    def look() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed = error
            tell(lambda: found.set_exception(failed))
        else:
            tell(lambda: found.set_result(list(dict.fromkeys(str(address[0]) for *_, address in answers))))

    Thread(target=look, name="look-up", daemon=True).start()
    return await found


async def connection(host: str, port: int) -> socket.socket:
    """A connection to the first of a host's addresses that takes one. Raises as `addresses` does."""
    loop, failed = asyncio.get_running_loop(), OSError("no address")
    for address in (await addresses(host, port))[:MOST_ADDRESSES]:
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            made.setblocking(False)
            await loop.sock_connect(made, (address, port))
        except OSError as error:
            made.close()
            failed = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise failed
