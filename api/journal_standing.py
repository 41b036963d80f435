"""How it stands with the journal of this host, for health, metrics and whoever else looks on: whether it takes a step, and what waits in it."""

from time import monotonic, time

import msgspec

from storage.away.spare import Spare
from storage.errors import JournalUnavailable

KEPT_S = 1.0
"""How long an answer holds: to find out takes a write, and many may ask."""
PROBE = "looked after"
"""Claimed for a second; nobody else claims it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    why: str = ""
    """Why it takes no step, in one of our words: see `JournalUnavailable`; "": it takes them."""
    calls: int = 0
    """With steps that Redis has not seen."""
    steps: int = 0
    erasures: int = 0
    """Of callers whom Redis may still have."""
    waits_s: float = 0.0
    """How long the oldest step has been waiting."""


class JournalStanding:
    def __init__(self, spare: Spare) -> None:
        self._journal = spare.journal
        self._found, self._until = Standing(), 0.0

    async def look(self) -> Standing:
        """As it was a second ago at most; but whether anything waits, as it is."""
        waited = bool(self._found.steps or self._found.erasures)
        if monotonic() >= self._until or waited != self._journal.flag.up:
            self._found = await self._looked()
            self._until = monotonic() + KEPT_S
        return self._found

    async def _looked(self) -> Standing:
        try:
            await self._journal.claim(PROBE, 1)
            figures = await self._journal.figures()
        except JournalUnavailable as error:
            return Standing(why=error.why)
        if why := self._journal.trouble():
            return Standing(why=why)
        waits_s = max(time() - figures.since, 0.0) if figures.since else 0.0
        return Standing(calls=figures.calls, steps=figures.steps, erasures=figures.erasures, waits_s=waits_s)
