"""What is made of acts under the open question: every row with its examples (`meanings.toml`), and every frame with one in tests/cases."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.nlu.acts.grammar import frames
from agent.nlu.acts.meanings import ANSWERS, BESIDE, CORRECTIONS
from agent.nlu.acts.recognition import meaning, recognise_acts
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.utterance import Utterance
from tests import tables
from tests.nlu.test_acts import listening

NOW = datetime(2026, 3, 2, 9)
MEANT = tomllib.loads((Path(__file__).parent / "meanings.toml").read_text("utf-8"))["meant"]


def asked(case: dict[str, Any]) -> Context:
    if case["question"] == "else":
        return Context(now=NOW, prompt="Anything else?")
    return Context(now=NOW, question=OpenQuestion(case["question"]), asked=frozenset(case.get("asked", ())))


@pytest.mark.parametrize(
    ("say", "case"), [pytest.param(say, case, id=f"{case['row']}-{say}-{case['question']}") for case in MEANT for say in case["say"]]
)
def test_an_example_is_read_by_its_row(say: str, case: dict[str, Any]) -> None:
    context = asked(case)
    assert case["row"] in meaning(Utterance(say), context).rows
    assert [act.act.value for act in recognise_acts(Utterance(say), context)] == case["acts"]


def test_every_row_has_an_example_and_is_named_by_one() -> None:
    rows = sorted(row.name for table in (ANSWERS, CORRECTIONS, BESIDE) for row in table.rows)
    assert rows == sorted({case["row"] for case in MEANT})
    assert {say for case in MEANT for say in case["say"] if say == case["row"]} == set(rows)


def test_rows_speak_of_kinds_of_prompts_that_there_are() -> None:
    for table in (ANSWERS, CORRECTIONS, BESIDE):
        assert all(set(row.under.split("|")) <= {"", "unknown", "yes_no", "confirm", "else", "value", "statement"} for row in table.rows)


def test_every_frame_has_an_example_that_it_reads() -> None:
    read = {
        (act.act, act.rule)
        for path in tables.paths("acts")
        for _, case in tables.cases(path)
        for act in recognise_acts(Utterance(case["say"]), listening(path.parent.name, case.get("prompt", "")))
    }
    assert [frame.rule for frame in frames() if (frame.act, frame.rule) not in read] == []
