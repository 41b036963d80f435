"""What a call owes to the outside: kept with the step, given to one at a time, there until it has arrived. In every store."""

import asyncio
from typing import Any

import msgspec
import pytest
import redis

from agent.record.delivery import Owed, Settled
from storage import keys
from storage.bound_store import BoundStore
from storage.errors import AlreadySettled, CallElsewhere, PlaceTaken, StaleCall
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.outbox import OutboxFigures
from storage.store import CallStore
from tests.conftest import Shelf
from tests.storage.calls import begin, book, debt, event, go_on, job, step

pytestmark = pytest.mark.anyio
HOUR_S = 3600.0
BOTH = ("acme", "beijing")
ODD_SIDS = ("CA 1", "a{b}c", "}{", "%7B", "王", " ", 'q"\\', "*?[x]", "C:1", " end ")


async def ids(store: CallStore, count: int = 50, lease_s: float = HOUR_S) -> list[str]:
    return [one.delivery.id for one in await store.due(count, lease_s)]


async def dead(store: CallStore, before: str = "", count: int = 50, business: str = "") -> list[int]:
    """The revisions whose deliveries are given up."""
    return [one.delivery.body["sequence"] for one in await store.dead_letters(before, count, business)]


async def test_what_a_step_owes_is_due_whole_and_to_one_alone(store: CallStore) -> None:
    before = await store.outbox()
    was = await begin(store, deliveries=(debt(1, price=12.5, big=2**53 + 1), debt(2)))
    await step(store, was)
    assert before == OutboxFigures()
    assert (await store.outbox()).waiting == 2
    found = await store.due(50, HOUR_S)
    assert [one.delivery for one in found] == sorted((debt(1, price=12.5, big=2**53 + 1), debt(2)), key=lambda one: one.id)
    assert [(one.tries, one.why, one.due_ms > 1_700_000_000_000) for one in found] == [(0, "", True)] * 2
    assert await ids(store) == [], "somebody has them"
    owed = [msgspec.structs.replace(one, till_ms=0) for one in found]
    assert await store.owed("CA1") == tuple(sorted(owed, key=lambda one: one.delivery.made)), "and they are owed meanwhile"
    figures = await store.outbox()
    assert (figures.waiting, figures.overdue_s, figures.dead) == (2, 0.0, 0)


async def test_a_step_that_is_refused_owes_nothing(store: CallStore) -> None:
    was = await begin(store)
    await book(store, await begin(store, "CA2"), job("CA2"))
    with pytest.raises(PlaceTaken):
        await book(store, was, job(), deliveries=(debt(2),))
    await step(store, was)
    with pytest.raises(StaleCall):
        await step(store, was, deliveries=(debt(2),))
    assert await ids(store) == []
    assert await store.owed("CA1") == ()


async def test_a_lease_that_ran_out_leaves_it_to_others(store: CallStore) -> None:
    await begin(store, deliveries=(debt(),))
    assert await ids(store, lease_s=0) == [debt().id]
    assert await ids(store, lease_s=0) == [debt().id]
    assert await ids(store) == [debt().id]
    assert await ids(store) == []


async def test_what_has_arrived_is_owed_no_more_whoever_says_so_again(store: CallStore) -> None:
    await begin(store, deliveries=(debt(1), debt(2)))
    await ids(store, lease_s=0)
    for _ in range(2):
        await store.delivered(debt(1).id, "CA1")
    await store.put_off(debt(1).id, "CA1", 0, "late")
    await store.give_up(debt(1).id, "CA1", "late")
    assert not await store.send_again(debt(1).id, "CA1")
    assert await ids(store) == [debt(2).id]
    await store.delivered(debt(2).id, "nobody")
    assert [one.delivery.id for one in await store.owed("CA1")] == [debt(2).id]
    await store.delivered(debt(2).id, "CA1")
    assert (await store.owed("CA1"), await store.outbox()) == ((), OutboxFigures())
    await store.delivered("unknown", "CA1")


async def test_a_try_that_failed_is_counted_and_made_again_in_its_time(store: CallStore) -> None:
    await begin(store, deliveries=(debt(),))
    (first,) = await store.due(1, HOUR_S)
    await store.put_off(debt().id, "CA1", HOUR_S, "refused")
    (owed,) = await store.owed("CA1")
    assert (owed.tries, owed.why, owed.delivery) == (1, "refused", debt())
    assert first.due_ms + 3_600_000 <= owed.due_ms < first.due_ms + 3_700_000
    assert await ids(store, lease_s=0) == []
    await store.put_off(debt().id, "CA1", 0, 'odd ,"delivery":"\\')
    (second,) = await store.due(1, HOUR_S)
    assert (second.tries, second.why, second.delivery) == (2, 'odd ,"delivery":"\\', debt())


async def test_a_dead_letter_stays_and_is_sent_again_when_somebody_wants_it(store: CallStore) -> None:
    await begin(store, deliveries=(debt(),))
    await ids(store)
    assert not await store.send_again(debt().id, "CA1"), "it is on its way"
    for _ in range(2):
        await store.give_up(debt().id, "CA1", "no such address")
    await store.put_off(debt().id, "CA1", 0, "late")
    assert await ids(store, lease_s=0) == []
    (letter,) = await store.dead_letters()
    assert letter.listed_ms > 1_700_000_000_000
    assert (msgspec.structs.replace(letter, listed_ms=0),) == await store.owed("CA1") == (Owed(delivery=debt(), tries=1, why="no such address"),)
    assert await store.outbox() == OutboxFigures(dead=1)
    assert await store.send_again(debt().id, "CA1")
    assert not await store.send_again(debt().id, "CA1")
    assert await store.dead_letters() == ()
    (owed,) = await store.due(9, HOUR_S)
    assert (owed.tries, owed.why, owed.delivery) == (0, "", debt())
    await store.give_up(debt().id, "CA1", "still")
    await store.delivered(debt().id, "CA1")
    assert (await store.dead_letters(), await store.outbox()) == ((), OutboxFigures())


async def test_dead_letters_page_by_page_the_last_first(store: CallStore) -> None:
    order = []
    for number in range(1, 8):
        await begin(store, f"C{number}", business=BOTH[number % 2], deliveries=(debt(number, f"C{number}", BOTH[number % 2]),))
    for number in (3, 1, 2, 7, 5, 6, 4):
        await store.give_up(debt(number, f"C{number}").id, f"C{number}", "no")
        await asyncio.sleep(0.002)  # two in one millisecond have no order in time
        order.insert(0, number)
    assert await dead(store) == order
    found: list[Owed] = []
    while page := await store.dead_letters(found[-1].position if found else "", 3):
        found += page
    assert [one.delivery.body["sequence"] for one in found] == order
    assert await dead(store, business="acme") == [4, 6, 2]
    assert await dead(store, found[1].position, 1, "acme") == [2]
    assert await dead(store, business="nobody") == await dead(store, "unknown") == await dead(store, "-1-x") == await dead(store, "0-x") == []


@pytest.mark.parametrize("business", ["", "acme"])
async def test_more_dead_letters_than_fit_on_a_page_are_all_sent_again(store: CallStore, business: str) -> None:
    """Each page is taken off the list before the next one is asked for, as by whoever has all of it sent again."""
    many = 120
    for number in range(many):
        await begin(store, f"C{number}", deliveries=(debt(number, f"C{number}"),))
        await store.give_up(debt(number, f"C{number}").id, f"C{number}", "no")
    again: list[int] = []
    before = ""
    while page := await store.dead_letters(before, 50, business):
        for one in page:
            assert await store.send_again(one.delivery.id, one.delivery.sid)
            again.append(one.delivery.body["sequence"])
        before = page[-1].position
    assert sorted(again) == list(range(many))
    assert len(await ids(store, many + 1)) == many


async def test_a_lease_is_held_until_another_has_it_or_nothing_is_owed(store: CallStore) -> None:
    await begin(store, deliveries=(debt(1), debt(2), debt(3)))
    first = {one.delivery.id: one.till_ms for one in await store.due(9, 0)}
    await asyncio.sleep(0.002)  # leases that end in one millisecond are one
    second = {one.delivery.id: one.till_ms for one in await store.due(9, HOUR_S)}
    one, two, three = (debt(number).id for number in (1, 2, 3))
    assert [await store.holds(id_, "CA1", first[id_]) for id_ in first] == [False] * 3
    assert [await store.holds(id_, "CA1", second[id_]) for id_ in second] == [True] * 3
    await store.put_off(one, "CA1", 0, "late", first[one])
    assert [one.tries for one in await store.owed("CA1")] == [0, 0, 0], "it is not theirs any more"
    assert await ids(store) == []
    await store.put_off(one, "CA1", 0, "late", second[one])
    await store.give_up(two, "CA1", "no")
    assert [await store.holds(id_, "CA1", second[id_]) for id_ in (one, two, three)] == [False, False, True]
    await store.erase("CA1")
    assert not await store.holds(three, "CA1", second[three])


@pytest.mark.parametrize("why", ["", "no such address"])
async def test_how_it_ended_is_told_by_one_step_alone(store: CallStore, why: str) -> None:
    was = await begin(store, deliveries=(debt(1), debt(2)))
    settles = Settled(id=debt(1).id, why=why)
    was = await step(store, was, settles=settles, events=(event(1),))
    assert [one.why for one in await store.owed("CA1") if one.delivery.id == debt(1).id] == ([why] if why else [])
    for other in (settles, Settled(id="unknown")):
        with pytest.raises(AlreadySettled):
            await step(store, was, settles=other, deliveries=(debt(3),), events=(event(2),))
    found = (await store.open("CA1")).call
    assert found is not None
    assert (found.rev, len((await store.events("CA1", "0")).entries)) == (was.call.rev, 1), "nothing of it was written"
    assert await ids(store) == [debt(2).id], "whoever looks finds it settled"
    await (store.give_up(debt(1).id, "CA1", why) if why else store.delivered(debt(1).id, "CA1"))
    assert await dead(store) == ([1] if why else [])
    assert await store.outbox() == OutboxFigures(waiting=1, dead=bool(why))


async def test_what_is_sent_again_before_it_is_listed_as_given_up_is_tried(store: CallStore) -> None:
    """By somebody who saw it among what its call owes, right after the step that told of it."""
    was = await begin(store, deliveries=(debt(1), debt(2)))
    held = {one.delivery.id: one.till_ms for one in await store.due(50, HOUR_S)}
    was = await step(store, was, settles=Settled(id=debt(1).id, why="no"))
    assert await store.send_again(debt(1).id, "CA1")
    await store.give_up(debt(1).id, "CA1", "no", held[debt(1).id])
    assert [(one.delivery.id, one.tries, one.why) for one in await store.due(50, HOUR_S)] == [(debt(1).id, 0, "")]
    await store.give_up(debt(2).id, "CA1", "no", held[debt(2).id] - 1)
    assert await dead(store) == [], "another's lease"
    await step(store, was, settles=Settled(id=debt(2).id, why="no"))
    await store.give_up(debt(2).id, "CA1", "no", held[debt(2).id])
    assert (await dead(store), await store.outbox()) == ([2], OutboxFigures(waiting=1, dead=1))


async def test_what_was_given_up_may_still_be_told_to_have_arrived(store: CallStore) -> None:
    """By whoever brought it and was slow to say so."""
    was = await begin(store, deliveries=(debt(1), debt(2)))
    await store.give_up(debt(1).id, "CA1", "timeout")
    await step(store, was, settles=Settled(id=debt(1).id), deliveries=(debt(3),))
    assert {one.delivery.id for one in await store.owed("CA1")} == {debt(2).id, debt(3).id}
    assert await dead(store) == []


async def test_the_longest_wait_is_given_out_first_and_no_more_than_asked_for(store: CallStore) -> None:
    for number in range(1, 6):
        await begin(store, f"C{number}", deliveries=(debt(number, f"C{number}"),))
        await asyncio.sleep(0.002)
    assert (await store.outbox()).overdue_s > 0
    found = [await store.due(2, HOUR_S) for _ in range(4)]
    assert [[one.delivery.body["sequence"] for one in some] for some in found] == [[1, 2], [3, 4], [5], []]


@pytest.mark.parametrize("sid", ODD_SIDS)
async def test_whatever_a_call_is_named(store: CallStore, sid: str) -> None:
    await begin(store, sid, deliveries=(debt(1, sid), debt(2, sid)))
    found = await store.due(9, HOUR_S)
    assert {one.delivery.sid for one in found} == {sid}
    await store.give_up(debt(1, sid).id, sid, "no")
    assert await dead(store) == [1]
    assert await store.send_again(debt(1, sid).id, sid)
    assert await ids(store) == [debt(1, sid).id]
    await store.delivered(debt(1, sid).id, sid)
    await store.erase(sid)
    assert (await store.owed(sid), await store.outbox()) == ((), OutboxFigures())


async def test_an_erased_caller_is_owed_nothing_also_by_whoever_is_about_to_bring_it(store: CallStore) -> None:
    a = await begin(store, "A", deliveries=(debt(1, "A"), debt(2, "A")))
    b = await go_on(store, a, "B", deliveries=(debt(3, "B"),))
    await go_on(store, b, "C", deliveries=(debt(4, "C"),))
    await begin(store, "other", deliveries=(debt(5, "other"),))
    await ids(store)
    await store.give_up(debt(2, "A").id, "A", "no")
    await store.erase("B")
    figures = await store.outbox()
    assert (figures.waiting, figures.dead) == (1, 0)
    for number, sid in ((1, "A"), (2, "A"), (3, "B"), (4, "C")):
        await store.put_off(debt(number, sid).id, sid, 0, "late")
        await store.give_up(debt(number, sid).id, sid, "late")
        assert not await store.send_again(debt(number, sid).id, sid)
        assert await store.owed(sid) == ()
    assert (await ids(store, lease_s=0), await dead(store)) == ([], [])
    assert (await store.outbox()).waiting == 1
    assert [one.delivery.id for one in await store.owed("other")] == [debt(5, "other").id]


async def test_what_is_owed_outlives_its_call_and_then_goes() -> None:
    now = 1_800_000_000.0
    store = MemoryStore(ttl=Ttl(call_s=100, booked_s=1000, owed_s=5000), clock=lambda: now)
    first = await begin(store, "A", deliveries=(debt(1, "A"), debt(2, "A")))
    now += 50
    await go_on(store, first, "B", deliveries=(debt(3, "B"),))
    await store.give_up(debt(1, "A").id, "A", "no")
    now += 4949
    assert (await store.open("A")).call is None
    assert await dead(store) == [1]
    await store.put_off(debt(2, "A").id, "A", 0, "no")
    assert {*await ids(store)} == {debt(2, "A").id, debt(3, "B").id}
    assert [one.delivery.body["sequence"] for one in await store.owed("A")] == [1, 2]
    now += 1
    await begin(store, "X")
    assert [await store.owed(sid) for sid in ("A", "nobody")] == [(), ()]
    assert (await dead(store), (await store.outbox()).waiting) == ([], 1)
    await store.erase("A")
    assert (await store.outbox()).waiting == 0, "whose kin is known for longer"
    await begin(store, "C", deliveries=(debt(4, "C"),))
    now += 5000
    await begin(store, "D")
    assert store._owing == {}, "also where nobody asks for it"


async def test_of_many_who_ask_at_once_each_delivery_is_given_to_one(shelf: Shelf) -> None:
    stores = [await shelf.open()]
    stores += [await shelf.open() for _ in range(3)] if shelf.lasts else stores * 3
    for number in range(1, 31):
        await begin(stores[0], f"C{number}", deliveries=(debt(number, f"C{number}"),))
    found = await asyncio.gather(*(store.due(4, HOUR_S) for store in stores for _ in range(4)))
    given = [one.delivery.id for some in found for one in some]
    assert sorted(given) == sorted(debt(number, f"C{number}").id for number in range(1, 31))
    for store in stores:
        await store.close()


async def test_to_whoever_is_bound_another_s_debts_are_none(store: CallStore) -> None:
    for number, business in enumerate(BOTH):
        await begin(store, business, business=business, deliveries=(debt(number, business, business),))
        await store.give_up(debt(number, business).id, business, "no")
    bound: CallStore = BoundStore(store, "beijing", BOTH)
    assert await dead(bound) == [1]
    assert await dead(bound, business="acme") == await dead(bound, debt(0, "acme").id) == []
    assert not await bound.send_again(debt(0, "acme").id, "acme")
    assert not await bound.send_again(debt(0, "acme").id, "acme", "acme")
    assert [await bound.owed("acme"), await bound.owed("acme", "acme"), await bound.owed("beijing", "acme")] == [(), (), ()]
    assert len(await bound.owed("beijing")) == 1
    steps: list[Any] = [
        bound.due(1, 1),
        bound.outbox(),
        bound.holds(debt(1, "beijing").id, "beijing", 1),
        *(bound.delivered(debt(n, one).id, one) for n, one in enumerate(BOTH)),
        *(bound.put_off(debt(n, one).id, one, 0, "") for n, one in enumerate(BOTH)),
        *(bound.give_up(debt(n, one).id, one, "") for n, one in enumerate(BOTH)),
    ]
    for one in steps:
        with pytest.raises(CallElsewhere):
            await one
    assert await bound.send_again(debt(1, "beijing").id, "beijing")
    assert await dead(store) == [0]
    await bound.erase("acme")
    await bound.erase("beijing")
    assert (await dead(store), await store.owed("beijing")) == ([0], ())


async def test_whoever_is_bound_may_erase_what_their_expired_call_owes(shelf: Shelf) -> None:
    now = 1_800_000_000.0
    store = await shelf.open(clock=lambda: now)
    for business in BOTH:
        await begin(store, business, business=business, deliveries=(debt(1, business, business),))
    if shelf.url:
        with redis.Redis.from_url(shelf.url) as client:
            for business in BOTH:
                for key in client.keys(f"*{business}*"):
                    if 0 < int(client.ttl(key)) <= Ttl().call_s:
                        client.delete(key)
    now += Ttl().call_s + 1
    bound = BoundStore(store, "beijing", BOTH)
    assert await store.business("beijing") == ""
    await bound.erase("acme")
    assert [one.sid for one in await bound.erase("beijing")] == ["beijing"]
    assert [len(await store.owed(one)) for one in BOTH] == [1, 0]
    await store.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_how_long_it_lives_in_redis(request: pytest.FixtureRequest, kind: str) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    store = await Shelf(url).open(Ttl(call_s=60, booked_s=120, owed_s=1000))
    was = await begin(store, deliveries=(debt(1), debt(2)))
    with redis.Redis.from_url(url) as client:
        assert 990 < int(client.ttl(keys.deliveries("CA1"))) <= 1000
        client.expire(keys.deliveries("CA1"), 500)
        await store.put_off(debt(1).id, "CA1", 0, "no")
        await store.give_up(debt(2).id, "CA1", "no")
        await store.send_again(debt(2).id, "CA1")
        await store.give_up(debt(2).id, "CA1", "no")
        assert int(client.ttl(keys.deliveries("CA1"))) <= 500, "a try keeps nothing for longer"
        await step(store, was)
        assert int(client.ttl(keys.deliveries("CA1"))) <= 500, "nor does a step that owes nothing"
        assert all(int(client.ttl(key)) > 990 for key in (keys.DUE, keys.DEAD))
        client.delete(keys.deliveries("CA1"))
        assert (await ids(store), await dead(store)) == ([], [])
        assert client.keys("*outbox}*") == [], "what has expired is swept"
        client.zadd(keys.DEAD, {"old CA1": 1})
        await begin(store, "CA2", deliveries=(debt(1, "CA2"),))
        await store.give_up(debt(1, "CA2").id, "CA2", "no")
        assert client.zcard(keys.DEAD) == 1, "also where nobody looks at it"
    await store.close()


async def test_a_body_that_cannot_be_kept_leaves_nothing_behind(store: CallStore) -> None:
    was = await begin(store)
    with pytest.raises(TypeError):
        await step(store, was, deliveries=(debt(1), msgspec.structs.replace(debt(2), body={"what": object()})))
    assert await store.owed("CA1") == ()
    await step(store, was)
