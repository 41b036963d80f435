"""The calendar file of a booking, by icalendar: it puts the appointment into a calendar, moves it, or takes it out (RFC 5545, RFC 5546).

The zone is written by us: icalendar 7.3 lets summer time begin an hour late, by the clock that is already ahead (`DTSTART` of an observance is in the
time before it). A change of clocks stands as a moment, not as a rule, since no rule says what a country will decide next.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress

from agent.record.booking_reference import booking_uid
from api.outbox.agreed import Agreed, Change

MAKER = "-//Slotline//Bookings//EN"
AROUND = timedelta(days=366)
"""How far before and after the appointment the file knows the clocks; calendars show both."""
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Party(NamedTuple):
    name: str
    address: str


def calendar_file(found: Agreed, change: Change, made: int, organiser: Party, by: str, told: dict[str, Any]) -> bytes:
    """The file, in UTF-8 with CRLF. `made`: Unix seconds; `by`: the address that sends for the organiser; `told`: the values of the mail."""
    cancelled = change == "cancelled"
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", method(change))
    event = Event()
    event.add("uid", booking_uid(found.call_sid))
    event.add("dtstamp", datetime.fromtimestamp(made, UTC))
    event.add("sequence", found.sequence)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    start, end = found.start, found.end
    if start.fold or end.fold:  # the second of two hours with the same name: only UTC can say which
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    else:
        calendar.add_component(zone_of(found.time_zone, start.astimezone(UTC) - AROUND, end.astimezone(UTC) + AROUND))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", told["words"]["summary"])
    event.add("description", told["words"]["booked"])
    if told["address"]:
        event.add("location", told["address"])
    event.add("organizer", _address(organiser, **({"SENT-BY": f"mailto:{by}"} if by != organiser.address else {})))
    event.add("attendee", _address(Party(told["name"], found.email), ROLE="REQ-PARTICIPANT", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def method(change: Change) -> str:
    return "CANCEL" if change == "cancelled" else "REQUEST"


def _address(party: Party, **parameters: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.address}")
    if name := party.name.replace('"', "'"):  # which no parameter can hold
        address.params["CN"] = name
    address.params.update(parameters)
    return address


def zone_of(name: str, first: datetime, last: datetime) -> Timezone:
    """The clocks of a zone between two moments."""
    clocks = ZoneInfo(name)
    begins = first.replace(microsecond=0).astimezone(clocks)
    changes = list(_changes(first, last, clocks))
    winter = min(_offset(moment) for moment in (begins, *changes))
    zone = Timezone()
    zone.add("tzid", name)
    for moment in (begins, *changes):
        before = _offset((moment.astimezone(UTC) - SECOND).astimezone(clocks))
        observance = TimezoneStandard() if _offset(moment) == winter else TimezoneDaylight()
        observance.add("dtstart", (moment.astimezone(UTC) + before).replace(tzinfo=None))
        observance.add("tzoffsetfrom", before)
        observance.add("tzoffsetto", _offset(moment))
        observance.add("tzname", moment.tzname())
        zone.add_component(observance)
    return zone


def _changes(first: datetime, last: datetime, clocks: ZoneInfo) -> Iterator[datetime]:
    """The moments from which on the clocks are others."""
    seen = first
    while seen < last:
        ahead = seen + DAY
        if _offset(ahead.astimezone(clocks)) != _offset(seen.astimezone(clocks)):
            yield _between(seen, ahead, clocks)
        seen = ahead


def _between(before: datetime, after: datetime, clocks: ZoneInfo) -> datetime:
    offset = _offset(before.astimezone(clocks))
    while after - before > SECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(middle.astimezone(clocks)) == offset else (before, middle)
    return after.replace(microsecond=0).astimezone(clocks)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()
