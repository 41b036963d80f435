"""Every sample is answered as it says, and every signature is accepted or refused as it says."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from api.telephony import PATHS
from api.telephony.posted import FORM, bases, read
from api.telephony.provider import Dial, HangUp, Listen, Posted, Reply
from api.telephony.switchboard import provider_named
from tests.telephony.phones import NOW, answered, exchange
from tests.telephony.twiml import IllegalError, parsed
from tests.telephony.twiml import read as read_document
from tests.telephony.verbs import read as read_verbs

SAMPLES = {path.stem: json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "samples").glob("*.json")}
SIGNATURES = SAMPLES["twilio_signatures"]


def sent(name: str) -> list[dict[str, Any]]:
    """The samples of a file for paths that are served."""
    found: list[dict[str, Any]] = [one for one in SAMPLES[name]["webhooks"] if urlsplit(one["url"]).path in PATHS]
    return found


@pytest.mark.anyio
async def test_twilio_s_requests_are_answered_as_they_say(redis_url: str) -> None:
    heard: dict[str, bytes] = {}
    async with exchange(redis_url) as (_, http):
        for sample in sent("twilio_webhooks"):
            name, path = sample["name"], sample["url"].removeprefix("https://voice.example.test")
            response = await http.request(sample["method"], path, content=sample.get("body", ""), headers=sample["headers"])
            heard[name] = response.content
            if sample["expect"].startswith("204"):
                assert (response.status_code, response.content) == (204, b""), name
                continue
            document = answered(response)
            assert (document.gather is not None) == (name.startswith(("incoming", "gather", "dial-no", "dial-busy", "call-back"))), name
            assert document.hangs_up == (name in ("dial-completed", "enqueue-bridged", "connect-completed")), name
            assert (document.number != "") == (name in ("connect-handoff", "fallback")), name
            assert (document.relay is not None) == (name == "connect-failed"), name
            changed = await http.request(sample["method"], path + "x", content=sample.get("body", ""), headers=sample["headers"])
            assert changed.status_code in (403, 404), name
        calls = {
            sid: (await http.get(f"/calls/{sid}")).json() for sid in {one["params"]["CallSid"] for one in sent("twilio_webhooks") if one["params"]}
        }
    assert heard["gather-speech"] == heard["gather-speech-duplicate"] == heard["gather-speech-retry-new-token"]
    record = next(call for call in calls.values() if any("burst pipe" in line["message"] for line in call.get("history", ())))
    assert "Chloé O'Brien, 李" in [line["message"] for line in record["history"]]
    assert record["progress"]["status"] == "ended"
    assert not record["servicebooked"]


@pytest.mark.anyio
async def test_jambonz_requests_are_answered(redis_url: str) -> None:
    async with exchange(redis_url) as (_, http):
        for sample in SAMPLES["jambonz"]["webhooks"]:
            path = sample["url"].removeprefix("https://voice.example.test")
            response = await http.post(path, content=sample["body"], headers=sample["headers"])
            if path.endswith("/status"):
                assert (response.status_code, response.content) == (204, b"")
            else:
                assert answered(response).gather is not None
            forged = await http.post(path, content=sample["body"] + " ", headers=sample["headers"])
            assert (forged.status_code, forged.content) == (403, b"")
            assert (await http.get(path, headers=sample["headers"])).status_code == 403
        found = (await http.get(f"/calls/{json.loads(SAMPLES['jambonz']['webhooks'][0]['body'])['call_sid']}")).json()
    assert found["user"]["userInfo"]["name"] == "Kim Lee"
    assert found["progress"]["status"] == "ended"


@pytest.mark.parametrize("sample", SAMPLES["jambonz"]["answers"], ids=lambda sample: sample["name"])
def test_what_jambonz_is_told_has_the_shape_of_the_samples(sample: dict[str, Any]) -> None:
    told = read_verbs(json.dumps(sample["verbs"]))
    first = sample["verbs"][0].get("say", sample["verbs"][0])["text"]
    then: dict[str, Reply] = {
        "ask": Reply(ssml=f"<speak>{first}</speak>", then=Listen(heard_url=(told.gather or {}).get("action", ""), silence_url="https://x", wait_s=8)),
        "handoff": Reply(
            ssml=f"<speak>{first}</speak>", then=Dial(number=told.number, back_url=(told.dial or {}).get("action", ""), dialled="+61255501234")
        ),
        "finish": Reply(ssml=f"<speak>{first}</speak>", then=HangUp()),
    }
    ours = json.loads(provider_named("jambonz").render(then[sample["name"]]))
    for theirs, verb in zip(sample["verbs"], ours, strict=False):
        assert {name: verb.get(name) for name in theirs} == theirs
    assert [verb["verb"] for verb in ours[len(sample["verbs"]) :]] == (["redirect"] if sample["name"] == "ask" else [])


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["signalwire_cxml", "telnyx_texml"])
async def test_the_dialects_requests_are_answered(redis_url: str, name: str) -> None:
    async with exchange(redis_url) as (_, http):
        for sample in sent(name):
            path = sample["url"].removeprefix("https://voice.example.test")
            response = await http.post(path, content=sample["body"], headers=sample["headers"])
            if path.endswith("/status"):
                assert response.status_code == 204
            else:
                assert answered(response).gather is not None
            forged = await http.post(path, content=sample["body"] + "&x=1", headers=sample["headers"])
            assert (forged.status_code, forged.content) == (403, b"")
        (sid,) = {one["params"]["CallSid"] for one in sent(name)}
        found = (await http.get(f"/calls/{sid}")).json()
    assert found["user"]["userInfo"]["name"] == "Kim Lee"
    assert found["progress"]["status"] == "ended"


def posted(vector: dict[str, Any]) -> Posted:
    """A vector as a request that came to a service which was told so much of its URL as goes before the path."""
    parts = urlsplit(vector["url_called"])
    pairs = [tuple(pair) for pair in vector["pairs"]] if "pairs" in vector else list(vector.get("params", {}).items())
    body = vector.get("body", "x" if pairs else "").encode()
    kind = "application/json" if "body" in vector else FORM
    scope = {
        "method": "POST",
        "headers": [(b"content-type", kind.encode())],
        "sent_path": parts.path.encode(),
        "query_string": parts.query.encode(),
    }
    if vector["signature"] is not None:
        scope["headers"].append((b"x-twilio-signature", vector["signature"].encode()))

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    found = asyncio.run(read(scope, receive, "turn", bases(f"{parts.scheme}://{parts.netloc}")))
    return msgspec.structs.replace(found, pairs=pairs)


@pytest.mark.parametrize("vector", SIGNATURES["accept"], ids=lambda vector: vector["name"])
def test_a_right_signature_is_taken(vector: dict[str, Any]) -> None:
    token = vector.get("auth_token", SIGNATURES["auth_token"])
    assert provider_named("twilio").verified(posted(vector), token, NOW)
    assert not provider_named("twilio").verified(posted(vector), token + "x", NOW)


@pytest.mark.parametrize("vector", SIGNATURES["reject"], ids=lambda vector: vector["name"])
def test_a_wrong_signature_is_refused(vector: dict[str, Any]) -> None:
    assert not provider_named("twilio").verified(posted(vector), SIGNATURES["auth_token"], NOW)


def test_json_of_signalwire_is_signed_as_it_stands() -> None:
    (sample,) = [one for one in SAMPLES["signalwire_cxml"]["webhooks"] if one["name"] == "json"]
    vector = {"url_called": sample["url"], "body": sample["body"], "signature": sample["headers"]["X-SignalWire-Signature"]}
    key = SAMPLES["signalwire_cxml"]["signing_key"]
    assert provider_named("signalwire").verified(posted(vector), key, NOW)
    assert not provider_named("signalwire").verified(posted({**vector, "body": vector["body"] + " "}), key, NOW)


@pytest.mark.parametrize(("age", "known"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_telnyx_signatures_grow_old(age: int, known: bool) -> None:
    sample = SAMPLES["telnyx_texml"]["webhooks"][0]
    request = Posted(
        step="voice",
        method="POST",
        urls=(),
        query={},
        headers={name.lower().encode(): value.encode() for name, value in sample["headers"].items()},
        kind=FORM,
        body=sample["body"].encode(),
        pairs=(),
        fields={},
    )
    key = SAMPLES["telnyx_texml"]["public_key"]
    assert provider_named("telnyx").verified(request, key, SAMPLES["telnyx_texml"]["now"] + age) == known
    assert not provider_named("telnyx").verified(request, "not a key", SAMPLES["telnyx_texml"]["now"])


@pytest.mark.parametrize("sample", SAMPLES["twiml_samples"]["legal"], ids=lambda sample: sample["name"])
def test_the_reader_of_these_tests_takes_what_is_legal(sample: dict[str, str]) -> None:
    read_document(sample["xml"])


@pytest.mark.parametrize("sample", SAMPLES["twiml_samples"]["illegal"], ids=lambda sample: sample["name"])
def test_and_refuses_what_is_not(sample: dict[str, str]) -> None:
    with pytest.raises(IllegalError):
        parsed(sample["xml"])
