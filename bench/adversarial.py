"""Looks for utterances that are dear to understand, or that break the understanding.

    python -m bench.adversarial --tries 100000 --seed 1

An utterance is a few pieces, each said once or many times over, up to the most that a turn may hold; sometimes a recogniser's other hypotheses stand
beside it. The pieces are the words and phrases of every slot and language, read from agent/languages, tests/cases and the files of the businesses,
and characters of every Unicode category. Half of the tries are drawn by chance; the others change one of the dearest found so far a little (hill
climbing). Each is a whole turn of a call with some question open and some values held (tests/graph/midway.py).

Times are process time. What looks dear is timed again and the least counts, since other programs slow any of them; at the end each of the dearest is
timed beside a yardstick, a loop that the core ought to do in one millisecond, and its milliseconds are those of such a core. Beside them stand the
calls of functions that the turn makes: the same on every machine, however busy. Printed are the counts, the dearest, and the power of the length
that their cost grows with (1.0: twice the length, twice the cost). Exit 1 when one raises or stays over a limit. `--counted` goes by the calls, and
by time only where it is several times the limit: so a busy machine says what an idle one does. Ctrl-C ends the search, and what it has found is
printed.
"""

import argparse
import cProfile
import math
import string
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import msgspec

from agent.nlu.utterance import MAX_CHARS
from agent.record.acts import NoMatch
from agent.record.call import Turn
from tests.graph.midway import State, states, take_turn

ROOT = Path(__file__).parent.parent
LIMIT_MS = 25.0
LIMIT_CALLS = 250_000
"""Calls of functions, Python's own among them; a turn that uses up all its effort makes a little more than half of it."""
SLACK = 4.0
"""How many times its limit a time may be where calls are what counts: less is noise of the machine, more is a pattern that ran away in one call."""
STICK_MS = 1.0
"""What the yardstick takes on the core that the limit is meant for, at rest: one of 2026."""
SHOWN = 12
POOL = 60
"""How many of the dearest are changed further."""
ALIKE = 4
"""How many of them are made around the same pieces: one vein must not end the search for others."""
AGAIN = 5
"""How often what looks dear is timed."""
LONGEST_PIECE = 80
"""Characters of a phrase; a longer one is a sentence, whose words count one by one."""
LISTS = 400
"""Phrases taken of one file, since lists of names would be most of all pieces."""
MOST_OTHERS = 10
"""Other hypotheses that a turn may bring."""
TIMES = (1, 2, 8, 40, MAX_CHARS)
JOINTS = (" ", " ", " ", "", ", ", ". ", "-")
replace = msgspec.structs.replace


class Block(msgspec.Struct, frozen=True):
    """Pieces said one after the other, `times` times over."""

    pieces: tuple[str, ...]
    times: int
    joint: str

    @property
    def text(self) -> str:
        return ((self.joint.join(self.pieces) + self.joint) * min(self.times, MAX_CHARS))[:MAX_CHARS]


class Try(msgspec.Struct, frozen=True):
    blocks: tuple[Block, ...]
    state: State
    others: int = 0
    """How many other hypotheses stand beside it."""

    @property
    def text(self) -> str:
        return "".join(block.text for block in self.blocks)[:MAX_CHARS]

    @property
    def vein(self) -> tuple[str, ...]:
        """The pieces that most of it is made of."""
        return max(self.blocks, key=lambda block: len(block.text)).pieces

    def cost_ms(self, size: int = MAX_CHARS) -> tuple[float, bool]:
        """CPU milliseconds of one turn, of its first `size` characters; and whether the caller was asked to say it shorter."""
        text = self.text[:size]
        turn = Turn(key="k", text=text, alternatives=tuple(text[number:] for number in range(1, self.others + 1)))
        begun = process_time()
        took = take_turn(self.state, turn)
        return (process_time() - begun) * 1000, any(isinstance(one, NoMatch) and one.long for one in took.user_acts)

    def least_ms(self, size: int = MAX_CHARS) -> float:
        """The least of several times, on a core that does the yardstick in its time."""
        pairs = [(self.cost_ms(size)[0], yardstick_ms()) for _ in range(AGAIN)]
        return STICK_MS * min(ms for ms, _ in pairs) / min(stick for _, stick in pairs)

    def calls(self) -> int:
        """Functions that are called in it, once all caches are warm."""
        profile = cProfile.Profile()
        profile.enable()
        self.cost_ms()
        profile.disable()
        return sum(entry.callcount for entry in profile.getstats())

    def growth(self) -> float:
        """The power of the length that the cost grows with, between half the utterance and all of it."""
        whole = len(self.text)
        return math.log2(self.least_ms() / self.least_ms(whole // 2))

    def __str__(self) -> str:
        said = " + ".join(f"{block.joint.join(block.pieces)!r}" + (f" x{block.times}" if block.times > 1 else "") for block in self.blocks)
        return f"{self.state.label}: {said[:200]}" + (f", and {self.others} other hypotheses" if self.others else "")


def yardstick_ms() -> float:
    begun = process_time()
    found: dict[str, int] = {}
    for number in range(10_000):
        word = str(number % 97)
        found[word] = found.get(word, 0) + len(word)
    return (process_time() - begun) * 1000


@cache
def pieces() -> dict[str, tuple[str, ...]]:
    """What utterances are made of, by where it comes from."""
    rng = Random(0)
    files = [*ROOT.glob("agent/languages/*/*.toml"), *ROOT.glob("tests/cases/*/*.toml"), *ROOT.glob("tests/businesses/*.toml")]
    elided = tuple(letter + mark for letter in string.ascii_lowercase for mark in "'-.")  # "o'", as names begin
    found: dict[str, tuple[str, ...]] = {"characters": tuple(_characters()), "elided": elided}
    for path in sorted(files):
        phrases = sorted({piece for text in _strings(tomllib.loads(path.read_text("utf-8"))) for piece in _pieces(text)})
        found[str(path.relative_to(ROOT))] = tuple(rng.sample(phrases, LISTS) if len(phrases) > LISTS else phrases)
    return found


def _strings(data: Any) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                yield key
                yield from _strings(value)
        case list():
            for value in data:
                yield from _strings(value)
        case str():
            yield data


def _pieces(text: str) -> Sequence[str]:
    words = text.split()
    return (text, *words) if words and len(text) <= LONGEST_PIECE else words


def _characters() -> Iterator[str]:
    """Three characters of every Unicode category, from all over the table, and all that ASCII has."""
    by_category: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        by_category.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    for _, some in sorted(by_category.items()):
        yield from (some[0], some[len(some) // 2], some[-1])
    yield from map(chr, range(128))


class Search:
    """The same seed draws the same first half of the utterances; the other half follows what is dear on this machine."""

    def __init__(self, seed: int, limit_ms: float) -> None:
        self._rng, self._limit = Random(seed), limit_ms
        self._states, self._sources = states(), [*pieces().values()]
        self.raised: list[str] = []
        self.tried: Counter[str] = Counter()
        self.shortened = 0
        self.total_ms = 0.0
        self.dearest: list[tuple[float, Try]] = []

    def run(self, tries: int) -> None:
        for number in range(tries):
            self._look_at(self._changed(self._rng.choice(self.dearest)[1]) if number > tries // 2 and self.dearest else self._drawn())

    def _look_at(self, attempt: Try) -> None:
        self.tried[attempt.state.call.question.kind] += 1
        try:
            ms, shortened = attempt.cost_ms()
            if len(self.dearest) < POOL or ms > self.dearest[-1][0]:
                ms = min(ms, *(attempt.cost_ms()[0] for _ in range(AGAIN if ms > self._limit / 2 else 1)))
        except Exception as error:  # whatever it is, it is what we are looking for
            self.raised.append(f"raised {type(error).__name__} ({attempt.state.label}) on {attempt.text!r}")
            return
        self.shortened += shortened
        self.total_ms += ms
        if len(self.dearest) < POOL or ms > self.dearest[-1][0]:
            self._keep(ms, attempt)

    def _keep(self, ms: float, attempt: Try) -> None:
        found = sorted([*self.dearest, (ms, attempt)], key=lambda one: -one[0])
        alike = [one for one in found if one[1].vein == attempt.vein]
        if len(alike) > ALIKE:
            found.remove(alike[-1])
        self.dearest = found[:POOL]

    def _drawn(self) -> Try:
        rng = self._rng
        blocks = tuple(self._block() for _ in range(rng.choice((1, 1, 1, 2, 3))))
        return Try(blocks, rng.choice(self._states), rng.choice((0, 0, 0, 1, MOST_OTHERS)))

    def _block(self) -> Block:
        rng = self._rng
        near = rng.choice(self._sources)  # pieces of one kind, and strangers among them
        some = tuple(rng.choice(near if rng.random() < 0.6 else rng.choice(self._sources)) for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 8, 20))))
        return Block(some, rng.choice(TIMES), rng.choice(JOINTS))

    def _changed(self, old: Try) -> Try:
        """One step away: another call, other hypotheses, a block more or less, or one of its blocks said otherwise."""
        rng = self._rng
        blocks = list(old.blocks)
        place = rng.randrange(len(blocks))
        match rng.randrange(10):
            case 0 | 1:
                return replace(old, state=rng.choice(self._states))
            case 2:
                return replace(old, others=rng.choice((0, 1, MOST_OTHERS)))
            case 3:
                blocks.insert(place, self._block())
            case 4 if len(blocks) > 1:
                del blocks[place]
            case 5:
                blocks[place] = rng.choice(rng.choice(self.dearest)[1].blocks)
            case _:
                blocks[place] = self._changed_block(blocks[place])
        return replace(old, blocks=tuple(blocks))

    def _changed_block(self, block: Block) -> Block:
        """A piece put in, taken out or exchanged, or all of them said more or fewer times, or joined otherwise."""
        rng, some = self._rng, list(block.pieces)
        piece, place = rng.choice(rng.choice(self._sources)), rng.randrange(len(some))
        match rng.randrange(5):
            case 0:
                some.insert(place, piece)
            case 1 if len(some) > 1:
                del some[place]
            case 2:
                return replace(block, times=rng.choice((1, block.times * 2, max(1, block.times // 2), MAX_CHARS)))
            case 3:
                return replace(block, joint=rng.choice(JOINTS))
            case _:
                some[place] = piece
        return replace(block, pieces=tuple(some))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=LIMIT_MS, help="milliseconds of CPU that a turn may take")
    parser.add_argument("--counted", action="store_true", help="go by the calls of functions, for a machine that is busy")
    options = parser.parse_args()
    search = Search(options.seed, options.limit)
    with suppress(KeyboardInterrupt):
        search.run(options.tries)
    tried = search.tried.total()
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(search.tried.items()))
    print("\n".join(search.raised[:SHOWN]))
    print(f"{tried} utterances, seed {options.seed}, by the question that was open: {kinds}")
    print(f"{len(search.raised)} raised, {search.shortened} were to be said shorter, {search.total_ms / max(tried, 1):.1f} ms on average")
    final = sorted(((attempt.least_ms(), attempt.calls(), attempt) for _, attempt in search.dearest), key=lambda one: -one[0])
    for ms, calls, attempt in final[:SHOWN]:
        print(f"{ms:6.1f} ms, {calls:7,d} calls, growth {attempt.growth():4.1f}  {attempt}")
    most_calls = max(calls for _, calls, _ in final)
    most_ms = options.limit * (SLACK if options.counted else 1)
    over = sum(ms > most_ms or calls > LIMIT_CALLS for ms, calls, _ in final)
    print(f"the dearest turns take {final[0][0]:.1f} ms (limit {most_ms:g}) and {most_calls:,d} calls (limit {LIMIT_CALLS:,d}); {over} over a limit")
    return 1 if search.raised or over else 0


if __name__ == "__main__":
    sys.exit(main())
