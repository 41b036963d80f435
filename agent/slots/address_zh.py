"""Addresses in Mandarin: province, city, district, town, road, number, building, room, the widest first (GB/T 23705).

An address is found by its number ("88号", "3单元"), with a road's name or a division before it. What stands before and after it is cut off; its parts
may stand in several clauses. A text that has figures was typed, or a recogniser wrote its numbers, and numerals left in it belong to names
(东四六条45号); in a text without figures the numerals before 号, 室 and the like are numbers and become figures.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.hearing import Context, Heard
from agent.languages import words
from agent.languages.numbers import digits, say_digits
from agent.reasons import Reason
from agent.regions import region
from agent.text import Said

_HAN = re.compile(r"[㐀-鿿]")
_CLAUSE = re.compile(r"[。！!,，;；]")
_NUMERAL = "〇零一二三四五六七八九十百两幺洞"
_NUMBER = rf"(?:[0-9]{{1,5}}|[{_NUMERAL}]{{1,8}}|(?<![A-Za-z])[A-Za-z]{{1,2}}[0-9]{{0,4}})"
_MOST_CHARS = 60
_ASKED = "address"


class _Grammar(NamedTuple):
    """The compiled tables. Every quantifier is bounded, and no two of them stand over the same characters in a row without a mark between."""

    anchor: re.Pattern[str]
    """A number with what it numbers."""
    marked: re.Pattern[str]
    """Numerals before a marker."""
    last: re.Pattern[str]
    """A room's number at the end, without its marker."""
    province: re.Pattern[str]
    division: re.Pattern[str]
    """A province, or a short name of a city, a district or a county."""
    divisions: Sequence[re.Pattern[str]]
    """City, district, town: from where the last one ended."""
    road_end: re.Pattern[str]
    """A road's or an estate's name directly before a number."""
    street_end: re.Pattern[str]
    """The ending of a road or an estate that needs no number to be known for one."""
    estate: re.Pattern[str]
    question: re.Pattern[str]
    tail: re.Pattern[str]
    words: Mapping[str, Any]


class _Split(NamedTuple):
    province: str
    city: str
    district: str
    town: str
    road: str
    number: str
    rest: str

    @property
    def divided(self) -> bool:
        return bool(self.province or self.city or self.district)


@cache
def _grammar() -> _Grammar:
    said, place = words("zh", "address"), region("CN")["address"]
    markers = "|".join(said["markers"])
    alternatives = {name: "|".join(sorted(map(re.escape, said[name]), key=len, reverse=True)) for name in ("roads", "estates", "question", "tail")}
    provinces = "|".join(sorted(place["provinces"], key=len, reverse=True))
    return _Grammar(
        anchor=re.compile(rf"{_NUMBER}(?:[-~、至到之/]{_NUMBER})?(?:{markers}|区(?=[0-9]))"),
        marked=re.compile(rf"[{_NUMERAL}]{{1,8}}(?={markers})"),
        last=re.compile(rf"({markers})([{_NUMERAL}]{{2,6}})$"),
        province=re.compile(rf"(?:{provinces})(?:{'|'.join(place['province_ends'])})?"),
        division=re.compile(rf"(?:{provinces})|[㐀-鿿]{{2,4}}?[市区县]"),
        divisions=(
            re.compile(r"[㐀-鿿]{1,9}?(?:自治州|地区|盟|市(?![场口]))"),
            re.compile(r"[㐀-鿿]{1,9}?(?:自治县|工业园区|开发区|(?<![小园社厂校景片院期])区|县(?!城)|(?<!红)旗|市(?![场口]))"),
            re.compile(r"[㐀-鿿]{1,6}?(?:街道|镇(?!政)|乡)"),
        ),
        road_end=re.compile(rf"(?:{alternatives['roads']})[甲乙丙丁东西南北]?(?:一|二|三|四|五|六|七|八|九|十|[0-9])?[甲乙丙丁第]?$"),
        street_end=re.compile(rf"[^的](?:{'|'.join(said['plain_roads'])})$"),
        estate=re.compile(rf"(?:{alternatives['estates']})"),
        question=re.compile(alternatives["question"]),
        tail=re.compile(alternatives["tail"]),
        words=said,
    )


def is_chinese(value: str) -> bool:
    """Whether a value is an address in Chinese characters."""
    return _HAN.search(value) is not None


def hear(said: Said, context: Context) -> Sequence[Heard]:
    """The address in a Mandarin utterance, or a part of one when one was asked for, begun or held."""
    grammar = _grammar()
    asked = context.asked is not None and _ASKED in context.asked
    if grammar.question.search(said.text):
        return ()
    if (patch := _patched(said, context, asked)) is not None:
        return [patch]
    text, span = _address(said.text)
    if not text:
        return _in_part(said, context, asked)
    split = _split(text)
    if context.partial and is_chinese(context.partial):
        text = _joined(context.partial, text)
        split = _split(text)
    whole = _whole(split)
    sure = 0.9 if whole else 0.8 if split.road and grammar.road_end.search(split.road) else 0.6
    return [Heard(value=text, rule="mandarin", span=span, sure=sure, whole=whole, parts=_parts(split))]


def check(value: str) -> Reason | None:
    """What is missing: the number, the road or estate, or the division it lies in."""
    split = _split(value)
    if not split.road:
        return Reason.NO_STREET
    if not (split.number or split.rest):
        return Reason.NO_NUMBER
    return None if split.divided else Reason.NO_SUBURB


def parts(value: str) -> Mapping[str, str]:
    return _parts(_split(value)) if value else {}


def read_back(value: str, slow: bool) -> str:
    """The address level by level, its numbers in characters; a number of three figures or more, and any number in the slow form, figure by figure.

    Where the value has numerals in its names beside its figures, or figures that number nothing, the figures stay as they are: said in characters
    they could not be told from the names.
    """
    grammar = _grammar()
    split = _split(value)
    own = grammar.anchor.match(split.rest) is not None
    last = (split.road + split.number, split.rest) if own else (split.road + split.number + split.rest,)
    levels = [part for part in (split.province, split.city, split.district, split.town, *last) if part]
    text = str(grammar.words["say"]["between"]).join(levels)
    in_names = re.sub(rf"[0-9]{{1,5}}(?={'|'.join(grammar.words['markers'])})", "", value)
    if any(c.isascii() for c in in_names) or grammar.marked.search(value):
        return text
    return re.sub(r"[0-9]{1,5}", lambda number: _say(number[0], slow), text)


def _say(figures: str, slow: bool) -> str:
    if slow or len(figures) > 2 or figures[0] == "0":
        return say_digits(figures, "zh")
    tens, ones = divmod(int(figures), 10)
    numerals = "零一二三四五六七八九"
    return (("" if tens == 1 else numerals[tens]) + "十" if tens else "") + (numerals[ones] if ones or not tens else "")


def _address(text: str) -> tuple[str, tuple[int, int]]:
    """The address in the utterance, in one piece with its numbers as figures, and where it stands; ("", (0, 0)) for none."""
    grammar = _grammar()
    begin = end = -1
    anchored = False
    for start, stop in _clauses(text):
        first = _start(text, start, stop)
        clause = text[first:stop]
        anchor = _last_anchor(clause)
        level = _only_divisions(clause) or (grammar.road_end.search(clause) is not None and 2 < len(clause) <= 20)
        if anchor is None and not level:
            if anchored:
                break
            begin = -1
            continue
        if anchor is not None:
            stop = first + _cut(clause, anchor)
            anchored = True
        begin, end = (first if begin < 0 else begin), stop
    if not anchored or begin < 0:
        return "", (0, 0)
    found = re.sub(r"[\s,，。;；]", "", text[begin:end])
    found = _figures(found) if len(found) <= _MOST_CHARS else ""
    return (found, (begin, end)) if _plausible(found) else ("", (0, 0))


def _clauses(text: str) -> list[tuple[int, int]]:
    marks = [match.start() for match in _CLAUSE.finditer(text)]
    return [(start, stop) for start, stop in zip([0, *(mark + 1 for mark in marks)], [*marks, len(text)], strict=True) if text[start:stop].strip()]


def _start(text: str, start: int, stop: int) -> int:
    """Where the address may begin in a clause: after the last word that announces one, and after what people say before."""
    said = _grammar().words
    match = _grammar().anchor.search(text, start, stop)
    limit = match.start() if match else stop
    after = max((at + len(cue) for cue in said["cue"] if (at := text.rfind(cue, start, limit)) >= 0), default=start)
    while after < stop:
        skipped = next((word for word in said["lead_in"] if text.startswith(word, after)), " " if text[after].isspace() else "")
        if not skipped and text[after] in said["lead_in_before_division"] and _grammar().division.match(text, after + 1):
            skipped = text[after]
        if not skipped or _grammar().province.match(text, after):
            break
        after += len(skipped)
    return min(after, stop)


def _last_anchor(clause: str) -> re.Match[str] | None:
    last = None
    for last in _grammar().anchor.finditer(clause):  # noqa: B007
        pass
    return last


def _cut(clause: str, anchor: re.Match[str]) -> int:
    """Where the address ends in its clause: what follows the last number stays ("大厦内"), up to a word that goes on about something else."""
    tail = _grammar().tail.search(clause, anchor.end())
    return tail.start() if tail else len(clause.rstrip())


def _only_divisions(clause: str) -> bool:
    return bool(clause) and len(clause) <= 20 and _divisions(clause)[1] == len(clause)


def _divisions(text: str) -> tuple[tuple[str, str, str, str], int]:
    """Province, city, district and town at the start of an address, "" for what was not said, and where they end."""
    grammar = _grammar()
    number = grammar.anchor.search(text)
    limit = number.start() if number else len(text)
    found, at = [], 0
    for pattern in (grammar.province, *grammar.divisions):
        match = pattern.match(text, at, limit)
        found.append(match[0] if match else "")
        at = match.end() if match else at
    province, city, district, town = found
    if province and not city and not district and text[at : at + 1] in ("路", "街", "大", "道"):
        return ("", "", "", ""), 0
    return (province, city, district, town), at


def _split(value: str) -> _Split:
    """The parts of an address in one piece."""
    grammar = _grammar()
    (province, city, district, town), at = _divisions(value)
    rest = value[at:]
    anchor = grammar.anchor.search(rest)
    if anchor is None:
        return _Split(province, city, district, town, rest, "", "")
    is_number = anchor[0].endswith(("号", "弄")) or anchor[0].endswith("号院")
    end = anchor.end() if is_number else anchor.start()
    return _Split(province, city, district, town, rest[: anchor.start()], rest[anchor.start() : end], rest[end:])


def _plausible(text: str) -> bool:
    """Whether a number stands after a road's name, or after any name with a division before it; dates and prices do not."""
    split = _split(text)
    if len(text) > _MOST_CHARS or not split.road or not (split.number or split.rest):
        return False
    named = _grammar().road_end.search(split.road) is not None and len(split.road) > 1
    if named and not split.number:
        named = _grammar().estate.search(split.road) is not None
    return named or (split.divided and len(split.road) > 1)


def _whole(split: _Split) -> bool:
    return bool(split.divided and split.road and (split.number or split.rest))


def _parts(split: _Split) -> dict[str, str]:
    place = region("CN")["address"]
    municipality = split.province.removesuffix("市") in place["municipalities"]
    suburb = split.city + split.district + split.town if not municipality or split.district or split.city else split.town
    number = split.number.removesuffix("号") if split.number.endswith("号") else split.number
    named = {"unit": split.rest, "street_number": number, "street_name": split.road, "suburb": suburb, "state": split.province, "country": "CN"}
    return {name: text for name, text in named.items() if text}


def _figures(text: str) -> str:
    """Numbers as figures, where no figure was written."""
    if any(c.isdigit() and c.isascii() for c in text):
        return text
    text = _grammar().marked.sub(lambda numeral: _read(numeral[0]), text)
    return _grammar().last.sub(lambda room: room[1] + _read(room[2]), text)


def _read(numeral: str) -> str:
    said = Said(numeral)
    figures, end = digits(said.tokens, 0, "zh")
    return figures if end == len(said.tokens) else numeral


def _joined(before: str, after: str) -> str:
    """An address begun and what was said next, the wider part first; what is said again replaces what was said before."""
    first, second = _split(before), _split(after)
    return "".join(new or old for old, new in zip(first, second, strict=True))


def _in_part(said: Said, context: Context, asked: bool) -> Sequence[Heard]:
    """A division, a road or a number by itself."""
    if not (asked or context.partial) or len(said.text) > _MOST_CHARS:
        return ()
    at = _start(said.text, 0, len(said.text))
    text = re.sub(r"[\s,，。;；!！]", "", said.text[at:])
    for particle in _grammar().words["particle"]:
        text = text.removesuffix(particle)
    text = _figures(text)
    split = _split(text)
    numbered = bool(split.number or split.rest) and len(split.road) <= 1 and bool(context.partial)
    road = bool(_grammar().street_end.search(split.road)) and 2 < len(split.road) <= 12
    named = any(name in said.text for name in _grammar().words["name_cue"])
    if named or not text or len(text) > _MOST_CHARS or not (_only_divisions(text) or numbered or (road and (split.divided or asked))):
        return ()
    if context.partial and is_chinese(context.partial):
        text = _joined(context.partial, text)
    split = _split(text)
    return [Heard(value=text, rule="part", span=(at, len(said.text)), sure=0.5, whole=_whole(split), parts=_parts(split))]


def _patched(said: Said, context: Context, asked: bool) -> Heard | None:
    """The part of the address we hold that is corrected: "是三单元不是四单元", "应该是86号"."""
    current = context.current
    if not current or not is_chinese(current) or len(said.text) > _MOST_CHARS:
        return None
    grammar = _grammar()
    text = said.text
    for negation in grammar.words["negation"]:
        before, found, after = text.partition(negation)
        if found and not re.sub(r"[\s,，]", "", before):
            text = re.split(r"[,，]|是", after, maxsplit=1)[-1]
        elif found:
            text = before
    at = _start(text, 0, len(text))
    new = re.sub(r"[\s,，。;；!！]", "", text[at:])
    for particle in grammar.words["particle"]:
        new = new.removesuffix(particle)
    if not re.search(r"[0-9]", current) or not re.search(r"[0-9]", new):
        new = grammar.marked.sub(lambda numeral: _read(numeral[0]), new)
    anchor = grammar.anchor.fullmatch(new)
    value = ""
    if anchor is not None:
        marker = next(marker for marker in (*grammar.words["markers"], "区") if new.endswith(marker))
        old = [match for match in grammar.anchor.finditer(current) if match[0].endswith(marker) and len(match[0]) - len(marker) < 8]
        value = current[: old[-1].start()] + new + current[old[-1].end() :] if old else current + new
    elif _only_divisions(new) or (grammar.road_end.search(new) and 2 < len(new) <= 12):
        value = _joined(current, new)
    if not value or not (asked or len(text) < len(said.text)):
        return None
    split = _split(value)
    return Heard(
        value=value,
        rule="patch",
        span=(0, len(said.text)),
        sure=0.8 if len(text) < len(said.text) else 0.5,
        whole=_whole(split),
        parts=_parts(split),
        patch=True,
    )
