"""The short recording that lies in the repository, as digests: what CI compares with, since a clone there may have no history.

A line for each item: a digest of the item, then one for each of its steps. An item that is new has none and is not compared; a digest that differs
is shown in full on both sides where the revision it was taken of is in the clone, else on ours alone.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.differential import normal
from tests.differential.corpus import HERE, Item
from tests.differential.recording import Result

KEPT = HERE / "kept.txt"
Digests = dict[str, list[str]]


def line(item: Item, result: Result) -> str:
    return " ".join((normal.digest(item)[:9], *(normal.digest([step, made])[:4] for step, made in result.items())))


def write(revision: str, played: Iterable[tuple[Item, Result]], path: Path = KEPT) -> int:
    """Returns how many items."""
    lines = [line(item, result) for item, result in played]
    path.write_text("\n".join((revision, *lines)) + "\n", "ascii")
    return len(lines)


def read(path: Path = KEPT) -> tuple[str, Digests]:
    """The revision they were taken of, and the digests of the steps by that of the item."""
    revision, *lines = path.read_text("ascii").splitlines()
    return revision, {first: rest for first, *rest in map(str.split, lines)}


def changed(digests: Digests, played: Iterable[tuple[Item, Result]], new: list[str]) -> Iterator[tuple[Item, Result]]:
    """The items that came to something else; the ids of those that are not among the digests are added to `new`."""
    for item, result in played:
        first, *steps = line(item, result).split()
        if first not in digests:
            new.append(item["id"])
        elif digests[first] != steps:
            yield item, result
