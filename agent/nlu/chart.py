"""A small grammar engine: named rules over a chart of chunks.

A chunk says that tokens [start, end) are of a kind, with a value and a weight. The lexicon lays the first ones (every word class that stands at a
token); a rule joins neighbours to a new one. The chart is filled from the last token to the first, so that whatever may follow a chunk is complete
when the chunk is made: chains are written to the right ("digits: group digits") and cost one step a token. For the same reason the ways in which a
pattern goes on from a token are found once, for all chunks that end there and all rules that go on alike.

Bounded: of one kind at one token only the `WIDTH` heaviest chunks are kept, and of the ways in which a pattern fits only the `WAYS` heaviest. An
utterance of n tokens has at most n * kinds * WIDTH chunks, and each is looked at by the rules that begin with its kind.

A pattern is a list of kinds: "a" must stand there, "a|b" either, "a?" may, "!a" must not (and takes nothing); "a|b*" passes any number of them, up to
`STEPS`, "a|b|-c*" none where a c stands. Weights add up: of two readings the one that says more about the words wins, and a rule that is rarely right
brings a negative weight, not an `if`.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import msgspec

from agent.nlu.effort import spend

WIDTH = 3
"""Readings of one kind kept at one token: the likeliest, and room for those that only a judge outside the grammar can tell apart."""
WAYS = 12
"""Ways kept in which one pattern fits behind one chunk."""
STEPS = 8
"""Tokens that "a*" passes: nobody says more between two words that belong together."""
_CHUNK, _WAY = 4, 1
"""Units of effort that a chunk takes, and each way in which a pattern may go on."""


class Chunk(msgspec.Struct, frozen=True):
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


class Item(msgspec.Struct, frozen=True, eq=False):
    """A part of a pattern."""

    kinds: tuple[str, ...]
    mark: str
    """ "?", "!", "*", or "" for what must stand there."""
    barred: frozenset[str]

    @classmethod
    def of(cls, part: str) -> "Item":
        mark = part[-1] if part[-1] in "?*" else "!" if part[0] == "!" else ""
        kinds = part.strip("!?*").split("|")
        return cls(tuple(kind for kind in kinds if kind[0] != "-"), mark, frozenset(kind[1:] for kind in kinds if kind[0] == "-"))


class _Ready(NamedTuple):
    rule: Rule
    rest: tuple[Item, ...]
    """What goes on behind the first part; the same one for all rules that go on alike."""
    following: int
    """Kinds, as bits, of which one stands next, if any must; `later` must all stand somewhere behind."""
    later: int


_Way = tuple[tuple[Any, ...], int, float]
"""The chunks of a pattern, where the last ends, what they weigh together."""


class _Bits(dict[str, int]):
    """A bit for every kind that a pattern speaks of, none for others."""

    def __missing__(self, kind: str) -> int:
        return self.setdefault(kind, 0)

    def of(self, kinds: AbstractSet[str]) -> int:
        return sum(self.setdefault(kind, 1 << len(self)) for kind in kinds)


class Grammar:
    """Rules made ready: found by the kind their pattern begins with."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ready: dict[str, list[_Ready]] = {}
        self._bits = _Bits()
        items: dict[str, Item] = {}
        rests: dict[str, tuple[Item, ...]] = {}
        for rule in rules:
            first, _, behind = rule.pattern.partition(" ")
            rest = rests.setdefault(behind, tuple(items.setdefault(part, Item.of(part)) for part in behind.split()))
            must = next((at for at, item in enumerate(rest) if not item.mark), -1)
            following = self._bits.of({kind for item in rest[: must + 1] if item.mark != "!" for kind in item.kinds})
            later = self._bits.of({item.kinds[0] for item in rest if not item.mark and len(item.kinds) == 1})
            firsts = Item.of(first).kinds
            self._bits.of({rule.kind, *firsts})
            for kind in firsts:
                ready.setdefault(kind, []).append(_Ready(rule, rest, following, later))
        self._by_first = {
            kind: (some, [it for it in some if not it.following], reduce(or_, (it.following for it in some))) for kind, some in ready.items()
        }
        """By kind: all rules, those that fit whatever stands next, and the kinds, as bits, of which one stands next where the others fit."""

    def parse(self, leaves: Sequence[Sequence[Chunk]]) -> "Chart":
        """All that the rules make of the words; one place more than there are tokens, for what says that they end."""
        chart = Chart(len(leaves), self._bits)
        for start in range(len(leaves) - 1, -1, -1):
            if leaves[start]:
                spend(self._grow(chart, start, leaves[start]))
        return chart

    def _grow(self, chart: "Chart", start: int, leaves: Sequence[Chunk]) -> int:
        """Lay all that begins at one token; returns the units of effort that it took."""
        here, units = chart.after(start), 0
        agenda = chart.lay(start, leaves)
        while agenda:
            chunk = agenda.pop()
            if chunk.rule and not chart.add(chunk):
                continue
            if chunk.kind not in self._by_first:
                continue
            end, following, known = chunk.end, chart.there[chunk.end], chart.known[chunk.end]
            units += _CHUNK
            rules, alone, some = self._by_first[chunk.kind]
            for rule, rest, need, later in rules if some & following else alone:
                if (need and not need & following) or later & ~chart.everywhere:
                    continue
                if rest not in known:
                    units += chart.ways(rest, end)
                for chunks, to, further in known[rest]:
                    weight = chunk.weight + further + rule.weight
                    if rule.kind in here and len(here[rule.kind]) == WIDTH and weight <= here[rule.kind][-1].weight:
                        continue
                    value = rule.make(chunk, *chunks)
                    if value is not None:
                        agenda.append(Chunk(rule.kind, start, to, value, weight, rule.name))
        return units


class Chart:
    """What stands where."""

    def __init__(self, length: int, bits: Mapping[str, int]) -> None:
        self._at: list[dict[str, list[Chunk]]] = [{} for _ in range(length + 1)]
        self._bits, self.everywhere = bits, 0
        self.there = [0] * (length + 1)
        """The kinds that begin at each token, as bits; `everywhere`: at any."""
        self.known: list[dict[object, Any]] = [{} for _ in range(length + 1)]
        """What was found to go on from a token, by items and by rests of patterns."""

    def has(self, kind: str) -> bool:
        """Whether a kind that rules speak of stands anywhere."""
        return self._bits.get(kind, 0) & self.everywhere != 0

    def chunks(self) -> list[Chunk]:
        """All that stands anywhere, in order."""
        return [chunk for here in self._at for chunks in here.values() for chunk in chunks]

    def after(self, end: int) -> dict[str, list[Chunk]]:
        """All that begins at a token, by kind."""
        return self._at[end]

    def at(self, start: int, kind: str) -> Sequence[Chunk]:
        """The chunks of a kind at a token, the heaviest first."""
        return self._at[start].get(kind, ())

    def longest(self, start: int, kind: str) -> Sequence[Chunk]:
        """Of the chunks of a kind at a token the longest, the heaviest first."""
        return [chunk for chunk in self._at[start].get(kind, ()) if chunk.end == self.end(start, kind)]

    def every(self, kind: str, since: int = 0, past: str = "") -> Iterator[Chunk]:
        """The chunks of a kind, in order, of several at one token the longest; none inside chunks of the kind `past` that begin before it."""
        while since < len(self._at) and self.has(kind):
            yield from self.longest(since, kind)
            since = max(since + 1, self.end(since, past))

    def end(self, start: int, *kinds: str) -> int:
        """Past the longest chunk of these kinds at a token; `start` when there is none."""
        here, end = self._at[start], start
        for kind in kinds:
            if kind in here:
                for chunk in here[kind]:
                    end = chunk.end if chunk.end > end else end
        return end

    def walk(self, start: int, end: int, kinds: Sequence[str]) -> list[Chunk] | None:
        """The longest chunks of these kinds that lead from `start` to `end` without a gap; None when other words stand between."""
        found: list[Chunk] = []
        while start < end:
            step = self.step(start, kinds, end)
            if step is None:
                return None
            found.append(step)
            start = step.end
        return found

    def step(self, at: int, kinds: Sequence[str], last: int = sys.maxsize) -> Chunk | None:
        """The longest chunk of these kinds at a token that does not go past `last`; of several the first."""
        here, step = self._at[at], None
        for kind in kinds:
            if kind in here:
                for chunk in here[kind]:
                    if chunk.end <= last and (step is None or chunk.end > step.end):
                        step = chunk
        return step

    def onward(self, at: int, item: Item) -> Sequence[tuple[tuple[Chunk, ...], int]]:
        """Where one comes from a token on by passing words as "a*" does, the longest each: what was passed, at first none, and where that is."""
        known = self.known[at]
        if item not in known:
            passed: tuple[Chunk, ...] = ()
            found, end = [(passed, at)], at + STEPS
            while at < end and (step := self.step(at, item.kinds)) and (not item.barred or item.barred.isdisjoint(self._at[at])):
                passed, at = (*passed, step), step.end
                if at <= end:
                    found.append((passed, at))
            known[item] = found
        onward: Sequence[tuple[tuple[Chunk, ...], int]] = known[item]
        return onward

    def ways(self, items: tuple[Item, ...], at: int) -> int:
        """Find the ways in which the items fit from a token on, once; returns the units of effort that it took."""
        ways: list[_Way] = [((), at, 0.0)]
        units = 0
        for item in items:
            units += _WAY * len(ways)
            ways = self._longer(ways, item)
            if not ways:
                break
            if ways[WAYS:]:
                ways = sorted(ways, key=_lightness)[:WAYS]
        self.known[at][items] = ways
        return units

    def _longer(self, ways: Sequence[_Way], item: Item) -> list[_Way]:
        """The ways, and one item more."""
        if item.mark == "*":
            return [((*chunks, passed), to, weight) for chunks, end, weight in ways for passed, to in self.onward(end, item)]
        longer: list[_Way] = []
        for way in ways:
            chunks, end, weight = way
            here, stands = self._at[end], False
            if item.mark == "?":
                longer += [((*chunks, None), end, weight)]
            for kind in item.kinds:
                if kind in here:
                    stands = True
                    if item.mark != "!":
                        longer += [((*chunks, chunk), chunk.end, weight + chunk.weight) for chunk in here[kind]]
            if item.mark == "!" and not stands:
                longer += [way]
        return longer

    def lay(self, start: int, leaves: Sequence[Chunk]) -> list[Chunk]:
        """Lay the words' chunks at a token, one of a kind; returns them."""
        here, there = self._at[start], 0
        for chunk in leaves:
            here[chunk.kind] = [chunk]
            there |= self._bits[chunk.kind]
        self.there[start] = there
        self.everywhere |= there
        return [*leaves]

    def add(self, chunk: Chunk) -> bool:
        """Whether the chunk is new and heavy enough to stay."""
        here, kind = self._at[chunk.start], chunk.kind
        if kind not in here:
            here[kind] = [chunk]
            self.there[chunk.start] |= self._bits[kind]
            self.everywhere |= self._bits[kind]
            return True
        same, place = here[kind], 0
        for other in same:
            if chunk.end == other.end and chunk.weight == other.weight and chunk.value == other.value:
                return False
            place += other.weight >= chunk.weight
        if len(same) == WIDTH:
            if place == WIDTH:
                return False
            same.pop()
        same.insert(place, chunk)
        return True


def _lightness(way: _Way) -> float:
    return -way[2]
