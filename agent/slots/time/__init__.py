"""Time: the day and the clock of the appointment.

Extracted  "tomorrow arvo at four", "Tuesday week", "half past two on the ninth", "下周三下午三点半"; day and clock may come in different turns. What
           words leave open stands in `options`: "at six" when the hours allow both, "next Friday" said on a Wednesday, 3/4 in Canada.
Held       local, ISO 8601: "2026-03-08T14:30" whole; a part of it is "2026-03-08", "14:30", "2026-03-08TAF" (that afternoon) or "TAF", so that
           "four" said next is sixteen hours, or "2026-W11", the week of the day.
           Not whole too: an edge (kinds "after", "before": "after Friday" is from Saturday on, "by Friday" before Saturday), and "as soon as
           possible" or "what do you have" (kind "soonest": the day, with its part, if one was said, else ""). A range is kept by its start (kind
           "range"). When only what is not meant was said (kind "excluded"), the value is what that leaves of the time held: its day, or "".
Said       weekday, date and clock, "today" and "tomorrow" before them; the year only when it is another; slowly, day and clock apart.
Sources    ISO 8601; the parts of the day as in TIMEX3 (ISO 24617-1).
"""

from agent.record.acts import Act
from agent.record.skeleton import Place
from agent.slots.descriptor import Slot
from agent.slots.time.extracting import chunks, extract
from agent.slots.time.partial_time import each_day_once, parse, to_the_minute
from agent.slots.time.presenting import present
from agent.slots.time.validating import validate, written

TIME = Slot(
    name="time",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    chunks=chunks,
    calendar="start",
    repairs_itself=True,
    begins_with_no=True,
    asked_about=frozenset({Act.ASK_HOURS}),
    local=to_the_minute,
    rest=lambda partial, context: "rest_day" if parse(partial).day is None else "rest_clock",
    listed=each_day_once,
    place=Place(key="serviceBookedTime"),
    example="2026-03-02T14:00:00-05:00",
)
