"""The rules of days and clocks: each reads what it is named by, and what looks like it is not read."""

import pytest

from agent.nlu.chart import Rule
from agent.nlu.utterance import Utterance
from agent.slots.time import en_places, zh_places
from agent.slots.time.items import Line, words_of
from agent.slots.time.pieces import Kind, Piece
from agent.slots.time.rules import RULES, chart_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}: {rule.name}")
def test_a_rule_reads_what_it_is_named_by(rule: Rule) -> None:
    utterance = Utterance(rule.name)
    line = Line(utterance, words_of("zh" if utterance.has_han else "en"))
    chart = chart_of(line, "US", True)
    made = {(chunk.kind, chunk.rule) for at in range(line.count) for chunk in chart.at(at, rule.kind)}
    assert (rule.kind, rule.name) in made


def said(text: str) -> list[Piece]:
    utterance = Utterance(text)
    read = (zh_places if utterance.has_han else en_places).read(utterance, region="US", month_first=True, asked=None, editing=False)
    return [piece for piece in read[1] if piece.kind is not Kind.MARK] if read else []


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
