"""What is counted in a tree of sources: lines, functions with their complexity, and lists of words that stand in code.

Only files are read, so that any revision can be measured by the same hand.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.imports import FLOORS

WORDS = 3
"""So many words side by side are a list of words."""
_WORD = re.compile(r"[a-z][a-z' -]*")
_COMPLEXITY = re.compile(r"`(?P<name>\w+)` is too complex \((?P<complexity>\d+) > 0\)")


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int
    complexity: int


@dataclass(frozen=True)
class File:
    path: str
    lines: int
    functions: tuple[Function, ...]
    word_lists: tuple[int, ...]
    """The lines at which a list of words begins."""
    other_letters: tuple[int, ...]
    """The lines of the strings that are not ASCII, docstrings aside."""

    @property
    def room(self) -> str:
        """The folder that one looks into: "agent/slots/phone", "agent/nlu", "storage", "tests"."""
        floor, *rooms = self.path.split("/")[:-1]
        depth = 0 if floor != "agent" else 2 if rooms[:1] == ["slots"] else 1
        return "/".join([floor, *rooms[:depth]])

    @property
    def floor(self) -> str:
        return self.path.partition("/")[0]


def files(root: Path, floors: tuple[str, ...] = (*FLOORS, "tests")) -> list[File]:
    """Every Python file of the floors below `root`, in order."""
    paths = sorted(path for floor in floors for path in (root / floor).rglob("*.py"))
    complexity = dict(_complexities(root, floors))
    return [_file(path, path.relative_to(root).as_posix(), complexity) for path in paths]


def at_the_top(found: list[File]) -> list[str]:
    """The modules that stand in agent/ itself, in no room."""
    return [file.path for file in found if file.path.count("/") == 1 and file.floor == "agent" and not file.path.endswith("__init__.py")]


def _file(path: Path, shown: str, complexity: dict[tuple[str, int], int]) -> File:
    text = path.read_text("utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    documentation = {node.value for node in nodes if isinstance(node, ast.Expr)}
    """Strings that stand alone: docstrings, and those below what they explain."""
    functions = tuple(
        Function(node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1, complexity.get((shown, node.lineno), 1))
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    constants = (node for node in nodes if isinstance(node, ast.Constant) and node not in documentation)
    other = tuple(node.lineno for node in constants if isinstance(node.value, str) and not node.value.isascii())
    return File(shown, len(text.splitlines()), functions, tuple(_word_lists(nodes)), other)


def _word_lists(nodes: list[ast.AST]) -> Iterator[int]:
    """Where three or more words stand side by side. Names of our own (`__all__`, the types of a Literal) are no words of a language."""
    ours = {id(node.value) for node in nodes if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("__")}
    ours |= {id(node.slice) for node in nodes if isinstance(node, ast.Subscript)}
    for node in nodes:
        if isinstance(node, ast.Tuple | ast.List | ast.Set) and id(node) not in ours and len(node.elts) >= WORDS and all(map(_is_word, node.elts)):
            yield node.lineno


def _is_word(node: ast.expr) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and (_WORD.fullmatch(text) is not None or not text.isascii())


def _complexities(root: Path, floors: tuple[str, ...]) -> Iterator[tuple[tuple[str, int], int]]:
    """Cyclomatic complexity as ruff counts it (C901), by file and line."""
    rule = ("--isolated", "--ignore-noqa", "--exit-zero", "--select", "C901", "--config", "lint.mccabe.max-complexity=0")
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", *rule, "--output-format", "json", *floors]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    for found in json.loads(done.stdout):
        if told := _COMPLEXITY.match(found["message"]):
            path = Path(found["filename"]).relative_to(root.resolve()).as_posix()
            yield (path, found["location"]["row"]), int(told["complexity"])
