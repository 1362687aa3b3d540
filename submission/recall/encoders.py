"""Encoders: texts to vectors.  The built-in one needs no download."""

from __future__ import annotations

import importlib.util
import math
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Sequence

import numpy as np

from .text import STOP_LEMMAS, lemma, tokens


class Encoder(Protocol):
    """Turns texts into rows of unit length; an empty text gives a zero row."""

    dim: int

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised."""
        ...


class WordVectorEncoder:
    """Mean of navec word vectors weighted by inverse word frequency (SIF, Arora et al. 2017).

    The vectors (250 k Russian words, 300 dimensions, trained on news) travel inside the natasha package.
    """

    dim = 300

    def __init__(self) -> None:
        self._navec = _load_navec()
        total = float(sum(self._navec.vocab.counts))
        self._weights = [1e-3 / (1e-3 + count / total) for count in self._navec.vocab.counts]

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts):
            ids = [i for i in map(self._word_id, tokens(text)) if i is not None]
            if ids:
                weights = np.asarray([self._weights[i] for i in ids], dtype=np.float32)
                row += weights @ self.word_vectors(ids)
        return normalised(rows)

    encode_questions = encode_passages

    def word_vectors(self, ids: Sequence[int]) -> np.ndarray:
        """Vectors of vocabulary ids, (n_ids, dim) float32, rows L2-normalised."""
        quantised = self._navec.pq
        codes = quantised.indexes[np.asarray(ids)]  # (n_ids, 100), one codebook row for three dimensions
        parts = quantised.codes[np.arange(codes.shape[1]), codes]  # (n_ids, 100, 3)
        return normalised(parts.reshape(len(ids), self.dim).astype(np.float32))

    @lru_cache(maxsize=100_000)
    def _word_id(self, token: str) -> int | None:
        word = lemma(token)
        if word in STOP_LEMMAS:
            return None
        vocabulary = self._navec.vocab
        for form in (token, word):
            if form in vocabulary:
                return vocabulary.word_ids[form]
        return None


def normalised(rows: np.ndarray) -> np.ndarray:
    """Rows scaled to unit length; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


@lru_cache(maxsize=1)
def _load_navec():
    from navec import Navec

    spec = importlib.util.find_spec("natasha")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the built-in encoder needs the package natasha: pip install natasha==1.6.0")
    folder = Path(spec.submodule_search_locations[0]) / "data" / "emb"
    found = sorted(folder.glob("navec_*.tar"))
    if not found:
        raise RuntimeError(f"no navec_*.tar in {folder}: reinstall natasha")
    return Navec.load(str(found[0]))
