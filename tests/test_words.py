"""One word for one thing: what the field has a name for is called by no other."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
OTHERWISE = {
    "Said": "Utterance", "Heard": "Candidate", "HeardAct": "ActCandidate", "hear": "extract", "sure": "confidence",
    "Taken": "UserAct", "Did": "DialogueAct", "Notice": "SystemAct", "notice": "system_act", "notices": "system_acts",
    "Scene": "TurnContext", "scene": "turn_context", "Outcome": "Update", "outcome": "update",
    "Label": "Mention", "Claims": "Assignment", "claims": "assignment",
}  # fmt: skip
"""Ours of old -> the field's."""
OWN = {"sure": ("agent/nlu/spelling/", "agent/slots/address/en/part_values.py", "agent/slots/service/")}
"""Where a word means another thing."""


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_the_field_s_words_are_used() -> None:
    found = {
        f"{shown}: {name} is {OTHERWISE[name]}"
        for floor in ("agent", "graph")
        for path in (ROOT / floor).rglob("*.py")
        for shown in [path.relative_to(ROOT).as_posix()]
        for name in (*names(ast.parse(path.read_text("utf-8"))), path.stem)
        if name in OTHERWISE and not shown.startswith(OWN.get(name, ()) or ("-",))
    }
    assert found == set()
