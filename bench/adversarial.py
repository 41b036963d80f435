"""Looks for utterances that are dear to understand, or that break the understanding.

    python -m bench.adversarial --tries 100000 --seed 1

An utterance is a few pieces, each said once or many times over, up to the most that a turn may hold. The pieces are the words and phrases of every
slot and language, read from agent/languages, tests/cases and the files of the businesses, and a character of every Unicode category. Half of the
tries are drawn by chance; the others change the dearest found so far a little (hill climbing). Each is a whole turn (bench/whole_turn.py) of a call
with some question open and some values held.

Times are process time. What looks dear is timed again and the least counts, since other programs slow any of them. Printed are the counts, the
dearest with their milliseconds, and how their cost grows with their length: 1.0 for twice the cost at twice the length, 2.0 for four times.
Exit 1 when one raises or stays over the limit.
"""

import argparse
import json
import math
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import msgspec

from agent.call import Turn
from agent.text import MAX_CHARS
from bench.whole_turn import State, states, take_turn

ROOT = Path(__file__).parent.parent
SHOWN = 12
POOL = 60
"""How many of the dearest are changed further."""
AGAIN = 5
"""How often what looks dear is timed."""
LONGEST_PIECE = 80
"""Characters of a phrase; a longer one is a sentence, whose words count one by one."""
LISTS = 400
"""Phrases taken of one file: lists of names are drawn from, since they would be most of all pieces."""


class Block(msgspec.Struct, frozen=True):
    """Pieces said one after the other, `times` times over."""

    pieces: tuple[str, ...]
    times: int
    joint: str


class Try(msgspec.Struct, frozen=True):
    blocks: tuple[Block, ...]
    state: State

    @property
    def text(self) -> str:
        return "".join((block.joint.join(block.pieces) + block.joint) * block.times for block in self.blocks)[:MAX_CHARS]


@cache
def pieces() -> dict[str, tuple[str, ...]]:
    """What utterances are made of, by where it comes from."""
    rng = Random(0)
    found: dict[str, tuple[str, ...]] = {}
    for folder in ("agent/languages", "tests/cases"):
        for path in sorted((ROOT / folder).glob("*/*.toml")):
            phrases = sorted({piece for text in _strings(tomllib.loads(path.read_text("utf-8"))) for piece in _pieces(text)})
            found[str(path.relative_to(ROOT))] = tuple(rng.sample(phrases, LISTS) if len(phrases) > LISTS else phrases)
    files = sorted((ROOT / "tests" / "businesses").glob("*.toml"))
    said = {piece for path in files for text in _strings(tomllib.loads(path.read_text("utf-8"))) for piece in _pieces(text)}
    found["businesses"] = tuple(sorted(said))
    return found | {"characters": tuple(_characters())}


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
    if text.isspace() or not text:
        return ()
    return (text, *text.split()) if len(text) <= LONGEST_PIECE else text.split()


def _characters() -> Iterator[str]:
    """Three characters of every Unicode category, spread over the table; all that ASCII has; surrogates as they come from JSON."""
    by_category: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        by_category.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    for characters in by_category.values():
        yield from {characters[0], characters[len(characters) // 2], characters[-1]}
    yield from (chr(code) for code in range(128))
    yield json.loads('"\\ud83d"')


class Search:
    """`tries` utterances, by a seed. The same seed tries the same first half; the other follows what is dear on this machine."""

    def __init__(self, seed: int, limit_ms: float) -> None:
        self._rng, self._limit = Random(seed), limit_ms
        self._states = states()
        self._sources = [*pieces().values()]
        self.raised: list[str] = []
        self.tried: Counter[str] = Counter()
        self.total_ms = 0.0
        self.dearest: list[tuple[float, Try]] = []

    def run(self, tries: int) -> None:
        for state in self._states:
            take_turn(state, Turn(key="warm", text="hello"))
        for number in range(tries):
            self._look_at(self._changed(self._rng.choice(self.dearest)[1]) if number > tries // 2 and self.dearest else self._drawn())

    def _look_at(self, attempt: Try) -> None:
        self.tried[attempt.state.call.question.kind] += 1
        try:
            ms = cost_ms(attempt.state, attempt.text)
            if self.dearest and ms > self.dearest[-1][0]:
                ms = min(ms, *(cost_ms(attempt.state, attempt.text) for _ in range(AGAIN if ms > self._limit / 2 else 1)))
        except Exception as error:  # whatever it is, it is what we are looking for
            self.raised.append(f"raised {type(error).__name__} ({attempt.state.label}) on {attempt.text!r}")
            return
        self.total_ms += ms
        if len(self.dearest) < POOL or ms > self.dearest[-1][0]:
            self.dearest = sorted([*self.dearest, (ms, attempt)], key=lambda one: -one[0])[:POOL]

    def _drawn(self) -> Try:
        rng = self._rng
        blocks = tuple(self._block() for _ in range(rng.choice((1, 1, 1, 2, 3))))
        return Try(blocks, rng.choice(self._states))

    def _block(self) -> Block:
        rng = self._rng
        near = rng.choice(self._sources)  # pieces of one kind, and strangers among them
        some = tuple(rng.choice(near if rng.random() < 0.6 else rng.choice(self._sources)) for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 8, 20))))
        return Block(some, rng.choice((1, 2, 8, 40, MAX_CHARS)), rng.choice((" ", " ", " ", "", ", ", ". ")))

    def _changed(self, old: Try) -> Try:
        """One step away: another state, a block more or less, a piece put in, taken out or exchanged, said more or fewer times."""
        rng = self._rng
        if rng.random() < 0.2:
            return msgspec.structs.replace(old, state=rng.choice(self._states))
        blocks = list(old.blocks)
        place = rng.randrange(len(blocks))
        match rng.randrange(6):
            case 0:
                blocks.insert(place, self._block())
            case 1 if len(blocks) > 1:
                del blocks[place]
            case 2:
                other = rng.choice(self._changeable())
                blocks[place] = rng.choice(other.blocks)
            case _:
                blocks[place] = self._changed_block(blocks[place])
        return Try(tuple(blocks), old.state)

    def _changeable(self) -> list[Try]:
        return [attempt for _, attempt in self.dearest]

    def _changed_block(self, block: Block) -> Block:
        rng, some = self._rng, list(block.pieces)
        piece = rng.choice(rng.choice(self._sources))
        place = rng.randrange(len(some))
        match rng.randrange(5):
            case 0:
                some.insert(place, piece)
            case 1 if len(some) > 1:
                del some[place]
            case 2:
                return msgspec.structs.replace(block, times=rng.choice((1, block.times * 2, max(1, block.times // 2), MAX_CHARS)))
            case 3:
                return msgspec.structs.replace(block, joint=rng.choice((" ", "", ", ", ". ", "-")))
            case _:
                some[place] = piece
        return msgspec.structs.replace(block, pieces=tuple(some))


def cost_ms(state: State, text: str) -> float:
    """CPU milliseconds of one turn."""
    begun = process_time()
    take_turn(state, Turn(key="k", text=text))
    return (process_time() - begun) * 1000


def least_ms(state: State, text: str) -> float:
    return min(cost_ms(state, text) for _ in range(AGAIN))


def growth(attempt: Try) -> float:
    """The power of the length that the cost grows with, between half the utterance and all of it."""
    half, whole = (least_ms(attempt.state, attempt.text[:size]) for size in (len(attempt.text) // 2, len(attempt.text)))
    return math.log2(whole / half)


def shown(attempt: Try) -> str:
    return " + ".join(f"{block.joint.join(block.pieces)!r}" + (f" x{block.times}" if block.times > 1 else "") for block in attempt.blocks)[:160]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=25.0, help="milliseconds of CPU that a turn may cost")
    options = parser.parse_args()
    search = Search(options.seed, options.limit)
    search.run(options.tries)
    print("\n".join(search.raised[:SHOWN]))
    final = sorted(((min(ms, least_ms(one.state, one.text)), one) for ms, one in search.dearest), key=lambda one: -one[0])
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(search.tried.items()))
    print(
        f"{options.tries} utterances, seed {options.seed} ({kinds}): {len(search.raised)} raised, {search.total_ms / options.tries:.2f} ms on average"
    )
    for ms, attempt in final[:SHOWN]:
        print(f"{ms:8.1f} ms  growth {growth(attempt):4.1f}  {attempt.state.label}: {shown(attempt)}")
    over = sum(ms > options.limit for ms, _ in final)
    print(f"worst {final[0][0]:.1f} ms (limit {options.limit:g}), {over} over it")
    return 1 if search.raised or over else 0


if __name__ == "__main__":
    sys.exit(main())
