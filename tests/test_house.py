"""The house stands as README.md says: floors hold, and every slot and language has its words, cases and wording."""

import subprocess
import sys
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import prompts
from agent import languages
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from graph.plan import STEPS
from tests import tables
from tests.house import imports, limits, measures

ROOT = Path(__file__).parent.parent


def test_floors_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_slot_is_there_in_order() -> None:
    assert tuple(SLOTS) == NAMES == STEPS


def test_every_language_has_words_and_wording() -> None:
    assert languages.known() == prompts.known()
    names = {language: {path.stem for path in (ROOT / "agent" / "languages" / language).glob("*.toml")} for language in languages.known()}
    assert len(set(map(frozenset, names.values()))) == 1, {one: names["en"] ^ others for one, others in names.items()}


@pytest.mark.parametrize("language", prompts.known())
def test_every_slot_has_wording_for_every_reason(language: str) -> None:
    book = prompts.phrasebook(language)
    for slot in NAMES:
        assert {"ask", "reprompt", "silence", "read_back", "slow", "item", "again", "rest", "why", "label"} <= set(book[slot]), slot
        assert set(book[slot]["refused"]) <= {reason.value for reason in Reason}, slot


@pytest.mark.parametrize("language", prompts.known())
def test_wordings_name_the_same_values_in_every_language(language: str) -> None:
    def fields(table: dict[str, Any], before: str = "") -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in table.items():
            if isinstance(value, dict):
                found |= fields(value, f"{before}{key}.")
            else:
                texts = [value] if isinstance(value, str) else value
                found[before + key] = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        return found

    mine, first = fields(prompts.phrasebook(language)), fields(prompts.phrasebook(prompts.FIRST))
    assert {key: mine[key] - first[key] for key in first if ".region." not in key and mine[key] - first[key]} == {}


@pytest.mark.parametrize("language", languages.known())
@pytest.mark.parametrize("slot", NAMES)
def test_every_slot_has_cases_and_negatives(language: str, slot: str) -> None:
    kinds = [kind for kind, _ in tables.cases(tables.CASES / language / f"{slot}.toml")]
    assert kinds.count("understood") >= 10
    assert kinds.count("no_match") >= 10


def test_nothing_grows_beyond_reading() -> None:
    found = limits.beyond(measures.files(ROOT, imports.FLOORS))
    assert found == []


def test_what_is_too_much_is_found(tmp_path: Path) -> None:
    """A small house with a fault of each kind."""
    for floor in imports.FLOORS:
        (tmp_path / floor).mkdir()
        (tmp_path / floor / "__init__.py").write_text("")
    room = tmp_path / "agent"
    (room / "long.py").write_text("def much():\n    '''你好'''\n" + "    1\n" * limits.FILE_LINES["agent"], "utf-8")
    (room / "branching.py").write_text("def tangled(x):\n" + "    if x: return 1\n" * limits.COMPLEXITY)
    for number in range(limits.AT_THE_TOP):
        (room / f"a{number}.py").write_text(f"from agent import a{(number + 1) % 2}\nWORDS = '你', ('so', 'and', 'or'), ('a', 'b')\n", "utf-8")
    found = measures.files(tmp_path, imports.FLOORS)
    assert limits.beyond(found) == [
        ("agent", "7 modules at the top"),
        ("agent/branching.py:tangled", "a complexity of 13"),
        ("agent/long.py", "302 lines"),
        ("agent/long.py:much", "302 lines"),
    ]
    assert [(len(file.word_lists), len(file.other_letters)) for file in found if file.path.endswith(("a0.py", "long.py"))] == [(1, 1), (0, 0)]
    rooms = imports.rooms(tmp_path)
    assert (rooms["agent.a4"], rooms["graph"], imports.in_circles(rooms)) == (["agent.a1"], [], ["agent.a0", "agent.a1"])
