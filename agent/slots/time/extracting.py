"""The time an utterance holds, as one candidate: pieces, made readings, made answers."""

from collections.abc import Sequence
from datetime import time, timedelta
from functools import cache

import msgspec

from agent.languages import words
from agent.nlu.candidates import Candidate, Context
from agent.nlu.chart import Chunk
from agent.nlu.utterance import Utterance
from agent.record.acts import ValueKind
from agent.slots.time import en_places, zh_places
from agent.slots.time.answers import WEAK, Listener
from agent.slots.time.editing import edited
from agent.slots.time.edits import Denied, denied
from agent.slots.time.items import Line, words_of
from agent.slots.time.partial_time import PartialTime, parse
from agent.slots.time.pieces import Kind, Mark
from agent.slots.time.presenting import month_first
from agent.slots.time.reading import Reading, Readings, readings
from agent.slots.time.resolve import local_now
from agent.slots.time.rules import chart_of

_MOST_OPTIONS = 6
"""More than so many times are no choice any more."""
_STRAY = 2
"""Words beside a day that has passed up to which it is an answer and no story: "yesterday at three", not "I called you yesterday at three"."""


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """The time that was said: one `Candidate`, or none. What may be meant besides it stands in its options."""
    grammar = zh_places if utterance.has_han else en_places
    asked = _asked(context)
    seeking = asked is True and _asks_what_is_free(utterance)
    order = month_first(context.region, "figures")
    read = grammar.read(utterance, region=context.region, month_first=order, asked=asked, editing=bool(context.held.value))
    if read is None:
        open_day = parse(context.held.partial).day if not context.held.value else None
        return [_whole_words(utterance, PartialTime(open_day).written, ValueKind.SOONEST)] if seeking else ()
    line, pieces = read
    out = [piece for piece in pieces if piece.relation is Mark.NOT or piece.kind is Kind.OTHER]
    said = readings([piece for piece in edited(pieces) if piece not in out])
    if seeking or (asked is True and line.count == 1 and (Mark.BEFORE, False) in (piece.value for piece in pieces)):  # "earlier", and nothing else
        said.found = [reading.seeking() for reading in said.found]
    if said.gone and asked is True and len(utterance.tokens) <= sum(piece.last - piece.first for piece in said.gone) + _STRAY:
        yesterday = local_now(context) - timedelta(days=1)  # whichever day it was, it is refused
        return [_whole_words(utterance, yesterday.isoformat(timespec="minutes"), "past", whole=True)]
    held = parse(context.held.value or context.held.partial)
    ruled_out = denied([piece for piece in out if piece.value is not None], held, context)
    answers = _answers(said, msgspec.structs.replace(held, day_not_meant=ruled_out.anchor), context, asked=asked is True)
    answers = [answer for answer in answers if parse(answer.value).day not in ruled_out.days or len(answers) == 1]
    if not answers:
        return _left(utterance, ruled_out, context) if asked is True else ()
    if ruled_out.elsewhere and all(piece.bare for reading in said.found for piece in reading.pieces):
        return ()  # "16, not 14", and it was not 14 that we held
    return [_candidate(answers, line, said.found)]


def chunks(utterance: Utterance, context: Context) -> Sequence[Chunk]:
    """What the rules make of the items, at the tokens where these stand."""
    line, region = Line(utterance, words_of("zh" if utterance.has_han else "en")), "" if utterance.has_han else context.region
    found = chart_of(line, region, utterance.has_han or month_first(region, "figures")).chunks()
    return [msgspec.structs.replace(one, start=line.firsts[one.start], end=line.ends[one.end - 1]) for one in found if one.start < one.end]


def _answers(said: Readings, before: PartialTime, context: Context, *, asked: bool) -> list[Candidate]:
    """What a single reading may mean; of several, what each means first, and near the one before it."""
    found: list[Candidate] = []
    for reading in said.found:
        several = Listener(reading, before, context, asked=asked).answers()
        found += several if len(said.found) == 1 else [_nearest(several, found[0])] if several and found else several[:1]
    return found


def _left(utterance: Utterance, ruled_out: Denied, context: Context) -> Sequence[Candidate]:
    """What is left when it was only said what is not meant: the one option that stays, or a part of the time held."""
    if context.held.options:
        stay = [option for option in context.held.options if parse(option).day not in ruled_out.days] if ruled_out.days else []
        return [_whole_words(utterance, stay[0], ValueKind.EXCLUDED, whole=parse(stay[0]).at is not None)] if len(stay) == 1 else ()
    if ruled_out.left is None:
        return ()
    return [_whole_words(utterance, ruled_out.left, ValueKind.EXCLUDED)]


def _whole_words(utterance: Utterance, value: str, rule: str | ValueKind, *, whole: bool = False) -> Candidate:
    """What the whole utterance comes to, and no words of it in particular."""
    kind = rule if isinstance(rule, ValueKind) else msgspec.UNSET
    return Candidate(value=value, rule=str(rule), kind=kind, span=(0, len(utterance.text)), confidence=WEAK, whole=whole)


def _nearest(answers: Sequence[Candidate], other: Candidate) -> Candidate:
    """Of what one of several times may mean, the clock nearest the time before it: "6 or 7" are both in the evening."""
    first = parse(other.value).clock
    return min(answers, key=lambda answer: _apart(parse(answer.value).clock, first))


def _apart(one: time | None, other: time | None) -> int:
    """Minutes between two clocks."""
    return 0 if one is None or other is None else abs(one.hour * 60 + one.minute - other.hour * 60 - other.minute)


def _candidate(answers: list[Candidate], line: Line, found: Sequence[Reading]) -> Candidate:
    """One `Candidate` out of everything that may be meant."""
    values = list(dict.fromkeys(answer.value for answer in answers))[:_MOST_OPTIONS]
    pieces = [piece for reading in found for piece in reading.pieces]
    span = line.span(min(piece.first for piece in pieces), max(piece.last for piece in pieces))
    return msgspec.structs.replace(answers[0], span=span, options=tuple(values) if len(values) > 1 else ())


def _asked(context: Context) -> bool | None:
    """Whether a time was asked for; None when nobody knows. Our sentence tells it when the slots we asked for are not known."""
    if context.in_call:
        return "time" in context.asked
    if context.prompt and _asks_for_time(context.prompt):
        return True
    return None


def _asks_for_time(prompt: str) -> bool:
    """Whether our sentence asks for a day or a clock, in either language."""
    lower = prompt.lower()
    return any(phrase in lower for phrase in _questions())


@cache
def _questions() -> tuple[str, ...]:
    return tuple(phrase for language in ("en", "zh") for phrase in words(language, "time")["prompt"]["phrases"])


def _asks_what_is_free(utterance: Utterance) -> bool:
    """Whether the caller asks which times there are: "what have you got on Friday", 周五有空吗."""
    spoken, language = (utterance.lower, "zh") if utterance.has_han else (f" {' '.join(utterance.words)} ", "en")
    return any((phrase if language == "zh" else f" {phrase} ") in spoken for phrase in words(language, "time")["free"]["phrases"])
