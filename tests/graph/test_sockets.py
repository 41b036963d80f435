"""A call over a connection on which the caller is spoken with at once: whose it is, beside a supervisor, and what was heard of an answer."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.policy.people import Message, Takeover
from agent.record.call import Call
from graph.errors import LineGone
from tests.graph.people_at_calls import NOW, Calls

pytestmark = pytest.mark.anyio


class Sockets(Calls):
    async def over(self, socket: str, words: str = "", worker: int = 0, *, opens: bool = False) -> dict[str, Any]:
        """A turn over a connection."""
        request = msgspec.structs.replace(self.request(words), socket=socket, opens_socket=opens, over_a_line=True)
        found: dict[str, Any] = json.loads(await self.workers[worker].take_turn(request, self.now))
        return found

    async def call(self) -> Call:
        found = (await self.store.open("CA1")).call
        assert found is not None
        return found

    async def lines(self) -> list[tuple[str, str]]:
        return [(line["speaker"], line["message"]) for line in (await self.document())["history"]]


async def test_the_newest_connection_has_the_call_on_whichever_worker() -> None:
    calls = Sockets()
    await calls.over("a", opens=True)
    await calls.over("b", worker=1, opens=True)
    before = await calls.lines()
    for worker in (0, 1):
        with pytest.raises(LineGone):
            await calls.over("a", "it's Bob Smith", worker)
    assert await calls.lines() == before
    await calls.over("b", "it's Mary O'Neill")
    assert (await calls.call()).slot("name").value == "Mary O'Neill"


async def test_words_that_come_otherwise_leave_the_call_to_its_connection() -> None:
    calls = Sockets()
    await calls.over("a", opens=True)
    await calls.say("it's Mary O'Neill")
    assert (await calls.call()).socket == "a"
    await calls.over("a", "202 555 0143")


async def test_a_call_that_was_erased_meanwhile_begins_anew_over_its_connection() -> None:
    calls = Sockets()
    await calls.over("a", opens=True)
    await calls.store.erase("CA1")
    for words in ("it's Mary O'Neill", "202 555 0143"):
        await calls.over("a", words)
    assert (await calls.call()).slot("name").value == "Mary O'Neill"


async def test_beside_a_supervisor_words_are_answered_with_silence_and_silence_with_a_sentence() -> None:
    calls = Sockets(line_s=3600.0)  # whoever waited here would wait for an hour
    await calls.over("a", opens=True)
    await calls.do(Takeover(agent="ann"))
    greeted = await calls.lines()
    assert (await calls.over("a", "my number is 202 555 0143"))["aiResponse"]["message"] == ""
    assert await calls.lines() == [*greeted, ("customer", "my number is 202 555 0143")]
    assert (await calls.call()).suggestions == {"phone": "+12025550143"}
    held = (await calls.over("a"))["aiResponse"]["message"]
    assert held
    await calls.do(Message(agent="ann", text="Hello, this is Ann."))
    assert (await calls.over("a", "are you there"))["aiResponse"]["message"] == "Hello, this is Ann."
    assert [told for told in await calls.lines() if told[0] == "AI"] == [*greeted, ("AI", held)]
    assert [told.get("over_a_socket", False) for told in await calls.trace()] == [True, False, True, True, False, True]


async def heard(calls: Sockets, answer: dict[str, Any], words: str) -> None:
    spoken = answer["aiResponse"]
    await calls.workers[1].heard("CA1", spoken["startedAt"], spoken["message"], words, calls.now)


async def test_an_answer_is_cut_to_what_was_heard_of_it() -> None:
    calls = Sockets()
    greeting = await calls.over("a", opens=True)
    await heard(calls, greeting, "Thanks for")
    assert await calls.lines() == [("AI", "Thanks for")]
    assert [line.message for line in (await calls.call()).recent] == ["Thanks for"]
    told = await calls.told("taken_back", "new_message")
    assert [one["type"] for one in told] == ["new_message", "taken_back", "new_message"]
    assert (told[1]["payload"]["lines"], told[2]["payload"]["message"]) == (1, "Thanks for")
    await heard(calls, greeting, "Thanks")  # it is not what it was any more
    assert await calls.lines() == [("AI", "Thanks for")]


async def test_an_answer_of_which_nothing_was_heard_was_not_given() -> None:
    calls = Sockets()
    await heard(calls, await calls.over("a", opens=True), "")
    assert await calls.lines() == []
    await calls.over("a", "it's Mary O'Neill")
    assert [speaker for speaker, _ in await calls.lines()] == ["customer", "AI"]


async def test_what_is_no_longer_the_last_stays() -> None:
    calls = Sockets()
    greeting = await calls.over("a", opens=True)
    before = await calls.lines()
    await calls.workers[0].heard("CA2", "", "", "", NOW)  # there is no such call
    await heard(calls, greeting, greeting["aiResponse"]["message"])  # all of it
    calls.now += timedelta(seconds=5)
    answer = await calls.over("a", "it's Mary O'Neill")
    await heard(calls, greeting, "Thanks")
    assert (await calls.lines())[:1] == before
    assert (await calls.lines())[-1][1] == answer["aiResponse"]["message"]


async def test_of_a_supervisor_s_words_before_ours_nothing_is_cut() -> None:
    calls = Sockets()
    await calls.over("a", opens=True)
    answer = {"aiResponse": {"message": "Ann here. Thanks", "startedAt": ""}}
    call = await calls.call()
    ours = call.recent[-1].message
    answer["aiResponse"] = {"message": f"Ann here. {ours}", "startedAt": call.recent[-1].startedAt}
    await heard(calls, answer, "Ann here. Thanks for")
    assert await calls.lines() == [("AI", "Thanks for")]
