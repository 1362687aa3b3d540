"""How well turns answer a question by the dual encoder, piece by piece: as a whole and word by word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .dual_encoder import DualEncoder
from .pieces import pieces
from .text import tokens

MATCHED_WHOLE_CHARS = 600  # longer texts are matched by their pieces alone


class Matches(NamedTuple):
    """Of each text the best of its pieces, not under 0, (n_texts,) float32 each: cosine, and late interaction of the words."""

    cosine: np.ndarray
    late: np.ndarray


class LatePieces:
    """Texts as sets of the dual encoder's words."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._row_of: dict[str, int] = {}
        self._vectors = np.zeros((0, encoder.dim), dtype=np.float32)  # of distinct words, as long as the word counts (0..1)
        self._rows: list[np.ndarray] = []

    def add(self, texts: Sequence[str]) -> None:
        """Append texts."""
        known = len(self._row_of)
        for text in texts:
            self._rows.append(np.asarray([self._row_of.setdefault(t, len(self._row_of)) for t in dict.fromkeys(tokens(text))], dtype=np.int64))
        words = self._encoder.message_words(list(self._row_of)[known:])
        self._vectors = np.concatenate([self._vectors, words.units * np.tanh(words.gates)[:, None]])

    def scores(self, question: str) -> np.ndarray:
        """Mean over the question's words, by their gates, of the closest word of each text; not under 0, (n_texts,) float32."""
        scores = np.zeros(len(self._rows), dtype=np.float32)
        asked = self._encoder.question_words(tokens(question))
        lengths = np.asarray([len(rows) for rows in self._rows], dtype=np.int64)
        filled = np.flatnonzero(lengths)
        if len(filled) and len(asked.gates):
            similar = (self._vectors @ asked.units.T)[np.concatenate(self._rows)]
            starts = (np.cumsum(lengths) - lengths)[filled]
            scores[filled] = np.maximum.reduceat(similar, starts, axis=0) @ (asked.gates / asked.gates.sum())
        return np.maximum(scores, 0.0)


class PieceMatches:
    """The dual encoder's view of texts: each one counts as the best of its pieces and, where it is short, of itself."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._rows = np.zeros((0, encoder.dim), dtype=np.float32)
        self._late = LatePieces(encoder)
        self._counts: list[int] = []  # pieces a text

    def add(self, texts: Sequence[str]) -> None:
        """Append texts; an empty one matches nothing."""
        found = [list(dict.fromkeys((*pieces(text), *([text] if len(text) <= MATCHED_WHOLE_CHARS else [])))) if text else [] for text in texts]
        self._counts += [len(parts) for parts in found]
        parts = [part for parts in found for part in parts]
        self._rows = np.concatenate([self._rows, self._encoder.messages(parts)])
        self._late.add(parts)

    def scores(self, question: str) -> Matches:
        """How well each text answers the question."""
        return Matches(self._best(self._rows @ self._encoder.questions([question])[0]), self._best(self._late.scores(question)))

    def _best(self, of_pieces: np.ndarray) -> np.ndarray:
        best = np.zeros(len(self._counts), dtype=np.float32)
        counts = np.asarray(self._counts, dtype=np.int64)
        filled = np.flatnonzero(counts)
        if len(filled):
            best[filled] = np.maximum.reduceat(of_pieces, (np.cumsum(counts) - counts)[filled])
        return np.maximum(best, 0.0)
