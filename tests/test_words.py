"""One word for one thing: what the field has a name for is called by no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = ("agent", "graph", "tests")
OTHERWISE = {
    "Said": "Utterance", "Heard": "Candidate", "HeardAct": "ActCandidate", "hear": "extract", "sure": "confidence",
    "Taken": "UserAct", "Did": "DialogueAct", "Notice": "SystemAct", "notice": "system_act", "notices": "system_acts",
    "Scene": "TurnContext", "scene": "turn_context", "Outcome": "Update", "outcome": "update",
    "Label": "Mention", "Claims": "Assignment", "claims": "assignment",
}  # fmt: skip
"""Ours of old -> the field's. Whole names."""
PARTS = {"mend(s|ed|ing)?": "edit", "contrast(s|ed|ing)?": "against, of an edit", "hand_off": "handoff", "scenes?": "turn context"}
"""The same, as parts of names."""
OWN = {
    "Heard": ("tests/differential/seam.py", "tests/simulated/"),
    "sure": ("agent/nlu/spelling/", "agent/slots/service/", "tests/slots/"),
    "hear": ("tests/",),
    "notices": ("tests/differential/normal.py", "tests/record/test_kept_names.py"),
    "notice": ("tests/differential/normal.py",),
    "Outcome": ("tests/outbox/",),
    "outcome": ("tests/no_skips.py", "tests/outbox/"),
    "claims": ("tests/nlu/test_mentions.py",),
}
"""Where a word means another thing, or is what was stored."""


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def wrong(name: str) -> Iterator[tuple[str, str]]:
    """Which word of a name is not the field's, and what the field's is."""
    if name in OTHERWISE:
        yield name, OTHERWISE[name]
    for part, word in PARTS.items():
        if re.search(f"(^|_)({part})(_|$)", name.lower()):
            yield part, word


def test_the_field_s_words_are_used() -> None:
    found = {
        f"{shown}: {name} is {word}"
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        for shown in [path.relative_to(ROOT).as_posix()]
        for name in {*names(ast.parse(path.read_text("utf-8"))), path.stem}
        for ours, word in wrong(name)
        if not shown.startswith((*OWN.get(ours, ()), "-"))
    }
    assert found == set()


def test_no_rule_is_compared() -> None:
    """A rule says where a reading came from, and may be renamed or split; what decides is a kind."""
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for floor in ("agent", "graph", "api")
        for path in (ROOT / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare)
        for operand in (node.left, *node.comparators)
        if isinstance(operand, ast.Attribute) and operand.attr == "rule"
    }
    assert found == set()
