"""From the teacher's vectors of words and sentences to a table of word vectors whose sums lie where the teacher puts the sentences.

A word begins as the teacher's vector of it alone, reduced to the axes along which the sentences differ most, and weighted down the commoner it is.
Then its row is moved, by Adam over batches of sentences, so that the direction of the sum of a sentence's rows comes near the teacher's vector of the
sentence; words themselves are sentences too, so that one seen seldom stays where it began.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_SEED = 16
_EPOCHS = 6
_BATCH = 512
_RATE = 0.01
_LEAST = 1e-3
"""Weight of words by `a / (a + frequency)` (Arora et al. 2017)."""
_ALIKE = 1.0
"""What the likeness of every two sentences of a batch counts beside each one's own direction."""


class Corpus(NamedTuple):
    """Bags of words, one after the other, and what the teacher says of each."""

    ids: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    targets: np.ndarray


def bags(sentences: Sequence[Sequence[int]], targets: np.ndarray) -> Corpus:
    """Sentences without a known word are left out."""
    kept = [at for at, words in enumerate(sentences) if words]
    sizes = np.array([len(sentences[at]) for at in kept])
    return Corpus(np.array([word for at in kept for word in sentences[at]]), np.cumsum(sizes) - sizes, sizes, targets[kept])


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def distil(
    word_vectors: np.ndarray, sentences: Sequence[Sequence[int]], targets: np.ndarray, dimensions: int, *, epochs: int = _EPOCHS
) -> np.ndarray:
    """`sentences`: the rows of their words. One row a word; its length is what the word weighs in a sum."""
    middle = targets.mean(axis=0)
    axes = _axes(targets - middle, dimensions)
    alone, aims = unit((word_vectors - word_vectors.mean(axis=0)) @ axes.T), unit((targets - middle) @ axes.T)
    counts = Counter(word for words in sentences for word in words)
    total = sum(counts.values())
    weights = np.array([_LEAST / (_LEAST + counts[word] / total) for word in range(len(alone))])
    corpus = bags([*sentences, *([word] for word in range(len(alone)))], np.concatenate([aims, alone]).astype(np.float32))
    return _trained((alone * np.maximum(weights, 0.02)[:, None]).astype(np.float32), corpus, epochs)


def _axes(rows: np.ndarray, dimensions: int) -> np.ndarray:
    """Those along which the rows differ most."""
    return np.linalg.eigh(rows.T @ rows)[1][:, ::-1][:, :dimensions].T


def _trained(table: np.ndarray, corpus: Corpus, epochs: int) -> np.ndarray:
    draw = np.random.default_rng(_SEED)
    first, second = np.zeros_like(table), np.zeros_like(table)
    step, steps = 0, epochs * (len(corpus.sizes) // _BATCH)
    for _ in range(epochs):
        order = draw.permutation(len(corpus.sizes))
        for start in range(0, len(order) - _BATCH + 1, _BATCH):
            step += 1
            rows, slope = _slope(table, corpus, order[start : start + _BATCH])
            first[rows] = 0.9 * first[rows] + 0.1 * slope
            second[rows] = 0.99 * second[rows] + 0.01 * slope**2
            table[rows] -= _RATE * (1 - step / steps) * first[rows] / (np.sqrt(second[rows]) + 1e-5) * 0.3
    return table


def _slope(table: np.ndarray, corpus: Corpus, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The words of a batch, and the slope of the loss at each."""
    sizes = corpus.sizes[batch]
    ends = np.cumsum(sizes)
    places = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes) + np.repeat(corpus.starts[batch], sizes)
    ids = corpus.ids[places]
    sums = np.add.reduceat(table[ids], ends - sizes)
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    said, aims = sums / lengths, corpus.targets[batch]
    pull = -aims + _ALIKE * (said @ said.T - aims @ aims.T) @ said * (8 / len(batch))
    back = (pull - (pull * said).sum(axis=1, keepdims=True) * said) / lengths
    spread = np.repeat(back, sizes, axis=0)
    rows, inverse = np.unique(ids, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    return rows, np.add.reduceat(spread[order], np.searchsorted(inverse[order], np.arange(len(rows))))
