"""News of calls for whoever waits for some in this process: the hub tells of each event of the log, whichever process wrote it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graph.lines import begun_by

Told = Callable[[str, str], None]
"""Told what kind of event it is, and who speaks where it is a line of the conversation."""


class CallNews:
    def __init__(self) -> None:
        self._told: dict[str, set[Told]] = {}

    @contextmanager
    def of(self, sid: str) -> Iterator[asyncio.Event]:
        """An event that is set at each piece of news of the call, or of one in which its caller rings again, while the context lasts."""
        news = asyncio.Event()
        with self.each(sid, lambda kind, speaker: news.set()):
            yield news

    @contextmanager
    def each(self, sid: str, told: Told) -> Iterator[None]:
        """Have `told` called for each piece of the same news, while the context lasts."""
        self._told.setdefault(sid, set()).add(told)
        try:
            yield
        finally:
            self._told[sid].discard(told)
            if not self._told[sid]:
                del self._told[sid]

    def tell(self, sid: str, kind: str = "", speaker: str = "") -> None:
        for told in {*self._told.get(sid, ()), *self._told.get(begun_by(sid), ())}:
            told(kind, speaker)
