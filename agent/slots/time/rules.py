"""What callers say about days and clocks, as rules over items; English and Mandarin by the same ones where they say it in the same order.

`pieces` reads a line from left to right: at each item the heaviest of what the rules make there, and then what stands behind it.
"""

from collections.abc import Callable, Iterator

from agent.nlu.chart import Chart, Chunk, Grammar, Rule
from agent.slots.time import weights
from agent.slots.time.clock_rules import CLOCK_RULES
from agent.slots.time.day_rules import DAY_RULES, said
from agent.slots.time.items import Line
from agent.slots.time.leaves import Leaves
from agent.slots.time.length_rules import LENGTH_RULES
from agent.slots.time.pieces import Clock, Kind, Mark, Part, Piece

_READ = ("time", "day", "clock")
Pieces = tuple[Piece, ...]


def _one(kind: Kind, confidence: float = weights.DAY, *, bare: bool = False) -> Callable[[Chunk], Pieces]:
    def make(it: Chunk) -> Pieces:
        return (Piece(kind=kind, value=None, first=it.start, last=it.end, confidence=confidence, bare=bare),)

    return make


def _mark(mark: Mark) -> Callable[[Chunk], Pieces]:
    return lambda it: (Piece(kind=Kind.MARK, value=mark, first=it.start, last=it.end),)


def _than(it: Chunk, mark: str, of_week: bool = False, last: Chunk | None = None) -> Pieces:
    return (Piece(kind=Kind.THAN, value=(Mark(mark), of_week), first=it.start, last=(last or it).end, confidence=weights.MAYBE),)


OTHER_RULES = (
    Rule("12 345 678", "time", "string", lambda _: ()),
    Rule("good morning", "time", "nothing", lambda _: ()),
    Rule("or", "time", "or", _mark(Mark.OR)),
    Rule("sorry", "time", "fix", _mark(Mark.FIX)),
    Rule("change it", "time", "change", _mark(Mark.CHANGE)),
    Rule("so", "time", "so", _mark(Mark.SO)),
    Rule("morning", "time", "parts", lambda it: said(Kind.PART, Part(it.value), it)),
    Rule("pm", "time", "half_alone", lambda it: said(Kind.PART, Part(it.value.upper()), it, weights.MINUTES_ALONE)),
    Rule("fourish", "time", "about", lambda it: said(Kind.CLOCK, Clock(hour=it.value), it, weights.ABOUT)),
    Rule("any time", "time", "any_time", _one(Kind.SOONEST, bare=True)),
    Rule("as soon as possible", "time", "soonest", _one(Kind.SOONEST, weights.MAYBE)),
    Rule("最早的", "time", "earliest end|mark", lambda it, _: said(Kind.SOONEST, None, it, weights.MAYBE)),
    Rule("first thing", "time", "opening", _one(Kind.OPENING, weights.MAYBE)),
    Rule("same time", "time", "same", _one(Kind.SAME)),
    Rule("another day", "time", "other", lambda it: said(Kind.OTHER, it.value[0], it, relation=Mark.NOT if it.value[1] else None)),
    Rule("later", "time", "than", lambda it: _than(it, it.value)),
    Rule("I'll call you later", "time", "later_on", lambda _: ()),
    Rule("later in the week", "time", "than in|the|that|which* week_unit", lambda it, _, week: _than(it, it.value, True, week)),
    Rule("later than that", "time", "later_than end|mark|that", lambda it, _: _than(it, it.value)),
    Rule("too early", "time", "too", lambda it: _than(it, *it.value)),
)
RULES = (*OTHER_RULES, *LENGTH_RULES, *DAY_RULES, *CLOCK_RULES)
GRAMMAR = Grammar(RULES)
_SPOKEN = frozenset(kind.strip("!?*-") for rule in RULES for part in rule.pattern.split() for kind in part.split("|"))


def chart_of(line: Line, region: str, month_first: bool | None) -> Chart:
    """What the rules make of a line; nothing where no item can be part of a time."""
    leaves = Leaves(line, region, month_first, _SPOKEN).laid()
    return GRAMMAR.parse(leaves) if leaves else Chart(line.count, {})


Fits = Callable[[Pieces, int, int], bool]


def pieces(line: Line, region: str, month_first: bool | None, fits: Fits = lambda read, at, ended: True) -> list[Piece]:
    """Every piece of a line, in order; a reading without pieces says that its words are no time.

    `fits`: whether what was read at an item may stand there; the last is where the piece before it ended.
    """
    chart, found = chart_of(line, region, month_first), list[Piece]()
    at = ended = 0
    while at < line.count and len(found) < weights.MOST_PIECES:
        read, end = next(((read, end) for read, end in _read_at(chart, at) if fits(read, at, ended)), ((), at + 1))
        found += read
        at = read[-1].last if read else end
        if read and read[-1].kind is not Kind.MARK:
            ended = at
    return found


def _read_at(chart: Chart, at: int) -> Iterator[tuple[Pieces, int]]:
    """What the rules make of the words from an item on, the heaviest first, and where it ends."""
    here = chart.after(at)
    chunks = [chunk for kind in _READ if kind in here for chunk in here[kind]]
    for chunk in sorted(chunks, key=lambda chunk: -chunk.weight) if len(chunks) > 1 else chunks:
        yield chunk.value if isinstance(chunk.value, tuple) else (chunk.value,), chunk.end
