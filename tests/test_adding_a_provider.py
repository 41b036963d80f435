"""docs/adding-a-provider.md, done in a copy: a provider is a file, a line in the table and a setting, and every case of every provider holds."""

import re
from pathlib import Path

import pytest

from api.telephony import PROVIDERS
from api.telephony.provider import Provider
from tests.copied_tree import ROOT, copied, run
from tests.telephony.test_every_provider import CASES

PAGE = (ROOT / "docs" / "adding-a-provider.md").read_text("utf-8")
ADDED = ROOT / "tests" / "adding_a_provider" / "added"
SIGNS = """
from api.telephony.switchboard import provider_named


def _ringer(url: str, fields: Mapping[str, str], body: bytes) -> dict[str, str]:
    return {**provider_named("ringer").signed("a-secret-of-ringer", url, body, NOW)}


SIGNED["ringer"] = _ringer
SIDS["ringer"] = lambda number: f"R{number}"
SECRETS["ringer_secret"] = "a-secret-of-ringer"
"""
"""What the tests' telephones need to know of it."""


def lines_of(page: str, language: str) -> list[str]:
    """The lines of the page's examples in a language."""
    return [line for block in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source with one provider more, by the lines that the page gives."""
    tree = tmp_path_factory.mktemp("tree")
    copied(tree, ADDED)
    line, setting = lines_of(PAGE, "python")
    for place, before, more in (("api/telephony/__init__.py", '    "jambonz": STEPS,\n', line), ("api/settings.py", "    openai_api_key:", setting)):
        text = (tree / place).read_text("utf-8")
        assert text.count(before) == 1, place
        (tree / place).write_text(text.replace(before, before + more + "\n" if before.endswith("\n") else more + "\n" + before), "utf-8")
    phones = tree / "tests/telephony/phones.py"
    phones.write_text(phones.read_text("utf-8") + SIGNS, "utf-8")
    return tree


def test_every_case_holds_of_it(tree: Path) -> None:
    told = run(tree, "pytest", "-n", "0", "-v", "tests/telephony/test_every_provider.py", "-k", "ringer or is_played")
    passed = re.search(r"(\d+) passed", told)
    assert passed is not None
    assert int(passed[1]) == len(CASES) + 1


def test_the_commands_know_it(tree: Path) -> None:
    assert "ringer" in run(tree, "api.cli", "simulate", "--help")
    assert "ringer     RINGER_SECRET is not set" in run(tree, "api.cli", "doctor")


def test_the_page_names_all_that_a_provider_has() -> None:
    has = [name for name in vars(Provider) if not name.startswith("_")]
    named = re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)
    assert named == has


def test_the_page_names_the_providers_there_are() -> None:
    assert set(re.findall(r"`api/telephony/(\w+)\.py`", PAGE)) >= set(PROVIDERS)
