"""Every provider, every case: the same is right at each."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.sizes import BODY_LIMIT, CHAT_LIMIT
from api.telephony import PROVIDERS
from tests.callers import SAID
from tests.telephony.phones import PUBLIC, READERS, SIGNED, Phone, answered, exchange

Case = Callable[[Phone], Awaitable[None]]
CASES: dict[str, Case] = {}
PEOPLE = "+12025550101"
"""Whom the business has for callers who cannot be helped."""


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


async def events(phone: Phone) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await phone.http.get(f"/calls/{phone.sid}?events=1")).json()["events"]
    return found


async def turns(phone: Phone) -> int:
    return len([one for one in (await phone.http.get(f"/calls/{phone.sid}/trace")).json()["turns"] if not one.get("deed")])


@case
async def silence_is_led_back_and_ends_in_a_farewell(phone: Phone) -> None:
    await phone.ring()
    for _ in range(12):
        if phone.now.hangs_up or phone.now.number:
            break
        assert phone.now.gather is not None
        await phone.wait()
    assert phone.now.hangs_up or phone.now.number
    assert len(set(phone.heard)) > 2


@case
async def an_empty_result_is_silence(phone: Phone) -> None:
    await phone.ring()
    for fields in ({"SpeechResult": "", "Confidence": "0.0"}, {"SpeechResult": "", "Digits": ""}, {}):
        await phone.ask(phone.action, **fields)
    assert phone.now.hangs_up  # the third in a row
    assert {line["speaker"] for line in (await phone.call())["history"]} == {"AI"}


@case
async def what_was_hardly_heard_is_read_back(phone: Phone) -> None:
    await phone.ring()
    await phone.say("Marcus Barker", confidence="0.11")
    stands = (await phone.call())["progress"]
    assert (stands["pending"], stands["filled"]) == ({"name": "Marcus Barker"}, {})


@case
async def a_missing_confidence_is_unknown_and_not_none(phone: Phone) -> None:
    for confidence in ("", "0", "0.0", "nan", "-1", "x"):
        other = Phone(phone.http, phone.provider)
        await other.ring()
        await other.say("Marcus Barker", confidence=confidence)
        assert (await other.call())["progress"]["filled"] == {"name": "Marcus Barker"}


@case
async def keys_are_taken(phone: Phone) -> None:
    await phone.ring()
    await phone.say("it's Mary O'Neill")
    await phone.press("2025550143")
    stands = (await phone.call())["progress"]
    assert "+12025550143" in (stands["pending"].get("phone"), stands["filled"].get("phone"))
    assert (await phone.press("*0")).gather is not None


@case
async def a_turn_sent_again_is_the_same_turn(phone: Phone) -> None:
    await phone.ring()
    url = phone.action
    first = await phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9")
    before = await phone.call()
    again = await phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9")
    assert (again.content, await phone.call()) == (first.content, before)
    other_words = await phone.send(url, SpeechResult="it's Bob Miller", Confidence="0.9")
    assert (other_words.content, await phone.call()) == (first.content, before)


@case
async def a_turn_sent_many_times_at_once_is_one_turn(phone: Phone) -> None:
    await phone.ring()
    url = phone.action
    sent = [phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9") for _ in range(8)]
    assert len({response.content for response in await asyncio.gather(*sent)}) == 1
    assert await turns(phone) == 2
    assert [line["message"] for line in (await phone.call())["history"]].count("it's Mary O'Neill") == 1


@case
async def the_greeting_asked_for_again_is_the_same(phone: Phone) -> None:
    rings = [phone.send(f"/{phone.provider}/voice", CallStatus="ringing") for _ in range(4)]
    assert len({response.content for response in await asyncio.gather(*rings)}) == 1
    assert await turns(phone) == 1


@case
async def an_old_turn_that_comes_late_changes_nothing(phone: Phone) -> None:
    await phone.ring()
    first = phone.action
    heard = await phone.say("it's Mary O'Neill")
    await phone.say("202 555 0143")
    before = await phone.call()
    late = answered(await phone.send(first, SpeechResult="it's Mary O'Neill", Confidence="0.9"))
    assert (late, await phone.call()) == (heard, before)


@case
async def whoever_is_cut_off_calls_back_and_goes_on(phone: Phone) -> None:
    await phone.ring()
    await phone.say("it's Mary O'Neill")
    await phone.say("no, it's 202 555 0199")
    await phone.say("yes")
    had = (await phone.call())["progress"]["filled"]
    assert had == {"name": "Mary O'Neill", "phone": "+12025550199"}
    assert (await phone.tell("completed", 3)).status_code == 204
    cut = await phone.call()
    assert (cut["progress"]["status"], cut["progress"]["filled"]) == ("ended", had)
    back = Phone(phone.http, phone.provider, phone.caller)
    await back.ring()
    await back.say("it's Mary O'Neill")
    await back.say("yes")
    found = await back.call()
    assert (found["resumedFrom"], found["progress"]["filled"]) == (phone.sid, had)
    assert (await back.book(SAID["en"])).hangs_up


@case
async def what_comes_over_a_line_that_has_ended_changes_nothing(phone: Phone) -> None:
    await phone.ring()
    url = phone.action
    await phone.tell("completed", 3)
    before = await phone.call()
    assert answered(await phone.send(url, SpeechResult="it's Mary O'Neill", Confidence="0.9")).hangs_up
    assert await phone.call() == before


@case
async def a_line_ends_once_in_whatever_order_it_is_told(phone: Phone) -> None:
    orders = (("completed",), ("completed", "completed"), ("completed", "in-progress", "ringing"), ("ringing", "completed", "busy", "in-progress"))
    for order in orders:
        other = Phone(phone.http, phone.provider)
        await other.tell(order[0], 9)  # before anything of the call is known
        await other.ring()
        await other.say("it's Mary O'Neill")
        for number, status in enumerate(order):
            assert (await other.tell(status, number)).status_code == 204
        moves = [one["payload"] for one in await events(other) if one["type"] == "status_change"]
        assert [(one["before"], one["status"], one["reason"]) for one in moves] == [("active", "ended", "line_dropped")]
        assert (await other.call())["progress"]["filled"] == {"name": "Mary O'Neill"}


@case
async def a_wrong_signature_is_refused_and_nothing_else_said(phone: Phone) -> None:
    await phone.ring()
    before, url = await phone.call(), phone.action
    others = [sign for name, sign in SIGNED.items() if name != phone.provider]
    forgeries = [*others, lambda *_: {}, lambda *given: dict.fromkeys(SIGNED[phone.provider](*given), ""), _for_another_body(phone.provider)]
    for step in (url, "voice", "status", "dialled?n=1", "queued", "connected", "partial", "amd", "fallback"):
        target = step if step.startswith("http") else f"/{phone.provider}/{step}"
        for sign in forgeries:
            refused = await phone.send(target, sign, SpeechResult="it's Bob Miller", CallStatus="completed")
            assert (refused.status_code, refused.content) == (403, b""), target
    assert await phone.call() == before


def _for_another_body(provider: str) -> Callable[..., dict[str, str]]:
    return lambda url, fields, body: SIGNED[provider](url, {**fields, "x": "y"}, body + b"&x=y")


@case
async def a_huge_body_is_a_sentence_and_a_person(phone: Phone) -> None:
    await phone.ring()
    before = await phone.call()
    large = answered(await phone.send(phone.action, SpeechResult="a" * (BODY_LIMIT + 1)))
    assert (large.number, bool(large.said)) == (PEOPLE, True)
    beyond = await phone.send(phone.action, SpeechResult="a" * (CHAT_LIMIT + 1))
    assert beyond.status_code == 413
    assert READERS[beyond.headers["content-type"]](beyond.text).hangs_up
    assert await phone.call() == before


@case
async def what_is_no_utf8_is_refused_or_heard_as_far_as_it_can_be(phone: Phone) -> None:
    await phone.ring()
    form = {"CallSid": phone.sid, "From": phone.caller, "To": phone.dialled, "SpeechResult": "@"}
    body = phone.written(form).replace(b"%40", b"%FF%C0%AF").replace(b"@", b"\xff\xc0\xaf")
    read = {**form, "SpeechResult": "�" * 3}
    headers = {"Content-Type": phone.kind.partition(";")[0]}
    url = phone.action
    for sign in ({**read, "SpeechResult": "x"}, read):
        signature = SIGNED[phone.provider](url, sign, body if sign is read else body + b" ")
        response = await phone.http.post(url.removeprefix(PUBLIC), content=body, headers=headers | signature)
        if sign is read:
            assert answered(response).gather is not None
        else:
            assert (response.status_code, response.content) == (403, b"")


@case
async def other_kinds_of_bodies_are_refused_unless_they_are_signed(phone: Phone) -> None:
    await phone.ring()
    before, url = await phone.call(), phone.action
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/xml", "", "\N{LATIN SMALL LETTER E WITH ACUTE}"):
        body = phone.written({"CallSid": phone.sid, "SpeechResult": "it's Bob Miller"})
        headers = {b"Content-Type": kind.encode("latin-1")} if kind else {}
        signature = {name.encode(): value.encode() for name, value in SIGNED[phone.provider](url, {}, body).items()}
        response = await phone.http.post(url.removeprefix(PUBLIC), content=body, headers=headers | signature)
        if response.status_code == 403:
            assert response.content == b""
        else:  # its signature covers the body whatever it is called; it names no call
            assert answered(response).number == PEOPLE
    assert await phone.call() == before


@case
async def a_request_that_names_no_call_is_a_sentence_and_a_person(phone: Phone) -> None:
    for sid in ("", "a b", "a/b", "\x00", "x" * 300, '{"a":1}'):
        phone.sid = sid
        for step in ("voice", "turn?n=1", "dialled?n=1"):
            heard = answered(await phone.send(f"/{phone.provider}/{step}", SpeechResult="hello", DialCallStatus="busy"))
            assert heard.number == PEOPLE or heard.hangs_up, sid
        assert (await phone.tell("completed")).status_code == 204


@case
async def two_calls_at_once_do_not_meet(phone: Phone) -> None:
    callers = {
        name: Phone(phone.http, phone.provider, f"+1202555018{number}") for number, name in enumerate(("Mary O'Neill", "Bob Miller", "Ann Barker"))
    }
    await asyncio.gather(*(one.ring() for one in callers.values()))
    await asyncio.gather(*(one.say(f"it's {name}") for name, one in callers.items()))
    for name, one in callers.items():
        assert (await one.call())["progress"]["filled"] == {"name": name}


@case
async def turns_whose_url_has_no_number_are_turns(phone: Phone) -> None:
    await phone.ring()
    await phone.ask(f"/{phone.provider}/turn", SpeechResult="it's Mary O'Neill", Confidence="0.9")
    await phone.say("202 555 0143")
    await phone.ask(f"/{phone.provider}/turn?n=x&n=-3", SpeechResult="yes", Confidence="0.9")
    await phone.say("12 High Street, Springfield, New Jersey 07081")
    stands = (await phone.call())["progress"]
    assert stands["filled"] == {"name": "Mary O'Neill", "phone": "+12025550143"}
    assert "address" in stands["pending"]


@case
async def the_fallback_asks_nobody_and_stops_when_dialling_failed(phone: Phone) -> None:
    heard = answered(await phone.send(f"/{phone.provider}/fallback", ErrorCode="11200", ErrorUrl=f"{PUBLIC}/{phone.provider}/turn?n=3"))
    assert (heard.number, bool(heard.said)) == (PEOPLE, True)
    last = answered(await phone.send(f"/{phone.provider}/fallback", ErrorCode="11200", ErrorUrl=f"{PUBLIC}/{phone.provider}/dialled?n=3"))
    assert (last.number, last.hangs_up, bool(last.said)) == ("", True, True)
    assert "progress" not in await phone.call()


@case
async def a_call_left_to_others_goes_on_or_is_over(phone: Phone) -> None:
    await phone.ring()
    lost = answered(await phone.send(f"/{phone.provider}/connected?n=5", SessionStatus="failed", ErrorCode="39001"))
    if phone.provider == "twilio":  # the only one of them whose sockets are served
        assert (lost.relay or {})["action"] == f"{PUBLIC}/twilio/connected?n=6"
    else:
        assert lost.redirect == f"{PUBLIC}/{phone.provider}/turn?n=6&silence=1"
    wanted = answered(await phone.send(f"/{phone.provider}/connected?n=5", SessionStatus="ended", HandoffData='{"reason":"person"}'))
    assert wanted.number == PEOPLE
    over = answered(await phone.send(f"/{phone.provider}/connected?n=5", SessionStatus="completed", CallStatus="completed"))
    assert over.hangs_up
    assert (await phone.call())["progress"]["status"] == "ended"


@pytest.mark.anyio
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_every_case(redis_url: str, capsys: pytest.CaptureFixture[str], provider: str, name: str) -> None:
    async with exchange(redis_url) as (_, http):
        await CASES[name](Phone(http, provider))
    for line in capsys.readouterr().err.splitlines():
        told = json.loads(line)
        assert not ({"Mary", "Bob", "2025550143"} & set(str(told).replace("'", " ").split())), told


def test_every_provider_is_played() -> None:
    assert set(SIGNED) == set(PROVIDERS)
