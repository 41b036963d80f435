"""Addresses in Mandarin: province, city, district, town, road, number, building, room, the widest first (GB/T 23705).

An address is found by its number ("88号", "3单元"), with a road's name or a division before it. What stands before and after it is cut off; its parts
may stand in several clauses. A text that has figures was typed, or a recogniser wrote its numbers, and numerals left in it belong to names
(东四六条45号); in a text without figures the numerals before 号, 室 and the like are numbers and become figures.
"""

import re
from collections.abc import Mapping, Sequence

from agent.nlu.candidates import Candidate, Context
from agent.nlu.numerals.numbers import say_digits
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.regions import region
from agent.slots.address.zh_clauses import Clauses, is_chinese, lead_end, only_divisions, without_particles
from agent.slots.address.zh_edits import correction, is_a_day, joined, moved, repaired
from agent.slots.address.zh_parts import Split, figures_of, grammar_of, split_of

_MOST_CHARS = 60
_MOST_PLACE_NAME = 16
_UNMISTAKABLE = 0.8
_ASKED = "address"

__all__ = ["extract", "is_chinese", "parts", "present", "validate"]


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """The address in a Mandarin utterance, or a part of one when one was asked for, begun or held."""
    grammar = grammar_of()
    asked = context.asked is not None and _ASKED in context.asked
    if (mended := _patched(utterance, context, asked)) is not None:
        return [mended]
    clauses = Clauses(utterance.text)
    found = clauses.address()
    if found is None:
        return _in_part(utterance, context, asked)
    text, after = repaired(clauses, found.text, found.following)
    end = clauses.places[clauses.spans[after - 1][1]] if after > found.following else found.end
    if found.begun:
        text = joined(found.begun, text)
    split = split_of(text)
    patch = bool(context.current) and is_chinese(context.current) and not split.divided
    if patch:
        text = moved(context.current, split)
    elif context.partial and is_chinese(context.partial):
        text = joined(context.partial, text)
    split = split_of(text)
    whole = _whole(split)
    confidence = 0.9 if whole else 0.8 if split.road and grammar.road_end.search(split.road) else 0.6
    return [Candidate(value=text, rule="mandarin", span=(found.start, end), confidence=confidence, whole=whole, parts=_parts(split), patch=patch)]


def validate(value: str) -> Reason | None:
    """What is missing: the number, the road or estate, or the division it lies in."""
    split = split_of(value)
    if not split.road:
        return Reason.NO_STREET
    if not (split.number or split.rest):
        return Reason.NO_NUMBER
    return None if split.divided else Reason.NO_SUBURB


def parts(value: str) -> Mapping[str, str]:
    return _parts(split_of(value)) if value else {}


def present(value: str) -> str:
    """The address level by level, its numbers in characters; a number of three figures or more figure by figure, as everybody says it.

    Where the value has numerals in its names beside its figures, or figures that number nothing, the figures stay as they are: said in characters
    they could not be told from the names.
    """
    grammar = grammar_of()
    split = split_of(value)
    own = grammar.anchor.match(split.rest)
    apart = own is not None and not own[0].endswith("区")
    last = (split.road + split.number, split.rest) if apart else (split.road + split.number + split.rest,)
    between = str(grammar.words["say"]["between"])
    text = between.join(part for part in (split.province, split.city, split.district, split.town, *last) if part)
    text = re.sub(r"区(?=[0-9])", f"区{between}", text)  # "三区" and "312号楼" would be one number
    in_names = grammar.anchor.sub("", value)
    if (alone := grammar.numeral.search(in_names)) is not None and value.endswith(alone[0]):
        in_names = in_names[: alone.start()]  # a room's number without its marker
    if any(c.isascii() for c in in_names) or grammar.marked.search(value):
        return text
    return re.sub(r"[0-9]{1,5}", lambda number: _say(number[0]), text)


def _say(figures: str) -> str:
    if len(figures) > 2 or figures[0] == "0":
        return say_digits(figures, "zh")
    tens, ones = divmod(int(figures), 10)
    numerals = "零一二三四五六七八九"
    return (("" if tens == 1 else numerals[tens]) + "十" if tens else "") + (numerals[ones] if ones or not tens else "")


def _whole(split: Split) -> bool:
    return bool(split.divided and split.road and split.numbers)


def _parts(split: Split) -> dict[str, str]:
    place = region("CN")["address"]
    municipality = split.province.removesuffix("市") in place["municipalities"]
    suburb = split.city + split.district + split.town if not municipality or split.district or split.city else split.town
    number = split.number.removesuffix("号") if split.number.endswith("号") else split.number
    named = {"unit": split.rest, "street_number": number, "street_name": split.road, "suburb": suburb, "state": split.province, "country": "CN"}
    return {name: text for name, text in named.items() if text}


def _part_start(text: str) -> int:
    """Where a part said by itself begins: with the name of its number, or after what people say before."""
    name = grammar_of().named_number.search(text)
    return name.start() if name else lead_end(text, 0, len(text))


def _plain(text: str, at: int) -> str:
    """A part said by itself from `at` on; a number that is named has its marker: "门牌号是二十三" is "二十三号"."""
    grammar = grammar_of()
    text = re.sub(r"[\s,，。;；!！]", "", text[at:])
    text = without_particles(text)
    name = grammar.named_number.match(text)
    if name is None:
        return text
    number = text[name.end() :]
    marker: str = next(to for of, to in grammar.words["number_names"].items() if name[0].startswith(of))
    return number + marker if grammar.numeral.fullmatch(number) else number


def _in_part(utterance: Utterance, context: Context, asked: bool) -> Sequence[Candidate]:
    """A division, a road or a number by itself."""
    if len(utterance.text) > _MOST_CHARS or grammar_of().question.search(utterance.text):
        return ()
    expected = asked or bool(context.partial)
    at = _part_start(utterance.text)
    text = _plain(utterance.text, at)
    text = figures_of(text)
    split = split_of(text)
    number = bool(split.number or split.rest) and len(split.road) <= 1 and bool(context.partial)
    road = bool(grammar_of().street_end.search(split.road)) and 2 < len(split.road) <= 12
    named = any(name in utterance.text for name in grammar_of().words["name_cue"])
    # Whatever was asked, a road with its city and district before it, and nothing else said, is where someone lives.
    place = road or (bool(grammar_of().place_end.search(split.road)) and len(split.road) <= _MOST_PLACE_NAME)
    plain = bool(split.province or split.city) and bool(split.district) and (place or (bool(split.town) and not split.road))
    if named or not text or not (plain or (expected and (only_divisions(text) or number or (road and (split.divided or asked))))):
        return ()
    if context.partial and is_chinese(context.partial):
        text = joined(context.partial, text)
    split = split_of(text)
    return [Candidate(value=text, rule="part", span=(at, len(utterance.text)), confidence=0.5, whole=_whole(split), parts=_parts(split))]


def _patched(utterance: Utterance, context: Context, asked: bool) -> Candidate | None:
    """The part of the address we hold that is corrected: "是三单元不是四单元", "应该是86号", "是张衡路"."""
    current = context.current
    if not current or not is_chinese(current) or len(utterance.text) > _MOST_CHARS or not utterance.has_han:
        return None
    told = correction(utterance.text, current)
    if told is None or (told.new.divided and told.new.road and told.new.numbers):  # a whole address
        return None
    value = moved(current, told.new) if told.new.road and told.new.numbers else joined(current, told.text)
    plainly = (told.corrects or told.named) and (told.named or asked or told.new.road or told.new.divided or not is_a_day(told.text))
    if not (asked or plainly) or (value == current and told.corrects):
        return None
    split = split_of(value)
    return Candidate(
        value=value,
        rule="patch",
        span=(told.start, told.end),
        confidence=_UNMISTAKABLE + (0.05 if told.named else 0.0) if plainly else 0.5,
        whole=_whole(split),
        parts=_parts(split),
        patch=True,
    )
