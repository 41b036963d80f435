"""The calendar: why a job cannot begin, and whose public holidays are kept."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.record.business import Business
from agent.record.calendar import ends, free, is_after_hours, is_holiday, refusal
from agent.record.call import Booking
from agent.record.reasons import Reason
from agent.regions import subdivision


def business(**given: object) -> Business:
    hours = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    return Business(**{"id": "b", "name": "B", "opening_hours": hours, "public_holidays": False, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clock", "minutes", "why"),
    [
        ("07:30", 60, Reason.CLOSED),
        ("08:00", 60, None),
        ("11:30", 60, Reason.ENDS_AFTER_CLOSING),
        ("12:00", 30, Reason.CLOSED),
        ("12:30", 60, Reason.CLOSED),
        ("16:00", 60, None),
        ("16:01", 60, Reason.ENDS_AFTER_CLOSING),
        ("13:00", 300, Reason.ENDS_AFTER_CLOSING),
        ("17:00", 60, Reason.CLOSED),
    ],
)
def test_closed_is_not_the_same_as_too_late_to_be_done(clock: str, minutes: int, why: Reason | None) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime.fromisoformat(f"2026-03-03T{clock}").replace(tzinfo=zone)
    assert refusal(start, minutes, business(), datetime(2026, 3, 2, 9, tzinfo=zone), ()) is why


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-08T01:30-05:00", 120, "2026-03-08T04:30-04:00"),
        ("2026-11-01T00:30-04:00", 120, "2026-11-01T01:30-05:00"),
        ("2026-11-01T01:30-05:00", 15, "2026-11-01T01:45-05:00"),
        ("2026-03-03T08:00-05:00", 60, "2026-03-03T09:00-05:00"),
    ],
)
def test_a_job_takes_its_minutes_also_when_the_clocks_are_changed(start: str, minutes: int, end: str) -> None:
    begins = datetime.fromisoformat(start).astimezone(ZoneInfo("America/New_York"))
    assert ends(begins, minutes).isoformat(timespec="minutes") == end
    night = Business(id="n", name="N", public_holidays=False)
    taken = Booking(business="n", sid="x", start=int(begins.timestamp()), end=int(ends(begins, minutes).timestamp()))
    assert taken.end - taken.start == minutes * 60
    long_ago = datetime(2026, 1, 2, 9, tzinfo=ZoneInfo("America/New_York"))
    assert refusal(begins, minutes, night, long_ago.replace(year=begins.year, month=begins.month - 1), [taken]) is Reason.TAKEN


def test_what_is_left_free_behind_a_job_is_counted_on_both_sides_of_it() -> None:
    zone = ZoneInfo("America/New_York")
    begins, now = datetime(2026, 3, 3, 9, tzinfo=zone), datetime(2026, 3, 2, 9, tzinfo=zone)
    one = business(buffer_minutes=30)
    job = Booking(business="b", sid="CA1", start=int(begins.timestamp()), end=int(begins.timestamp()) + 3600, buffer=1800)
    open_times = [
        hour for hour in range(16) if refusal(datetime(2026, 3, 3, 8 + hour // 2, hour % 2 * 30, tzinfo=zone), 30, one, now, (job,)) is None
    ]
    assert open_times[:4] == [0, 5, 6, 7], "half past eight would reach into nine o'clock, and ten into what is left free"
    assert refusal(datetime(2026, 3, 3, 16, 30, tzinfo=zone), 30, one, now, ()) is None, "closing time is no job"
    assert free(begins, 30, one, now, (job,)) == (datetime(2026, 3, 3, 8, tzinfo=zone), datetime(2026, 3, 3, 10, 30, tzinfo=zone))


ON_REQUEST = {"tue": ["17:00-19:00"], "sat": ["20:00-22:00"]}


@pytest.mark.parametrize(
    ("day", "clock", "why", "after"),
    [
        (3, "16:00", None, False),
        (3, "16:30", None, True),
        (3, "17:00", None, True),
        (3, "18:30", Reason.ENDS_AFTER_CLOSING, True),
        (3, "19:00", Reason.CLOSED, True),
        (3, "12:00", Reason.CLOSED, True),
        (7, "20:30", None, True),
        (7, "10:00", Reason.CLOSED, True),
        (8, "20:00", Reason.CLOSED, True),
        (4, "17:00", Reason.CLOSED, True),
    ],
)
def test_hours_on_request_can_be_asked_for_where_somebody_says_yes_to_them(day: int, clock: str, why: Reason | None, after: bool) -> None:
    zone = ZoneInfo("America/New_York")
    start, now = datetime.fromisoformat(f"2026-03-0{day}T{clock}").replace(tzinfo=zone), datetime(2026, 3, 2, 9, tzinfo=zone)
    asks = business(on_request_hours=ON_REQUEST, needs_approval=["after_hours"])
    assert refusal(start, 60, asks, now, ()) is why
    assert is_after_hours(start, 60, asks) is after
    plain = business(on_request_hours=ON_REQUEST)
    assert refusal(start, 60, plain, now, ()) is refusal(start, 60, business(), now, ())
    assert all(not is_after_hours(free_one, 60, asks) for free_one in free(start, 60, asks, now, (), count=9))


@pytest.mark.parametrize(
    ("country", "zone", "state"),
    [
        ("AU", "Australia/Melbourne", "VIC"),
        ("AU", "Australia/Sydney", "NSW"),
        ("GB", "Europe/London", "ENG"),
        ("GB", "Europe/Belfast", "NIR"),
        ("CA", "America/Vancouver", "BC"),
        ("US", "America/New_York", ""),
        ("NZ", "Pacific/Auckland", ""),
        ("AU", "Europe/London", ""),
        ("FR", "Europe/Paris", ""),
    ],
)
def test_a_zone_tells_the_state_where_it_lies_in_one(country: str, zone: str, state: str) -> None:
    assert subdivision(country, zone) == state


@pytest.mark.parametrize(
    ("country", "zone", "own", "day", "kept"),
    [
        ("AU", "Australia/Melbourne", "", "2026-03-09", True),  # Labour Day in Victoria
        ("AU", "Australia/Sydney", "", "2026-03-09", False),
        ("AU", "Australia/Melbourne", "NSW", "2026-03-09", False),
        ("GB", "Europe/London", "", "2026-04-06", True),  # Easter Monday, no holiday in Scotland
        ("GB", "Europe/London", "SCT", "2026-04-06", False),
        ("GB", "Europe/Belfast", "", "2026-03-17", True),
        ("GB", "Europe/London", "", "2026-03-17", False),
        ("US", "America/Los_Angeles", "", "2026-07-03", True),
    ],
)
def test_the_holidays_of_the_state_are_kept(country: str, zone: str, own: str, day: str, kept: bool) -> None:
    place = business(country=country, time_zone=zone, subdivision=own, public_holidays=True)
    assert is_holiday(date.fromisoformat(day), place) is kept
    assert not is_holiday(date.fromisoformat(day), business(country=country, time_zone=zone, subdivision=own))
