"""What words mean, as directions: `<language>/vectors.bin`, where a language has it; `vectors.md` beside it tells how it was built.

The file is one line of JSON (`dimensions`, `words` in the order of the rows), one scale a row (float32), and the rows (int8). A row times its
scale is the word's vector; its length is what the word weighs in a sum.
"""

import json
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from math import sqrt
from operator import mul
from typing import NamedTuple

Vector = Sequence[float]


class Vectors(NamedTuple):
    dimensions: int
    rows: Mapping[str, int]
    scales: Sequence[float]
    numbers: memoryview

    def sum(self, words: Iterable[str]) -> Vector | None:
        """The direction of these words together, of length 1; None when none of them is known."""
        total = None
        for word in words:
            row = self.rows.get(word)
            if row is None:
                row = self.rows.get(word.removesuffix("'s"))
            if row is not None:
                scale, begin = self.scales[row], row * self.dimensions
                numbers = self.numbers[begin : begin + self.dimensions].tolist()
                total = [scale * one for one in numbers] if total is None else [had + scale * one for had, one in zip(total, numbers, strict=True)]
        length = sqrt(sum(map(mul, total, total))) if total is not None else 0.0
        return [one / length for one in total] if total is not None and length else None


def cosine(one: Vector, other: Vector) -> float:
    """Of two vectors of length 1."""
    return float(sum(map(mul, one, other)))


@cache
def vectors(language: str) -> Vectors | None:
    """The vectors of a language; None where it has none."""
    file = resources.files(__package__) / language / "vectors.bin"
    if not file.is_file():
        return None
    data = memoryview(file.read_bytes())
    head = bytes(data[: 1 << 20]).index(b"\n") + 1
    told = json.loads(bytes(data[:head]))
    scales = array("f", bytes(data[head : head + 4 * len(told["words"])]))
    if sys.byteorder == "big":
        scales.byteswap()
    numbers = data[head + 4 * len(told["words"]) :].cast("b")
    return Vectors(told["dimensions"], {word: row for row, word in enumerate(told["words"])}, scales, numbers)
