"""docs/adding-a-language.md, done in a copy: a folder that was only copied does not pass, and what was translated is spoken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import prompts
from tests import language

ROOT = Path(__file__).parent.parent
FOLDERS = (language.WORDS, language.WORDING, language.CASES)
GREETING, ASKED = "Gracias por llamar.", "Me dice su nombre, por favor?"
DIGITS = {"two": "dos", "oh": "cero", "five": "cinco", "one": "uno", "four": "cuatro", "three": "tres"}
CALL = """
import asyncio, json, sys
from datetime import UTC, datetime
from agent.record.call import Turn
from graph.state import TurnRequest
from tests.graph.walkers import walker

async def call():
    calls = walker("spanish")
    for key, said in enumerate(("", "Maria Alvarez", "dos cero dos cinco cinco cinco cero uno cuatro tres")):
        request = TurnRequest(sid="CA1", turn=Turn(text=said, key=str(key)), language="es")
        answer = json.loads(await calls.take_turn(request, datetime(2026, 3, 2, 14, tzinfo=UTC)))
        print(answer["aiResponse"]["message"] if not key else answer["progress"]["pending"].get("phone", ""))

asyncio.run(call())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The checkout with the English files as those of another language."""
    for name in ("agent", "graph", "storage", "api", "prompts", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "understanding"))
    for folder in FOLDERS:
        shutil.copytree(tmp_path / folder / prompts.FIRST, tmp_path / folder / "es")
    return tmp_path


@pytest.mark.parametrize("known", sorted(set(prompts.known()) - {prompts.FIRST}))
def test_every_language_is_whole_and_its_own(known: str) -> None:
    assert language.lacking(known) == []


def test_a_language_that_is_not_there_lacks_every_file() -> None:
    english = [path for folder in FOLDERS for path in (ROOT / folder / prompts.FIRST).glob("*.toml")]
    assert len(language.lacking("es")) == len(english)


def test_english_files_do_not_pass_as_spanish(copy: Path) -> None:
    lacking = "\n".join(language.lacking("es", copy))
    files = [path for folder in FOLDERS for path in (copy / folder / "es").glob("*.toml")]
    assert [path.name for path in files if path.relative_to(copy).as_posix() not in lacking] == []


def test_what_is_translated_is_no_longer_listed_and_is_spoken(copy: Path) -> None:
    before, wording = language.lacking("es", copy), copy / language.WORDING / "es" / "name.toml"
    text = wording.read_text("utf-8")
    wording.write_text(re.sub(r"^ask = .*$", f'ask = ["{ASKED}"]', text, flags=re.MULTILINE), "utf-8")
    assert set(before) - set(language.lacking("es", copy)) == {line for line in before if "name.toml: ask is" in line}
    business = (copy / "api" / "businesses" / "acme.toml").read_text("utf-8")
    business = business.replace('languages = ["en-US"', 'languages = ["es-US", "en-US"').replace("greeting = {", f'greeting = {{ es = "{GREETING}",')
    (copy / "tests" / "businesses" / "spanish.toml").write_text(business, "utf-8")
    numbers = copy / language.WORDS / "es" / "numbers.toml"
    table = numbers.read_text("utf-8")
    for english, spanish in DIGITS.items():
        table = re.sub(rf"\b{english}\b", spanish, table)
    numbers.write_text(table, "utf-8")
    said = subprocess.run([sys.executable, "-c", CALL], cwd=copy, env={"PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False)
    assert (said.stdout.split("\n"), said.returncode) == ([f"{GREETING} {ASKED}", "", "+12025550143", ""], 0), said.stderr
