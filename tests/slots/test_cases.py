"""Every table of cases: utterances, and what each must come to. The form of the tables: tests/tables.py."""

from datetime import datetime
from typing import Any

import pytest

from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots import SLOTS
from tests import tables

UNMISTAKABLE = 0.8


def rows(kind: str) -> list[Any]:
    return [
        pytest.param(path.parent.name, slot, case, id=f"{path.parent.name}-{slot}-{case['say'][:60]}")
        for slot in SLOTS
        for path in tables.paths(slot)
        for of, case in tables.cases(path)
        if of == kind
    ]


def context(lang: str, slot: str, case: dict[str, Any]) -> Context:
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


def best(slot: str, case: dict[str, Any], where: Context) -> Candidate | None:
    found = SLOTS[slot].extract(Utterance(case["say"]), where)
    return next((candidate for candidate in found if case.get("asked", True) or candidate.confidence >= UNMISTAKABLE), None)


@pytest.mark.parametrize(("lang", "slot", "case"), rows("understood"))
def test_understood(lang: str, slot: str, case: dict[str, Any]) -> None:
    where = context(lang, slot, case)
    candidate = best(slot, case, where)
    assert candidate is not None
    assert (candidate.value, candidate.whole, candidate.options) == (case["hold"], True, ())
    assert SLOTS[slot].validate(candidate.value, where) is None
    if "back" in case:
        assert SLOTS[slot].present(candidate.value, where, case.get("slow", False)) == case["back"]


@pytest.mark.parametrize(("lang", "slot", "case"), rows("refused"))
def test_refused(lang: str, slot: str, case: dict[str, Any]) -> None:
    where = context(lang, slot, case)
    candidate = best(slot, case, where)
    assert candidate is not None
    assert SLOTS[slot].validate(candidate.value, where) == case["why"]


@pytest.mark.parametrize(("lang", "slot", "case"), rows("partial"))
def test_partial(lang: str, slot: str, case: dict[str, Any]) -> None:
    candidate = best(slot, case, context(lang, slot, case))
    assert candidate is not None
    assert (candidate.value, candidate.whole) == (case["hold"], False)


@pytest.mark.parametrize(("lang", "slot", "case"), rows("ambiguous"))
def test_ambiguous(lang: str, slot: str, case: dict[str, Any]) -> None:
    candidate = best(slot, case, context(lang, slot, case))
    assert candidate is not None
    assert sorted(candidate.options) == sorted(case["options"])
    assert candidate.value in candidate.options


@pytest.mark.parametrize(("lang", "slot", "case"), rows("no_match"))
def test_no_match(lang: str, slot: str, case: dict[str, Any]) -> None:
    assert best(slot, case, context(lang, slot, case)) is None
