"""What could not be brought: who sees it, how much of it, and who has it sent again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from agent.record.booking_reference import booking_reference
from agent.record.slot_state import SlotState
from api.app import Service
from api.frames import Frame
from api.outbox.outcomes import Again, Refused
from storage.ids import position
from storage.store import Change, Entry
from tests.api.neighbours import ACME, BEIJING, BUSINESSES, TOKENS, Neighbours, client
from tests.api.services import settings
from tests.outbox.houses import Receiver, until
from tests.storage.calls import job, new_call

pytestmark = pytest.mark.anyio
ADDRESS = "mary@example.com"


@asynccontextmanager
async def office(post: Receiver) -> AsyncIterator[Neighbours]:
    """A service that brings: the mails to `post`."""
    service = Service(settings(tokens=TOKENS, business=BUSINESSES))
    service.post, service.hooks = post, Receiver()
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        yield Neighbours(service, http)


async def book(office: Neighbours, sid: str, business: str) -> None:
    call = new_call(sid, business=business).with_slot("email", SlotState(status="filled", value=ADDRESS))
    after = msgspec.structs.replace(call, status="booked", booked=job(sid, business=business))
    await office.service.api.state.parts.store.commit(Change(before=None, after=after, booking=after.booked))


async def listed(office: Neighbours, role: str = "supervisor", whose: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = await office.ask("GET", "/outbox", role, whose, params=query)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


async def test_whoever_may_sees_what_came_back_and_has_it_sent_again() -> None:
    post = Receiver(Refused("smtp_550"), Refused("smtp_550"))
    async with office(post) as desk:
        await book(desk, "CA1", ACME)
        await book(desk, "CA2", BEIJING)

        async def both() -> bool:
            return len(await listed(desk)) == 2

        await until(both)
        (letter,) = await listed(desk, whose=ACME)
        wanted = {"kind": "mail", "occasion": "booking.created", "callSid": "CA1", "business": ACME, "reference": booking_reference("CA1")}
        assert letter.items() >= {**wanted, "to": ADDRESS, "tries": 1, "why": "smtp_550"}.items()
        assert [one["callSid"] for one in await listed(desk, business=BEIJING)] == ["CA2"]
        (masked,) = await listed(desk, "viewer", ACME)
        assert {**letter, "to": "•••", "reference": "•••"} == masked
        assert await listed(desk, whose=ACME, business=BEIJING) == []

        last, first = await listed(desk)
        page = (await desk.ask("GET", "/outbox", params={"count": 1})).json()
        assert page["deliveries"] == [last]
        assert await listed(desk, count=1, before=page["next"]) == [first]

        (owed,) = await listed(desk, callSid="CA1")
        assert owed == letter == {**letter, "state": "given_up", "due": ""}
        assert await listed(desk, whose=BEIJING, callSid="CA1") == await listed(desk, callSid="CA9") == []

        again = f"/outbox/{letter['id']}/send"
        for body, whose in (({"callSid": "CA2"}, ""), ({"callSid": "CA1"}, BEIJING), ({"callSid": "no such call"}, "")):
            refused = await desk.ask("POST", again, "supervisor", whose, json=body)
            assert (refused.status_code, refused.json()["code"]) == (404, "delivery_not_found")
        sent = await desk.ask("POST", again, "supervisor", ACME, json={"callSid": "CA1"})
        assert (sent.status_code, sent.json()) == (202, {"id": letter["id"], "callSid": "CA1"})

        async def arrived() -> bool:
            return [one["callSid"] for one in await listed(desk)] == ["CA2"]

        await until(arrived)
        await until(lambda: mailed(desk, "CA1"))
        assert (await desk.ask("POST", again, json={"callSid": "CA1"})).status_code == 404
    assert post.tries.count(letter["id"]) == 2


async def mailed(desk: Neighbours, sid: str) -> bool:
    return bool((await desk.call(sid))["confirmEmailsent"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 201}, "count"),
        ({"before": "garbage"}, "before"),
        ({"before": "1790000000000"}, "before"),
        ({"before": "-msg_1"}, "before"),
        ({"before": "soon-msg_1"}, "before"),
        ({"before": "1-" + "x" * 101}, "before"),
        ({"before": "1-a b"}, "before"),
        ({"before": "1-a\nb"}, "before"),
        ({"callSid": "a b"}, "callSid"),
    ],
)
async def test_what_is_asked_for_wrongly_is_told(query: dict[str, Any], field: str) -> None:
    async with office(Receiver()) as desk:
        refused = await desk.ask("GET", "/outbox", params=query)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_field")
        assert field in refused.text
        assert (await desk.ask("POST", "/outbox/msg_1/send", json={})).status_code == 422


async def test_what_a_call_still_owes_is_told_with_when_it_is_tried_next() -> None:
    async with office(Receiver(Again("smtp_451"))) as desk:
        await book(desk, "CA1", ACME)

        async def tried() -> bool:
            return [one["tries"] for one in await listed(desk, callSid="CA1")] == [1]

        await until(tried)
        (letter,) = await listed(desk, "viewer", callSid="CA1")
        assert (letter["state"], letter["why"], letter["to"]) == ("waiting", "smtp_451", "•••")
        assert letter["due"] > letter["made"]
        assert await listed(desk) == []


async def test_every_supervisor_hears_of_a_mail_that_came_back_and_a_viewer_sees_that_it_did() -> None:
    async with office(Receiver(Refused("smtp_550"))) as desk:
        await book(desk, "CA1", ACME)

        async def back() -> bool:
            return (await desk.call("CA1"))["booking"].get("mail") == "returned"

        await until(back)
        store = desk.service.api.state.parts.store
        entries: list[Entry] = list((await store.events("CA1", "0")).entries)
        told = [one for one in entries if Frame(position(one.id), one).concerns_agent("somebody else")]
        assert [msgspec.json.decode(one.data)["payload"]["success"] for one in told] == [False]
        seen = (await desk.ask("GET", "/calls/CA1?events=1", "viewer")).json()
        assert (seen["booking"]["mail"], seen["booking"]["mailWhy"]) == ("returned", "•••")
        (result,) = (one for one in seen["events"] if one["type"] == "tool_result" and one["payload"]["tool"] == "mail")
        assert result["payload"]["occasion"] == "booking.created"
        assert ADDRESS not in str(seen)
