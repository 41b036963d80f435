"""Two recordings side by side: what differs, in which respect, and whether somebody has looked at it and called it better."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.differential.corpus import HERE, Item
from tests.differential.recording import Result

ROOT = HERE.parent.parent
ACCEPTED = HERE / "accepted.toml"


class Difference(NamedTuple):
    """One step of one item that differs; of a call the first one, since what comes after it may only follow from it."""

    item: Item
    step: str
    say: str
    sides: dict[str, tuple[Any, Any]]
    """By respect ("acts", "values", "said" ...): before and now."""
    following: int
    """Steps behind it that differ too."""


class Accepted(NamedTuple):
    """An entry of accepted.toml: differences that are improvements."""

    reason: str
    says: frozenset[str]
    raised: str

    def covers(self, found: Difference) -> bool:
        before = str(found.sides.get("raised", ("", ""))[0])
        return found.say in self.says or bool(self.raised and before.startswith(self.raised))


def accepted(path: Path = ACCEPTED) -> list[Accepted]:
    """The entries of the file. Raises ValueError for one that has no reason or whose case is not there."""
    found = []
    for entry in tomllib.loads(path.read_text("utf-8")).get("accepted", ()):
        file, words = entry.get("case", ("", ""))
        if not entry.get("reason") or not words or words not in (ROOT / file).read_text("utf-8"):
            raise ValueError(f"{path.name}: {entry} needs a reason, and a case that is in its file: case = [file, words]")
        found.append(Accepted(entry["reason"], frozenset(entry.get("says", ())), entry.get("raised", "")))
    return found


def differences(before: Iterable[tuple[Item, Result]], now: Iterable[tuple[Item, Result]]) -> Iterator[Difference]:
    """Of two recordings of the same items, in the same order."""
    for (item, old), (same, new) in zip(before, now, strict=True):
        if item["id"] != same["id"]:
            raise ValueError(f"the recordings hold different items: {item['id']!r} and {same['id']!r}")
        if old != new:
            yield from _of_item(item, old, new)


def _of_item(item: Item, old: Result, new: Result) -> Iterator[Difference]:
    steps = [step for step in dict.fromkeys((*old, *new)) if old.get(step) != new.get(step)]
    found = [Difference(item, step, said_at(item, step), _sides(old.get(step), new.get(step)), 0) for step in steps]
    yield from found if item["kind"] == "mixed" else [found[0]._replace(following=len(found) - 1)]


def said_at(item: Item, step: str) -> str:
    """What the caller said at a step."""
    if item["kind"] == "row":
        return str(item["say"])
    return str(item["turn"]["say"]) if item["kind"] == "mixed" else step.partition(": ")[2]


def _sides(old: Any, new: Any) -> dict[str, tuple[Any, Any]]:
    if old is None or new is None:  # another call by now: the caller said something else
        return {"turn": (old and old.get("said"), new and new.get("said"))}
    return {key: (old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)}


class Report:
    """Collects differences, and puts them in words."""

    def __init__(self, entries: list[Accepted]) -> None:
        self.entries = entries
        self.used: Counter[int] = Counter()
        self.by_kind: Counter[tuple[str, str]] = Counter()
        self.open = 0

    def take(self, found: Difference) -> bool:
        """Whether the difference is still to be looked at."""
        covering = next((number for number, entry in enumerate(self.entries) if entry.covers(found)), None)
        if covering is not None:
            self.used[covering] += 1
            return False
        self.open += 1
        self.by_kind.update((found.item["kind"], respect) for respect in found.sides)
        return True

    def summary(self) -> Iterator[str]:
        for (kind, respect), count in sorted(self.by_kind.items()):
            yield f"{count:7} {kind}: {respect}"
        for number, entry in enumerate(self.entries):
            yield f"{self.used[number]:7} accepted: {entry.reason}"
        yield f"{self.open:7} differences to be looked at"


def shown(found: Difference) -> Iterator[str]:
    """A difference in lines."""
    more = f" (and {found.following} steps behind it)" if found.following else ""
    yield f"{found.item['id']} [{found.step}] {found.say!r}{more}" if found.step != found.say else f"{found.item['id']} {found.say!r}{more}"
    for respect, (old, new) in found.sides.items():
        yield f"    {respect:9} - {json.dumps(old, ensure_ascii=False)}"
        yield f"    {'':9} + {json.dumps(new, ensure_ascii=False)}"
