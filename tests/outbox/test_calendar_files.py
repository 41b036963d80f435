"""Calendar files, read by vobject, and the zones that stand in them by dateutil (vobject would take its own of that name): neither wrote them."""

from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.tz import tzical

from agent.record.booking_reference import booking_uid
from agent.record.delivery import Delivery, Occasion
from api.mail_addresses import sender_of
from api.outbox.booking_mail import MailLook, compose
from tests.outbox.bookings import ACME, booking


def text_of(delivery: Delivery) -> str:
    *_, file = compose(delivery, MailLook(ACME, sender_of("bookings@acme.example"))).iter_attachments()
    return file.get_content().decode()  # type: ignore[no-any-return]


def calendar(delivery: Delivery) -> Any:
    text = text_of(delivery)
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found = vobject.readOne(text)
    found.vevent.validate(raiseException=True)
    return found


def clocks(delivery: Delivery) -> tzinfo:
    """The zone as the file itself has it."""
    found: tzinfo = tzical(StringIO(text_of(delivery))).get()
    return found


def times(delivery: Delivery) -> list[datetime]:
    """Begin and end, in UTC."""
    event = calendar(delivery).vevent
    found = [event.dtstart.value, event.dtend.value]
    return [one if one.tzname() == "UTC" else one.replace(tzinfo=clocks(delivery)).astimezone(UTC) for one in found]


@pytest.mark.parametrize(
    ("occasion", "method", "status", "sequence"),
    [
        ("booking.created", "REQUEST", "CONFIRMED", "0"),
        ("booking.changed", "REQUEST", "CONFIRMED", "1"),
        ("booking.cancelled", "CANCEL", "CANCELLED", "2"),
    ],
)
def test_a_file_says_what_a_calendar_is_to_do(occasion: Occasion, method: str, status: str, sequence: str) -> None:
    found = calendar(booking(occasion))
    event = found.vevent
    assert (found.method.value, event.status.value, event.sequence.value, event.uid.value) == (method, status, sequence, booking_uid("CA1"))
    assert (event.summary.value, event.location.value) == ("Drain cleaning, Acme Home Services", "12 Main St, New York, NY 10001")
    assert times(booking(occasion)) == [datetime(2026, 3, 3, 19, 30, tzinfo=UTC), datetime(2026, 3, 3, 20, 30, tzinfo=UTC)]
    assert event.dtstamp.value == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert (event.organizer.value, event.organizer.params["SENT-BY"]) == ("mailto:office@example.com", ["mailto:bookings@acme.example"])
    assert (event.attendee.value, event.attendee.params["CN"]) == ("mailto:ann@example.com", ["Ann Lee"])


def test_the_uid_is_the_bookings_whatever_changes() -> None:
    other = booking(
        "booking.changed", start="2026-04-03T14:30:00-04:00", end="2026-04-03T15:30:00-04:00", name="Bo", email="bo@example.com", language="zh"
    )
    assert calendar(other).vevent.uid.value == calendar(booking()).vevent.uid.value
    assert calendar(booking(callSid="CA2")).vevent.uid.value != booking_uid("CA1")
    assert "CA1" not in text_of(booking())


CHANGES = {
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Europe/London": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Europe/Dublin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Australia/Sydney": (datetime(2026, 4, 4, 16, tzinfo=UTC), datetime(2026, 10, 3, 16, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    "Africa/Casablanca": (datetime(2026, 2, 15, 2, tzinfo=UTC), datetime(2026, 3, 22, 2, tzinfo=UTC)),
    "Asia/Shanghai": (datetime(2026, 3, 8, 7, tzinfo=UTC),),
}


@pytest.mark.parametrize("zone", CHANGES)
def test_every_half_hour_about_a_change_of_clocks_is_the_right_one(zone: str) -> None:
    for change in CHANGES[zone]:
        offsets = {(change + timedelta(seconds=s)).astimezone(ZoneInfo(zone)).utcoffset() for s in (-1, 0)}
        assert len(offsets) == (1 if zone == "Asia/Shanghai" else 2), "the clocks do change there"
        for minutes in range(-300, 300, 30):
            start = (change + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
            end = (start.astimezone(UTC) + timedelta(minutes=30)).astimezone(ZoneInfo(zone))
            delivery = booking(start=start.isoformat(), end=end.isoformat(), time_zone=zone)
            assert times(delivery) == [start.astimezone(UTC), end.astimezone(UTC)]


def test_a_zone_holds_for_a_year_around() -> None:
    """A calendar shows the clocks of the whole file's zone, not only of its day."""
    zone = clocks(booking())
    moment, until = datetime(2025, 6, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    while moment < until:
        here = moment.astimezone(ZoneInfo("America/New_York"))
        assert here.fold or here.replace(tzinfo=zone).astimezone(UTC) == moment
        moment += timedelta(hours=1)


def test_the_second_of_two_hours_with_one_name_is_written_in_utc() -> None:
    first = text_of(booking(start="2026-11-01T01:30:00-04:00", end="2026-11-01T01:59:00-04:00"))
    second = text_of(booking(start="2026-11-01T01:30:00-05:00", end="2026-11-01T02:30:00-05:00"))
    assert "DTSTART;TZID=America/New_York:20261101T013000\r\n" in first
    assert "DTSTART:20261101T063000Z\r\nDTEND:20261101T073000Z\r\n" in second


@pytest.mark.parametrize("name", ['Ann "Nan" Lee', "Ann; Lee: x, y", "王小明" * 40, "Ann\r\nATTENDEE:mailto:eve@example.org"])
def test_odd_names_stay_in_their_place(name: str) -> None:
    event = calendar(booking(name=name, address=name)).vevent
    assert len(event.contents["attendee"]) == 1
    assert event.attendee.params["CN"] == [" ".join(name.split())[:100].replace('"', "'")] or len(name) > 100
    assert event.location.value == " ".join(name.split())
