"""Whose the history is in a document that another system made: theirs, or ours to write into; in our own record every line is there either way."""

import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.record.skeleton import adopt
from agent.slots import PLACES
from storage.keys import Ttl
from storage.scripts import script
from storage.store import CallStore, Change, Committed
from storage.weaving import last, woven
from tests.conftest import Shelf
from tests.storage.calls import CREATED, line, new_call, step
from tests.storage.test_cluster_store import Died, dies_after

pytestmark = pytest.mark.anyio
GREETING = {"speaker": "AI", "message": "Bob's Plumbing, who is calling?", "startedAt": "2026-03-02T00:59:59Z", "theirs": [[], 1.0]}
MINE = "it's Mary"


def document(*history: Any, **more: Any) -> bytes:
    return json.dumps({"callSid": "CA1", "history": [*history], "company": {"name": "Bob's Plumbing"}, **more}, indent=1).encode()


def said(message: str, speaker: str = "customer", at: str = CREATED) -> dict[str, str]:
    return {"speaker": speaker, "message": message, "startedAt": at}


@pytest.fixture
async def ours(shelf: Shelf) -> AsyncIterator[CallStore]:
    """A store that writes its lines into the history of others."""
    opened = await shelf.open(into_theirs=True)
    yield opened
    await opened.close()


async def adopted(store: CallStore, **change: Any) -> Committed:
    found = await store.open("CA1")
    call = found.call or new_call()
    after = adopt(call, found.foreign, CREATED, PLACES) if found.foreign is not None else call
    return await store.commit(Change(before=found.call, after=after, seen=found.seen, **change))


async def history(of: Shelf | CallStore) -> list[Any]:
    text = await (of.read_document("CA1") if isinstance(of, Shelf) else of.document("CA1"))
    found: list[Any] = json.loads(text or b"{}")["history"]
    return found


async def test_theirs_is_theirs_and_our_record_has_every_line(store: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", document(GREETING, said(MINE)))
    was = await adopted(store, lines=(line(MINE), line("Thanks, Mary.", "AI")))
    await step(store, was, lines=(line("no"), line("Sorry.", "AI")))
    assert await history(shelf) == [GREETING, said(MINE)]
    everything = [GREETING, said(MINE), said("Thanks, Mary.", "AI"), said("no"), said("Sorry.", "AI")]
    assert await history(store) == everything
    (listed,) = await store.calls()
    assert listed.document["history"] == everything
    # They append what they heard of us, with times of their own, and a line that is theirs alone.
    theirs = [GREETING, said(MINE), said(" Thanks, Mary. ", "AI", "x"), said("I am sorry, system error.", "AI"), said("no")]
    await shelf.put_document("CA1", document(*theirs))
    assert await history(store) == [GREETING, *everything[1:3], theirs[3], *everything[3:]]
    await adopted(store)
    assert await history(shelf) == theirs
    assert await history(store) == [GREETING, *everything[1:3], theirs[3], *everything[3:]]


async def test_ours_to_write_each_line_as_it_is_said(ours: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", document(GREETING, theirs={"kept": [1, 2.50]}))
    was = await adopted(ours, lines=(line(MINE),))
    assert await history(shelf) == [GREETING, said(MINE)]
    was = await step(ours, was, lines=(line("Thanks, Mary.", "AI"),))
    assert await history(shelf) == await history(ours) == [GREETING, said(MINE), said("Thanks, Mary.", "AI")]
    found = await ours.open("CA1")
    assert (found.foreign, found.seen) == (None, was.seen)
    text = await shelf.read_document("CA1") or b""
    assert b'"theirs":[[],1.0]' in text.replace(b" ", b"").replace(b"\n", b"")  # as they wrote it


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
async def test_an_older_copy_put_in_its_place_loses_nothing_and_doubles_nothing(ours: CallStore, shelf: Shelf, kept: int) -> None:
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(ours, lines=(line("yes"), line("Great.", "AI")))
    await step(ours, was, lines=(line("yes"),))
    full = await history(shelf)
    note = said("transferred twice", "AI")
    await shelf.put_document("CA1", document(*full[:kept], note))
    assert sorted(map(str, await history(ours))) == sorted(map(str, [*(full if kept else full[1:]), note]))
    await adopted(ours, lines=(line("Lovely.", "AI"),))
    found = await history(shelf)
    assert found == await history(ours)
    assert [one for one in found if one not in (note, GREETING)] == [*full[1:], said("Lovely.", "AI")]
    assert found.index(note) == (kept if kept else 0)


async def test_a_back_end_that_writes_them_too_does_not_double_them(ours: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", document(GREETING, said(MINE, at="2026-03-02T01:00:00.000Z")))
    await adopted(ours, lines=(line(MINE), line("Thanks, Mary.", "AI")))
    both = (said(MINE, at="later"), said("Thanks, Mary.", "AI", "later"))
    await shelf.put_document("CA1", document(*(await history(shelf)), *both, said("no")))
    assert [one["message"] for one in await history(ours)] == [GREETING["message"], MINE, "Thanks, Mary.", "no"]
    await adopted(ours, lines=(line("no"),))
    assert [one["message"] for one in await history(shelf)] == [GREETING["message"], MINE, "Thanks, Mary.", "no"]


async def test_lines_that_are_taken_back_are_taken_out_of_theirs(ours: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(ours, lines=(line("one"), line("two", "AI")))
    was = await step(ours, was, taken_back=1, lines=(line("instead", "AI"),))
    assert await history(shelf) == await history(ours) == [GREETING, said("one"), said("instead", "AI")]
    await step(ours, was, taken_back=9)
    assert await history(shelf) == await history(ours) == [GREETING]


async def test_a_document_they_dropped_is_ours_again(ours: CallStore, shelf: Shelf) -> None:
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(ours, lines=(line("one"),))
    await shelf.put_document("CA1", None)
    was = await step(ours, was, seen="", lines=(line("two"),))
    assert await history(shelf) == [said("one"), said("two")]


@pytest.mark.parametrize("odd", [None, "odd", {"a": [1]}, 7, [], [None, 7, [], {"speaker": 1}, "x"]])
async def test_any_history_of_theirs_is_written_into_or_takes_our_place(ours: CallStore, shelf: Shelf, odd: Any) -> None:
    await shelf.put_document("CA1", json.dumps({"callSid": "CA1", "history": odd}).encode())
    await adopted(ours, lines=(line("one"),))
    assert await history(shelf) == [*(odd if isinstance(odd, list) else []), said("one")]


async def test_the_other_setting_in_the_middle_of_a_call(ours: CallStore, shelf: Shelf) -> None:
    """A restart with another setting: a history that was ours to write into is theirs from then on, and the other way round."""
    if not shelf.lasts:
        return  # nothing is there after a restart
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(ours, lines=(line("one"),))
    theirs = await shelf.open()
    was = await step(theirs, was, lines=(line("two"),))
    assert await history(shelf) == [GREETING, said("one")]
    assert await history(theirs) == [GREETING, said("one"), said("two")]
    await step(ours, was, lines=(line("three"),))
    assert await history(shelf) == [GREETING, said("one"), said("two"), said("three")]
    await theirs.close()


@pytest.mark.parametrize("kind", ["redis_url", "cluster_url"])
async def test_the_expiry_stays_theirs(request: pytest.FixtureRequest, kind: str) -> None:
    shelf = Shelf(request.getfixturevalue(kind))
    store = await shelf.open(Ttl(call_s=5000), into_theirs=True)
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(store, lines=(line("one"),))
    await step(store, was, lines=(line("two"),))
    with redis.Redis.from_url(shelf.url) as client:
        assert 890 <= client.ttl("call:CA1") <= 900
    await store.close()


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("commands", range(14))
async def test_a_cluster_s_step_that_was_cut_off_is_carried_through_once(cluster_url: str, commands: int, carried_out: bool) -> None:
    shelf = Shelf(cluster_url)
    store = await shelf.open(into_theirs=True)
    await shelf.put_document("CA1", document(GREETING))
    was = await adopted(store, lines=(line("one"), line("two", "AI")))
    dying: Any = await shelf.open(into_theirs=True)
    dies_after(dying, commands, carried_out=carried_out)
    try:
        await step(dying, was, taken_back=1, lines=(line("instead", "AI"),))
    except Died:
        found = await store.open("CA1")
        assert found.call is not None
        if found.call.rev == was.call.rev:
            await step(store, was, seen=found.seen, taken_back=1, lines=(line("instead", "AI"),))
    assert await history(shelf) == await history(store) == [GREETING, said("one"), said("instead", "AI")]
    await store.close()
    await dying.close()


words = st.sampled_from(("yes", " yes", "no", "王", 'a"]},{\\', "", "\u00a0yes"))
lines = st.builds(lambda speaker, message: msgspec.json.encode(said(message, speaker)), st.sampled_from(("AI", "customer")), words)
others = st.sampled_from((b"7", b"null", b"[]", b'{"speaker":1,"message":"yes"}', b'{"a":[{"speaker":"AI"}], "b":"\\"]"}', b'" ] "'))


@given(
    theirs=st.lists(lines | others, max_size=8),
    ours=st.lists(lines, max_size=8),
    gone=st.lists(lines, max_size=2),
    space=st.sampled_from((b"", b" \n")),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_both_ways_to_weave_are_the_same(redis_url: str, theirs: list[bytes], ours: list[bytes], gone: list[bytes], space: bytes) -> None:
    array, mine, away = b"[%b]" % (space + b"," + space).join(theirs), b",".join(ours), b",".join(gone)
    with redis.Redis.from_url(redis_url) as client:
        inside = client.eval(script("weaving").source + "\nreturn woven(ARGV[1], ARGV[2], ARGV[3])", 0, array, mine, away)
    found = woven(array, mine, away)
    assert inside == found
    left = [bytes(one).strip() for one in msgspec.json.decode(found, type=list[msgspec.Raw])]
    at = iter(left)
    assert all(any(one == other for other in at) for one in ours)  # each line of ours, in order
    assert len(left) <= len(ours) + len(theirs)
    again = [bytes(one).strip() for one in msgspec.json.decode(woven(found, mine), type=list[msgspec.Raw])]
    assert [one.replace(b'" yes', b'"yes') for one in again] == [one.replace(b'" yes', b'"yes') for one in left]  # whichever of two alike is ours


def test_the_last_lines_of_a_conversation() -> None:
    three = [msgspec.json.encode(said(one)) for one in ("one", '{"speaker":"AI"}', "three")]
    for count, whole in itertools.product(range(5), (three, [])):
        assert last(b",".join(whole), count) == b",".join(whole[max(len(whole) - count, 0) :])
