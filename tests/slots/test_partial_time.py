"""A part of a time: taken apart and written again, and put together with another part."""

import pytest

from agent.slots.time.partial_time import day_of_all, parse, to_the_minute


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "25:00", "9999-01-01", "T"])
def test_of_anything_else_nothing_is_known(value: str) -> None:
    assert parse(value).written == ""


@pytest.mark.parametrize("value", ["2026-03-08T14:30:00-05:00", "2026-03-08T14:30:59+11:00", "2026-03-08T14:30"])
def test_a_time_of_the_record_is_local_to_the_minute(value: str) -> None:
    assert to_the_minute(value) == "2026-03-08T14:30"


@pytest.mark.parametrize(
    ("said", "option", "both"),
    [
        ("2026-03-08", "14:30", "2026-03-08T14:30"),
        ("14:30", "2026-03-08", "2026-03-08T14:30"),
        ("2026-03-08", "TAF", "2026-03-08TAF"),
        ("14:30", "15:30", None),
        ("2026-03-08", "2026-03-09", None),
        ("2026-03-08T14:30", "15:30", None),
        ("2026-W11", "14:30", None),
        ("", "14:30", None),
        ("2026-03-08", "", None),
    ],
)
def test_a_day_and_a_clock_are_one_time(said: str, option: str, both: str | None) -> None:
    joined = parse(said).joined(parse(option))
    assert (joined.written if joined else None) == both


def test_the_day_of_all() -> None:
    assert day_of_all(("2026-03-08T14:30", "2026-03-08T15:30")) == "2026-03-08"
    assert day_of_all(("2026-03-08T14:30", "2026-03-09T15:30")) == ""
    assert day_of_all(("14:30", "15:30")) == ""
