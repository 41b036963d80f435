"""Write behind: what Redis has just taken is noted in the journal as well, off the turn's path.

How it works. A turn only leaves word (`note`): the call as it stands, and what the step added. A task takes all that has come together in a moment
and keeps it in one transaction: of a turn that commits three times only what stands in the end. So that nothing is lost with a worker that is killed,
or is stopped, in that moment, each turn that ends is written to a file besides (`spool.py`), and whoever finds Redis away takes in what stands in
those of all workers (`gather`). What the journal cannot take is given up, told once, and made up for by the call's next step.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

from agent.record.call import Call
from storage import ids
from storage.errors import JournalUnavailable
from storage.journal.back import Copy, Said
from storage.journal.spool import Spool
from storage.journal.steps import BEFORE_S
from storage.journal.store import JournalStore
from storage.store import Change, Committed

MOMENT_S = 0.2
"""How long what is noted may come together: the fixed cost of a transaction is then that of many turns."""
AGAIN_S = 1.0
"""The same while the journal takes nothing."""
MOST_KNOWN = 10_000
_log = logging.getLogger("slotline.journal")


class WriteBehind:
    """Notes calls in the journal, from the first `note` to `close`."""

    def __init__(self, journal: JournalStore, *, moment_s: float = MOMENT_S) -> None:
        self._journal, self._moment_s = journal, moment_s
        self._noted: dict[str, list[Copy]] = {}
        """By call: more than one where another worker took turns in between."""
        self._gone: dict[str, float] = {}
        """When they were erased: Unix seconds."""
        self._last: dict[str, int] = {}
        """The revisions that were noted last, by call."""
        self._others_first = False
        """Whether a call was noted behind a turn that another worker took, and may not have noted yet: its lines come before ours."""
        self._task: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._failing = False
        self._spool = Spool(journal.home)
        self._one_at_a_time = asyncio.Lock()

    def note(self, change: Change, done: Committed, at: float) -> None:
        """Redis took the step, which was sent `at` (Unix seconds): who was erased since is not noted. Never waits and never fails."""
        standing, sid = done.call, done.call.sid
        noted, begins = self._noted.setdefault(sid, []), change.before.rev if change.before else 0
        if begins and self._last.get(sid) != begins:
            self._others_first = True
        self._know(standing)
        if not noted or noted[-1].call.rev != begins:
            noted.append(Copy(call=standing))
        copy = noted[-1]
        copy.call, copy.at = standing, at
        if change.lines or change.taken_back:
            copy.said.append(Said(standing.rev, change.taken_back, change.lines))
        if change.answer and change.answer[0]:
            copy.answers[change.answer[0]] = change.answer[1]
        if done.event_ids:
            copy.told = done.event_ids[-1]
        if change.booking:
            copy.places, copy.released = [change.booking], False
        elif change.release:
            copy.places, copy.released = [], True
        if standing.open_turn is None:  # who is in the middle of a turn sends it again
            self._spool.write(copy)
        self._begin()

    def note_answer(self, call: Call, turn: str, answer: bytes, at: float) -> None:
        """Redis had the answer to a turn already, read `at` (Unix seconds), with the call as it stands: whoever took the turn may have died before it
        noted that. Never waits and never fails. What was said in it is not known here.
        """
        if self._last.get(call.sid) == call.rev:
            return
        self._know(call)
        place = call.place
        copy = Copy(call=call, answers={turn: answer}, places=[place] if place else [], released=place is None, at=at)
        copy.told = ids.written(ids.moment(at - BEFORE_S))
        self._noted.setdefault(call.sid, []).append(copy)
        self._others_first = True
        self._spool.write(copy)
        self._begin()

    def forget(self, sid: str, at: float) -> None:
        """The call was erased in Redis `at` (Unix seconds): soon there is nothing of it here, whoever has it still to note;
        but see `JournalStore.forget`.

        That may be heard of late, when another has begun under its sid.
        """
        self._gone[sid] = max(at, self._gone.get(sid, 0.0))
        self._begin()

    def _know(self, call: Call) -> None:
        if len(self._last) >= MOST_KNOWN:
            self._last.clear()
        self._last[call.sid] = call.rev

    async def flush(self) -> None:
        """Ends when all that was noted so far is kept, or given up."""
        await self._by_itself(self._write())

    async def gather(self, *, dead: bool = False) -> None:
        """Ends when the journal has what any worker of this host noted so far, or (`dead`) what those did that are no more."""
        await self._by_itself(self._gather(dead=dead))

    async def _by_itself(self, work: Coroutine[Any, Any, None]) -> None:
        """Ends with the work, which goes on when whoever waits for it is cancelled: what was half taken in would be nowhere."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        await asyncio.shield(task)

    async def _gather(self, *, dead: bool) -> None:
        async with self._one_at_a_time:
            if (self._noted or self._gone) and not dead:
                await self._write_all()
            with contextlib.suppress(JournalUnavailable):
                await self._take_in(dead=dead)

    async def _take_in(self, *, dead: bool) -> None:
        found, taken = self._spool.others(dead=dead), False
        try:
            if found.copies:
                await self._journal.keep(found.in_order())
            taken = True
        finally:
            found.close(taken=taken)

    async def close(self) -> None:
        """Keeps what is noted. The journal stays open."""
        await self.flush()
        self._spool.close()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._after_a_moment())

    async def _after_a_moment(self) -> None:
        while self._noted or self._gone:
            await asyncio.sleep(AGAIN_S if self._failing else self._moment_s)
            await self._write()

    async def _write(self) -> None:
        async with self._one_at_a_time:
            if self._noted or self._gone:
                await self._write_all()

    async def _write_all(self) -> None:
        copies, gone = [copy for noted in self._noted.values() for copy in noted], self._gone
        self._noted, self._gone = {}, {}
        others_first, self._others_first = self._others_first, False
        self._spool.turn_over()
        try:
            if gone:
                await self._take_in(dead=True)  # which may be of them
                await self._journal.forget(gone)
            if others_first:
                await self._take_in(dead=False)
            if copies:
                await self._journal.keep(copies)
        except BaseException as error:
            self._gone = gone | self._gone
            if not isinstance(error, JournalUnavailable):
                raise
            if not self._failing:
                _log.warning("the journal takes no copies: calls could not go on here if Redis went away", extra={"why": error.why})
            self._failing = True
        else:
            self._failing = False
        self._spool.cut()
