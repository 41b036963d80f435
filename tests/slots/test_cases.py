"""Every table of cases: utterances, and what each must come to.

`tests/cases/<lang>/<slot>.toml`:

    [[heard]]           the slot was asked, and this is what it holds
    say = "..."
    hold = "..."        the value
    back = "..."        optional: its read-back
    [[refused]]         heard, but the check refuses it
    say, why            why: a Reason
    [[partial]]         a part of a value was heard
    say, hold
    [[ambiguous]]       may mean several
    say, options        the values, in any order
    [[missed]]          holds no value for this slot
    say

Optional in each: region ("US"), now ("2026-03-02T09:00", a Monday), prompt, partial, current, asked (false: another slot was asked, and only
what is unmistakable counts; left out: this slot was asked), services (list of names), slow (the read-back is the slow one).
"""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots import SLOTS

CASES = Path(__file__).parent.parent / "cases"
UNMISTAKABLE = 0.8


def rows(kind: str) -> list[Any]:
    found: list[Any] = []
    for path in sorted(CASES.glob("*/*.toml")):
        if path.stem in SLOTS:
            table = tomllib.loads(path.read_text("utf-8")).get(kind, [])
            found += [pytest.param(path.parent.name, path.stem, case, id=f"{path.parent.name}-{path.stem}-{case['say'][:60]}") for case in table]
    return found


def context(lang: str, slot: str, case: dict[str, Any]) -> Context:
    services = tuple(Service(id=name.lower().replace(" ", "-"), name=name) for name in case.get("services", ()))
    return Context(
        language=lang,
        region=case.get("region", "CN" if lang == "zh" else "US"),
        now=datetime.fromisoformat(case.get("now", "2026-03-02T09:00")),
        asked=frozenset({slot}) if case.get("asked", True) else frozenset({"other"}),
        prompt=case.get("prompt", ""),
        partial=case.get("partial", ""),
        current=case.get("current", ""),
        services=services,
    )


def best(slot: str, case: dict[str, Any], where: Context) -> Candidate | None:
    found = SLOTS[slot].extract(Utterance(case["say"]), where)
    taken = [candidate for candidate in found if case.get("asked", True) or candidate.confidence >= UNMISTAKABLE]
    return taken[0] if taken else None


@pytest.mark.parametrize(("lang", "slot", "case"), rows("heard"))
def test_heard(lang: str, slot: str, case: dict[str, Any]) -> None:
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


@pytest.mark.parametrize(("lang", "slot", "case"), rows("missed"))
def test_missed(lang: str, slot: str, case: dict[str, Any]) -> None:
    assert best(slot, case, context(lang, slot, case)) is None
