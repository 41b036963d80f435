"""Write behind: what Redis has just taken is noted in the journal as well, off the turn's path.

How it works. A turn only leaves word (`note`): the call as it stands, in the bytes that went to Redis, and what the step added. A task takes all that
has come together in a moment and keeps it in one transaction: of several steps of a call only what stands in the end. So that nothing is lost with a
worker that is killed, or is stopped, in that moment, each turn that ends is written to a file besides (`spool.py`), and whoever finds Redis away
takes in what stands in those of all workers (`gather`). What the journal cannot take, unless it is but busy, is given up, told once, and made up for
by the call's next step.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agent.record.call import Call
from storage import codec, ids
from storage.errors import JournalUnavailable
from storage.journal.copies import Copy, Said
from storage.journal.spool import Spool
from storage.journal.steps import BEFORE_S
from storage.journal.store import JournalStore
from storage.store import Change, Committed

MOMENT_S = 1.0
"""How long what is noted may come together: a transaction, and the change of threads around each of its statements, is then that of many turns."""
AGAIN_S = 1.0
"""The same while the journal takes nothing."""
MOST_KNOWN = 1_000
"""Calls whose fields are remembered, some 6 KB each. Of any other all are encoded, where a step gives only those that it changed."""
MOST_PUT_OFF = 10_000
"""Copies that wait for a journal that another process keeps."""
_log = logging.getLogger("slotline.journal")


class _Known(NamedTuple):
    """A call as it was noted last."""

    seen: str
    """The store's fingerprint of it. Its revision would not do: that is given twice where a call is lost, or another begins under its sid."""
    kept: Mapping[str, bytes]


class WriteBehind:
    """Notes calls in the journal, from the first `note` to `close`."""

    def __init__(self, journal: JournalStore, *, moment_s: float = MOMENT_S) -> None:
        self._journal, self._moment_s = journal, moment_s
        self._noted: dict[str, list[Copy]] = {}
        """By call, one for each turn."""
        self._gone: dict[str, float] = {}
        """When they were erased: Unix seconds."""
        self._known: dict[str, _Known] = {}
        """By call; that of the longest silence comes first."""
        self._others_first: set[str] = set()
        """Calls that were noted behind a turn that another worker took, and may not have noted yet: its lines come before ours."""
        self._task: asyncio.Task[None] | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._failing = False
        self._spool = Spool(journal.home)
        self._one_at_a_time = asyncio.Lock()

    def note(self, change: Change, done: Committed, at: float) -> None:
        """Redis took the step, which was sent `at` (Unix seconds): who was erased since is not noted. Never waits and never fails."""
        standing, sid = done.call, done.call.sid
        begins = change.before.rev if change.before else 0
        kept = self._kept(change, done)
        noted = self._noted.setdefault(sid, [])
        if not noted or noted[-1].whole or not noted[-1].goes_on_to(standing.created_at, begins):
            noted.append(_copy(standing, kept, at, begins))
        copy = noted[-1]
        copy.rev, copy.kept, copy.at, copy.whole = standing.rev, kept, at, standing.open_turn is None
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
        if copy.whole or change.booking:  # who is in the middle of a turn sends it again; a place it took is taken at once
            self._spool.write(copy)
        self._begin()

    def note_answer(self, call: Call, turn: str, answer: bytes, at: float) -> None:
        """Redis had the answer to a turn already, read `at` (Unix seconds), with the call as it stands: whoever took the turn may have died before it
        noted that. Never waits and never fails. What was said in it is not known here.
        """
        sid, place = call.sid, call.place
        self._known.pop(sid, None)
        copy = _copy(call, _encoded(call), at)
        copy.answers, copy.told = {turn: answer}, ids.written(ids.moment(at - BEFORE_S))
        copy.places, copy.released = [place] if place else [], place is None
        self._noted.setdefault(sid, []).append(copy)
        self._others_first.add(sid)
        self._spool.write(copy)
        self._begin()

    def _kept(self, change: Change, done: Committed) -> Mapping[str, bytes]:
        """The fields of a call as Redis has them since a step."""
        sid = done.call.sid
        known = self._known.pop(sid, None)
        if known is not None and known.seen and known.seen == change.seen and done.wrote is not None:
            return self._know(done.call, {**known.kept, **done.wrote}, done.seen)
        if change.before is not None:
            self._others_first.add(sid)
        return self._know(done.call, _encoded(done.call), done.seen)

    def _know(self, call: Call, kept: Mapping[str, bytes], seen: str) -> Mapping[str, bytes]:
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[call.sid] = _Known(seen, kept)
        return kept

    def forget(self, sid: str, at: float) -> None:
        """The call was erased in Redis `at` (Unix seconds): soon there is nothing of it here, whoever has it still to note;
        but see `JournalStore.forget`.

        That may be heard of late, when another has begun under its sid.
        """
        self._known.pop(sid, None)
        self._gone[sid] = max(at, self._gone.get(sid, 0.0))
        self._begin()

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

    async def _take_in(self, *, dead: bool, of: Collection[str] | None = None) -> None:
        found, taken = self._spool.others(dead=dead, of=of), False
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
        copies, gone = [copy for noted in self._noted.values() for copy in _joined(noted)], self._gone
        self._noted, self._gone = {}, {}
        others_first, self._others_first = self._others_first, set()
        self._spool.turn_over()
        try:
            if gone:
                await self._take_in(dead=True)  # which may be of them
                await self._journal.forget(gone)
            if others_first:
                await self._take_in(dead=False, of=others_first)
            if copies:
                await self._journal.keep(copies)
        except BaseException as error:
            self._gone = gone | self._gone
            if not isinstance(error, JournalUnavailable):
                raise
            if not self._failing:
                _log.warning("the journal takes no copies: calls could not go on here if Redis went away", extra={"why": error.why})
            self._failing = True
            if error.why == "busy" and len(copies) < MOST_PUT_OFF:  # that passes, and until then they stand in this worker's file
                for copy in reversed(copies):
                    self._noted.setdefault(copy.sid, []).insert(0, copy)
                self._others_first |= others_first
                return
        else:
            self._failing = False
        self._spool.cut()


def _joined(noted: Sequence[Copy]) -> Iterator[Copy]:
    """Of turns with nothing in between only what stands in the end."""
    last: Copy | None = None
    for copy in noted:
        if last is not None and last.goes_on_to(copy.created_at, copy.begins):
            last.add(copy)
            continue
        if last is not None:
            yield last
        last = copy
    if last is not None:
        yield last


def _copy(call: Call, kept: Mapping[str, bytes], at: float, begins: int = 0) -> Copy:
    return Copy(sid=call.sid, rev=call.rev, created_at=call.created_at, kept=kept, whole=call.open_turn is None, begins=begins, at=at)


def _encoded(call: Call) -> Mapping[str, bytes]:
    fields, words = codec.changed(None, call)
    return fields | words
