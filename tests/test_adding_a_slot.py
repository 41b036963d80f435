"""A slot is added by a folder, its wording, its cases and one line, and nobody else needs to know: it is in all that is read of a call.

A copy of the source gets the slot of `tests/adding_a_slot/added`, and a whole call is played there.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.copied_tree import ROOT, copied, run

ADDED = ROOT / "tests" / "adding_a_slot" / "added"
TABLE = Path("agent") / "record" / "slot_names.py"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source with one slot more."""
    tree = tmp_path_factory.mktemp("tree")
    copied(tree, ADDED)
    table = (tree / TABLE).read_text("utf-8")
    (tree / TABLE).write_text(table.replace('"email", ', '"email", "party_size", '), "utf-8")
    return tree


@pytest.fixture(scope="module")
def call(tree: Path) -> dict[str, Any]:
    """A whole call as its readers find it."""
    found: dict[str, Any] = json.loads(run(tree, "tests.adding_a_slot.play"))
    assert Path(found["tree"]) == tree.resolve()
    return found


def test_it_has_what_every_slot_has_and_its_cases_hold(tree: Path) -> None:
    run(tree, "pytest", "-n", "0", "tests/slots/test_cases.py", "tests/test_house.py", "-k", "party_size or every_slot")


def test_it_is_asked_in_its_place_and_validated(call: dict[str, Any]) -> None:
    steps = [step for _, step in call["answers"]]
    assert list(dict.fromkeys(steps)) == ["name", "phone", "address", "email", "party_size", "service", "time", "confirm", "done"]
    asked, refused, noted = [said for said, _ in call["answers"]][7:10]
    assert "people" in asked
    assert refused.startswith("We have room for twenty at most.")
    assert noted.startswith("4 of you, okay.")
    assert "For 4. Drain cleaning." in call["answers"][-2][0], "in the summary before the booking"
    assert call["refused"][0] == 422
    assert call["refused"][1]["errors"] == [{"field": "party_size", "code": "too_short"}]


def test_it_is_in_the_document(call: dict[str, Any]) -> None:
    document = call["document"]
    assert document["user"]["party_size"] == "4"
    assert document["user"]["party_size_timestamp"]
    assert document["provenance"]["party_size"]["confirmed"] == "implicit"
    assert document["progress"]["filled"]["party_size"] == "4"
    assert (document["progress"]["completed"], document["progress"]["total"]) == (7, 7)


def test_viewers_see_that_it_is_there_and_not_what_it_is(call: dict[str, Any]) -> None:
    masked = call["masked"]
    assert masked["user"]["party_size"] == masked["progress"]["filled"]["party_size"] == "•••"
    assert masked["user"]["party_size_timestamp"] == call["document"]["user"]["party_size_timestamp"]
    assert masked["provenance"]["party_size"]["words"] == "•••"


def test_it_is_in_the_summary(call: dict[str, Any]) -> None:
    assert "Party size: 4" in call["summary"]["keyPoints"]


def test_it_is_in_the_events(call: dict[str, Any]) -> None:
    steps = [event["payload"] for event in call["events"] if event["type"] == "progress"]
    assert [(step["status"], step["value"]) for step in steps if step["slot"] == "party_size"] == [("missed", ""), ("filled", "4")]
    assert {step["total"] for step in steps} == {7}


def test_the_page_can_name_it(call: dict[str, Any]) -> None:
    assert call["desk"]["slots"]["party_size"] == "Party size"
