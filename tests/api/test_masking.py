"""What a viewer sees: nothing that a caller said, whoever wrote the document and whatever names they gave."""

from typing import Any

import msgspec
import pytest

from agent.record.call_events import taken_back
from agent.record.events import Event
from api import business_files
from api.app import Service
from api.console.assets import assets
from api.frames import Frame, Topic
from api.hub import Hub
from api.masking import HIDDEN, WHY, Masking
from api.routing import ANYONE, ROUTES
from api.shown import Known
from storage.store import Entry
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.feeds import reading
from tests.api.services import client, running, settings
from tests.conftest import Shelf
from tests.storage.calls import filled, line, new_call

pytestmark = pytest.mark.anyio
SECRET = "Mary O'Neill"
NUMBER = 12025550143


@pytest.fixture(scope="module")
def masking() -> Masking:
    return Masking(business_files.load(None))


def everywhere(value: Any, document: Any) -> Any:
    """The document with `value` in the place of everything that stands in it."""
    if isinstance(document, dict):
        return {name: everywhere(value, inner) for name, inner in document.items()}
    return [everywhere(value, inner) for inner in document] if isinstance(document, list) else value


def names(plan: Any) -> Any:
    """A document with every name that the plan knows, and lists of one."""
    if isinstance(plan, dict):
        return {name: names(inner) for name, inner in plan.items()}
    return [names(plan[0])] if isinstance(plan, list) else ""


@pytest.mark.parametrize("secret", [SECRET, NUMBER, f"{NUMBER}", NUMBER + 0.5, {"said": SECRET}, [SECRET], {SECRET: 1}, [[NUMBER]]])
def test_a_secret_under_any_name_of_ours_is_hidden(masking: Masking, secret: Any) -> None:
    known = Known(("CA1",), 1772413200.0, "1772413200000-0")
    for shown in (
        masking.document(everywhere(secret, names(masking._document)), "CA1"),
        masking.envelope(everywhere(secret, names(masking._envelope)), known),
        masking.calls(everywhere(secret, names(masking._calls)), ("CA1",)),
    ):
        shown = msgspec.json.encode(shown).decode()
        assert SECRET not in shown
        assert str(NUMBER) not in shown


def test_what_is_not_named_is_left_out(masking: Masking) -> None:
    shown = masking.document(
        {"callSid": "CA1", "note": SECRET, "company": {"id": "acme", "secret": SECRET}, "services": [{"name": "Drain cleaning", "for": SECRET}]},
        "CA1",
    )
    assert shown == {"callSid": "CA1", "company": {"id": "acme"}, "services": [{"name": "Drain cleaning"}]}


def test_a_flag_is_shown_where_there_are_flags(masking: Masking) -> None:
    shown = masking.document({"servicebooked": True, "confirmEmailsent": False, "user": {"userInfo": {"address": True}}, "createdAt": False}, "CA1")
    assert shown == {"servicebooked": True, "confirmEmailsent": False, "user": {"userInfo": {"address": HIDDEN}}, "createdAt": HIDDEN}


def test_what_was_taken_back_shows_no_words_and_no_values(masking: Masking) -> None:
    call = new_call("CA1").with_slot("name", filled(SECRET)).with_lines((line(SECRET), line("thanks", "AI")))
    shown = masking.envelope(msgspec.to_builtins(taken_back(call, 2, 1772413200.123)), Known(("CA1",), 1772413200.0))
    assert shown["type"] == "taken_back"
    payload = shown["payload"]
    assert (payload["lines"], payload["misses"], payload["progress"]["filled"]) == (2, 0, {"name": HIDDEN})
    assert [(one["speaker"], one["message"]) for one in payload["lastMessages"]] == [("customer", HIDDEN), ("AI", HIDDEN)]


def test_events_keep_their_shape(masking: Masking) -> None:
    payload = {"callSid": "CA1", "slot": "phone", "status": "pending", "value": "+12025550143", "step": "phone", "completed": 1, "total": 6}
    event = Event(type="progress", payload={**payload, "remaining": ["phone", "email"]}, timestamp=1772413200.123)
    assert masking.envelope(msgspec.to_builtins(event), Known(("CA1",), 1772413200.0)) == {
        "type": "progress",
        "payload": {**payload, "value": HIDDEN, "remaining": ["phone", "email"]},
        "timestamp": 1772413200.123,
        "source": "agent",
    }


async def test_a_viewer_of_a_document_that_another_system_made(shelf: Shelf, masking: Masking) -> None:
    store = await shelf.open()
    theirs = {
        "callSid": "CA-theirs",
        "services": [{"id": "x", "name": SECRET, "price": NUMBER, "contact": SECRET}],
        "company": {"id": SECRET, "name": "Acme Home Services", "phone": SECRET},
        "user": {"userInfo": {"name": SECRET, "nickname": SECRET}, "note": SECRET},
        "progress": {"status": SECRET, "filled": {"name": SECRET}},
        "provenance": {"name": {"turn": "t", "words": SECRET, "rule": SECRET}},
        "status": SECRET,
        SECRET: SECRET,
    }
    await shelf.put_document("CA-theirs", msgspec.json.encode(theirs))
    document = await store.document("CA-theirs")
    assert document is not None
    shown = msgspec.json.encode(masking.document(msgspec.json.decode(document), "CA-theirs")).decode()
    assert SECRET not in shown
    assert "Acme Home Services" in shown
    assert '"turn"' not in shown
    await store.close()


async def test_a_viewer_gets_no_key_of_a_turn() -> None:
    async with running(tokens=TOKENS) as caller:
        for role in ("integration", "viewer"):
            headers = {"Authorization": f"Bearer {IDENTITIES[role]}"}
            turn = {"callSid": "CA1", "customerMessage": {"message": "hello", "startedAt": "2026-03-02T01:00:00Z"}}
            if role == "integration":
                await caller.http.post("/ai/conversation", json=turn, headers=headers)
                await caller.http.patch("/calls/CA1", json={"name": SECRET}, headers=headers)
            else:
                key = caller.walker.requests[0].turn.key
                assert len(key) == 32
                for path in ("/calls", "/calls/CA1"):
                    shown = (await caller.http.get(path, headers=headers)).text
                    assert key not in shown
                    assert '"turn"' not in shown


NUMBERS = (
    *("+12025550143", "2025550143", "2025550143-0", 2025550143, int("2025550143" * 40)),
    *("mary.oneill@gmail.com", "ab-Mary-Jane", "en-Mary", "CA-theirs"),
)
"""What has the form of an id, a moment or a language, and is none of this call's."""


@pytest.mark.parametrize("number", NUMBERS)
def test_an_event_names_its_own_call_and_nothing_that_only_looks_like_one(masking: Masking, number: Any) -> None:
    payload = {**dict.fromkeys(("callSid", "agentId", "language", "lastEventId"), number), "calls": [{"callSid": number, "status": "active"}]}
    data = msgspec.json.encode({"type": "status_change", "payload": payload, "timestamp": number})
    frame = Frame((1772413200123, 0), Entry(id="1772413200123-0", sid="CA1", data=data))
    shown = frame.masked(masking.envelope)
    assert str(number).encode() not in shown.replace(b"1772413200123-0", b"")
    assert shown.count(HIDDEN.encode()) == 6


def test_what_is_known_of_an_event_is_shown() -> None:
    masking = Masking(business_files.load(None), {"sue"}.__contains__)
    payload = {"callSid": "CA1", "agentId": "sue", "language": "en-AU", "reason": "opened_again"}
    told = {"type": "status_change", "payload": payload, "timestamp": 1772413200.1, "source": "agent"}
    frame = Frame((1772413200123, 0), Entry(id="1772413200123-0", sid="CA1", data=msgspec.json.encode(told)))
    assert msgspec.json.decode(frame.masked(masking.envelope).split(b"data: ")[1]) == told


@pytest.mark.parametrize("reason", WHY)
def test_why_a_status_moved_is_no_value(masking: Masking, reason: str) -> None:
    told = Event(type="status_change", payload={"callSid": "CA1", "status": "ended", "before": "active", "reason": reason}, timestamp=1772413200.1)
    shown = masking.envelope(msgspec.to_builtins(told), Known(("CA1",), 1772413200.0))
    assert shown["payload"] == {"callSid": "CA1", "status": "ended", "before": "active", "reason": reason}


async def test_a_document_that_another_system_made_is_that_of_the_call_it_was_asked_for(shelf: Shelf, masking: Masking) -> None:
    store = await shelf.open()
    theirs = {"callSid": "+12025550143", "services": [], "history": [], "calls": [{"callSid": "+12025550143"}]}
    await shelf.put_document("CA-theirs", msgspec.json.encode(theirs))
    hub = Hub(store)
    await hub.start()
    found = await hub.snapshots.of(Topic("call", "CA-theirs"))
    assert found.payload["callSid"] == "CA-theirs"
    shown = found.block(masking.envelope)
    assert b"2025550143" not in shown
    assert b'"callSid":"CA-theirs"' in shown
    await hub.close()
    await store.close()


SAID = {
    "name": "Xylophina Quux",
    "phone": "+12025550143",
    "email": "xylophina@example.com",
    "address": "742 Evergreen Terrace, Springfield, IL 62704",
}
"""What a caller said, told by none of its words in anything a viewer may read."""


async def test_a_viewer_reads_no_value_in_any_answer_there_is() -> None:
    service = Service(settings(tokens=TOKENS))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        integration, viewer = ({"Authorization": f"Bearer {IDENTITIES[role]}"} for role in ("integration", "viewer"))
        turn = {"callSid": "CA1", "customerMessage": {"message": "hello, this is Xylophina Quux"}, "from": "+12025550199"}
        assert (await http.post("/ai/conversation", json=turn, headers=integration)).status_code == 200
        for slot, value in SAID.items():
            assert (await http.patch("/calls/CA1", json={slot: value}, headers=integration)).status_code == 200, slot
        whole = (await http.get("/calls/CA1", headers=integration)).text
        hidden = [*SAID.values(), "Xylophina", "Quux", "5550143", "xylophina", "Evergreen", "62704"]
        assert all(value in whole for value in hidden)
        hidden += ["2025550199", *IDENTITIES.values()]
        read = 0
        for route in ROUTES:
            path = route.path.format_map(
                {
                    "callSid": "CA1",
                    "agentId": "viewer-1",
                    "id": "msg_1",
                    "reference": "ABCDE",
                    "business": "acme",
                    "key": "x.ics",
                    "hash": assets().hash,
                    "file": "client/slotline.js",
                }
            )
            if route.kind == "stream":
                async with reading(service._streams, path, role="viewer") as feed, reading(service._streams, path, "0-1", role="viewer") as resumed:
                    last = (await feed.next("history")).id
                    if not path.startswith("/agents"):
                        await resumed.all_until(last)
                    shown = (feed.raw + resumed.raw).decode()
            elif "viewer" in route.roles or route.roles is ANYONE:
                answer = await http.request(route.method, path, headers=viewer)
                shown = answer.text + str(answer.headers)
            else:
                answer = await http.request(route.method, path, headers=viewer, json={"name": "x"})
                assert answer.status_code == 403
                shown = answer.text
            read += 1
            assert [value for value in hidden if value and value in shown] == [], route
        assert read == len(ROUTES)
