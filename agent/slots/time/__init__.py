"""Time: the day and the clock of the appointment.

Heard      "tomorrow arvo at four", "Tuesday week", "half past two on the ninth", "下周三下午三点半"; day and clock may come in different turns.
Held       local, ISO 8601: "2026-03-08T14:30" whole; a part of it is "2026-03-08", "14:30", "2026-03-08TAF" (that afternoon) or "TAF", the
           part of the day named as in TIMEX3 (ISO 24617-1), so that "four" said next is sixteen hours, or "2026-W11", the week of the day.
Not whole  also a window's edge (kinds "after", "before": the edge is the value, but no point in time was said), and "as soon as possible" or "what do
           you have" (kind "soonest": the value is the day, with its part, if one was said, else ""): a place is to be offered. A day may be an edge
           too: "after Friday" is from Saturday on, "by Friday" before Saturday. A range is kept by its start (kind "range"). When it is only said
           what is not meant (kind "excluded"), the value is what that leaves of the time held: its day, or "".
Asked      what words leave open stands in `options`: "at six" when the hours allow both, "next Friday" said on a Wednesday, 3/4 in Canada.
Read back  weekday, date and clock, "today" and "tomorrow" before them; the year only when it is another; the slow form says day and clock apart.
"""

from collections.abc import Sequence
from datetime import time, timedelta

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.dates import Line
from agent.nlu.dates import en_places as dates_en_places
from agent.nlu.dates import zh as dates_zh
from agent.nlu.utterance import Utterance
from agent.record.acts import Act, ValueKind
from agent.record.characters import readable
from agent.record.moments import in_zone
from agent.record.reasons import Reason
from agent.record.skeleton import Place
from agent.slots.descriptor import Slot
from agent.slots.time import presenting as time_speech
from agent.slots.time.answers import WEAK, Answer, Listener
from agent.slots.time.exclusion import Excluded, excluded
from agent.slots.time.partial_time import PartialTime, each_day_once, parse, to_the_minute
from agent.slots.time.reading import Reading, readings
from agent.slots.time.resolve import local_now

_MOST_OPTIONS = 6
_STRAY = 2
"""Words beside a day that has passed up to which it is an answer and no story: "yesterday at three", not "I called you yesterday at three"."""


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """The time that was said: one `Candidate`, or none. What may be meant besides it stands in its options."""
    grammar = dates_zh if utterance.has_han else dates_en_places
    asked = _asked(utterance, context)
    seeking = asked is True and time_speech.asks_what_is_free(utterance)
    order = time_speech.month_first(context.region, "figures")
    read = grammar.read(utterance, region=context.region, month_first=order, asked=asked, mending=bool(context.current))
    if read is None:
        open_day = parse(context.partial).day if not context.current else None
        return [_whole_words(utterance, PartialTime(open_day).written, ValueKind.SOONEST)] if seeking else ()
    line, pieces = read
    candidate = readings(pieces)
    if seeking:
        candidate.found = [reading.seeking() for reading in candidate.found]
    if candidate.gone and asked is True and len(utterance.tokens) <= sum(piece.last - piece.first for piece in candidate.gone) + _STRAY:
        yesterday = local_now(context) - timedelta(days=1)  # whichever day it was, it is refused
        return [_whole_words(utterance, yesterday.isoformat(timespec="minutes"), "past", whole=True)]
    held = parse(context.current or context.partial)
    ruled_out = excluded(candidate.excluded, held, context)
    before = msgspec.structs.replace(held, day_not_meant=ruled_out.anchor)
    answers: list[Answer] = []
    for reading in candidate.found:
        several = Listener(reading, before, context, asked=asked is True).answers()
        answers += several if len(candidate.found) == 1 else [_nearest(several, answers[0])] if several and answers else several[:1]
    answers = [answer for answer in answers if answer.day not in ruled_out.days or len(answers) == 1]
    if not answers:
        return _left(utterance, ruled_out, context) if asked is True else ()
    if ruled_out.elsewhere and all(piece.bare for reading in candidate.found for piece in reading.pieces):
        return ()  # "16, not 14", and it was not 14 that we held
    return [_heard(answers, line, candidate.found, context)]


def _left(utterance: Utterance, ruled_out: Excluded, context: Context) -> Sequence[Candidate]:
    """What is left when it was only said what is not meant: the one option that stays, or a part of the time held."""
    if context.offered:
        stay = [option for option in context.offered if parse(option).day not in ruled_out.days] if ruled_out.days else []
        return [_whole_words(utterance, stay[0], ValueKind.EXCLUDED, whole=parse(stay[0]).at is not None)] if len(stay) == 1 else ()
    if ruled_out.left is None:
        return ()
    return [_whole_words(utterance, ruled_out.left, ValueKind.EXCLUDED)]


def _whole_words(utterance: Utterance, value: str, rule: str | ValueKind, *, whole: bool = False) -> Candidate:
    """What the whole utterance comes to, and no words of it in particular."""
    kind = rule if isinstance(rule, ValueKind) else msgspec.UNSET
    return Candidate(value=value, rule=str(rule), kind=kind, span=(0, len(utterance.text)), confidence=WEAK, whole=whole)


def _nearest(answers: Sequence[Answer], other: Answer) -> Answer:
    """Of what one of several times may mean, the clock nearest the time before it: "6 or 7" are both in the evening."""
    first = parse(other.value).clock
    return min(answers, key=lambda answer: _apart(parse(answer.value).clock, first))


def _apart(one: time | None, other: time | None) -> int:
    """Minutes between two clocks."""
    return 0 if one is None or other is None else abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)


def _heard(answers: list[Answer], line: Line, found: Sequence[Reading], context: Context) -> Candidate:
    """One `Candidate` out of everything that may be meant."""
    values = list(dict.fromkeys(answer.value for answer in answers))[:_MOST_OPTIONS]
    first = answers[0]
    pieces = [piece for reading in found for piece in reading.pieces]
    span = line.span(min(piece.first for piece in pieces), max(piece.last for piece in pieces))
    return Candidate(
        value=first.value,
        rule=first.rule,
        kind=first.kind,
        span=span,
        confidence=first.confidence,
        whole=first.whole,
        options=tuple(values) if len(values) > 1 else (),
        patch=first.patched,
    )


def _asked(utterance: Utterance, context: Context) -> bool | None:
    """Whether a time was asked for; None when nobody knows. Our sentence tells it when the slots we asked for are not known."""
    if context.in_call:
        return "time" in context.asked
    if context.prompt and time_speech.asks_for_time(context.prompt):
        return True
    return None


def validate(value: str, context: Context) -> Reason | None:
    """Why this is no time to come: not a day and clock, or before now."""
    when = parse(value).at
    if when is None:
        return Reason.NOT_A_TIME
    return Reason.PAST if when < local_now(context).replace(second=0, microsecond=0) else None


def written(value: str, context: Context) -> str | Reason:
    """The time as the record keeps it, to the minute, with the offset of the business: "2026-03-08T14:30:00-05:00"; free or not."""
    start = in_zone(readable(value).strip(), getattr(context.now.tzinfo, "key", "UTC"))
    return start if isinstance(start, Reason) else start.replace(second=0, microsecond=0).isoformat()


TIME = Slot(
    name="time",
    extract=extract,
    validate=validate,
    present=time_speech.present,
    written=written,
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
