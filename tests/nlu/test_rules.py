"""The engine: its bounds, and every rule of numbers and phone numbers with an example (`rules.toml`)."""

import tomllib
from pathlib import Path

import pytest

from agent.nlu.chart import WIDTH, Chunk, Grammar, Rule
from agent.nlu.utterance import Utterance
from agent.slots.phone.rules import RULES, chart_of, said
from tests.counting import calls_made

CORPUS = tomllib.loads((Path(__file__).parent / "rules.toml").read_text("utf-8"))


def shown(chunk: Chunk) -> str:
    match chunk.kind:
        case "group":
            return str(chunk.value.digits)
        case "string" | "digits" | "sounded":
            return said(chunk)
        case "named":
            return str(chunk.value[0].name)
        case "nth":
            return str(chunk.value)
        case "round":
            return str(chunk.value.total)
    return str(chunk.value)


def whole(say: str, kind: str) -> list[Chunk]:
    """The chunks of a kind that end with the last token, from the first on that begins one."""
    utterance = Utterance(say)
    chart, size = chart_of(utterance, "en"), len(utterance.tokens)
    return next(filter(None, ([chunk for chunk in chart.at(at, kind) if chunk.end == size] for at in range(size))), [])


@pytest.mark.parametrize("case", CORPUS["read"], ids=lambda case: case["say"])
def test_read(case: dict[str, str]) -> None:
    found = whole(case["say"], case["kind"])
    assert found
    assert shown(found[0]) == case["value"]


@pytest.mark.parametrize("case", CORPUS["none"], ids=lambda case: case["say"])
def test_not_read(case: dict[str, str]) -> None:
    assert whole(case["say"], case["kind"]) == []


def test_every_rule_has_an_example_that_it_reads() -> None:
    read = {
        (chunk.kind, chunk.rule)
        for case in CORPUS["read"]
        for utterance in [Utterance(case["say"])]
        for at in range(len(utterance.tokens))
        for kind in {rule.kind for rule in RULES}
        for chunk in chart_of(utterance, "en").at(at, kind)
    }
    assert {(rule.kind, rule.name) for rule in RULES} - read == set()


@pytest.mark.parametrize("unit", ["a ", "a a b ", "a b "])
def test_a_chart_is_bounded(unit: str) -> None:
    """However many ways there are to read something, of one kind at one token few are kept, and twice the words are twice the work."""
    rules = (Rule("a", "x", "a"), Rule("x x", "x", "x b|c* x", lambda *parts: len(parts), -0.5), Rule("x?", "y", "x x? x? x? x? x?"))

    def parse(size: int) -> None:
        leaves = [[Chunk(word, at, at + 1, word, 1.0)] for at, word in enumerate(unit.split() * size)]
        chart = Grammar(rules).parse([*leaves, []])
        assert max(len(chart.at(at, kind)) for at in range(len(leaves)) for kind in "xy") <= WIDTH

    assert calls_made(lambda: parse(60)) <= 2.2 * calls_made(lambda: parse(30))
