"""Every sample of what voice platforms send is answered as it says there, and our streams are read as strictly as the samples tell good from bad."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chat.platforms import SAMPLES, TOKEN, House, answering
from tests.chat.reading import Answer, faults, heard

SID = "CA00000000000000000000000000001001"
REQUESTS = {one["name"]: one for one in SAMPLES["requests"]}
SAME = ("plain", "vapi", "elevenlabs", "livekit")
"""The same words of the same call, as each platform brings them."""


@pytest.fixture(scope="module")
def service() -> Iterator[House]:
    with answering() as found:
        yield found


@pytest.fixture
def house(service: House) -> House:
    """Where nobody has called yet."""
    service.http.delete(f"/calls/{SID}")
    return service


def posted(house: House, name: str) -> Answer:
    """A sample with a key that opens something."""
    sample = REQUESTS[name]
    answer = house.posts(sample["body"], {**sample["headers"], "Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    if not sample["body"].get("stream"):
        return _of_object(answer.json())
    assert answer.headers["content-type"].partition(";")[0] == SAMPLES["streams"]["content_type"]
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-cache", "no")
    assert "content-encoding" not in answer.headers
    usage = [event for event in answer.text.split("\n\n") if '"usage"' in event]
    assert len(usage) == ("stream_options" in sample["body"])
    return heard(answer.text)


def _of_object(completion: dict[str, Any]) -> Answer:
    form = SAMPLES["not_streamed"]
    assert [*completion] == [*form]
    assert (completion["object"], completion["usage"]) == (form["object"], form["usage"])
    (choice,) = completion["choices"]
    assert [*choice["message"]] == [*form["choices"][0]["message"]]
    return Answer(text=choice["message"]["content"], finish=choice["finish_reason"])


def test_one_call_through_all_samples(house: House) -> None:
    first = posted(house, "plain")
    assert first.finish == "stop"
    assert house.record(SID)["progress"]["filled"] == {"name": "Kim Lee"}
    assert [posted(house, name) for name in (*SAME, "content-parts", "not-streamed")] == [first] * 6
    assert house.lines(SID) == ["Hi, my name is Kim Lee.", first.text]

    revised = posted(house, "same-turn-revised")
    assert house.lines(SID) == ["Hi, my name is Kim Lee and I live at 12 Wattle Street.", revised.text]
    assert (posted(house, "tool-result").text, posted(house, "tool-result").finish) == ("", "stop")
    assert len(house.lines(SID)) == 2

    next_ = posted(house, "interrupted-history")
    assert house.lines(SID)[2:] == ["Sorry, it's Lee with double e.", next_.text]
    before = house.record(SID)
    assert posted(house, "plain") == posted(house, "same-turn-revised") == revised  # an older turn, whatever its words, has its answer
    assert house.record(SID) == before


@pytest.mark.parametrize("name", SAME)
def test_each_can_be_the_first(house: House, name: str) -> None:
    posted(house, name)
    record = house.record(SID)
    assert record["progress"]["filled"] == {"name": "Kim Lee"}
    assert record["from"] == ("+61491570156" if name == "vapi" else "")


def test_a_call_that_nothing_names_is_refused(house: House) -> None:
    answer = house.posts(REQUESTS["vapi-metadata-off"]["body"])
    expected = next(one for one in SAMPLES["errors"] if one["status"] == 400)
    assert (answer.status_code, answer.json()) == (400, expected["body"])
    assert answer.headers["content-type"] == "application/json"
    assert house.http.get("/calls").json()["calls"] == []


def test_a_wrong_key_and_a_body_that_is_too_large_are_refused(house: House) -> None:
    wrong = house.posts(REQUESTS["plain"]["body"], {"Authorization": "Bearer test-key"})
    huge = house.posts({**REQUESTS["plain"]["body"], "more": "x" * 256 * 1024})
    errors = {one["status"]: one["body"] for one in SAMPLES["errors"]}
    assert (wrong.status_code, wrong.json()) == (401, errors[401])
    assert (huge.status_code, huge.json()) == (413, errors[413])


@pytest.mark.parametrize("sample", SAMPLES["streams"]["good"], ids=lambda one: one["name"])
def test_a_good_stream_is_read(sample: dict[str, Any]) -> None:
    assert faults(sample["sse"]) == []
    assert heard(sample["sse"]).finish in ("stop", "tool_calls")


@pytest.mark.parametrize("sample", SAMPLES["streams"]["bad"], ids=lambda one: one["name"])
def test_a_bad_stream_is_not(sample: dict[str, Any]) -> None:
    assert faults(sample["sse"]) != []
