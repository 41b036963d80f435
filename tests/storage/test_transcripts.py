"""What was said in a call may be kept for a shorter time than the call: then no word of it is left anywhere, and the call goes on."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import redis

from agent.record.acts import Inform
from agent.record.call import Call
from agent.record.errand import Errand
from agent.record.skeleton import adopt
from agent.slots import PLACES
from storage import codec, keys
from storage.journal.store import JournalStore
from storage.keys import Ttl
from storage.memory_store import MemoryStore
from storage.store import CallStore, Change
from tests.callers import TO_BOOKED
from tests.conftest import Shelf
from tests.graph.counting import Platform
from tests.storage.calls import job, new_call

pytestmark = pytest.mark.anyio
MARK = "zebra"
WORDS_S, CALL_S = 800, 5000
LIVES = Ttl(call_s=CALL_S, booked_s=CALL_S, log_s=600, words_s=WORDS_S)


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf.of(request)


class Place:
    """A store, and the time that passes there."""

    def __init__(self, store: CallStore, url: str) -> None:
        self.store, self.url, self.now = store, url, 1_800_000_000.0
        if isinstance(store, MemoryStore):
            store._clock = store._log._clock = lambda: self.now
        elif isinstance(store, JournalStore):
            store._clock = lambda: self.now

    def client(self) -> Any:
        return redis.Redis.from_url(self.url)

    def pass_s(self, seconds: int) -> None:
        """So many seconds: what lives no longer than that is gone."""
        self.now += seconds
        if self.url:
            with self.client() as client:
                for key in client.keys("*"):
                    if (lives := int(client.ttl(key))) > seconds:
                        client.expire(key, lives - seconds)
                    elif lives > 0:
                        client.delete(key)

    def kept(self) -> Iterator[tuple[str, int, bytes]]:
        """Of all that lies in Redis its name, for how long it lives (-1: for ever), and its bytes."""
        read = {
            b"hash": lambda client, key: repr(client.hgetall(key)).encode(),
            b"list": lambda client, key: b" ".join(client.lrange(key, 0, -1)),
            b"string": lambda client, key: client.get(key),
            b"stream": lambda client, key: repr(client.xrange(key)).encode(),
            b"set": lambda client, key: b" ".join(client.smembers(key)),
            b"zset": lambda client, key: b" ".join(client.zrange(key, 0, -1)),
        }
        with self.client() as client:
            for key in client.keys("*"):
                yield key.decode(), int(client.ttl(key)), read[client.type(key)](client, key)


async def open_place(shelf: Shelf, ttl: Ttl = LIVES) -> Place:
    return Place(await shelf.open(ttl), shelf.url)


async def booked(place: Place, *more: str) -> Platform:
    platform = Platform(place.store)
    first, *others, last = TO_BOOKED
    await platform.all_said(first, f"the {MARK} and I say hello", *(f"{one}. {MARK}" for one in others), last)
    await platform.all_said(*more)
    return platform


async def call_of(place: Place) -> Call:
    found = (await place.store.open("CA1")).call
    assert found is not None
    return found


async def test_no_word_is_left_anywhere_and_all_values_are(shelf: Shelf) -> None:
    place = await open_place(shelf)
    await booked(place)
    before = await call_of(place)
    assert before.booked is not None
    values = {name: (state.value, state.status) for name, state in before.slots.items()}
    assert [state.provenance for state in before.slots.values() if state.provenance and state.provenance.words]
    assert MARK in (await place.store.document("CA1") or b"").decode()
    newest = await place.store.head("CA1")
    place.pass_s(WORDS_S)
    after = await call_of(place)
    assert {name: (state.value, state.status) for name, state in after.slots.items()} == values
    assert (after.booked, after.status, after.rev, after.confirmation) == (before.booked, "booked", before.rev, before.confirmation)
    assert [state.provenance for state in after.slots.values() if state.provenance and state.provenance.words] == []
    assert MARK not in str(after)
    assert (after.recent, after.before, after.open_turn, after.newest) == ((), None, None, None)
    document = msgspec.json.decode(await place.store.document("CA1") or b"")
    assert (document["history"], document["servicebooked"], document["booking"]["state"]) == ([], True, "booked")
    assert MARK not in str(document)
    assert (list(await place.store.trace("CA1")), (await place.store.events("CA1", "0")).entries) == ([], ())
    assert (await place.store.head("CA1"), (await place.store.events("CA1", newest)).gone) == (newest, "")
    assert (await place.store.open("CA1", "turn 3")).answer is None
    assert [one.sid for one in await place.store.calls("booked")] == ["CA1"]
    await place.store.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_whatever_holds_a_word_goes_with_the_words(request: pytest.FixtureRequest, kind: str) -> None:
    """At rest, not only as it is read."""
    place = await open_place(Shelf(request.getfixturevalue(f"{kind}_url")))
    await booked(place)
    lives = {name: ttl for name, ttl, text in place.kept() if MARK.encode() in text.lower()}
    assert {keys.turns("CA1"), keys.history("CA1"), keys.trace("CA1"), keys.events("CA1"), keys.document("CA1"), keys.LOG} == lives.keys()
    assert all(0 < ttl <= WORDS_S for ttl in lives.values()), lives
    with place.client() as client:
        assert WORDS_S < int(client.ttl(keys.record("CA1"))) <= CALL_S
    await place.store.close()


@pytest.mark.parametrize("kind", ["redis", "cluster"])
async def test_so_do_the_words_of_what_an_appointment_is_to_be(request: pytest.FixtureRequest, kind: str) -> None:
    """Said with the wish, and kept until it is known which appointment is meant."""
    place = await open_place(Shelf(request.getfixturevalue(f"{kind}_url")))
    await Platform(place.store).all_said("", "I'd like to move my appointment to tomorrow at 3 pm")
    errand = (await call_of(place)).errand
    assert errand is not None
    assert [one.words for one in errand.told] == ["tomorrow at 3 pm"]
    lives = {name: ttl for name, ttl, text in place.kept() if b"tomorrow at 3" in text.lower()}
    assert keys.turns("CA1") in lives
    assert all(0 < ttl <= WORDS_S for ttl in lives.values()), lives
    place.pass_s(WORDS_S)
    now = (await call_of(place)).errand
    assert (now and now.want, now and now.told) == ("move", ())
    await place.store.close()


async def test_a_caller_who_speaks_again_later_is_heard_and_said_anew(shelf: Shelf) -> None:
    place = await open_place(shelf)
    platform = Platform(place.store)
    await platform.all_said(*TO_BOOKED[:3], f"the {MARK} says hello")
    held = {name: state.value for name, state in (await call_of(place)).slots.items() if state.value}
    assert held
    place.pass_s(WORDS_S)
    await platform.all_said(*TO_BOOKED[3:])
    after = await call_of(place)
    assert (after.booked is not None, held.items() <= {name: state.value for name, state in after.slots.items()}.items()) == (True, True)
    text = (await place.store.document("CA1") or b"").decode()
    history = [one["message"] for one in msgspec.json.decode(text)["history"] if one["speaker"] == "customer"]
    assert (history, MARK in text) == ([one for one in TO_BOOKED[3:] if one], False)
    assert len((await place.store.events("CA1", "0")).entries) > 0
    place.pass_s(WORDS_S)
    assert (await place.store.events("CA1", "0")).entries == ()
    place.pass_s(CALL_S)
    assert (await place.store.open("CA1")).call is None
    await place.store.close()


async def test_each_step_keeps_the_words_of_those_before_it(shelf: Shelf) -> None:
    place = await open_place(shelf)
    platform = Platform(place.store)
    for words in TO_BOOKED[:4]:
        place.pass_s(WORDS_S - 100)
        await platform.say(words)
    assert len(msgspec.json.decode(await place.store.document("CA1") or b"")["history"]) >= 7
    await place.store.close()


async def test_where_nothing_is_said_of_it_words_live_as_long_as_the_call(shelf: Shelf) -> None:
    for words_s in (0, 2 * CALL_S):
        place = await open_place(shelf, msgspec.structs.replace(LIVES, words_s=words_s))
        await booked(place)
        if place.url:
            with place.client() as client:
                kept = [int(client.ttl(name)) for name in (keys.record("CA1"), keys.turns("CA1"), keys.history("CA1"), keys.document("CA1"))]
                assert all(CALL_S - 100 < one <= CALL_S for one in kept), kept
                for key in client.keys("*"):
                    client.delete(key)
        place.pass_s(0 if place.url else CALL_S - 1)
        if not place.url:
            assert MARK in str(await call_of(place))
        await place.store.close()


async def test_a_document_that_another_system_made_is_theirs_to_keep(shelf: Shelf) -> None:
    place = await open_place(shelf)
    theirs = {"history": [{"speaker": "customer", "message": "theirs", "startedAt": "2026-03-02T01:00:00Z"}], "crm": 7}
    if isinstance(place.store, MemoryStore):
        place.store.put_document("CA1", msgspec.json.encode(theirs))
    else:
        await shelf.put_document("CA1", msgspec.json.encode(theirs))
    opened = await place.store.open("CA1")
    call = adopt(new_call(), opened.foreign or {}, "2026-03-02T01:00:00Z", PLACES)
    after = msgspec.structs.replace(call, booked=job(), status="booked")
    await place.store.commit(Change(before=None, after=after, seen=opened.seen, booking=job()))
    place.pass_s(WORDS_S)
    document = msgspec.json.decode(await place.store.document("CA1") or b"")
    assert (document["history"], document["crm"]) == (theirs["history"], 7)
    await place.store.close()


def test_what_is_wanted_of_an_appointment_is_kept_without_the_words_for_it() -> None:
    told = Inform(slot="time", value="2026-03-03T14:00", rule="day", words=MARK)
    call = msgspec.structs.replace(new_call(), errand=Errand(want="cancel", reason=MARK, told=(told,), then=MARK))
    record, words = codec.fields(None, call), codec.words(None, call)
    assert MARK not in str(record)
    record |= {"rev": b"0", "apart": b"0"}
    assert codec.call("CA1", {**record, **words}) == call
    assert codec.call("CA1", record).errand == Errand(want="cancel")
