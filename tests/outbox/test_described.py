"""What is posted is described: by a model for each occasion, in /openapi.json, on the page, and in docs/webhooks.md."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.record.call import Brief, Call
from agent.record.delivery_bodies import BODIES
from agent.record.handoff import Handoff
from agent.record.packet import packet
from agent.record.webhook import OCCASIONS
from tests.api.services import running

ROOT = Path(__file__).parents[2]


def test_every_occasion_has_a_body() -> None:
    assert tuple(BODIES) == OCCASIONS


def test_the_packet_of_a_handoff_fits_its_body() -> None:
    told = {field.encode_name for field in msgspec.structs.fields(BODIES["handoff.wanted"])}
    brief = Brief(business="acme", region="US", time_zone="America/New_York")
    call = Call(sid="CA1", created_at="2026-03-02T01:00:00Z", brief=brief, handoff=Handoff(why="escalated", reason="angry"))
    assert set(packet(call)) <= told


@pytest.mark.anyio
async def test_the_description_of_the_api_has_them() -> None:
    async with running() as caller:
        described = (await caller.http.get("/openapi.json")).json()
        page = (await caller.http.get("/docs")).text
    assert tuple(described["webhooks"]) == OCCASIONS
    assert not set(OCCASIONS) & {path.strip("/") for path in described["paths"]}
    for occasion, methods in described["webhooks"].items():
        asked = methods["post"]
        message = asked["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert message["type"] == {"enum": [occasion]}
        assert {"reference", "state", "revision", "callSid"} <= set(message["data"]["required"])
        assert [one["name"] for one in asked["parameters"]] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
        assert {"204", "410", "default"} <= set(asked["responses"])
        assert f"<code>{occasion}</code>" in page
    assert "<tr><td><code>data.company.name</code><td>body, string<td>required</tr>" in page


def _example() -> dict[str, Any]:
    text = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    found: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("```")[0])
    return found


def test_the_example_of_the_docs_is_one() -> None:
    example = _example()
    told = msgspec.convert(example["data"], BODIES[example["type"]])
    assert msgspec.to_builtins(told) == example["data"]


def test_the_docs_name_every_occasion_and_field() -> None:
    text = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    names = {field.encode_name for body in BODIES.values() for field in msgspec.structs.fields(body)}
    assert [name for name in (*OCCASIONS, *names) if f"`{name}`" not in text] == []
