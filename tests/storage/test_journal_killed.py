"""Processes at one journal, killed wherever they are: what was answered is there, whole and in order, and nothing else is."""

import asyncio
import json
import multiprocessing
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import msgspec
import pytest

from storage.errors import StaleCall
from storage.journal.store import JournalStore
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.storage.calls import event, filled, line, new_call
from tests.storage.test_journal import left_in, taken_elsewhere

pytestmark = pytest.mark.anyio
SIDS = tuple(f"CA{number}" for number in range(6))
"""Of all processes."""
ERASED = "CB"
"""How calls begin that are erased now and then."""


def _write(folder: str, seed: int, told: Connection) -> None:
    """Step after step, each told once it is answered; until it is killed."""

    async def caller(store: JournalStore, sid: str, chance: Random) -> None:
        while True:
            found = await store.open(sid)
            number = found.call.rev if found.call else 0
            call = (found.call or new_call(sid)).with_slot("name", filled(f"{number}"))
            said = f"{seed}:{chance.random()}"
            change = Change(
                before=found.call,
                after=call,
                seen=found.seen,
                lines=(line(said),),
                events=(event(number, said=said), event(number, said=said)),
                answer=(f"t{number}", said.encode()),
                trace=said.encode(),
            )
            try:
                done = await store.commit(change)
            except StaleCall:
                continue
            told.send((sid, done.call.rev, said))
            if sid.startswith(ERASED) and done.call.rev % 5 == 0:
                await store.erase(sid)
                await store.tidy()

    async def run() -> None:
        store = JournalStore(Path(folder))
        chance = Random(seed)
        async with asyncio.TaskGroup() as group:
            for sid in (*SIDS, f"{ERASED}{seed}"):
                group.create_task(caller(store, sid, chance))

    asyncio.run(run())


async def _as_told(folder: Path, told: Mapping[str, Mapping[int, str]]) -> int:
    """Compare what stands there with what was answered; how many steps there are."""
    store = JournalStore(folder)
    waiting = {one.sid: one for one in await store.waiting(99, 0)}
    count = 0
    for sid in SIDS:
        call = (await store.open(sid)).call
        assert call is not None
        said = [one.decode() for one in await store.trace(sid)]
        assert {rev: said[rev - 1] for rev in told[sid]} == told[sid]
        assert len(said) == call.rev == int(call.slot("name").value) + 1
        assert [(await store.open(sid, f"t{number}")).answer for number in range(call.rev)] == [one.encode() for one in said]
        assert [one.change.answer for one in waiting[sid].steps] == [(f"t{number}", one.encode()) for number, one in enumerate(said)]
        there = MemoryStore()
        await taken_elsewhere(waiting[sid], there)
        assert json.loads(await store.document(sid) or b"")["history"] == [msgspec.to_builtins(line(one)) for one in said]
        assert await there.document(sid) == await store.document(sid)
        events = (await store.events(sid, "0", 9999)).entries
        assert [json.loads(one.data)["payload"]["said"] for one in events] == [one for one in said for _ in range(2)][-len(events) :]
        count += call.rev
    await store.close()
    return count


async def _left_of_erased(folder: Path, told: Mapping[str, set[str]]) -> set[str]:
    """What stands in the folder of calls that were erased, also where somebody was killed while the file was written anew."""
    store = JournalStore(folder)
    assert await store.tidy()
    there = {one.decode() for sid in told for one in await store.trace(sid)}
    await store.close()
    return left_in(folder, *({one for said in told.values() for one in said} - there))


class Writers:
    """Processes that write until they are killed, and what they told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.context = folder, multiprocessing.get_context("spawn")
        self.told: dict[str, dict[int, str]] = {sid: {} for sid in SIDS}
        self.of_erased: dict[str, set[str]] = defaultdict(set)
        """What was told of calls that are erased now and then, by callSid."""
        self.running: list[tuple[BaseProcess, Connection]] = []

    def start(self, seed: int) -> None:
        ours, theirs = self.context.Pipe(duplex=False)
        child = self.context.Process(target=_write, args=(str(self.folder), seed, theirs), daemon=True)
        child.start()
        theirs.close()
        self.running.append((child, ours))

    def hear(self, count: int) -> None:
        """So much from each."""
        for _ in range(count):
            for _, ours in self.running:
                self._note(ours)

    def kill(self, number: int) -> None:
        child, ours = self.running.pop(number)
        child.kill()
        child.join()
        with suppress(EOFError, OSError):  # half a word is none
            while True:
                self._note(ours)
        ours.close()

    def _note(self, ours: Connection) -> None:
        sid, rev, said = ours.recv()
        if sid not in self.told:
            self.of_erased[sid].add(said)
            return
        assert rev not in self.told[sid], "no step is answered twice"
        self.told[sid][rev] = said


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_answered_outlives_any_kill(tmp_path: Path, seed: int) -> None:
    writers, chance, steps = Writers(tmp_path), Random(seed), 0
    for round_ in range(2):
        for number in range(2):
            writers.start(seed * 100 + round_ * 10 + number)
        writers.hear(chance.randrange(1, 100))
        writers.kill(chance.randrange(2))
        writers.hear(chance.randrange(1, 20))  # whoever is left is held up by nothing
        writers.kill(0)
        now = await _as_told(tmp_path, writers.told)
        assert now > steps
        steps = now
        assert await _left_of_erased(tmp_path, writers.of_erased) == set()
