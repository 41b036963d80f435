"""The house in figures: lines, files, functions, complexity, words in code, and which room imports which.

python -m tests.house                        this checkout
python -m tests.house --base 67714b7         and another revision beside it: before -> now
python -m tests.house --picture              which room imports which, as Mermaid
python -m tests.house --where                also what is beyond a limit, and where words stand in code
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.differential import history
from tests.house import imports, limits, measures
from tests.house.measures import File, Function

ROOT = Path(__file__).parent.parent.parent
LONG = limits.FILE_LINES["agent"]
COLUMNS = ("files", "lines", "longest file", "longest function", "most complex", "word lists", "other letters")


@dataclass(frozen=True)
class House:
    files: list[File]
    rooms: imports.Rooms

    @classmethod
    def at(cls, root: Path) -> "House":
        return cls(measures.files(root), imports.rooms(root))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.house", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="", help="a revision to stand beside this one")
    parser.add_argument("--picture", action="store_true")
    parser.add_argument("--where", action="store_true")
    given = parser.parse_args()
    houses = [House.at(ROOT)]
    if given.base:
        with history.checked_out(given.base) as place:
            houses.insert(0, House.at(place))
    if given.picture:
        _tell("\n\n".join(imports.mermaid(house.rooms) for house in houses))
        return 0
    _tell("\n".join(_by_room(houses)))
    _tell("\n".join(_in_all(houses)))
    _tell("\n".join(_imports(houses[-1])))
    if given.where:
        _tell("\n".join(_where(houses[-1])))
    return 0


def _by_room(houses: list[House]) -> Iterator[str]:
    rooms = sorted({file.room for house in houses for file in house.files}, key=lambda room: (_floor_of(room), room))
    lines = [[room, *(_beside([_figures(house, room)[column] for house in houses]) for column in range(len(COLUMNS)))] for room in rooms]
    yield from _table([["", *COLUMNS], *lines])
    yield ""


def _figures(house: House, room: str) -> list[int | None]:
    found = [file for file in house.files if file.room == room]
    functions = [function for file in found for function in file.functions]
    if not found:
        return [None] * len(COLUMNS)
    return [
        len(found),
        sum(file.lines for file in found),
        max(file.lines for file in found),
        max((function.lines for function in functions), default=0),
        max((function.complexity for function in functions), default=0),
        sum(len(file.word_lists) for file in found),
        sum(len(file.other_letters) for file in found),
    ]


def _in_all(houses: list[House]) -> Iterator[str]:
    """Of agent/ and graph/, where every function has its limit."""
    rows: list[tuple[str, Callable[[House], object]]] = [
        ("lines", lambda house: sum(file.lines for file in _limited(house))),
        ("files", lambda house: len(_limited(house))),
        (f"files over {LONG} lines", lambda house: sum(file.lines > LONG for file in _limited(house))),
        ("the longest", lambda house: _longest_file(_limited(house))),
        (f"functions over {limits.FUNCTION_LINES} lines", lambda house: _over(house, "lines", limits.FUNCTION_LINES)),
        ("the longest", lambda house: _most(house, "lines")),
        (
            f"functions of a complexity over {limits.COMPLEXITY}",
            lambda house: _over(house, "complexity", limits.COMPLEXITY),
        ),
        ("the most complex", lambda house: _most(house, "complexity")),
        ("lists of words in code", lambda house: sum(len(file.word_lists) for file in _limited(house))),
        ("strings of other letters in code", lambda house: sum(len(file.other_letters) for file in _limited(house))),
        ("modules at the top of agent/", lambda house: len(measures.at_the_top(house.files))),
        ("rooms, and imports from room to room", lambda house: f"{len(house.rooms)}, {sum(map(len, house.rooms.values()))}"),
        ("rooms in a circle of imports", lambda house: len(imports.in_circles(house.rooms))),
    ]
    yield from _table([["agent and graph", ""], *([label, _beside([figure(house) for house in houses])] for label, figure in rows)])
    yield ""


def _limited(house: House) -> list[File]:
    return [file for file in house.files if file.floor in limits.FLOORS]


def _functions(house: House) -> list[tuple[File, Function]]:
    return [(file, function) for file in _limited(house) for function in file.functions]


def _longest_file(files: list[File]) -> str:
    longest = max(files, key=lambda file: file.lines)
    return f"{longest.lines} ({longest.path})"


def _over(house: House, what: str, limit: int) -> int:
    return sum(int(getattr(function, what)) > limit for _, function in _functions(house))


def _most(house: House, what: str) -> str:
    file, function = max(_functions(house), key=lambda one: int(getattr(one[1], what)))
    return f"{getattr(function, what)} ({file.path}:{function.name})"


def _imports(house: House) -> Iterator[str]:
    yield "imports"
    yield from (f"  {room:16} {', '.join(others) or '-'}" for room, others in house.rooms.items())
    yield ""


def _where(house: House) -> Iterator[str]:
    for where, what in limits.beyond(house.files):
        yield f"{where}: {what}"
    for file in _limited(house):
        for line in file.word_lists:
            yield f"{file.path}:{line}: words"
        for line in file.other_letters:
            yield f"{file.path}:{line}: other letters"


def _beside(figures: Sequence[object]) -> str:
    shown = ["-" if figure is None else f"{figure:,}" if isinstance(figure, int) else str(figure) for figure in figures]
    return shown[0] if len(set(shown)) == 1 else " -> ".join(shown)


def _table(lines: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        yield "  ".join([first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))]).rstrip()


def _floor_of(room: str) -> int:
    return (*imports.FLOORS, "tests").index(room.partition("/")[0])


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
