"""A small grammar engine: named rules over a chart of chunks.

A chunk says that tokens [start, end) are of a kind, with a value and a weight. The lexicon lays the first ones (every word class that stands at a
token); a rule joins neighbours to a new one. The chart is filled from the last token to the first, so that whatever may follow a chunk is complete
when the chunk is made: chains are written to the right ("digits: group digits") and cost one step a token.

Bounded: of one kind at one token only the `WIDTH` heaviest chunks are kept, and of the ways in which a pattern fits only the `WAYS` heaviest. An
utterance of n tokens has at most n * kinds * WIDTH chunks, and each is looked at by the rules that begin with its kind.

A pattern is a list of kinds: "a" must stand there, "a|b" either, "a?" may, "!a" must not (and takes nothing); "a|b*" passes any number of them, up to
`STEPS`, "a|b|-c*" none where a c stands. Weights add up: of two readings the one that says more about the words wins, and a rule that is rarely right
brings a negative weight, not an `if`.
"""

from bisect import insort
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from agent.nlu.effort import spend

WIDTH = 3
"""Readings of one kind kept at one token: the likeliest, and room for those that only a judge outside the grammar can tell apart."""
WAYS = 12
"""Ways kept in which one pattern fits behind one chunk."""
STEPS = 8
"""Tokens that "a*" passes: nobody says more between two words that belong together."""


_CHUNK = 3
"""Units of effort that a chunk takes, besides the ways in which patterns go on behind it."""


class Chunk(NamedTuple):
    kind: str
    start: int
    end: int
    value: Any
    weight: float
    rule: str = ""
    """The name of the rule that made it; "" for words."""


class Rule(NamedTuple):
    """`make` gets the chunks of the pattern (None for an absent "a?", a tuple for "a*") and returns the value; None: this is none after all."""

    name: str
    kind: str
    pattern: str
    make: Callable[..., Any] = lambda *chunks: True
    weight: float = 0.0


class _Item(NamedTuple):
    kinds: tuple[str, ...]
    mark: str
    """ "?", "!", "*", or "" for what must stand there."""
    barred: frozenset[str]

    @classmethod
    def of(cls, part: str) -> "_Item":
        mark = part[-1] if part[-1] in "?*" else "!" if part[0] == "!" else ""
        kinds = part.strip("!?*").split("|")
        return cls(tuple(kind for kind in kinds if kind[0] != "-"), mark, frozenset(kind[1:] for kind in kinds if kind[0] == "-"))


class _Ready(NamedTuple):
    rule: Rule
    rest: tuple[_Item, ...]
    following: frozenset[str]
    """Kinds of which one stands next, if any must."""
    later: tuple[frozenset[str], ...]
    """The same for each place that must be taken, anywhere behind."""


_Way = tuple[tuple[Any, ...], int, float]
"""The chunks of a pattern, where the last ends, what they weigh together."""


class Grammar:
    """Rules made ready: found by the kind their pattern begins with."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_first: dict[str, list[_Ready]] = {}
        for rule in rules:
            first, *rest = map(_Item.of, rule.pattern.split())
            must = next((at for at, item in enumerate(rest) if not item.mark), -1)
            following = frozenset(kind for item in rest[: must + 1] if item.mark != "!" for kind in item.kinds)
            ready = _Ready(rule, tuple(rest), following, tuple(frozenset(item.kinds) for item in rest if not item.mark))
            for kind in first.kinds:
                self._by_first.setdefault(kind, []).append(ready)

    def parse(self, leaves: Sequence[Sequence[Chunk]]) -> "Chart":
        """All that the rules make of the words; one place more than there are tokens, for what says that they end."""
        chart = Chart(len(leaves))
        for start in range(len(leaves) - 1, -1, -1):
            agenda = list(leaves[start])
            while agenda:
                chunk = agenda.pop()
                if not chart.add(chunk) or chunk.kind not in self._by_first:
                    continue
                spend(_CHUNK)
                following = chart.after(chunk.end)
                for rule, items, need, later in self._by_first[chunk.kind]:
                    if need and (need.isdisjoint(following) or (len(later) > 1 and any(map(chart.kinds.isdisjoint, later)))):
                        continue
                    for chunks, end, weight in _ways(chart, items, chunk.end) if items else [((), chunk.end, 0.0)]:
                        value = rule.make(chunk, *chunks)
                        if value is not None:
                            agenda.append(Chunk(rule.kind, start, end, value, chunk.weight + weight + rule.weight, rule.name))
        return chart


class Chart:
    """What stands where."""

    def __init__(self, length: int) -> None:
        self._at: list[dict[str, list[Chunk]]] = [{} for _ in range(length + 1)]
        self.kinds: set[str] = set()
        """All kinds that stand anywhere."""

    def after(self, end: int) -> Mapping[str, Sequence[Chunk]]:
        """All that begins at a token, by kind."""
        return self._at[end]

    def at(self, start: int, kind: str) -> Sequence[Chunk]:
        """The chunks of a kind at a token, the heaviest first."""
        return self._at[start].get(kind, ())

    def longest(self, start: int, kind: str) -> Sequence[Chunk]:
        """Of the chunks of a kind at a token the longest, the heaviest first."""
        return [chunk for chunk in self.at(start, kind) if chunk.end == self.end(start, kind)]

    def every(self, kind: str, since: int = 0, past: str = "") -> Iterator[Chunk]:
        """The chunks of a kind, in order, of several at one token the longest; none inside chunks of the kind `past` that begin before it."""
        while since < len(self._at) and kind in self.kinds:
            yield from self.longest(since, kind)
            since = max(since + 1, self.end(since, past))

    def end(self, start: int, *kinds: str) -> int:
        """Past the longest chunk of these kinds at a token; `start` when there is none."""
        here = self._at[start]
        return max([chunk.end for kind in kinds for chunk in here.get(kind, ())] or [start])

    def walk(self, start: int, end: int, kinds: Sequence[str]) -> list[Chunk] | None:
        """The longest chunks of these kinds that lead from `start` to `end` without a gap; None when other words stand between."""
        found: list[Chunk] = []
        while start < end:
            here = [chunk for kind in kinds for chunk in self._at[start].get(kind, ()) if chunk.end <= end]
            if not here:
                return None
            found.append(max(here, key=lambda chunk: chunk.end))
            start = found[-1].end
        return found

    def onward(self, at: int, kinds: Sequence[str], barred: Container[str] = ()) -> Iterator[tuple[tuple[Chunk, ...], int]]:
        """Where one comes from a token on by passing words of these kinds, the longest each: what was passed, at first none, and where that is."""
        passed: tuple[Chunk, ...] = ()
        end = at + STEPS
        while at < end:
            yield passed, at
            here = self._at[at]
            steps = [chunk for kind in kinds if kind in here for chunk in here[kind]]
            if not steps or (barred and any(kind in barred for kind in here)):
                return
            step = max(steps, key=_end)
            passed, at = (*passed, step), step.end
        if at == end:
            yield passed, at

    def add(self, chunk: Chunk) -> bool:
        """Whether the chunk is new and heavy enough to stay."""
        here = self._at[chunk.start]
        same = here.get(chunk.kind)
        if same is None:
            here[chunk.kind] = [chunk]
            self.kinds.add(chunk.kind)
            return True
        for other in same:
            if chunk.end == other.end and chunk.weight == other.weight and chunk.value == other.value:
                return False
        if len(same) == WIDTH:
            if chunk.weight <= same[-1].weight:
                return False
            same.pop()
        insort(same, chunk, key=_lightness)
        return True


def _end(chunk: Chunk) -> int:
    return chunk.end


def _lightness(chunk: Chunk) -> float:
    return -chunk.weight


def _ways(chart: Chart, items: Sequence[_Item], at: int) -> list[_Way]:
    """The ways in which the items fit from `at` on."""
    ways: list[_Way] = [((), at, 0.0)]
    for kinds, mark, barred in items:
        spend(len(ways))
        longer: list[_Way] = []
        for chunks, end, weight in ways:
            if mark == "*":
                longer += [((*chunks, passed), at, weight) for passed, at in chart.onward(end, kinds, barred)]
                continue
            here = chart.after(end)
            if mark == "!":
                if here.keys().isdisjoint(kinds):
                    longer.append((chunks, end, weight))
                continue
            if mark == "?":
                longer.append(((*chunks, None), end, weight))
            for kind in kinds:
                if kind in here:
                    longer += [((*chunks, chunk), chunk.end, weight + chunk.weight) for chunk in here[kind]]
        if not longer:
            return longer
        ways = longer if len(longer) <= WAYS else sorted(longer, key=lambda way: -way[2])[:WAYS]
    return ways
