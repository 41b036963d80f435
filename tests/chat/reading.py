"""Reading a stream as strictly as the strictest of those who read such streams: what is wrong with it, and what it says."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform makes of an answer."""

    text: str
    tool: str = ""
    arguments: dict[str, Any] = {}
    tool_id: str = ""
    finish: str


def chunks(sse: str) -> list[Any]:
    """The events of a stream; its end is None."""
    events = [event for event in sse.split("\n\n") if event]
    return [None if event == "data: [DONE]" else json.loads(event.removeprefix("data: ")) for event in events]


def faults(sse: str) -> list[str]:
    """What is wrong with a stream; [] for one that everybody can read."""
    return list(_faults(chunks(sse)))


def _faults(events: list[Any]) -> Iterator[str]:
    if not events or events[-1] is not None:
        yield "no end"
    told = [event for event in events if event is not None]
    if any("error" in event or event.get("object") != "chat.completion.chunk" for event in told):
        yield "an event that is no chunk"
        return
    if len({event["id"] for event in told}) > 1:
        yield "several ids"
    choices = [event["choices"][0] for event in told if event["choices"]]
    if choices[0]["delta"] != {"role": "assistant", "content": ""}:
        yield "no role first"
    if [bool(one["finish_reason"]) for one in choices] != [False] * (len(choices) - 1) + [True]:
        yield "not one reason to end, at the end"
    for event in told[:-1]:
        if not event["choices"]:
            yield "usage in the middle"
    for one in choices:
        yield from _of_delta(one["delta"])


def _of_delta(delta: dict[str, Any]) -> Iterator[str]:
    calls = delta.get("tool_calls", [])
    if calls and "content" in delta:
        yield "words and a tool in one event"
    for call in calls:
        if call.get("index") != 0:
            yield "a tool without its index"
        elif "id" in call and not (call["function"].get("name") and call["type"] == "function"):
            yield "a tool without its name"


def heard(sse: str) -> Answer:
    """What a stream says. The stream is right."""
    assert faults(sse) == []
    choices = [event["choices"][0] for event in chunks(sse) if event and event["choices"]]
    calls = [call for one in choices for call in one["delta"].get("tool_calls", [])]
    arguments = "".join(call["function"].get("arguments", "") for call in calls)
    return Answer(
        text="".join(one["delta"].get("content", "") for one in choices),
        tool=next((call["function"]["name"] for call in calls), ""),
        tool_id=next((call["id"] for call in calls), ""),
        arguments=json.loads(arguments) if arguments else {},
        finish=choices[-1]["finish_reason"],
    )
