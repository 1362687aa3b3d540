"""Encoders: texts to vectors.  The built-in one needs no download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .text import content_tokens
from .word_vectors import DIM, WordVectors, normalised, shipped_vectors

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
        rows = [self.mean([i for t in content_tokens(text) if (i := self.words.id(t)) is not None]) for text in texts]
        return normalised(np.stack(rows)) if rows else np.zeros((0, DIM), dtype=np.float32)

    encode_questions = encode_passages

    def mean(self, ids: Sequence[int]) -> np.ndarray:
        """Weighted sum of word vectors, (dim,) float32; zeros for no ids."""
        if not len(ids):
            return np.zeros(DIM, dtype=np.float32)
        shares = np.exp(-self.words.information(ids))
        return (RARE_SHARE / (RARE_SHARE + shares)) @ self.words.vectors(ids)
