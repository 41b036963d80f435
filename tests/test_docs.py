"""The docs speak of what is there: every path they name exists, and every function beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "DECISIONS.md", *sorted((ROOT / "docs").rglob("*.md")))
_PLACE = re.compile(r"`((?:agent|graph|storage|api|prompts|tests|bench|docs)/[\w./-]*)(?:: ([\w.]+))?`")
_MODULE = re.compile(r"python -m ((?:tests|bench)(?:\.\w+)+)")
_LINK = re.compile(r"\]\(([\w./-]+)(?:#[\w-]+)?\)")
ABSENT = ("xx", "es")
"""What stands for a language that the reader adds."""


def places(page: Path) -> Iterator[tuple[str, str]]:
    for place, name in _PLACE.findall(page.read_text("utf-8")):
        if not any(part in place.split("/") for part in ABSENT):
            yield place, name


def names_in(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    named = list(places(page))
    assert [place for place, _ in named if not (ROOT / place).exists()] == []
    assert [f"{place}: {name}" for place, name in named if name and name not in names_in(ROOT / place)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    modules = [module.replace(".", "/") for module in _MODULE.findall(text)]
    assert [one for one in modules if not (ROOT / f"{one}.py").exists() and not (ROOT / one / "__main__.py").exists()] == []
    assert [link for link in _LINK.findall(text) if "://" not in link and not (page.parent / link).exists()] == []
