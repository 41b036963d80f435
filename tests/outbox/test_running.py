"""What a call owes is brought, told to the call, tried again, given up and sent again; whoever dies leaves it to the others."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import msgspec
import pytest

from agent.record.delivery import Owed
from api.outbox import running
from api.outbox.outcomes import Again, Refused
from api.outbox.schedule import LONGEST_S, PAUSES_S, pause_s
from storage.errors import StoreUnavailable
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.callers import TO_BOOKED
from tests.conftest import Shelf
from tests.graph.counting import Platform
from tests.graph.test_crash import SAID, Fragile, PowerCutError
from tests.outbox.houses import NEVER_S, House, Receiver, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again at once, as often as ever."""

    def now(kind: object, tries: int, *_: object) -> float | None:
        return None if tries >= 3 else 0.0

    monkeypatch.setattr(running, "pause_s", now)


async def test_a_call_that_books_owes_a_mail_and_webhooks_and_hears_that_they_arrived(store: CallStore) -> None:
    house = House(store)
    async with house.bringing():
        await house.whole_call()
        await house.nothing_waits()
    (mail,) = house.post.got
    assert (mail.occasion, mail.body["email"], mail.body["sequence"]) == ("booking.created", "mary.oneill@gmail.com", 0)
    assert sorted(house.hooks.told) == ["booking.created", "call.ended"]
    document = await house.document()
    assert (document["servicebooked"], document["confirmEmailsent"], document["booking"]["mail"]) == (True, True, "taken")
    assert document["booking"]["reference"] == mail.body["reference"]
    assert await house.events("mail") == [("tool_status", "booking.created", None), ("tool_result", "booking.created", True)]
    assert len(await house.events("webhook")) == 4


async def test_nothing_is_owed_before_there_is_something_to_tell(store: CallStore) -> None:
    house = House(store)
    for number in range(8):
        await house.say(number)
        assert await store.owed("CA1") == ()
    assert (await house.document())["confirmEmailsent"] is False


@pytest.mark.usefixtures("at_once")
async def test_what_does_not_arrive_is_tried_again_under_the_same_id(store: CallStore) -> None:
    house = House(store, Receiver(Again("smtp_451"), Again("smtp_timeout")), Receiver(Again("http_503")))
    async with house.bringing(poll_s=0.01):
        await house.whole_call()
        await house.nothing_waits()
    assert (len(house.post.tries), len(set(house.post.tries)), len(house.post.got)) == (3, 1, 1)
    assert await house.events("mail") == [("tool_status", "booking.created", None), ("tool_result", "booking.created", True)]
    assert (await house.document())["confirmEmailsent"] is True
    counted, _ = house.tallies.hand_over()
    assert (counted["mails", "again"], counted["mails", "taken"], counted["webhooks", "taken"]) == (2, 1, 2)


@pytest.mark.usefixtures("at_once")
async def test_what_never_arrives_is_given_up_and_told(store: CallStore) -> None:
    house = House(store, hooks=Receiver(*[Again("http_503")] * 20))
    async with house.bringing(poll_s=0.01):
        await house.whole_call()
        await house.nothing_waits()
    dead = await store.dead_letters()
    assert sorted((one.delivery.occasion, one.tries, one.why) for one in dead) == [("booking.created", 4, "http_503"), ("call.ended", 4, "http_503")]
    assert {event[2] for event in await house.events("webhook")} == {None, False}


async def test_a_mail_that_came_back_is_a_task_until_another_arrives(store: CallStore) -> None:
    house = House(store, Receiver(Refused("smtp_550")))
    async with house.bringing():
        await house.whole_call()
        await house.nothing_waits()
        (dead,) = await store.dead_letters()
        assert (dead.why, dead.delivery.kind) == ("smtp_550", "mail")
        document = await house.document()
        assert (document["confirmEmailsent"], document["booking"]["mail"], document["booking"]["mailWhy"]) == (False, "returned", "smtp_550")
        await house.correct(email="mary.oneil@example.com")
        await house.nothing_waits()

        async def cleared() -> bool:
            return not await store.dead_letters()

        await until(cleared)
    (mail,) = house.post.got
    assert (mail.body["email"], mail.body["sequence"], mail.occasion) == ("mary.oneil@example.com", 0, "booking.created")
    assert mail.id != dead.delivery.id
    assert (await house.document())["confirmEmailsent"] is True


async def test_a_dead_letter_is_sent_again_when_a_person_says_so(store: CallStore) -> None:
    house = House(store, Receiver(Refused("smtp_550")))
    async with house.bringing():
        await house.whole_call()
        await house.nothing_waits()
        (dead,) = await store.dead_letters()
        assert await store.send_again(dead.delivery.id, "CA1")
        house.woken.set()

        async def arrived() -> bool:
            return bool(house.post.got)

        await until(arrived)
        await house.nothing_waits()
    assert house.post.tries == [dead.delivery.id] * 2
    assert (await store.dead_letters(), (await house.document())["confirmEmailsent"]) == ((), True)


async def test_a_mail_that_a_later_one_overtakes_is_not_sent(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    await house.correct(email="eda@example.com")
    await house.correct(address="14 High Street, Springfield, New Jersey 07081")
    async with house.bringing():
        await house.nothing_waits()
    (mail,) = house.post.got
    assert (mail.body["email"], mail.body["sequence"], mail.body["address"][:14]) == ("eda@example.com", 1, "14 High Street")
    assert house.tallies.hand_over()[0]["mails", "overtaken"] == 2
    assert house.hooks.told.count("booking.changed") == 2


async def test_whoever_dies_with_a_mail_leaves_it_to_another_under_the_same_id(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    house.post.open.clear()
    dying = asyncio.create_task(house.runner(lease_s=0.05, finish_s=0.0).keep())

    async def sending() -> bool:
        return house.post.there > 0

    await until(sending)
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    house.post.open.set()
    async with house.bringing(poll_s=0.01):
        await house.nothing_waits()
    assert len(house.post.tries) >= 2
    assert len({one.id for one in house.post.got}) == 1


async def test_no_two_workers_bring_the_same(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    async with house.bringing(poll_s=0.01), house.bringing(poll_s=0.01), house.bringing(poll_s=0.01):
        await house.nothing_waits()
    assert sorted(house.hooks.tries) == sorted({*house.hooks.tries})
    assert len(house.post.tries) == 1


async def test_a_worker_that_ends_finishes_what_it_is_bringing_and_begins_nothing(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    house.post.open.clear()
    house.hooks.open.clear()
    runner = house.runner(at_once=1)
    ending = asyncio.create_task(runner.keep())

    async def sending() -> bool:
        return house.post.there + house.hooks.there > 0

    await until(sending)
    runner.stop()
    house.post.open.set()
    house.hooks.open.set()
    await ending
    assert len(house.post.got) + len(house.hooks.got) == 1
    assert (await store.outbox()).waiting == 2


async def test_no_more_than_so_many_at_once() -> None:
    house = House(MemoryStore())
    for number in range(4):
        await house.whole_call(f"CA{number}")
    house.hooks.open.clear()
    async with house.bringing(at_once=2):

        async def sending() -> bool:
            return house.hooks.there + house.post.there == 2

        await until(sending)
        house.hooks.open.set()
        await house.nothing_waits()
    assert house.hooks.most <= 2


class Away(PassingStore):
    """A store that is away now and then."""

    def __init__(self, store: CallStore) -> None:
        super().__init__(store)
        self.looks, self.notes, self.lost = 0, 0, 0

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        self.looks += 1
        if self.looks <= 3:
            raise StoreUnavailable("away")
        return await self._store.due(count, lease_s)

    async def commit(self, change: Change) -> Committed:
        if any(event.type == "tool_result" and event.payload["tool"] == "mail" for event in change.events):
            self.notes += 1
            if self.notes <= 2:
                raise StoreUnavailable("away")
        return await self._store.commit(change)


@pytest.mark.parametrize("lease_s", [0.01, NEVER_S])
async def test_a_store_that_is_away_costs_nothing_but_time(lease_s: float, capsys: pytest.CaptureFixture[str]) -> None:
    """What arrived meanwhile is not sent again by whoever brought it, who says so before anybody else is given it."""
    house = House(away := Away(MemoryStore()))
    await house.whole_call()
    async with house.bringing(poll_s=0.01, lease_s=lease_s):
        await house.nothing_waits()
    assert away.looks > 3
    assert len(house.post.tries) == 1
    assert away.notes >= 3  # on a busy machine a lease of 10 ms lapses between the sending and the note, which is tried once more then
    assert (await house.document())["confirmEmailsent"] is True
    assert "error" not in capsys.readouterr().err


async def test_what_a_business_owes_that_is_served_no_more_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(MemoryStore())
    await house.whole_call()
    monkeypatch.setattr(type(house.businesses), "get", lambda self, id_: None)
    async with house.bringing():

        async def tried() -> bool:
            return all(one.tries for one in await house.store.owed("CA1"))

        await until(tried)
    assert {one.why for one in await house.store.owed("CA1")} == {"not_set_up"}
    assert house.post.tries == []


async def test_an_erased_caller_is_written_to_no_more(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    house.post.open.clear()
    async with house.bringing():

        async def sending() -> bool:
            return house.post.there > 0

        await until(sending)
        assert await house.store.erase("CA1")
        house.post.open.set()
    assert (await store.outbox()).waiting == 0
    assert (await store.open("CA1")).call is None
    fresh = House(store)
    async with fresh.bringing():
        await fresh.nothing_waits()
    assert fresh.post.tries == []


async def test_another_systems_document_says_that_the_mail_was_taken_and_keeps_what_is_theirs(store: CallStore, shelf: Shelf) -> None:
    house = House(store)
    await house.whole_call()
    theirs = {**await house.document(), "crm": {"id": 7}, "confirmEmailsent": False}
    await shelf.put_document("CA1", msgspec.json.encode(theirs))
    async with house.bringing():
        await house.nothing_waits()
    document = msgspec.json.decode(await shelf.read_document("CA1") or b"")
    assert (document["confirmEmailsent"], document["crm"], document["servicebooked"]) == (True, {"id": 7}, True)


async def test_a_turn_that_is_taken_back_gives_up_what_it_booked(store: CallStore) -> None:
    house = House(store)
    platform = Platform(house.store)
    await platform.all_said(*TO_BOOKED[:-1])
    await platform.say("yes", "no", "yes")
    owed = [(one.delivery.occasion, one.delivery.body["sequence"]) for one in await store.owed("CA1")]
    assert sorted((one for one in owed if one[0].startswith("booking")), key=lambda one: one[1]) == [
        ("booking.created", 0),
        ("booking.cancelled", 1),
        ("booking.created", 2),
    ]
    assert len({one.delivery.id for one in await store.owed("CA1")}) == len(owed)
    given_up = [one.delivery.body for one in await store.owed("CA1") if one.delivery.occasion == "booking.cancelled"]
    assert [(one["why"], one["reason"]) for one in given_up] == [("revised", "")]
    async with house.bringing():
        await house.nothing_waits()
    assert house.post.tries == []
    assert (await house.call()).confirmation.sequence == 2


@pytest.mark.parametrize("die_at", range(1, 30))
async def test_a_turn_that_another_worker_finishes_owes_everything_once(die_at: int) -> None:
    """Whatever the commit at which the first worker dies, before it is written or after."""
    for written in (False, True):
        fragile = Fragile()
        house = House(fragile)
        fragile.die_at, fragile.written = die_at, written
        for number in range(len(SAID)):
            try:
                await house.say(number)
            except PowerCutError:
                await house.say(number)
        owed = [(one.delivery.kind, one.delivery.occasion) for one in await fragile.owed("CA1")]
        assert sorted(owed) == [("mail", "booking.created"), ("webhook", "booking.created"), ("webhook", "call.ended")]


def test_pauses_grow_keep_what_was_asked_for_and_end() -> None:
    class Even:
        def uniform(self, low: float, high: float) -> float:
            return (low + high) / 2

    even: object = Even()
    for kind, days in (("mail", 1), ("webhook", 3)):
        pauses = PAUSES_S[kind]  # type: ignore[index]
        assert list(pauses) == sorted(pauses)
        assert 0.9 * days * 86_400 <= sum(pauses) <= days * 86_400
        found = [pause_s(kind, tries, 0.0, even) for tries in range(len(pauses))]  # type: ignore[arg-type]
        assert found == list(pauses)
        assert pause_s(kind, len(pauses), 0.0, even) is None  # type: ignore[arg-type]
        assert pause_s(kind, 0, 90.0, even) == 90.0  # type: ignore[arg-type]
        assert pause_s(kind, 0, 1e9, even) == LONGEST_S  # type: ignore[arg-type]
