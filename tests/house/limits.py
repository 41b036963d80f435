"""How long and how entangled anything may be."""

from collections.abc import Iterator

from tests.house import measures
from tests.house.measures import File

FILE_LINES = {"agent": 300, "graph": 300, "storage": 350, "api": 300, "prompts": 300}
FLOORS = ("agent", "graph")
"""Where every function has its limit too."""
FUNCTION_LINES = 40
COMPLEXITY = 12
AT_THE_TOP = 5
"""Modules of agent/ that stand in no room."""


def beyond(found: list[File]) -> list[tuple[str, str]]:
    """Where something is too much, and what."""
    top = measures.at_the_top(found)
    crowded = [("agent", f"{len(top)} modules at the top")] if len(top) > AT_THE_TOP else []
    return crowded + [one for file in found if file.floor in FILE_LINES for one in _beyond(file)]


def _beyond(file: File) -> Iterator[tuple[str, str]]:
    if file.lines > FILE_LINES[file.floor]:
        yield file.path, f"{file.lines} lines"
    for function in file.functions if file.floor in FLOORS else ():
        if function.lines > FUNCTION_LINES:
            yield f"{file.path}:{function.name}", f"{function.lines} lines"
        if function.complexity > COMPLEXITY:
            yield f"{file.path}:{function.name}", f"a complexity of {function.complexity}"
