"""Calls written down: how files are read, and what counts as the truth."""

from pathlib import Path
from typing import Any

import pytest

from api.terminal.client import Failed
from api.terminal.script import Call, Difference, differences, load

RECORD: dict[str, Any] = {
    "services": [{"id": "drain-cleaning", "name": "Drain cleaning"}],
    "progress": {
        "filled": {
            "name": "Mary O'Neill",
            "phone": "+12025550143",
            "address": "12 High St",
            "service": "drain-cleaning",
            "time": "2026-03-03T14:00:00-05:00",
        }
    },
}


def written(folder: Path, text: str, name: str = "calls.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plain_file_is_one_call_that_begins_with_the_greeting(tmp_path: Path) -> None:
    (call,) = load(written(tmp_path, "# a call\n\nit's Mary\n   yes  \n", "mary.txt"))
    assert [turn.say for turn in call.turn] == ["", "it's Mary", "yes"]
    assert call.kept == {}


def test_a_toml_file_is_played_as_it_stands(tmp_path: Path) -> None:
    text = """
        [[call]]
        name = "one"
        from = "+12025550143"
        startedAt = "2026-03-02T09:00:00-05:00"
        [[call.turn]]
        say = ""
        hears = ["for another reader"]
        [[call.turn]]
        say = "it's Mary"
        alternatives = ["its mary"]
        [call.kept]
        name = "Mary"
        address = ["12 High St", "12 High Street"]
        [[call]]
        name = "two"
    """
    one, two = load(written(tmp_path, text))
    assert [turn.say for turn in one.turn] == ["", "it's Mary"]
    assert (one.caller, one.turn[1].alternatives, one.kept["address"]) == ("+12025550143", ["its mary"], ["12 High St", "12 High Street"])
    assert two == Call(name="two")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[call", "calls.toml: "),
        ("x = 1", "call"),
        ("[[call]]\nturn = 3", "turn"),
        ("[[call]]\nname = 'a'\n[call.kept]\nemial = 'x'", "kept has emial"),
        ("[[call]]\nstartedAt = 'soon'\n[[call.turn]]", "soon"),
        ("[[call]]\nstartedAt = '9999-12-31T23:59:59'\n[[call.turn]]\n[[call.turn]]", "9999"),
        ("call = " + "[" * 50_000, "nested too deep"),
    ],
)
def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Failed) as failed:
        load(written(tmp_path, text))
    assert said in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"calls\.toml cannot be read"):
        load(tmp_path / "calls.toml")


def test_what_was_kept_is_the_truth() -> None:
    truth: dict[str, str | list[str]] = {
        "name": "Mary O'Neill",
        "address": ["12 High Street", "12 High St"],
        "email": "",
        "service": "Drain cleaning",
        "time": "2026-03-03T19:00:00+00:00",
    }
    assert differences(RECORD, truth) == []
    assert differences(RECORD, {"service": "drain-cleaning"}) == []


@pytest.mark.parametrize(
    ("slot", "wanted"),
    [
        ("name", "mary o'neill"),
        ("phone", ""),
        ("email", "mary@example.com"),
        ("service", "leak-repair"),
        ("time", "2026-03-03T14:00:00-06:00"),
        ("time", "2026-03-03T14:00:00"),
        ("time", "tomorrow"),
        ("time", ""),
    ],
)
def test_what_was_kept_is_not_the_truth(slot: str, wanted: str) -> None:
    (found,) = differences(RECORD, {slot: wanted, "name": "Mary O'Neill"} | {slot: wanted})
    assert (found.slot, found.wanted) == (slot, wanted)


def test_a_record_without_anything_differs_from_every_truth_but_nothing() -> None:
    assert differences({}, {"name": "", "service": "", "time": ""}) == []
    assert differences({}, {"service": "Drain cleaning"}) == [Difference("service", "Drain cleaning", "")]
