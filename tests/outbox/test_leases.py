"""Whoever has something to bring has it for so long and no longer, and says once how it ended: frozen workers, lost answers, erased callers."""

import asyncio
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from agent.record.delivery import Owed
from api.outbox.outcomes import Again, Lost, Outcome, Refused, Sent
from api.outbox.post import Post
from api.outbox.webhooks import Hooks
from storage.errors import InDoubt, StaleCall, StoreUnavailable
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.api.services import settings
from tests.outbox.bookings import ACME, booking
from tests.outbox.houses import House, Receiver, until
from tests.outbox.mail_server import mail_server
from tests.outbox.receivers import delivery, receiving

pytestmark = pytest.mark.anyio


class Doubtful(PassingStore):
    """A store that writes what is told of a delivery, and whose answer is lost: the first time of each that it settles."""

    def __init__(self, store: CallStore, error: type[Exception]) -> None:
        super().__init__(store)
        self.error, self.doubted = error, set[str]()

    async def commit(self, change: Change) -> Committed:
        done = await self._store.commit(change)
        if change.settles and change.settles.id not in self.doubted:
            self.doubted.add(change.settles.id)
            raise self.error
        return done


@pytest.mark.parametrize("error", [InDoubt, StaleCall])
@pytest.mark.parametrize("ends", [Sent(), Refused("http_410")])
async def test_how_it_ended_is_told_once_whatever_becomes_of_the_answer(store: CallStore, error: type[Exception], ends: Outcome) -> None:
    """A step that was written and is sent again finds itself stale, and is taken anew."""
    doubtful = Doubtful(store, error)
    house = House(doubtful, Receiver(ends), Receiver(ends, ends))
    async with house.bringing(poll_s=0.01, lease_s=0.2):
        await house.whole_call()
        await house.nothing_waits()
    assert len(doubtful.doubted) == 3
    told = isinstance(ends, Sent)
    assert await house.events("mail") == [("tool_status", "booking.created", None), ("tool_result", "booking.created", told)]
    hooks = await house.events("webhook")
    assert sorted(one[:2] for one in hooks) == sorted(product(("tool_status", "tool_result"), ("booking.created", "call.ended")))
    assert (await house.document())["booking"]["mail"] == ("taken" if told else "returned")
    assert len(await store.dead_letters()) == (0 if told else 3)


class Slow(PassingStore):
    """A store between whose giving something out and its being brought the caller is erased."""

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        found = await self._store.due(count, lease_s)
        for sid in {one.delivery.sid for one in found}:
            await self._store.erase(sid)
        return found


async def test_a_caller_who_is_erased_after_a_mail_was_given_out_is_not_written_to(store: CallStore) -> None:
    await House(store).whole_call()
    house = House(Slow(store))
    async with house.bringing():
        await house.nothing_waits()

        async def come() -> bool:
            return house.post.come + house.hooks.come == 3

        await until(come)
    assert (house.post.tries, house.hooks.tries, (await store.outbox()).waiting) == ([], [], 0)


async def one_comes(receiver: Receiver, times: int) -> None:
    async def come() -> bool:
        return receiver.come >= times

    await until(come)


async def test_a_worker_that_was_frozen_before_it_sent_finds_that_another_has_it(store: CallStore) -> None:
    house = House(store)
    await house.whole_call()
    house.post.ready_to_take.clear()
    async with house.bringing(lease_s=0.05):
        await one_comes(house.post, 1)
        other = House(store)
        async with other.bringing(poll_s=0.01):
            await other.nothing_waits()
        house.post.ready_to_take.set()
    assert (len(other.post.got), house.post.come, house.post.tries) == (1, 1, [])
    assert len(await house.events("mail")) == 2


@pytest.mark.parametrize("ends", [Again("smtp_timeout"), Refused("smtp_550")])
async def test_a_worker_that_was_frozen_as_it_sent_changes_nothing_of_what_another_has(store: CallStore, ends: Outcome) -> None:
    """So of a worker that freezes there is one more at most: the one that it was sending."""
    house = House(store, Receiver(ends))
    await house.whole_call()
    house.post.open.clear()
    async with house.bringing(lease_s=0.05):

        async def sending() -> bool:
            return house.post.there == 1

        await until(sending)
        other = House(store)
        other.post.open.clear()
        async with other.bringing(poll_s=0.01):
            await one_comes(other.post, 1)
            before = await store.owed("CA1")
            house.post.open.set()

            async def ended() -> bool:
                return house.post.there == 0

            await until(ended)
            third = House(store)
            async with third.bringing(poll_s=0.01):
                await asyncio.sleep(0.05)  # room for somebody to come who should not
            assert (third.post.come, await store.owed("CA1")) == (0, before)
            other.post.open.set()
            await other.nothing_waits()
    assert (len(house.post.tries), len(other.post.got), await store.dead_letters()) == (1, 1, ())
    assert (await house.document())["booking"]["mail"] == "taken"


class Away(PassingStore):
    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        raise StoreUnavailable("away")


async def test_while_nobody_can_say_whose_it_is_nothing_is_sent() -> None:
    store = MemoryStore()
    await House(store).whole_call()
    house = House(Away(store))
    async with house.bringing():
        await one_comes(house.post, 1)
    assert (house.post.tries, [one.tries for one in await store.owed("CA1")]) == ([], [0, 0, 0])


async def no(*_: Any) -> bool:
    return False


async def test_a_mail_server_is_given_nothing_that_is_no_longer_held() -> None:
    async with mail_server() as server:
        post = Post(settings(smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="bookings@example.com"))
        assert await post.send(booking(), ACME, no) == Lost()
        assert (len(server.greeted), server.senders, server.mails) == (1, [], []), "asked as late as can be"


async def test_a_webhook_is_not_connected_to_for_what_is_no_longer_held() -> None:
    with receiving() as receiver:
        assert await Hooks(receiver.hook(), private=True).send(delivery(), ACME, no) == Lost()
        assert receiver.got == []
