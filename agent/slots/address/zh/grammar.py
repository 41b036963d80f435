"""The parts of a Mandarin address: what each is recognised by, and where one ends (GB/T 23705, GB/T 2260)."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.numerals.numbers import digits
from agent.nlu.utterance import Utterance
from agent.regions import region

NUMERAL = "〇零一二三四五六七八九十百千两幺洞"
_HAN = re.compile(r"[㐀-鿿]")
_FIGURES = re.compile(r"[0-9]+")
_NUMBER = rf"(?:[0-9]{{1,5}}|[{NUMERAL}]{{1,8}}|(?<![A-Za-z])[A-Za-z]{{1,2}}[0-9]{{0,4}})"


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
    markers = rf"(?!{'|'.join(said['not_markers'])})(?:{'|'.join(said['markers'])})"
    instead = "|".join((*said["instead"], "为", ":"))
    listed = ("roads", "estates", "question", "tail", "repair", "timing")
    alternatives = {name: "|".join(sorted(map(re.escape, said[name]), key=len, reverse=True)) for name in listed}
    provinces = "|".join(sorted(place["provinces"], key=len, reverse=True))
    return Grammar(
        anchor=re.compile(rf"{_NUMBER}(?:[-~、至到之/]{_NUMBER})?(?:{markers}|区(?=[0-9]))"),
        marked=re.compile(rf"(?<![至到{NUMERAL}])[{NUMERAL}]{{1,8}}(?={markers})"),
        street_number=re.compile(rf"(?<=[路街道巷弄])[{NUMERAL}]{{2,8}}(?=号)"),
        named_number=re.compile(rf"(?:{'|'.join(said['number_names'])})(?:{instead})?"),
        numeral=re.compile(rf"[{NUMERAL}]{{2,6}}|[0-9]{{2,6}}"),
        last=re.compile(rf"((?:{markers}))([{NUMERAL}]{{2,6}})$"),
        single=re.compile(rf"[{NUMERAL}0-9]"),
        named_province=re.compile(rf"(?:{provinces})(?:{'|'.join(place['province_ends'])})"),
        province=re.compile(rf"(?:{provinces})(?:{'|'.join(place['province_ends'])})?"),
        division=re.compile(rf"(?:{provinces})|[㐀-鿿]{{2,4}}?[市区县]"),
        divisions=(
            re.compile(r"[㐀-鿿]{1,9}?(?:自治州|地区|盟|市(?![场口]))"),
            re.compile(r"[㐀-鿿]{1,9}?(?:自治县|工业园区|开发区|(?<![小园社厂校景片院期])区|县(?!城)|(?<!红)旗|市(?![场口]))"),
            re.compile(r"[㐀-鿿]{1,6}?(?:街道|镇(?!政)|乡)"),
        ),
        road_end=re.compile(rf"(?:{alternatives['roads']})[甲乙丙丁东西南北]?(?:一|二|三|四|五|六|七|八|九|十|[0-9])?[甲乙丙丁第]?$"),
        street_end=re.compile(rf"[^的](?:{'|'.join(said['plain_roads'])})$"),
        place_end=re.compile(rf"[^的](?:{'|'.join(said['place_ends'])})$"),
        estate=re.compile(rf"(?:{alternatives['estates']})"),
        question=re.compile(alternatives["question"]),
        tail=re.compile(alternatives["tail"]),
        repair=re.compile(rf"(?:{alternatives['repair']})(?<!不(?=[对是]))"),
        timing=re.compile(rf"(?:{alternatives['timing']})"),
        words=said,
    )


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


def read_number(numeral: str) -> str:
    """Numerals as figures: "二十三" is "23", "幺零二" is "102"; what is no number stays."""
    utterance = Utterance(numeral)
    figures, end = digits(utterance.tokens, 0, "zh")
    return figures if end == len(utterance.tokens) else numeral
