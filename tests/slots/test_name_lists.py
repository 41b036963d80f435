"""The lists of names and of the words around them: each that the code speaks of is there, and each that is there is spoken of."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.slots.name import lists as module
from agent.slots.name.lists import is_known, is_ordinary, is_wordlike, lists, stands_in

FOLDER = Path(module.__file__).parent
ASKING = {"size", "past", "through", "behind", "is_a", "stands_in", "_ends"}
"""What takes the names of lists."""
LISTS = {kind for language in ("en", "zh") for kind in lists(language)}
MADE = {f"{of}_{role}" for of in ("noun", "after") for role in ("full", "given", "family")}
"""Names that the code puts together."""


def constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def asked() -> Iterator[tuple[str, str]]:
    """The lists asked for by name: where, which."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                yield from ((path.name, kind.removesuffix("?")) for kind in constants(node.args) if name in ASKING)


def test_every_list_asked_for_is_there() -> None:
    found = list(asked())
    assert len(found) > 100
    assert {one for one in found if one[1] not in LISTS} == set()


def test_every_list_is_asked_for() -> None:
    nodes = (node for path in FOLDER.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    said = {str(node.value).removesuffix("?") for node in nodes if isinstance(node, ast.Constant)}
    assert LISTS - said - MADE - {"other_titles"} == set()


@pytest.mark.parametrize(
    ("word", "known", "ordinary", "wordlike"),
    [
        ("mary", True, False, False),
        ("white", True, True, False),
        ("booking", False, True, True),
        ("yeees", False, True, False),
        ("unhelpful", False, True, True),
        ("horrendous", False, False, True),
        ("thivanu", False, False, False),
    ],
)
def test_who_is_a_name(word: str, known: bool, ordinary: bool, wordlike: bool) -> None:
    assert (is_known(word), is_ordinary(word), is_wordlike(word)) == (known, ordinary, wordlike)


def test_one_list_holds_characters_and_another_words() -> None:
    assert stands_in("王", "single")
    assert stands_in("欧阳", "compound")
    assert not stands_in("欧", "compound")
    assert not stands_in("one", "single")
