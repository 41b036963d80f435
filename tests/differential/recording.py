"""Plays the corpus on the code beside it and writes down what came of it: one JSON line for each item, compressed, in the corpus's order."""

import gzip
import json
import multiprocessing
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from tests.differential import normal
from tests.differential.corpus import MONDAY, SEED, TURN_S, Item
from tests.differential.seam import Line, Parked, Simulated, readings, spoken, value_of

AT_ONCE = 50
"""Items a process is given at a time."""
Result = dict[str, Any]


class Player:
    """Plays items of any kind. What one item leaves behind no other one sees."""

    def __init__(self, contexts: Iterable[Item]) -> None:
        self._contexts = {one["name"]: one for one in contexts}
        self._standing: dict[str, _Standing] = {}

    def play(self, item: Item) -> Result:
        """What came of it, by step: "" for the only one. A step that raises says so, and ends its call."""
        match item["kind"]:
            case "row":
                return dict([_step("", lambda: _row(item))])
            case "call":
                return dict(_call(item))
            case "simulated":
                return dict(_simulated(item))
            case "context":
                return dict(self._stand(item["context"]["name"]).so_far)
            case _:
                return {where: self._stand(where).say(item["turn"]) for where in item["contexts"]}

    def close(self) -> None:
        for standing in self._standing.values():
            standing.close()

    def _stand(self, name: str) -> "_Standing":
        if name not in self._standing:
            self._standing[name] = _Standing(self._contexts[name])
        return self._standing[name]


class _Standing:
    """A call brought to a question, at which it stands for every utterance said to it."""

    def __init__(self, context: Item) -> None:
        self._known = {key: context[key] for key in ("from", "language") if key in context}
        now = datetime.fromisoformat(context.get("now") or MONDAY + ("+08:00" if "cn" in context.get("business", "") else "-05:00"))
        line = Line(context.get("business", ""))
        turns = _timed(context.get("before", []), now - timedelta(minutes=20))
        self.so_far = [(f"before {key}", made) for key, made in _turns(line, "CA0", turns, self._known)]
        turns = _timed(context["say"], now)
        self.so_far += list(_turns(line, "CA1", turns, self._known))
        self._at = now + timedelta(seconds=TURN_S * len(turns))
        self._parked: Parked = line.park("CA1")
        line.close()
        self._line = Line(context.get("business", ""), self._parked)

    def close(self) -> None:
        self._line.close()

    def say(self, turn: dict[str, Any]) -> Any:
        self._parked.forget()
        return _step("", lambda: normal.turn(*self._line.say("CA1", "said", self._at, turn, self._known)))[1]


def play_all(items: Iterable[Item], contexts: list[Item], processes: int) -> Iterator[tuple[Item, Result]]:
    """Every item with what came of it, in order."""
    if processes == 1:
        with closing(Player(contexts)) as player:
            yield from ((item, player.play(item)) for item in items)
        return
    with multiprocessing.get_context("spawn").Pool(processes, _begin, (contexts,)) as pool:
        yield from pool.imap(_played, items, AT_ONCE)


_player: Player


def _begin(contexts: list[Item]) -> None:
    global _player
    _player = Player(contexts)


def _played(item: Item) -> tuple[Item, Result]:
    return item, _player.play(item)


@contextmanager
def lines_out(path: Path) -> Iterator[IO[str]]:
    """A compressed file of lines, the same bytes for the same lines."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 3, raw, mtime=0) as packed:
        yield _Text(packed)  # type: ignore[misc]


class _Text:
    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def write(self, text: str) -> None:
        self._packed.write(text.encode())


def write(path: Path, played: Iterable[tuple[Item, Result]]) -> int:
    """Returns how many items."""
    count = 0
    with lines_out(path) as out:
        for item, result in played:
            out.write(json.dumps([item, result], ensure_ascii=True, separators=(",", ":")) + "\n")
            count += 1
    return count


def read(path: Path) -> Iterator[tuple[Item, Result]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            item, result = json.loads(line)
            yield item, result


def _row(item: Item) -> Any:
    slot, say, where, asked = item["slot"], item["say"], item["where"], item["measured"]
    found = readings(slot, say, where)
    whole = slot != "act" and found and found[0]["whole"] and not found[0]["options"]
    return normal.reading(
        slot,
        found,
        value_of(slot, say, asked["asked"], asked["locale"], asked["now"]),
        spoken(slot, found[0]["value"], where) if whole else (),
    )


def _call(item: Item) -> Iterator[tuple[str, Any]]:
    line = Line(item["business"])
    yield from _turns(line, "CA0", item["turns"], item["call"])
    yield _step("at the end", lambda: normal.kept(line.document("CA0"), line.events("CA0")))
    line.close()


def _turns(line: Line, sid: str, turns: list[dict[str, Any]], known: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for number, turn in enumerate(turns):
        at = datetime.fromisoformat(turn["at"])
        name, made = _step(
            f"turn {number}: {turn['say']}",
            lambda: normal.turn(*line.say(sid, f"turn {number}", at, turn, known)),  # noqa: B023 - called at once
        )
        yield name, made
        if "raised" in made:
            return


def _simulated(item: Item) -> Iterator[tuple[str, Any]]:
    """The turns, whatever they came to; a caller's words are part of the step's name, since they hang on what we said before."""
    caller = Simulated()
    _, made = _step("", lambda: {"sid": caller.play(SEED, item["style"], item["number"])})
    for number, (said, answer, traced) in enumerate(caller.turns):
        yield f"turn {number}: {said}", normal.turn(answer, traced)
    if "raised" in made:
        yield "at the end", made
    else:
        yield _step("at the end", lambda: normal.kept(caller.line.document(made["sid"]), caller.line.events(made["sid"])))
    caller.close()


def _timed(says: list[str], now: datetime) -> list[dict[str, Any]]:
    return [{"say": say, "at": (now + timedelta(seconds=TURN_S * number)).isoformat()} for number, say in enumerate(says)]


def _step(name: str, play: Any) -> tuple[str, Any]:
    """One step with what came of it; an error of the code under test is one of the things that may come of it."""
    try:
        return name, play()
    except Exception as error:
        return name, {"raised": f"{type(error).__name__}: {error}"}
