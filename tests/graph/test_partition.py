"""Two hosts, a partition and one last place: whatever the order, at most one caller is ever told that it is booked, and everybody else knows better.

Hypothesis chooses who says how much when, which host loses Redis and gets it back, and when what was noted is tried. The hosts are real walkers, each
over a store of its own while Redis is away (`tests.graph.partition`).
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from agent.record.call import Call
from storage.memory_store import MemoryStore
from storage.store import Change
from tests.callers import TO_THE_SUMMARY
from tests.graph.office import words
from tests.graph.partition import TWO, Host, caller, settling

replace = msgspec.structs.replace
CALLERS = (("CA0", 0, "+12025550143"), ("CA1", 1, "+12025550144"), ("CA2", 1, ""))
"""Each with the host that has the call (a load balancer sticks to one) and the number it shows."""
SAID = (TWO, "yes")
"""What is left to say."""
SPEAK = st.tuples(st.just("speak"), st.integers(0, len(CALLERS) - 1), st.integers(1, len(SAID)))
TURN = st.tuples(st.just("redis"), st.integers(0, 1), st.just(0))
SETTLE = st.tuples(st.just("settle"), st.just(0), st.just(0))
Move = tuple[str, int, int]


@cache
def to_the_time() -> Call:
    """A call that lacks the time alone."""

    async def play() -> Call | None:
        store = MemoryStore()
        await caller(store, caller="", hold_minutes=0).say(*TO_THE_SUMMARY)
        return (await store.open("CA1")).call

    call = asyncio.run(play())
    assert call is not None
    return call


class Office:
    """Everybody who wants the one place."""

    def __init__(self) -> None:
        self.common = MemoryStore()
        self.hosts = [Host(self.common), Host(self.common)]
        self.callers = [caller(self.hosts[host], sid, caller=number, hold_minutes=0) for sid, host, number in CALLERS]
        self.told = [""] * len(CALLERS)
        """What each was last told that is no question: "booked", "noted", or nothing."""

    async def opens(self) -> None:
        """Everybody has said all but the time."""
        for (sid, host, number), one in zip(CALLERS, self.callers, strict=True):
            call = to_the_time()
            call = replace(call, sid=sid, rev=0, brief=replace(call.brief, caller=number))
            await self.hosts[host].commit(Change(before=None, after=call))
            one.now += timedelta(minutes=5)

    async def speak(self, which: int, much: int) -> None:
        one = self.callers[which]
        for _ in range(much):
            if one.turns >= len(SAID):
                return
            answer = await one.say(SAID[one.turns])
            status = answer["progress"]["status"]
            self.told[which] = "booked" if status == "booked" else "noted" if "noted it all" in words(answer) else ""
            if status == "booked":
                assert not one.store.is_away, "nothing is promised while nobody can be asked"

    async def turn(self, host: int) -> None:
        one = self.hosts[host]
        await (one.comes_back() if one.is_away else one.goes_away())

    async def settle(self) -> None:
        one = settling(self.common, hold_minutes=0)
        for sid in await one.left():
            await one.settle(sid)

    async def play(self, moves: Sequence[Move]) -> None:
        await self.opens()
        for kind, which, much in moves:
            match kind:
                case "speak":
                    await self.speak(which, much)
                case "redis":
                    await self.turn(which)
                case _:
                    await self.settle()
            await self.holds()
        for host, one in enumerate(self.hosts):
            if one.is_away:
                await self.turn(host)
        for which in range(len(CALLERS)):
            await self.speak(which, len(SAID))
        await self.settle()
        await self.holds()

    async def holds(self) -> None:
        """The promise."""
        places = [place.sid for place in (await self.common.open("x", "", "acme")).bookings]
        assert len(places) <= 1, places
        told = [sid for (sid, _, _), said in zip(CALLERS, self.told, strict=True) if said == "booked"]
        assert set(told) <= set(places), "who was told so has it"

    async def in_the_end(self) -> None:
        """Somebody has the place, and everybody knows how it stands."""
        (place,) = (await self.common.open("x", "", "acme")).bookings
        for (sid, _, _), said in zip(CALLERS, self.told, strict=True):
            call = (await self.common.open(sid)).call
            assert call is not None
            assert call.to_be_confirmed is None
            assert (call.booked is not None) == (sid == place.sid)
            if said == "noted" and sid != place.sid:
                assert (call.status, call.handoff and call.handoff.why) == ("waiting_agent", "not_free")


@settings(max_examples=120)
@given(st.lists(SPEAK | TURN | SETTLE, max_size=14))
def test_at_most_one_caller_is_told_booked(moves: list[Move]) -> None:
    async def play() -> Office:
        office = Office()
        await office.play(moves)
        await office.in_the_end()
        return office

    to_the_time()
    office = asyncio.run(play())
    event(f"told: {sorted(filter(None, office.told))}")


def test_the_last_place_is_noted_by_two_hosts_and_one_gets_it() -> None:
    """The plain case, and the one that has to be met whatever is drawn: everybody was told that it is noted, one is booked."""

    async def play() -> list[str]:
        office = Office()
        await office.play([("redis", 0, 0), ("redis", 1, 0), *(("speak", which, len(SAID)) for which in range(len(CALLERS)))])
        await office.in_the_end()
        return office.told

    to_the_time()
    assert asyncio.run(play()) == ["noted"] * len(CALLERS)
