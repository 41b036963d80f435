"""The rules of days and clocks: each reads what it is named by, and what looks like it is not read."""

import pytest

from agent.nlu.chart import Rule
from agent.nlu.utterance import Utterance
from agent.slots.time import en_places, zh_places
from agent.slots.time.editing import EDITS, edited, laid_of
from agent.slots.time.editing import chart_of as chart_of_pieces
from agent.slots.time.items import Line, words_of
from agent.slots.time.pieces import Day, Kind, Mark, Piece
from agent.slots.time.reading import readings
from agent.slots.time.rules import RULES, chart_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}: {rule.name}")
def test_a_rule_reads_what_it_is_named_by(rule: Rule) -> None:
    utterance = Utterance(rule.name)
    line = Line(utterance, words_of("zh" if utterance.has_han else "en"))
    chart = chart_of(line, "US", True)
    made = {(chunk.kind, chunk.rule) for at in range(line.count) for chunk in chart.at(at, rule.kind)}
    assert (rule.kind, rule.name) in made


def pieces_of(text: str, *, asked: bool | None = True) -> list[Piece]:
    utterance = Utterance(text)
    read = (zh_places if utterance.has_han else en_places).read(utterance, region="US", month_first=True, asked=asked, editing=False)
    return read[1] if read else []


@pytest.mark.parametrize("rule", EDITS, ids=lambda rule: f"{rule.kind}: {rule.name}")
def test_an_edit_is_read_from_the_pieces_it_is_named_by(rule: Rule) -> None:
    chart = chart_of_pieces([*laid_of(pieces_of(rule.name))])
    assert (rule.kind, rule.name) in {(chunk.kind, chunk.rule) for chunk in chart.chunks()}


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Thursday, no, Friday", "Friday", ""),
        ("Tuesday or Wednesday, no, Thursday", "Tuesday", "Thursday"),
        ("Friday at three or four, no, Saturday", "Saturday", ""),
        ("next Wednesday, I mean Thursday", "next Thursday", ""),
        ("Wednesday of next week, no, Thursday", "Thursday of next week", ""),
        ("Friday, no, not Friday, Monday", "Monday", ""),
        ("move it from Thursday to Friday", "Friday", ""),
        ("周三，不对，周四", "周四", ""),
        ("下周三，不对，周四", "下周四", ""),
        ("周三或者周四", "周三", "周四"),
    ],
)
def test_what_is_put_right_takes_the_place_of_what_was_said(text: str, one: str, other: str) -> None:
    def days(pieces: list[Piece]) -> list[Day]:
        return [day for reading in readings([piece for piece in pieces if piece.relation is not Mark.NOT]).found if (day := reading.day)]

    meant = [day for words in (one, other) if words for day in days(pieces_of(words))]
    assert list(dict.fromkeys(days(edited(pieces_of(text))))) == meant


def said(text: str) -> list[Piece]:
    return [piece for piece in pieces_of(text, asked=None) if piece.kind is not Kind.MARK]


@pytest.mark.parametrize(
    "text",
    [
        "12 High Street",
        "the third door on the left",
        "call me on 0412 345 678",
        "unit 4",
        "3.5 metres",
        "a party of two",
        "the week after Easter",
        "I'll call you later",
        "I work Fridays",
        "it's Bill Friday",
        "two weeks",
        "七号楼",
        "我叫周三丰",
        "便宜一点",
        "三点建议",
        "三点五",
        "晚点打给你",
        "0800-00-00-00",
    ],
)
def test_what_looks_like_a_time_is_none(text: str) -> None:
    assert said(text) == []
