"""Late interaction: each question word looks for its closest word in a text (ColBERT's MaxSim, on word vectors)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from .word_vectors import DIM, WordVectors


class WordTable:
    """The distinct words of one dialogue with their vectors; grows as texts are added."""

    def __init__(self, words: WordVectors) -> None:
        self._words = words
        self._row_of: dict[int, int] = {}
        self._vectors = np.zeros((0, DIM), dtype=np.float32)

    def rows(self, words: Iterable[int]) -> np.ndarray:
        """Row numbers of vocabulary ids, (n_distinct,) int64; unknown ids get rows at once and vectors when first needed."""
        rows = self._row_of
        return np.asarray([rows.setdefault(i, len(rows)) for i in dict.fromkeys(words)], dtype=np.int64)

    def similarities(self, ids: Sequence[int]) -> np.ndarray:
        """Cosines of all words of the dialogue with the given ones, (n_rows, n_ids) float32."""
        if len(self._vectors) < len(self._row_of):
            fresh = list(self._row_of)[len(self._vectors) :]
            self._vectors = np.concatenate([self._vectors, self._words.vectors(fresh)])
        return self._vectors @ self._words.vectors(ids).T


class Table(Protocol):
    """Gives words, whatever stands for them, row numbers, (n_distinct,) int64."""

    def rows(self, words: Iterable[Any]) -> np.ndarray: ...


class LateInteraction:
    """Texts as sets of word rows; scores all of them for a question."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._texts: list[np.ndarray] = []
        self._flat: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None  # texts with words, their starts, all their words

    def add(self, words: Iterable[Any]) -> None:
        """Append one text, given as the table wants its words."""
        self._texts.append(self._table.rows(words))
        self._flat = None

    def scores(self, similarities: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weighted mean over the question's words of the largest cosine in each text, (n_texts,) float32.

        `similarities` comes from the table, (n_rows, n_words); `weights` are (n_words,).  A text without words scores 0,
        and so do all texts for a question without known words.
        """
        if self._flat is None:
            lengths = np.asarray([len(t) for t in self._texts], dtype=np.int64)
            filled = np.flatnonzero(lengths)
            starts = np.cumsum(lengths[filled]) - lengths[filled]
            self._flat = filled, starts, np.concatenate([np.zeros(0, np.int64), *self._texts])
        filled, starts, words = self._flat
        scores = np.zeros(len(self._texts), dtype=np.float32)
        if similarities.shape[1] and len(filled):
            scores[filled] = np.maximum.reduceat(similarities[words], starts, axis=0) @ (weights / weights.sum())
        return scores
