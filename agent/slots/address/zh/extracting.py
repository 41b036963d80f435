"""Addresses in Mandarin: province, city, district, town, road, number, building, room, the widest first (GB/T 23705).

An address is found by its number ("88号", "3单元"), with a road's name or a division before it. What stands before and after it is cut off; its parts
may stand in several clauses. A text that has figures was typed, or a recogniser wrote its numbers, and numerals left in it belong to names
(东四六条45号); in a text without figures the numerals before 号, 室 and the like are numbers and become figures.
"""

from collections.abc import Sequence

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.address.weights import CUED, MANDARIN_NAMED, MANDARIN_ROAD, MANDARIN_WHOLE, PART, UNMISTAKABLE
from agent.slots.address.zh.clause import compact, lead_end, only_divisions, without_particles
from agent.slots.address.zh.clauses import Clauses
from agent.slots.address.zh.editing import edited
from agent.slots.address.zh.grammar import MOST_CHARS, Split, figures_of, grammar_of, is_chinese, marker_of, split_of
from agent.slots.address.zh.patching import correction, is_a_day, joined, moved, repaired
from agent.slots.address.zh.presenting import parts

_MOST_PLACE_NAME = 16
"""Characters of a place known by its ending behind a city and a district."""
_ROAD_CHARS = range(3, 13)
"""Of a road by itself."""


def extract(utterance: Utterance, context: Context, *, asked: bool) -> Sequence[Candidate]:
    """The address in a Mandarin utterance, or a part of one when one was asked for, begun or held."""
    grammar = grammar_of()
    if (edited := _patched(utterance, context, asked)) is not None:
        return [edited]
    clauses = Clauses(utterance.text)
    found = clauses.address()
    if found is None:
        return _in_part(utterance, context, asked)
    text, after = repaired(clauses, found.text, found.following)
    end = clauses.places[clauses.spans[after - 1][1]] if after > found.following else found.end
    if found.begun:
        text = joined(found.begun, text)
    split = split_of(text)
    patch = bool(context.held.value) and is_chinese(context.held.value) and not split.divided
    if patch:
        text = moved(context.held.value, split)
    elif context.held.partial and is_chinese(context.held.partial):
        text = joined(context.held.partial, text)
    split = split_of(text)
    whole = _whole(split)
    on_road = split.road and grammar.road_end.search(split.road)
    confidence = MANDARIN_WHOLE if whole else MANDARIN_ROAD if on_road else MANDARIN_NAMED
    return [Candidate(value=text, rule="mandarin", span=(found.start, end), confidence=confidence, whole=whole, parts=parts(split), patch=patch)]


def _whole(split: Split) -> bool:
    return bool(split.divided and split.road and split.numbers)


def _part_start(text: str) -> int:
    """Where a part said by itself begins: with the name of its number, or after what people say before."""
    name = grammar_of().named_number.search(text)
    return name.start() if name else lead_end(text, 0, len(text))


def _plain(text: str, at: int) -> str:
    """A part said by itself from `at` on; a number that is named has its marker: "门牌号是二十三" is "二十三号"."""
    grammar = grammar_of()
    text = without_particles(compact(text[at:]))
    name = grammar.named_number.match(text)
    if name is None:
        return text
    number = text[name.end() :]
    return number + marker_of(name[0]) if grammar.numeral.fullmatch(number) else number


def _in_part(utterance: Utterance, context: Context, asked: bool) -> Sequence[Candidate]:
    """A division, a road or a number by itself."""
    if len(utterance.text) > MOST_CHARS or grammar_of().question.search(utterance.text):
        return ()
    expected = asked or bool(context.held.partial)
    at = _part_start(utterance.text)
    text = _plain(utterance.text, at)
    text = figures_of(text)
    split = split_of(text)
    number = bool(split.number or split.rest) and len(split.road) <= 1 and bool(context.held.partial)
    road = bool(grammar_of().street_end.search(split.road)) and len(split.road) in _ROAD_CHARS
    named = any(name in utterance.text for name in grammar_of().words["name_cue"])
    # Whatever was asked, a road with its city and district before it, and nothing else said, is where someone lives.
    place = road or (bool(grammar_of().place_end.search(split.road)) and len(split.road) <= _MOST_PLACE_NAME)
    plain = bool(split.province or split.city) and bool(split.district) and (place or (bool(split.town) and not split.road))
    if named or not text or not (plain or (expected and (only_divisions(text) or number or (road and (split.divided or asked))))):
        return ()
    if context.held.partial and is_chinese(context.held.partial):
        text = joined(context.held.partial, text)
    split = split_of(text)
    return [Candidate(value=text, rule="part", span=(at, len(utterance.text)), confidence=PART, whole=_whole(split), parts=parts(split))]


def _patched(utterance: Utterance, context: Context, asked: bool) -> Candidate | None:
    """The part of the address we hold that is corrected: "是三单元不是四单元", "应该是86号", "是张衡路"."""
    current = context.held.value
    if not current or not is_chinese(current) or len(utterance.text) > MOST_CHARS or not utterance.has_han:
        return None
    if asked and (value := edited(utterance.text, current)):
        return _patch(value, 0, len(utterance.text), PART)
    told = correction(utterance.text, current)
    if told is None or (told.new.divided and told.new.road and told.new.numbers):  # a whole address
        return None
    value = moved(current, told.new) if told.new.road and told.new.numbers else joined(current, told.text)
    plainly = (told.corrects or told.named) and (told.named or asked or told.new.road or told.new.divided or not is_a_day(told.text))
    if not (asked or plainly) or (value == current and told.corrects):
        return None
    confidence = UNMISTAKABLE + (CUED if told.named else 0.0) if plainly else PART
    return _patch(value, told.start, told.end, confidence)


def _patch(value: str, start: int, end: int, confidence: float) -> Candidate:
    split = split_of(value)
    return Candidate(value=value, rule="patch", span=(start, end), confidence=confidence, whole=_whole(split), parts=parts(split), patch=True)
