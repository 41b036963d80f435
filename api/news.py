"""News of calls for whoever waits for some in this process: the hub tells of each event of the log, whichever process wrote it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class CallNews:
    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def of(self, sid: str) -> Iterator[asyncio.Event]:
        """An event that is set at each piece of news of the call, while the context lasts."""
        news = asyncio.Event()
        self._waiting.setdefault(sid, set()).add(news)
        try:
            yield news
        finally:
            self._waiting[sid].discard(news)
            if not self._waiting[sid]:
                del self._waiting[sid]

    def tell(self, sid: str) -> None:
        for news in self._waiting.get(sid, ()):
            news.set()
