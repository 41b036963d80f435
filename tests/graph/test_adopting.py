"""A document that another system made before the call: what is in it counts, in our form; what is no value does not."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.record.call import Turn
from graph.state import TurnRequest
from storage.memory_store import MemoryStore
from tests.graph.walkers import walker

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
SERVICES = [{"id": "S1", "name": "Gutter cleaning", "price": 99}, {"id": 2, "name": "Roof repair", "price": "$400"}, {"name": "Chimney sweep"}]


def after(
    said: list[str], user: dict[str, Any], services: list[dict[str, Any]] = SERVICES, language: str = "", **more: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The last answer and the document, when the caller has said all that. `more`: what else stood in the document."""
    store = MemoryStore()
    store.put_document("CA1", json.dumps({"callSid": "CA1", "services": services, "user": user, **more}).encode())
    walk = walker(store=store)

    async def take() -> tuple[bytes, bytes | None]:
        for number, words in enumerate(said):
            answer = await walk.take_turn(TurnRequest(sid="CA1", turn=Turn(key=str(number), text=words), language=language), NOW)
        return answer, await store.document("CA1")

    answer, document = asyncio.run(take())
    return json.loads(answer), json.loads(document or b"null")


@pytest.mark.parametrize(
    ("slot", "theirs", "ours"),
    [
        ("name", "Mary O'Neill", "Mary O'Neill"),
        ("name", "J", "J"),
        ("phone", "(202) 555-0143", "+12025550143"),
        ("phone", "+61491570156", "+61491570156"),
        ("email", " MARY@Gmail.com ", "mary@gmail.com"),
        ("address", "12 Main St, Springfield, IL 62701", "12 Main Street, Springfield, IL 62701"),
        ("address", "12 Main Street", "12 Main Street"),
    ],
)
def test_what_is_filled_is_kept_in_our_form_and_not_asked_again(slot: str, theirs: str, ours: str) -> None:
    answer, document = after([""], {"userInfo": {slot: theirs}})
    assert answer["progress"]["filled"] == {slot: ours}
    assert slot not in answer["progress"]["remaining"]
    assert document["user"]["userInfo"][slot] == ours
    assert document["provenance"][slot]["confirmed"] == "adopted"


@pytest.mark.parametrize(("slot", "theirs"), [("name", "unknown"), ("phone", "anonymous"), ("phone", "12"), ("email", "n/a"), ("address", "tbd")])
def test_what_is_no_value_is_asked(slot: str, theirs: str) -> None:
    answer, _ = after([""], {"userInfo": {slot: theirs}})
    assert answer["progress"]["filled"] == {}
    assert slot in answer["progress"]["remaining"]


def test_the_parts_of_an_adopted_address_stand_beside_it_and_theirs_win() -> None:
    _, document = after([""], {"userInfo": {"address": "12 Main St, Springfield, IL 62701", "street_name": "Main St"}})
    info = document["user"]["userInfo"]
    assert (info["street_number"], info["street_name"], info["postcode"]) == ("12", "Main St", "62701")


@pytest.mark.parametrize(
    ("theirs", "kept"),
    [
        ({"id": "S1", "name": "Gutter cleaning"}, {"id": "S1", "name": "Gutter cleaning", "price": 99, "description": ""}),
        ({"name": "Roof repair"}, {"id": 2, "name": "Roof repair", "price": "$400", "description": ""}),
        ({"id": 2}, {"id": 2, "name": "Roof repair", "price": "$400", "description": ""}),
        ("Gutter cleaning", {"id": "S1", "name": "Gutter cleaning", "price": 99, "description": ""}),
        ({"id": "S9", "name": "Moon trips"}, None),
        (7, None),
    ],
)
def test_a_service_is_one_of_those_on_offer(theirs: Any, kept: dict[str, Any] | None) -> None:
    _, document = after([""], {"userInfo": {}, "service": theirs})
    assert document["user"].get("service") == kept


def test_a_service_chosen_in_the_call_is_kept_as_its_owner_wrote_it() -> None:
    _, document = after(["", "I need roof repair"], {"userInfo": {}})
    assert document["user"]["service"] == {"id": 2, "name": "Roof repair", "price": "$400", "description": ""}
    _, document = after(["", "chimney sweep please"], {"userInfo": {}})
    assert document["user"]["service"] == {"id": "Chimney sweep", "name": "Chimney sweep", "price": None, "description": ""}


def test_a_service_of_ours_keeps_its_other_words() -> None:
    _, document = after(["", "my toilet is clogged"], {"userInfo": {}}, [{"id": "drain-cleaning", "name": "Drains", "price": 1}, *SERVICES])
    assert document["user"]["service"] == {"id": "drain-cleaning", "name": "Drains", "price": 1, "description": ""}


@pytest.mark.parametrize(
    ("theirs", "kept"),
    [
        ("2026-03-04 10:00", "2026-03-04T10:00:00-05:00"),
        ("2026-03-04T15:00:00Z", "2026-03-04T10:00:00-05:00"),
        ("sometime", None),
        ("2026-03-04", None),
        (5, None),
    ],
)
def test_a_time_is_kept_with_the_offset_of_the_business(theirs: Any, kept: str | None) -> None:
    _, document = after([""], {"userInfo": {}, "serviceBookedTime": theirs})
    assert document["user"].get("serviceBookedTime") == kept


BOB = {"id": "66f1", "name": "Bob's Plumbing", "email": "bob@example.com", "userId": "u1", "calendar_access_token": "t"}


@pytest.mark.parametrize(
    ("language", "said", "spoken"),
    [
        ("", "", "Thanks for calling Bob's Plumbing. Can I have your name, please?"),
        ("zh-CN", "", "您好，这里是Bob's Plumbing。"),
        ("", "who am I speaking to?", "I'm the booking assistant of Bob's Plumbing."),
        ("", "is this Bob's plumbing?", "I'm the booking assistant of Bob's Plumbing."),
        ("zh-CN", "你们是哪家公司", "我是Bob's Plumbing的预约助手。"),
    ],
)
def test_it_speaks_for_the_company_in_the_document(language: str, said: str, spoken: str) -> None:
    answer, document = after([said], {"userInfo": {}}, language=language, company=BOB)
    assert answer["aiResponse"]["message"].startswith(spoken)
    assert "Acme" not in json.dumps(answer, ensure_ascii=False)
    assert document["company"] == BOB


def test_in_the_middle_of_a_call_it_is_asked_for_by_its_name() -> None:
    answer, _ = after(["it's Mary O'Neill", "is this Bob's Plumbing?"], {"userInfo": {}}, company=BOB)
    assert answer["aiResponse"]["message"].startswith("I'm the booking assistant of Bob's Plumbing.")


@pytest.mark.parametrize("name", ["Acme Home Services", "ACME  home services.", "", "  ", None, 7, ["Bob"]])
def test_the_same_company_and_one_without_a_name_have_the_business_s_own_greeting(name: Any) -> None:
    answer, document = after([""], {"userInfo": {}}, company={**BOB, "name": name})
    assert answer["aiResponse"]["message"].startswith("Thanks for calling Acme Home Services. ")
    assert document["company"]["name"] == name


@pytest.mark.parametrize(
    ("name", "said"),
    [("Smith & Co.", "Smith & Co."), ("{0} %s <b>\n\u202e", "{0} %s <b>."), ("x" * 5000, "x" * 100 + "."), ("北京家政。", "北京家政.")],
)
def test_any_name_is_said_as_it_is_and_in_measure(name: str, said: str) -> None:
    answer, _ = after([""], {"userInfo": {}}, company={"name": name})
    assert answer["aiResponse"]["message"].startswith(f"Thanks for calling {said} Can I")
