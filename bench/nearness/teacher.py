"""The sentence model that the word vectors are distilled from: all-MiniLM-L6-v2, run at build time only."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DIMENSIONS = 384
_BATCH = 64
_MOST_PIECES = 48
"""Of a sentence; longer ones are cut there."""


class Teacher:
    """Sentences to vectors of length 1."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "onnx" / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self._inputs = {taken.name for taken in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=_MOST_PIECES)

    def embed(self, sentences: Sequence[str]) -> np.ndarray:
        """One row a sentence, in its order."""
        pieces = self._tokenizer.encode_batch(list(sentences))
        order = sorted(range(len(pieces)), key=lambda at: len(pieces[at].ids))
        found = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            found[batch] = self._embed_batch([pieces[at].ids for at in batch])
        return found

    def _embed_batch(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
        mask = (ids != 0).astype(np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
