"""Every rule of e-mail addresses with an example (`email_rules.toml`), and what they must not read."""

import tomllib
from pathlib import Path

import pytest

from agent.nlu.chart import Chart, Chunk
from agent.nlu.edits import Patch
from agent.nlu.utterance import Utterance
from agent.slots.email.editing import EDITS, GRAMMAR, text
from agent.slots.email.edits import Place
from agent.slots.email.rules import DOMAINS, PARTS, PROVIDED, chart_of

CORPUS = tomllib.loads((Path(__file__).parent / "email_rules.toml").read_text("utf-8"))


def shown(chunk: Chunk) -> str:
    if chunk.kind in ("part", "domain", "said", "given"):
        return text(chunk)
    match chunk.value:
        case Patch(Place(where, beside, added), new):
            told: list[object] = [where, *beside, *(["added"] if added else []), new]
        case tuple():
            told = [part for part in chunk.value if part not in ("", False)]
        case value:
            told = [value]
    return " ".join(map(str, told))


def chart(say: str) -> tuple[Chart, int]:
    utterance = Utterance(say)
    return chart_of(utterance, "en", GRAMMAR), len(utterance.tokens)


def whole(say: str, kind: str) -> list[Chunk]:
    """The chunks of a kind that end with the last token, from the first on that begins one."""
    read, size = chart(say)
    return next(filter(None, ([chunk for chunk in read.at(at, kind) if chunk.end == size] for at in range(size))), [])


@pytest.mark.parametrize("case", CORPUS["read"], ids=lambda case: f"{case['kind']}-{case['say']}")
def test_read(case: dict[str, str]) -> None:
    found = whole(case["say"], case["kind"])
    assert found
    assert shown(found[0]) == case["value"]


@pytest.mark.parametrize("case", CORPUS["none"], ids=lambda case: f"{case['kind']}-{case['say']}")
def test_not_read(case: dict[str, str]) -> None:
    assert whole(case["say"], case["kind"]) == []


def test_every_rule_has_an_example_that_it_reads() -> None:
    rules = {(rule.kind, rule.name) for rule in (*DOMAINS, *PARTS, *PROVIDED, *EDITS)}
    charts = [chart(case["say"]) for case in CORPUS["read"]]
    read = {(kind, chunk.rule) for made, size in charts for at in range(size + 1) for kind, _ in rules for chunk in made.at(at, kind)}
    assert rules - read == set()
