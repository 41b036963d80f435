"""Many copies in a statement leave what each by itself would, whatever stands there; and so does taking many calls away."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from storage import ids
from storage.journal.back import AT_ONCE
from storage.journal.copies import Copy, one_of_each
from storage.journal.copies import Said as Added
from storage.journal.store import JournalStore
from storage.keys import Ttl
from tests.storage.calls import filled, job, line, new_call
from tests.storage.test_journal_noted import copied
from tests.storage.test_way_back import turn

pytestmark = pytest.mark.anyio
replace = msgspec.structs.replace
NOW = 1_800_000_000.0
SIDS = [f"CA{number}" for number in range(8)]
BEGAN = [f"2026-03-02T0{hour}:00:00Z" for hour in (1, 2)]
CALLERS = ["", "+61491570156", "+61491570157"]
TTL = Ttl(call_s=600, words_s=60, booked_s=900)
TABLES = {
    "calls": "sid, business, caller, created_ms, cut, rev, leads, status, until, words_until, fields, words, writes, sha, theirs, told, steps",
    "lines": "sid, line",
    "turns": "sid, turn, answer",
    "documents": "sid, text",
    "places": "business, sid, start, booking",
    "roots": "sid, root, until",
    "events": "sid, owner, business",
    "steps": "sid, rev",
    "marks": "name, value",
}


class Host:
    """Journals that are told the same, at the same time."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.chance, self.now = chance, NOW
        self.journals = [JournalStore(folder / name, ttl=TTL, clock=lambda: self.now) for name in ("together", "by itself")]

    async def differs(self) -> list[str]:
        """Tables in which not the same stands."""
        first, second = [await journal._engine.read(_standing) for journal in self.journals]
        return [name for name in TABLES if first[name] != second[name]]

    async def keep(self, some: Sequence[Copy]) -> None:
        """Each call's in their order; whose number's call is the last that leads is told by the order of their calls."""
        together, by_itself = self.journals
        await together.keep(some)
        gone = dict(await by_itself._engine.read(lambda db: db.execute("SELECT sid, at FROM erasures UNION ALL SELECT sid, at FROM gone").fetchall()))
        for first in range(0, len(some), AT_ONCE):
            batch = some[first : first + AT_ONCE]
            left = [copy for copy in batch if gone.get(copy.sid, 0.0) < copy.at]
            for copies in ([copy for copy in batch if copy not in left], *one_of_each(left)):
                for copy in copies:
                    await by_itself.keep([copy])

    async def something_else(self) -> None:
        """What may stand there beside copies."""
        sid, what = self.chance.choice(SIDS), self.chance.randrange(5)
        self.now += self.chance.choice((0, 1, 30, 70, 400))
        for journal in self.journals:
            if what == 0:
                await turn(journal, int(self.now) % 60, sid)
            elif what == 1:
                await journal.forget({sid: self.now - 20}, waiting=True)
            elif what == 2:
                await journal._engine.write(lambda db: db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?)", (sid, b'{"history": []}')))
            elif what == 3:
                await journal.take_in(f"{sid} {self.now}", sid, b"{}")
            else:
                await journal.erase(sid)

    def copies(self) -> list[Copy]:
        return [self.copy(sid) for sid in self.chance.choices(SIDS, k=self.chance.randrange(1, 2 * AT_ONCE))]

    def copy(self, sid: str) -> Copy:
        chance = self.chance
        began = chance.choice(BEGAN)
        caller = CALLERS[(SIDS.index(sid) + BEGAN.index(began)) % len(CALLERS)]
        call = replace(new_call(sid, began, caller=caller), rev=chance.randrange(1, 6))
        if chance.random() < 0.7:
            call = call.with_slot("name", filled("Ann"))
        place = job(sid, int(NOW) + 3600 * chance.randrange(5))
        call = replace(call, booked=place if chance.random() < 0.2 else None, root=chance.choice(("", "CA0")))
        copy = copied(call)
        copy.said = [
            Added(rev, chance.randrange(3), tuple(line(f"{rev} {number}") for number in range(chance.randrange(3)))) for rev in range(1, call.rev + 1)
        ]
        copy.answers = {f"t{number}": b"%d" % chance.randrange(9) for number in range(chance.randrange(3))}
        copy.told = chance.choice(("", ids.written((int(self.now * 1000) - chance.randrange(90_000), 0))))
        copy.places, copy.released = chance.choice((([], False), ([], True), ([place], False)))
        copy.at = self.now - chance.choice((0, 5, 30, 90, 599, 601))
        return copy


def _standing(db: Any) -> dict[str, list[Any]]:
    found = {
        name: db.execute(f"SELECT {columns} FROM {name} ORDER BY rowid" if name != "marks" else f"SELECT {columns} FROM {name}")
        for name, columns in TABLES.items()
    }
    rows = {name: [row for row in some.fetchall() if row[0] not in ("name", "begun")] for name, some in found.items()}
    rows["places"] = [row for row in rows["places"] if not row[1].startswith(" ")]
    rows["lines"].sort(key=lambda row: row[0])
    return {name: some if name == "lines" else sorted(some, key=repr) for name, some in rows.items()}


@pytest.mark.parametrize("seed", range(8))
async def test_copies_that_are_kept_together_leave_what_each_by_itself_would(tmp_path: Path, seed: int) -> None:
    host = Host(tmp_path, Random(seed))
    for _ in range(25):
        await host.keep(host.copies())
        assert await host.differs() == []
        await host.something_else()
    for journal in host.journals:
        await journal.tidy()
    assert await host.differs() == []
    for journal in host.journals:
        await journal.close()


async def test_none_are_kept(tmp_path: Path) -> None:
    journal = JournalStore(tmp_path)
    await journal.keep([])
    assert await journal.copies() == ()
    await journal.close()


async def test_of_many_calls_that_expire_together_nothing_is_left_and_of_the_others_all(tmp_path: Path) -> None:
    now = NOW
    journal = JournalStore(tmp_path, ttl=TTL, clock=lambda: now)
    some = [copied(new_call(f"CA{number}")) for number in range(300)]
    for copy in some:
        copy.said, copy.answers, copy.at = [Added(1, 0, (line("hi"), line("there")))], {"t1": b"1"}, now
    await journal.keep(some)
    await journal._engine.write(lambda db: db.executemany("INSERT INTO documents VALUES (?, ?)", [(copy.sid, b"{}") for copy in some[::2]]))
    await journal._engine.write(lambda db: db.executemany("INSERT INTO traces (sid, trace) VALUES (?, ?)", [(copy.sid, b"{}") for copy in some]))
    for copy in some[:100]:
        await journal.take_in(copy.sid, copy.sid, b"{}")
    now += 590
    stays = copied(new_call("CA stays"))
    stays.said, stays.answers, stays.at = [Added(1, 0, (line("yes"),))], {"t1": b"1"}, now
    await journal.keep([stays])
    now += 11
    assert await journal.tidy()
    tables = ("calls", "lines", "turns", "traces", "documents", "steps")
    left = await journal._engine.read(lambda db: {name: [row[0] for row in db.execute(f"SELECT sid FROM {name}")] for name in tables})
    assert left == {name: ["CA stays"] if name in ("calls", "lines", "turns") else [] for name in tables}
    owned = await journal._engine.read(lambda db: db.execute("SELECT count(*) FROM events WHERE owner IS NOT NULL").fetchone())
    assert owned == (0,)
    await journal.close()
