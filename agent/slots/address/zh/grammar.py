"""The parts of a Mandarin address: what each is recognised by, and where one ends (GB/T 23705, GB/T 2260)."""

import re
from collections.abc import Iterable, Mapping
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


def _either(listed: Iterable[str]) -> str:
    """The longest first."""
    return f"(?:{'|'.join(sorted(map(re.escape, listed), key=len, reverse=True))})"


class Grammar:
    """The compiled tables. Every quantifier is bounded, and no two of them stand over the same characters in a row without a mark between."""

    def __init__(self, said: Mapping[str, Any], place: Mapping[str, Any]) -> None:
        self.words = said
        self._numbers(said)
        self._divisions(place)
        self._roads(said)
        self.question, self.tail, self.timing = (re.compile(_either(said[name])) for name in ("question", "tail", "timing"))
        """The last is what makes a number of the days or hours of it: "三月八号", "下周八号"."""
        self.repair = re.compile(rf"{_either(said['repair'])}(?<!{said['no']}(?=[{said['after_no']}]))")
        """Words that take back what was just said."""

    def _numbers(self, said: Mapping[str, Any]) -> None:
        """Numbers, what they number, and what a recogniser makes of either."""
        figure, numeral = f"[0-9{said['numerals']}]", f"[{said['numerals']}]"
        house, kinds_of_house, rooms = said["house"], said["kinds_of_house"], "".join(said["rooms"])
        inside, han = f"[0-9A-Za-z{said['numerals']}]", "[㐀-鿿]"
        number = rf"(?:[0-9]{{1,5}}|{numeral}{{1,8}}|(?<![A-Za-z])[A-Za-z]{{1,2}}[0-9]{{0,4}})"
        markers = rf"(?!{'|'.join(said['not_markers'])})(?:{'|'.join(said['markers'])})"
        self.anchor = re.compile(rf"{number}(?:[{said['joins']}{said['range_to']}]{number})?(?:{markers}|{said['zone']}(?=[0-9]))")
        """A number with what it numbers."""
        self.marked = re.compile(rf"(?<![{said['range_to']}{said['numerals']}]){numeral}{{1,8}}(?={markers})")
        """Numerals before a marker, that end no range: in "一至三层" they stay."""
        self.street_number = re.compile(rf"(?<=[{said['numbered_roads']}]){numeral}{{2,8}}(?={house})")
        """Numerals of several characters between a road and its marker."""
        self.named_number = re.compile(rf"(?:{'|'.join(said['number_names'])})(?:{'|'.join((*said['instead'], *said['number_links']))})?")
        """ "门牌号是二十三": what the number is, and the number."""
        self.numeral = re.compile(rf"{numeral}{{2,6}}|[0-9]{{2,6}}")
        self.last = re.compile(rf"((?:{markers}))({numeral}{{2,6}})$")
        """A room's number at the end, without its marker."""
        self.house, self.day = re.compile(rf"{house}(?![{kinds_of_house}])"), re.compile(rf"([0-9]{{1,2}}){house}")
        """What follows a house's number, and a number that may just as well be a day of the month."""
        self.zone = re.compile(rf"{said['zone']}(?=[0-9])")
        self.single = re.compile(figure)
        """A number of one character."""
        self.building = re.compile(f"[{said['buildings']}]")
        """The last character of what is inside a numbered place."""
        self.pause = re.compile(rf"(?<={han})\s(?={han})|(?<={han})\s(?={inside})|(?<={inside})\s(?={han})")
        """A blank that stands for a pause, as a recogniser writes no marks."""
        ends = said["division_ends"]
        self.glue = re.compile(
            rf"(?<={inside})\s(?={inside}|{said['glued']})|(?<={house})\s(?=[{kinds_of_house}])|\s(?=[{ends}]\s)|(?<=\s[{ends}])\s"
        )
        """A blank inside a number, between it and what it numbers, or beside the one character of a division."""
        self.misheard_room = re.compile(rf"(?<={figure}{{3}}){said['room_misheard']}(?=[\s,，。！!；;{said['after_room']}]|$)")
        """室 behind a room's number as a recogniser writes it: 是."""
        self.misheard_building = re.compile(
            rf"(?<={figure})[{said['buildings_misheard']}](?=\s?(?:{figure}{{1,2}}{said['unit']}|{figure}{{3,4}}(?:[{rooms}{house}\s,，。]|$)))"
        )
        """A building's 栋 as a recogniser writes it; in a number 洞 is a nought."""

    def _divisions(self, place: Mapping[str, Any]) -> None:
        """Provinces by name, what is below them by how it ends."""
        provinces, ends = _either(place["provinces"]), f"(?:{'|'.join(place['province_ends'])})"
        self.named_province, self.province = re.compile(provinces + ends), re.compile(f"{provinces}{ends}?")
        """A province with its kind ("福建省"), and with or without."""
        self.division = re.compile(rf"{provinces}|[㐀-鿿]{{2,4}}?[{place['short_ends']}]")
        """A province, or a short name of a city, a district or a county."""
        self.divisions = tuple(re.compile(place[level]) for level in ("cities", "districts", "towns"))
        """City, district, town: from where the last one ended."""
        self.division_ends = frozenset(place["division_ends"])

    def _roads(self, said: Mapping[str, Any]) -> None:
        self.road_end = re.compile(rf"{_either(said['roads'])}[{said['road_sides']}]?[{said['road_figures']}0-9]?[{said['road_letters']}]?$")
        """A road's or an estate's name directly before a number."""
        self.street_end, self.place_end = (re.compile(rf"[^{said['owning']}](?:{'|'.join(said[name])})$") for name in ("plain_roads", "place_ends"))
        """The ending of a road or an estate that needs no number to be known for one; and of a village, a crossing or a side of a road, known for a
        place behind a city and a district."""
        self.estate = re.compile(_either(said["estates"]))


@cache
def grammar_of() -> Grammar:
    """The grammar over the words of `zh/address.toml` and the divisions of `CN.toml`."""
    return Grammar(words("zh", "address"), region("CN")["address"])


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
    if province and not city and not district and text[at : at + 1] in grammar.words["road_starts"]:
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
    end = anchor.end() if anchor[0].endswith(tuple(grammar.words["kinds"][0])) else anchor.start()
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
