"""A business's appointments as one calendar that others subscribe to. Source: RFC 5545; RFC 7986 (NAME, REFRESH-INTERVAL).

The same appointments make the same bytes. What stands in it are values alone, in the business's first language: the office reads it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from agent.record.appointment import Appointment
from agent.record.booking_reference import booking_uid
from agent.record.business import Business, in_language
from api.outbox.calendar_file import AROUND, MAKER, zone_of

REFRESH = timedelta(minutes=15)


def feed_file(business: Business, appointments: Sequence[Appointment]) -> bytes:
    """The file, in UTF-8 with CRLF. A cancelled one is not in it, and so goes from the calendars of whoever subscribed."""
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, business.name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    booked = [one for one in appointments if one.state == "booked"]
    if booked:
        first, last = min(one.start for one in booked), max(one.end for one in booked)
        zone = zone_of(business.time_zone, datetime.fromtimestamp(first, UTC) - AROUND, datetime.fromtimestamp(last, UTC) + AROUND)
        calendar.add_component(zone)
    for one in booked:
        calendar.add_component(_event(one, business))
    file: bytes = calendar.to_ical()
    return file


def _event(one: Appointment, business: Business) -> Event:
    event = Event()
    event.add("uid", booking_uid(one.sid))
    event.add("dtstamp", datetime.fromtimestamp(one.made, UTC))
    event.add("sequence", one.sequence)
    event.add("status", "CONFIRMED")
    start, end = (datetime.fromtimestamp(at, ZoneInfo(business.time_zone)) for at in (one.start, one.end))
    if start.fold or end.fold:  # the second of two hours with the same name: only UTC can say which
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", ", ".join(part for part in (_service(one, business), one.name) if part))
    event.add("description", "\n".join(part for part in (one.reference, one.name, one.phone, one.email) if part))
    if one.address:
        event.add("location", one.address)
    return event


def _service(one: Appointment, business: Business) -> str:
    language = business.languages[0].partition("-")[0]
    return next((in_language(service.name, language) for service in business.services if service.id == one.service), one.service)
