"""Which room imports which, by grimp, the reader of imports that import-linter brings.

Run as a script in another tree, it tells what is so there: grimp finds packages where Python does.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

Rooms = dict[str, list[str]]
"""A room, and the rooms that it imports, in order."""
FLOORS = ("agent", "graph", "storage", "api", "prompts")
DEPTHS = {"agent": 2}
"""Of how many names a room is made; one where nothing is said: graph, storage, api and prompts are one room each."""


def rooms(root: Path) -> Rooms:
    """The rooms of the tree at `root`. A module at the top of agent/ is a room of its own."""
    here = Path(__file__).resolve()
    done = subprocess.run(
        [sys.executable, here], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=True, stdout=subprocess.PIPE, text=True
    )
    found: Rooms = json.loads(done.stdout)
    return found


def in_circles(found: Rooms) -> list[str]:
    """The rooms from which a way of imports leads back to themselves."""
    return [room for room in found if room in _reached(room, found)]


def _reached(start: str, found: Rooms) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        new = set(found.get(ahead.pop(), ())) - reached
        reached |= new
        ahead += new
    return reached


def mermaid(found: Rooms) -> str:
    """A picture for any page that draws Mermaid."""
    arrows = [f"  {_node(room)} --> {_node(other)}" for room, others in found.items() for other in others]
    return "\n".join(["flowchart TD", *arrows])


def _node(room: str) -> str:
    return f'{room.replace(".", "_")}_["{room}"]'  # "graph" alone is a word of Mermaid


def _here() -> Rooms:
    import grimp

    graph = grimp.build_graph(*FLOORS, cache_dir=None)
    found: dict[str, set[str]] = {}
    for module in graph.modules:
        room = _room(module)
        others = {_room(other) for other in graph.find_modules_directly_imported_by(module)}
        found.setdefault(room, set()).update(others - {room})
    return {room: sorted(others) for room, others in sorted(found.items())}


def _room(module: str) -> str:
    names = module.split(".")
    return ".".join(names[: DEPTHS.get(names[0], 1)])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_here()))
