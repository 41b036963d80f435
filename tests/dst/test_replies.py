"""What utterances mean as replies: every row of the tables with its examples (`replies.toml`), in the call in which they are said."""

import argparse
import shlex
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.dst.corrections import checked, settle_acts
from agent.dst.facts import FACTS, Facts
from agent.dst.hearing import Hearing
from agent.dst.replies import ALONE, REPLIES
from agent.dst.selection import values_told
from agent.dst.understanding import understand
from agent.nlu.candidates import OpenQuestion
from agent.nlu.utterance import Utterance
from agent.record.acts import DialogueAct, Inform, NoMatch, UserAct
from agent.record.call import Turn
from api.business_files import load
from api.terminal.explain import add_arguments, call_of

BUSINESS = load(None).default
NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(BUSINESS.time_zone))
TABLES = tomllib.loads((Path(__file__).parent / "replies.toml").read_text("utf-8"))
REPLY, GIVEN = TABLES["reply"], TABLES["given"]
ROWS = (*REPLIES.rows, *ALONE.rows)


def told(act: UserAct) -> str:
    match act:
        case Inform():
            return f"inform {act.slot} {act.value}"
        case DialogueAct():
            return " ".join([act.act.value, *act.slots, act.detail]).strip()
    return "no_match" if isinstance(act, NoMatch) else "no_input"


@pytest.mark.parametrize(
    ("say", "case"), [pytest.param(say, case, id=f"{case['row']}-{say}-{case['given'][:20]}") for case in REPLY for say in case["say"]]
)
def test_an_example_is_read_by_its_row(say: str, case: dict[str, Any]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    call = call_of(parser.parse_args([say, *shlex.split(GIVEN.get(case["given"], case["given"]))]), BUSINESS, NOW)
    turn = Turn(key="", text=say)
    hearing = Hearing(call, turn, BUSINESS, NOW, Utterance(say))
    hearing.assign()
    settle_acts(hearing)
    facts = Facts(hearing, checked(hearing, values_told(hearing)))
    row = REPLIES.first(facts.kind, facts) or ALONE.first(facts.kind, facts)
    assert row is not None
    assert row.name == case["row"]
    assert [told(act) for act in understand(call, turn, BUSINESS, NOW)] == case["acts"]


def test_every_row_has_an_example_and_no_two_one_name() -> None:
    assert sorted(row.name for row in ROWS) == sorted({case["row"] for case in REPLY})


def test_rows_speak_of_questions_that_there_are_and_of_every_fact() -> None:
    for row in ROWS:
        assert set(row.under.split("|")) <= {"", *OpenQuestion}
    used = {fact.removeprefix("!") for row in ROWS for part in row.when.split() for fact in part.split("|")}
    assert set(FACTS) <= used
