"""The parts of a Mandarin address: what each is recognised by, and where one ends (GB/T 23705, GB/T 2260)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.numerals.numbers import digits
from agent.nlu.utterance import Utterance
from agent.regions import region

_HAN = re.compile(r"[㐀-鿿]")
MOST_CHARS = 60
"""Characters of an address, and of a turn that says or edits a part of one."""
_FIGURES = re.compile(r"[0-9]+")


class Grammar(NamedTuple):
    """The compiled tables. Every quantifier is bounded, and no two of them stand over the same characters in a row without a mark between."""

    anchor: re.Pattern[str]
    """A number with what it numbers."""
    marked: re.Pattern[str]
    """Numerals before a marker, that end no range: in "一至三层" they stay."""
    street_number: re.Pattern[str]
    """Numerals of several characters between a road and its marker."""
    named_number: re.Pattern[str]
    """ "门牌号是二十三": what the number is, and the number."""
    numeral: re.Pattern[str]
    last: re.Pattern[str]
    """A room's number at the end, without its marker."""
    single: re.Pattern[str]
    """A number of one character."""
    province: re.Pattern[str]
    named_province: re.Pattern[str]
    """A province with its kind: "福建省"."""
    division: re.Pattern[str]
    """A province, or a short name of a city, a district or a county."""
    divisions: Sequence[re.Pattern[str]]
    """City, district, town: from where the last one ended."""
    road_end: re.Pattern[str]
    """A road's or an estate's name directly before a number."""
    street_end: re.Pattern[str]
    """The ending of a road or an estate that needs no number to be known for one."""
    place_end: re.Pattern[str]
    """The ending of a village, a crossing or a side of a road, known for a place behind a city and a district."""
    estate: re.Pattern[str]
    question: re.Pattern[str]
    tail: re.Pattern[str]
    repair: re.Pattern[str]
    """Words that take back what was just said."""
    building: re.Pattern[str]
    """The last character of what is inside a numbered place."""
    pause: re.Pattern[str]
    """A blank that stands for a pause, as a recogniser writes no marks."""
    glue: re.Pattern[str]
    """A blank inside a number, between it and what it numbers, or beside the one character of a division."""
    misheard_room: re.Pattern[str]
    """室 behind a room's number as a recogniser writes it: 是."""
    misheard_building: re.Pattern[str]
    """A building's 栋 as a recogniser writes it; in a number 洞 is a nought."""
    division_ends: frozenset[str]
    timing: re.Pattern[str]
    """What makes a number of the days or hours of it: "三月八号", "下周八号"."""
    words: Mapping[str, Any]


class Split(NamedTuple):
    """An address in pieces that together are the address: "北京市", "", "朝阳区", "", "建国路", "88号", "3单元501室"."""

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

    @property
    def numbers(self) -> str:
        """ "88号3单元501室"."""
        return self.number + self.rest


@cache
def grammar_of() -> Grammar:
    """The grammar over the words of `zh/address.toml` and the divisions of `CN.toml`."""
    said, place = words("zh", "address"), region("CN")["address"]
    return Grammar(words=said, division_ends=frozenset(place["division_ends"]), **_numbers(said), **_divisions(place), **_roads(said), **_talk(said))


def _either(listed: Iterable[str]) -> str:
    """The longest first."""
    return f"(?:{'|'.join(sorted(map(re.escape, listed), key=len, reverse=True))})"


def _numbers(said: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, what they number, and what a recogniser makes of either."""
    figure, numeral = f"[0-9{said['numerals']}]", f"[{said['numerals']}]"
    inside, han = f"[0-9A-Za-z{said['numerals']}]", "[㐀-鿿]"
    number = rf"(?:[0-9]{{1,5}}|{numeral}{{1,8}}|(?<![A-Za-z])[A-Za-z]{{1,2}}[0-9]{{0,4}})"
    markers = rf"(?!{'|'.join(said['not_markers'])})(?:{'|'.join(said['markers'])})"
    return {
        "anchor": re.compile(rf"{number}(?:[-~、至到之/]{number})?(?:{markers}|区(?=[0-9]))"),
        "marked": re.compile(rf"(?<![至到{said['numerals']}]){numeral}{{1,8}}(?={markers})"),
        "street_number": re.compile(rf"(?<=[{said['numbered_roads']}]){numeral}{{2,8}}(?=号)"),
        "named_number": re.compile(rf"(?:{'|'.join(said['number_names'])})(?:{'|'.join((*said['instead'], '为', ':'))})?"),
        "numeral": re.compile(rf"{numeral}{{2,6}}|[0-9]{{2,6}}"),
        "last": re.compile(rf"((?:{markers}))({numeral}{{2,6}})$"),
        "single": re.compile(figure),
        "building": re.compile(f"[{said['buildings']}]"),
        "pause": re.compile(rf"(?<={han})\s(?={han})|(?<={han})\s(?={inside})|(?<={inside})\s(?={han})"),
        "glue": re.compile(
            rf"(?<={inside})\s(?={inside}|{said['glued']})|(?<=号)\s(?=[楼院])|\s(?=[{said['division_ends']}]\s)|(?<=\s[{said['division_ends']}])\s"
        ),
        "misheard_room": re.compile(rf"(?<={figure}{{3}})是(?=[\s,，。！!；;就]|$)"),
        "misheard_building": re.compile(
            rf"(?<={figure})[{said['buildings_misheard']}](?=\s?(?:{figure}{{1,2}}单元|{figure}{{3,4}}(?:[室房户号\s,，。]|$)))"
        ),
    }


def _divisions(place: Mapping[str, Any]) -> dict[str, Any]:
    """Provinces by name, what is below them by how it ends."""
    provinces, ends = _either(place["provinces"]), f"(?:{'|'.join(place['province_ends'])})"
    return {
        "named_province": re.compile(provinces + ends),
        "province": re.compile(f"{provinces}{ends}?"),
        "division": re.compile(rf"{provinces}|[㐀-鿿]{{2,4}}?[市区县]"),
        "divisions": tuple(re.compile(place[level]) for level in ("cities", "districts", "towns")),
    }


def _roads(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "road_end": re.compile(rf"{_either(said['roads'])}[{said['road_sides']}]?(?:一|二|三|四|五|六|七|八|九|十|[0-9])?[{said['road_letters']}]?$"),
        "street_end": re.compile(rf"[^的](?:{'|'.join(said['plain_roads'])})$"),
        "place_end": re.compile(rf"[^的](?:{'|'.join(said['place_ends'])})$"),
        "estate": re.compile(_either(said["estates"])),
    }


def _talk(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: re.compile(_either(said[name])) for name in ("question", "tail", "timing")},
        "repair": re.compile(rf"{_either(said['repair'])}(?<!不(?=[对是]))"),
    }


def is_chinese(value: str) -> bool:
    """Whether a value is an address in Chinese characters."""
    return _HAN.search(value) is not None


def divisions_of(text: str) -> tuple[tuple[str, str, str, str], int]:
    """Province, city, district and town at the start of an address, "" for what was not said, and where they end."""
    grammar = grammar_of()
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


def split_of(value: str) -> Split:
    """The parts of an address in one piece."""
    grammar = grammar_of()
    (province, city, district, town), at = divisions_of(value)
    rest = value[at:]
    anchor = grammar.anchor.search(rest)
    if anchor is None:
        return Split(province, city, district, town, rest, "", "")
    is_number = anchor[0].endswith(("号", "弄")) or anchor[0].endswith("号院")
    end = anchor.end() if is_number else anchor.start()
    return Split(province, city, district, town, rest[: anchor.start()], rest[anchor.start() : end], rest[end:])


def figures_of(text: str) -> str:
    """Numbers as figures. Where some were written, numerals before the first of them belong to names (东四六条45号), unless several stand right
    behind a road (凤翔路四十一号); behind it they are numbers again."""
    first = _FIGURES.search(text)
    if first is None:
        return numbered(text)
    before = grammar_of().street_number.sub(lambda numeral: read_number(numeral[0]), text[: first.start()])
    return before + first[0] + numbered(text[first.end() :])


def numbered(text: str) -> str:
    """Numerals before a marker as figures, and a room's at the end: "二十三号" is "23号"."""
    text = grammar_of().marked.sub(lambda numeral: read_number(numeral[0]), text)
    return grammar_of().last.sub(lambda room: room[1] + read_number(room[2]), text)


def marker_of(name: str) -> str:
    """What stands behind the number that a name announces: "门牌号" is followed by a 号."""
    markers: Mapping[str, str] = grammar_of().words["number_names"]
    return next(marker for of, marker in markers.items() if name.startswith(of))


def read_number(numeral: str) -> str:
    """Numerals as figures: "二十三" is "23", "幺零二" is "102"; what is no number stays."""
    utterance = Utterance(numeral)
    figures, end = digits(utterance.tokens, 0, "zh")
    return figures if end == len(utterance.tokens) else numeral
