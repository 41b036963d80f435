"""A mail server in a thread of its own, for services that run as processes: what it took, and what happens before it says so."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailOffice:
    def __init__(self) -> None:
        self.port = 0
        self.taken: list[bytes] = []
        self.refuses = False
        """Whether it will have none of them, for good."""
        self.before_answering: Callable[[], bool] | None = None
        """Called once, when it has a mail and has not said so; tells whether it is to say so."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        if self.refuses:
            return "550 5.1.1 no such mailbox"
        self.taken.append(envelope.content)
        act, self.before_answering = self.before_answering, None
        if act is not None and not await asyncio.to_thread(act):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_office() -> Iterator[MailOffice]:
    office, loop = MailOffice(), asyncio.new_event_loop()

    spoken: list[SMTP] = []

    def answering() -> SMTP:
        spoken.append(SMTP(office, hostname="mail.example.com"))
        return spoken[-1]

    async def begin() -> asyncio.Server:
        return await loop.create_server(answering, "127.0.0.1", 0)

    async def end() -> None:
        """With the connections of services that were killed, or are about to ask for more."""
        server.close()
        for one in spoken:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
