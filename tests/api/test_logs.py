"""Log lines: what may stand in them, and what may not, whoever writes them."""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator

import pytest

from api import logs

SECRET = "Mary O'Neill"


@pytest.fixture(autouse=True)
def _set_up() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("slotline")
    before = root.handlers[:], root.level, ours.level
    logs.set_up()
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    text = capsys.readouterr().err
    assert SECRET not in text
    return [json.loads(line) for line in text.splitlines()]


def test_an_event_is_one_line_without_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    logs.event("turn", call="CA1", act="affirm", ms=1.23456)
    [line] = lines(capsys)
    assert line.pop("at")
    assert line == {"level": "info", "event": "turn", "call": "CA1", "act": "affirm", "ms": 1.23}


def test_the_floors_below_say_what_they_may(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("slotline.graph").info("act", extra={"call": "CA1", "slot": "name", "act": "inform", "value": SECRET})
    [line] = lines(capsys)
    assert (line["event"], line["call"], line["slot"], line["act"]) == ("act", "CA1", "name", "inform")


def test_a_failure_keeps_its_type_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        int(SECRET)
    except ValueError as error:
        logs.failure("turn_failed", error, call="CA1")
        logging.getLogger("elsewhere").exception("it said %s", SECRET)
    first, second = lines(capsys)
    assert (first["code"], second["code"]) == ("ValueError", "ValueError")
    assert str(first["place"]).startswith("api/test_logs.py:")


def test_libraries_keep_their_template_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("httpx").info("to %s", SECRET)
    logging.getLogger("redis").warning("connection of %s lost\nTraceback", SECRET)
    [line] = lines(capsys)
    assert (line["logger"], line["code"]) == ("redis", "connection of %s lost")


def test_a_flood_of_one_thing_is_told_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(1000):
        logging.getLogger("redis").warning("connection %s lost", number)
    logging.getLogger("redis").warning("another thing")
    assert [(line["code"], line.get("count")) for line in lines(capsys)] == [("connection %s lost", None), ("another thing", None)]
    now_and_then = logs.Sparing(every_s=0)
    assert [now_and_then.due(kind) for kind in ("a", "b", "a")] == [1, 1, 1]
    later = logs.Sparing(every_s=3600)
    assert [later.due(kind) for kind in ("a", "a", "a", "b")] == [1, 0, 0, 1]
    later._kinds["a"] = (-3600.0, 2)
    assert later.due("a") == 3, "this one, and the two that were not told"


def test_things_told_apart_are_not_kept_without_bound() -> None:
    sparing = logs.Sparing()
    for number in range(3 * logs.KINDS):
        assert sparing.due(number) == 1
    assert len(sparing._kinds) <= logs.KINDS


def test_a_traceback_that_a_library_writes_out_is_told_by_type_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"one\nMary: {SECRET}")
    except ValueError:
        logging.getLogger("uvicorn.error").error(traceback.format_exc())
    logging.getLogger("uvicorn.error").error("Traceback of nothing")
    first, second = lines(capsys)
    assert first["code"] == "ValueError"
    assert str(first["place"]).startswith("api/test_logs.py:")
    assert second["code"] == "Traceback of nothing"


def test_a_forgotten_task_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    async def forgotten() -> None:
        raise RuntimeError(SECRET)

    async def run() -> None:
        task = asyncio.create_task(forgotten(), name=SECRET)
        await asyncio.wait([task])
        del task

    asyncio.run(run())
    assert [line["code"] for line in lines(capsys)] == ["RuntimeError"]
