"""Correcting a time that is held, or choosing among those offered: what is turned down, what is later or earlier, what edits nothing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.dst.choosing import choose_time
from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import Utterance
from agent.slots.time import TIME

MONDAY = datetime(2026, 3, 2, 9, 1)
OPEN = {day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
HELD = "2026-03-05T14:00"
TWO = ("2026-03-07T10:00", "2026-03-09T10:00")


def hear(words: str, *, current: str = "", offered: tuple[str, ...] = (), **given: Any) -> Candidate | None:
    context = Context(**{"now": MONDAY, "asked": frozenset({"time"}), "opening": OPEN, **given}, held=Held(value=current, options=offered))
    found = TIME.extract(Utterance(words), context)
    return found[0] if found else None


def value(words: str, **given: Any) -> tuple[str, str] | None:
    candidate = hear(words, **given)
    return (candidate.rule, candidate.value) if candidate else None


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("not Thursday", ""),
        ("I can't make Thursday any more", ""),
        ("I can't do Thursdays", ""),
        ("Thursday's out", ""),
        ("Thursday is really tricky", ""),
        ("could we find another day", ""),
        ("Wednesday and Thursday don't work", ""),
        ("two o'clock doesn't suit", "2026-03-05"),
        ("I can't do afternoons", "2026-03-05"),
        ("could it be at a different time", "2026-03-05"),
        ("周四不行", ""),
        ("周三周四都要上班", ""),
        ("换个时间吧", "2026-03-05"),
    ],
)
def test_what_is_turned_down_goes_and_the_rest_of_the_time_stays(words: str, left: str) -> None:
    candidate = hear(words, current=HELD)
    assert candidate is not None
    assert (candidate.rule, candidate.value, candidate.whole) == ("excluded", left, False)


@pytest.mark.parametrize("words", ["not Friday", "I can't do Mondays", "I can't do mornings", "nine doesn't suit", "周五不行"])
def test_what_is_turned_down_and_not_held_changes_nothing(words: str) -> None:
    assert hear(words, current=HELD) is None
    assert hear(words) is None


@pytest.mark.parametrize(
    ("words", "edge"),
    [
        ("anything later", ("after", "2026-03-05T14:01")),
        ("have you got something a bit later that day", ("after", "2026-03-05T14:01")),
        ("that's too early", ("after", "2026-03-05T14:01")),
        ("two is a bit early", ("after", "2026-03-05T14:01")),
        ("do you have anything earlier", ("before", "2026-03-05T14:00")),
        ("that's too late for me", ("before", "2026-03-05T14:00")),
        ("later in the week", ("after", "2026-03-06")),
        ("Thursday's too soon", ("after", "2026-03-06")),
        ("能不能晚一点", ("after", "2026-03-05T14:01")),
        ("两点太早了", ("after", "2026-03-05T14:01")),
        ("有没有早点的", ("before", "2026-03-05T14:00")),
        ("anything later on Friday", ("soonest", "2026-03-06")),
        ("something later, like four", ("clock", "2026-03-05T16:00")),
        ("two hours later", ("shift", "2026-03-05T16:00")),
    ],
)
def test_later_and_earlier_are_counted_from_the_time_held(words: str, edge: tuple[str, str]) -> None:
    assert value(words, current=HELD) == edge


def test_later_and_earlier_are_counted_from_the_times_offered() -> None:
    assert value("anything later?", offered=TWO) == ("after", "2026-03-09T10:01")
    assert value("have you got anything earlier", offered=TWO) == ("before", "2026-03-07T10:00")
    assert value("something later", offered=("2026-03-07", "2026-03-09")) is None
    assert value("I'll call you later", offered=TWO) is None


def test_of_those_offered_the_one_that_stays_is_meant() -> None:
    assert value("not Saturday", offered=TWO) == ("excluded", "2026-03-09T10:00")
    assert value("I can't do weekdays", offered=TWO) is None
    assert value("not Tuesday", offered=TWO) is None
    assert value("the week after", offered=("2026-03-06T10:00", "2026-03-13T10:00")) == ("day", "2026-03-13")


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("Monday then", 1),
        ("not Saturday", 1),
        ("the later one", 1),
        ("the earlier one please", 0),
        ("first thing Saturday", 0),
        ("the ninth", 1),
        ("have you got anything earlier", None),
        ("is there anything after eleven", None),
        ("Tuesday then", None),
    ],
)
def test_one_of_two_offered(words: str, chosen: int | None) -> None:
    context = Context(now=MONDAY, asked=frozenset({"time"}), opening=OPEN, held=Held(options=TWO))
    spoken = [TIME.present(option, context, False) for option in TWO]
    assert choose_time(Utterance(words), TIME.extract(Utterance(words), context), TWO, spoken, "en") == chosen


@pytest.mark.parametrize(
    ("words", "edits"),
    [
        ("four", True),
        ("no I said four", True),
        ("could you make it half four instead", True),
        ("not two, four", True),
        ("at four if that's alright with your plumber", True),
        ("four digits at the end are wrong", False),
        ("the street number should end in four", False),
        ("it's 12 not 21", False),
        ("that's 1515", False),
        ("that's three zero three nine", False),
        ("the first name is wrong", False),
        ("it's Joe Friday", False),
        ("it's flat 3/4", False),
    ],
)
def test_a_number_edits_a_time_only_when_it_is_the_answer(words: str, edits: bool) -> None:
    assert (hear(words, current=HELD) is not None) is edits


def test_in_two_hours_is_a_quarter_of_an_hour() -> None:
    assert value("in two hours") == ("later", "2026-03-02T11:15")
    assert value("in two hours", now=datetime(2026, 3, 2, 9, 0)) == ("later", "2026-03-02T11:00")
    assert value("in two hours", asked=frozenset()) == ("later", "2026-03-02T11:01")


@pytest.mark.parametrize(
    ("words", "region", "zone", "day"),
    [
        ("bank holiday Monday", "GB", "Europe/London", "2026-04-06"),
        ("bank holiday Monday", "GB", "Europe/Belfast", "2026-04-06"),
        ("the king's birthday", "AU", "Australia/Perth", "2026-09-28"),
        ("the king's birthday", "AU", "Australia/Melbourne", "2026-06-08"),
        ("the holiday Monday", "US", "America/New_York", "2026-05-25"),
        ("the next public holiday", "AU", "Australia/Melbourne", "2026-03-09"),
    ],
)
def test_a_holiday_is_that_of_the_place(words: str, region: str, zone: str, day: str) -> None:
    candidate = hear(words, region=region, now=MONDAY.replace(tzinfo=ZoneInfo(zone)))
    assert candidate is not None
    assert candidate.value == day
