"""Random lives of calls, lived in every store at once: whatever can be observed is the same."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.record.call import Call
from agent.record.skeleton import adopt
from agent.record.slot_names import NAMES
from agent.slots import PLACES
from storage.errors import PlaceTaken, StaleCall
from storage.store import CallStore, Change, Opened
from tests.conftest import Shelf
from tests.storage.calls import CREATED, debt, event, filled, job, line, new_call

pytestmark = pytest.mark.anyio
SIDS = ("CA1", "CA2", "CA3")
NINE = 1_900_000_000


class Together:
    """The same deeds done in every store; what they show is compared after each."""

    def __init__(self, shelves: list[Shelf], stores: list[CallStore], chance: random.Random) -> None:
        self.shelves = shelves
        self.stores = stores
        self.chance = chance
        self.opened: dict[str, list[Opened]] = {}
        self.ids: list[list[str]] = [["0"] for _ in stores]
        self.told = 0
        self.roots = dict.fromkeys(SIDS, "")
        """Where each call began, as far as it was last seen."""

    async def open(self, sid: str) -> None:
        turn = f"t{self.chance.randrange(4)}"
        business = self.chance.choice(("", "acme"))
        found = [await store.open(sid, turn, business) for store in self.stores]
        self.opened[sid] = found
        self.roots[sid] = found[0].call.root if found[0].call else ""
        shown = [(one.call, one.answer, one.foreign, sorted(one.bookings, key=repr), one.seen == "") for one in found]
        alike(shown)

    async def commit(self, sid: str) -> None:
        """A step from what was last opened, which may be stale by now."""
        if sid not in self.opened:
            return
        first = self.opened[sid][0]
        change = self._change(sid, first)
        results: list[Any] = []
        for number, (store, opened) in enumerate(zip(self.stores, self.opened[sid], strict=True)):
            try:
                done = await store.commit(msgspec.structs.replace(change, before=opened.call, seen=opened.seen))
            except (StaleCall, PlaceTaken) as error:
                results.append(type(error))
            else:
                results.append((done.call, len(done.event_ids)))
                self.ids[number] += done.event_ids
                opened = msgspec.structs.replace(opened, call=done.call, seen=done.seen, foreign=None)
                self.opened[sid][number] = opened
        alike(results)

    def _change(self, sid: str, opened: Opened) -> Change:
        chance = self.chance
        call: Call = opened.call or new_call(sid, f"2026-03-02T01:0{SIDS.index(sid)}:00Z")
        if opened.foreign is not None and chance.random() < 0.9:
            call = adopt(call, opened.foreign, CREATED, PLACES)
        for name in chance.sample(NAMES, chance.randrange(3)):
            call = call.with_slot(name, filled(chance.choice(("a", "ü", "x" * chance.randrange(900), ""))))
        if not call.root and chance.random() < 0.2:
            earlier = chance.choice([other for other in SIDS if other != sid])
            call = msgspec.structs.replace(call, resumed_from=earlier, root=self.roots[earlier] or earlier)
        booking = job(sid, NINE + chance.randrange(4) * 1800) if chance.random() < 0.2 else None
        release = booking is None and call.booked is not None and chance.random() < 0.3
        booked = booking or (None if release else call.booked)
        call = msgspec.structs.replace(call, booked=booked, status="booked" if booked else chance.choice(("active", "waiting_agent", "ended")))
        events = tuple(event(self.told + number) for number in range(chance.randrange(3)))
        self.told += len(events)
        answer = (f"t{chance.randrange(4)}", b"%d" % chance.randrange(100) if chance.random() < 0.8 else b"") if chance.random() < 0.5 else None
        lines = tuple(line(chance.choice(("hi", "]}", '"', '{"speaker":"AI"', "王"))) for _ in range(chance.randrange(3)))
        return Change(
            before=None,
            after=call,
            taken_back=chance.randrange(4) if chance.random() < 0.2 else 0,
            lines=lines,
            events=events,
            answer=answer,
            booking=booking,
            capacity=chance.randint(1, 2),
            release=release,
            deliveries=tuple(debt(2 * call.rev + number, sid, n=number) for number in range(chance.randrange(3) if chance.random() < 0.3 else 0)),
        )

    async def replace_document(self, sid: str) -> None:
        text = await self.stores[0].document(sid)
        content = json.loads(text) if text else {"callSid": sid, "user": {"userInfo": {"name": "Their Name"}}, "history": []}
        match self.chance.randrange(4):
            case 0:
                new = None
            case 1:
                new = b"odd"
            case 2:
                new = json.dumps({**content, "history": [*content["history"], {"message": "theirs"}]}).encode()
            case _:
                new = json.dumps({**content, "extra": self.chance.randrange(9)}, indent=1).encode()
        for shelf in self.shelves:
            await shelf.put_document(sid, new)

    async def bring(self, sid: str) -> None:
        """Somebody at work on the outbox; `sid`'s call owes what they have in hand, if it owes anything."""
        chance = self.chance
        count, lease_s = 50, chance.choice((0.0, 3600.0))
        due = [await store.due(count, lease_s) for store in self.stores]
        alike([{(one.delivery.id, one.tries, one.why) for one in some} for some in due])
        owed = [await store.owed(sid) for store in self.stores]
        alike([[(one.delivery, one.tries, one.why, one.due_ms > 0) for one in some] for some in owed])
        id_ = chance.choice([one.delivery.id for one in owed[0]] or ["unknown"])
        match chance.randrange(5):
            case 0:
                for store in self.stores:
                    await store.delivered(id_, sid)
            case 1:
                for_s = chance.choice((0.0, 3600.0))
                for store in self.stores:
                    await store.put_off(id_, sid, for_s, "no")
            case 2 | 3:
                for store in self.stores:
                    await store.give_up(id_, sid, "never")
            case _:
                alike([await store.send_again(id_, sid) for store in self.stores])
        business = chance.choice(("", "acme", "nobody"))
        dead = [await store.dead_letters("", 50, business) for store in self.stores]
        alike([{(one.delivery.id, one.tries, one.why, one.due_ms) for one in some} for some in dead])
        figures = [await store.outbox() for store in self.stores]
        alike([(one.waiting, one.dead) for one in figures])

    async def erase(self, sid: str) -> None:
        found = [await store.erase(sid) for store in self.stores]
        alike([[one.sid for one in told] for told in found])
        for number, told in enumerate(found):
            self.ids[number] += [one.id for one in told]

    async def look(self, sid: str) -> None:
        for what in (sid, "CA404"):
            texts = [await store.document(what) for store in self.stores]
            alike([text and json.loads(text) for text in texts])
            raw = [await shelf.read_document(what) for shelf in self.shelves]
            alike([text and text != b"odd" and json.loads(text) for text in raw])
        status, before, count = self.chance.choice(("", "active", "booked")), self.chance.choice(("", "", sid)), self.chance.randint(1, 4)
        lists = [await store.calls(status, before, count) for store in self.stores]
        alike(lists)
        at = self.chance.randrange(len(self.ids[0]))
        topic, count = self.chance.choice(("", sid)), self.chance.randint(1, 5)
        pages: list[Any] = [await store.events(topic, ids[at], count) for store, ids in zip(self.stores, self.ids, strict=True)]
        alike([page.gone for page in pages])
        for number, page in enumerate(pages):
            pages[number] = [(self.ids[number].index(entry.id), entry.sid, without_time(entry.data)) for entry in page.entries]
        alike(pages)
        heads = [await store.head(topic) for store in self.stores]
        where = [0 if head == "0-0" else ids.index(head) for head, ids in zip(heads, self.ids, strict=True)]
        alike(where)


def without_time(data: bytes) -> Any:
    """An event without the clock of the store that told of an erasure."""
    return {**json.loads(data), "timestamp": 0}


def alike(shown: Sequence[Any]) -> None:
    for one in shown[1:]:
        assert one == shown[0]


@pytest.mark.parametrize("seed", range(20))
async def test_a_life_is_the_same_in_every_store(redis_url: str, cluster_url: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    shelves = [Shelf(""), Shelf("", tmp_path), Shelf(redis_url), Shelf(cluster_url)]
    together = Together(shelves, [await shelf.open() for shelf in shelves], chance)
    try:
        for _ in range(120):
            sid = chance.choice(SIDS)
            deeds = (together.open, together.commit, together.replace_document, together.erase, together.look, together.bring)
            deed = chance.choices(deeds, (30, 40, 6, 2, 20, 12))[0]
            await deed(sid)
            if deed == together.replace_document or chance.random() < 0.5:
                await together.open(sid)
    finally:
        for store in together.stores:
            await store.close()
