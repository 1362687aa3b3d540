"""Encoders: texts to vectors.  The built-in one needs no download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .text import content_tokens
from .unit_rows import normalised
from .word_vectors import DIM, WordVectors, shipped_vectors

RARE_SHARE = 1e-3  # SIF's a: a word that makes up this share of all text counts half


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
    """Mean of word vectors weighted by smooth inverse frequency (SIF, Arora et al. 2017)."""

    dim = DIM

    def __init__(self, vectors: WordVectors | None = None) -> None:
        self.words = vectors or shipped_vectors()

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        return self.means([[i for t in content_tokens(text) if (i := self.words.id(t)) is not None] for text in texts])

    encode_questions = encode_passages

    def means(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Texts given as vocabulary ids, to (n_texts, dim) float32, rows L2-normalised; a text without ids gives a zero row."""
        rows = np.zeros((len(texts), DIM), dtype=np.float32)
        ids = np.concatenate([np.zeros(0, dtype=np.int64), *(np.asarray(text, dtype=np.int64) for text in texts)])
        distinct, places = np.unique(ids, return_inverse=True)  # each word is decoded once for all texts
        shares = np.exp(-self.words.information(distinct))
        weighted = (RARE_SHARE / (RARE_SHARE + shares))[:, None] * self.words.vectors(distinct)
        start = 0
        for row, text in enumerate(texts):
            used, counts = np.unique(places[start : start + len(text)], return_counts=True)
            rows[row] = counts.astype(np.float32) @ weighted[used]
            start += len(text)
        return normalised(rows)
