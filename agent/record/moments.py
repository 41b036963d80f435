"""Points in time that were not made here, read and bounded once, so that nothing reckoned with them can leave the calendar.

Whatever is a time in the record or a turn's "now" lies in `YEARS`; days, weeks and offsets added to one stay far inside what a datetime can hold.
"""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent.record.reasons import Reason

YEARS = range(1970, 2200)
"""Outside, no calendar of ours holds."""
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII | re.IGNORECASE)
"""Day and clock in the extended form of ISO 8601, which RFC 3339 has, too."""


def read(text: str) -> datetime | Reason:
    """The time that was written, naive when it has no offset; NOT_A_TIME, or PAST or TOO_FAR for one outside of `YEARS`."""
    if not _WRITTEN.fullmatch(text):
        return Reason.NOT_A_TIME
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return Reason.NOT_A_TIME
    if moment.year in YEARS:
        return moment
    return Reason.PAST if moment.year < YEARS.start else Reason.TOO_FAR


def in_zone(text: str, zone: str) -> datetime | Reason:
    """The time in a zone: a local one as it stands there, one with an offset moved there. NOT_A_TIME also for what the clocks skip."""
    moment = read(text)
    if isinstance(moment, Reason):
        return moment
    there = ZoneInfo(zone)
    if moment.tzinfo is not None:
        return moment.astimezone(there)
    aware = moment.replace(tzinfo=there)
    there_and_back = datetime.fromtimestamp(aware.timestamp(), there).replace(tzinfo=None)
    return aware if there_and_back == moment else Reason.NOT_A_TIME


def stamp(now: datetime) -> str:
    """A time as it is written down: ISO 8601, UTC, milliseconds ("2026-03-02T01:00:00.000Z"). `now`: aware."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(stamped: str) -> float:
    """Unix seconds of what `stamp` wrote; 0.0 for ""."""
    return datetime.fromisoformat(stamped).timestamp() if stamped else 0.0
