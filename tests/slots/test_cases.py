"""Every table of cases: utterances, and what each must come to. The form of the tables: tests/tables.py."""

from datetime import datetime

import pytest

from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots import SLOTS
from tests import tables

UNMISTAKABLE = 0.8


def context(lang: str, slot: str, case: tables.Case) -> Context:
    services = tuple(Service(id=name.lower().replace(" ", "-"), name=name) for name in case.get("services", ()))
    return Context(
        language=lang,
        region=case.get("region", "CN" if lang == "zh" else "US"),
        now=datetime.fromisoformat(case.get("now", "2026-03-02T09:00")),
        asked=frozenset({slot}) if case.get("asked", True) else frozenset({"other"}),
        prompt=case.get("prompt", ""),
        held=Held(value=case.get("current", ""), partial=case.get("partial", "")),
        services=services,
    )


def best(slot: str, case: tables.Case, where: Context) -> Candidate | None:
    found = SLOTS[slot].extract(Utterance(case["say"]), where)
    return next((candidate for candidate in found if case.get("asked", True) or candidate.confidence >= UNMISTAKABLE), None)


def understood(slot: str, case: tables.Case, where: Context) -> None:
    candidate = best(slot, case, where)
    assert candidate is not None
    assert (candidate.value, candidate.whole, candidate.options) == (case["hold"], True, ())
    assert SLOTS[slot].validate(candidate.value, where) is None
    if "back" in case:
        assert SLOTS[slot].present(candidate.value, where, case.get("slow", False)) == case["back"]


def refused(slot: str, case: tables.Case, where: Context) -> None:
    candidate = best(slot, case, where)
    assert candidate is not None
    assert SLOTS[slot].validate(candidate.value, where) == case["why"]


def partial(slot: str, case: tables.Case, where: Context) -> None:
    candidate = best(slot, case, where)
    assert candidate is not None
    assert (candidate.value, candidate.whole) == (case["hold"], False)


def ambiguous(slot: str, case: tables.Case, where: Context) -> None:
    candidate = best(slot, case, where)
    assert candidate is not None
    assert sorted(candidate.options) == sorted(case["options"])
    assert candidate.value in candidate.options


def no_match(slot: str, case: tables.Case, where: Context) -> None:
    assert best(slot, case, where) is None


HOLDS = {"understood": understood, "refused": refused, "partial": partial, "ambiguous": ambiguous, "no_match": no_match}


@pytest.mark.parametrize(
    ("lang", "slot", "kind", "cases"),
    [pytest.param(lang, slot, kind, cases, id=f"{lang}-{slot}-{kind}") for slot in SLOTS for lang, kind, cases in tables.groups(slot)],
)
def test_a_table_of_cases(lang: str, slot: str, kind: str, cases: list[tables.Case]) -> None:
    tables.check(lambda case: HOLDS[kind](slot, case, context(lang, slot, case)), cases)


def test_a_case_that_fails_hides_no_other() -> None:
    def one_word(case: tables.Case) -> None:
        assert " " not in case["say"]

    with pytest.raises(AssertionError, match=r"2 cases[^']*\n'a b'.*\n'd e'"):
        tables.check(one_word, [{"say": "a b"}, {"say": "c"}, {"say": "d e"}])
