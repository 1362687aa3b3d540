"""How well turns answer a question by the dual encoder, piece by piece: as a whole and word by word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .dual_encoder import DualEncoder
from .late import LateInteraction
from .pieces import pieces
from .text import tokens

MATCHED_WHOLE_CHARS = 600  # longer texts are matched by their pieces alone


class Matches(NamedTuple):
    """Of each text the best of its pieces, not under 0, (n_texts,) float32 each: cosine, and late interaction of the words."""

    cosine: np.ndarray
    late: np.ndarray


class DualWords:
    """The distinct words of messages in the dual encoder's space, each as long as it counts (0..1); grows as texts are added."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._row_of: dict[str, int] = {}
        self._vectors = np.zeros((0, encoder.dim), dtype=np.float32)

    def rows(self, found: Iterable[str]) -> np.ndarray:
        """Row numbers of normalised tokens, (n_distinct,) int64; new ones get vectors when first needed."""
        rows = self._row_of
        return np.asarray([rows.setdefault(token, len(rows)) for token in dict.fromkeys(found)], dtype=np.int64)

    def similarities(self, units: np.ndarray) -> np.ndarray:
        """Of all words with those of a question, units (n_words, dim): (n_rows, n_words) float32."""
        if len(self._vectors) < len(self._row_of):
            words = self._encoder.message_words(list(self._row_of)[len(self._vectors) :])
            self._vectors = np.concatenate([self._vectors, words.units * np.tanh(words.gates)[:, None]])
        return self._vectors @ units.T


class WordMatches:
    """Late interaction between a question and texts over the dual encoder's words."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._table = DualWords(encoder)
        self._late = LateInteraction(self._table)

    def add(self, texts: Sequence[str]) -> None:
        """Append texts."""
        for text in texts:
            self._late.add(tokens(text))

    def scores(self, question: str) -> np.ndarray:
        """Mean over the question's words, by their gates, of the closest word of each text; not under 0, (n_texts,) float32."""
        asked = self._encoder.question_words(tokens(question))
        return np.maximum(self._late.scores(self._table.similarities(asked.units), asked.gates), 0.0)


class PieceMatches:
    """The dual encoder's view of texts: each one counts as the best of its pieces and, where it is short, of itself."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._rows = np.zeros((0, encoder.dim), dtype=np.float32)
        self._words = WordMatches(encoder)
        self._counts: list[int] = []  # pieces a text

    def add(self, texts: Sequence[str]) -> None:
        """Append texts; an empty one matches nothing."""
        found = [list(dict.fromkeys((*pieces(text), *([text] if len(text) <= MATCHED_WHOLE_CHARS else [])))) if text else [] for text in texts]
        self._counts += [len(parts) for parts in found]
        parts = [part for parts in found for part in parts]
        self._rows = np.concatenate([self._rows, self._encoder.messages(parts)])
        self._words.add(parts)

    def scores(self, question: str) -> Matches:
        """How well each text answers the question."""
        return Matches(self._best(self._rows @ self._encoder.questions([question])[0]), self._best(self._words.scores(question)))

    def _best(self, of_pieces: np.ndarray) -> np.ndarray:
        best = np.zeros(len(self._counts), dtype=np.float32)
        counts = np.asarray(self._counts, dtype=np.int64)
        filled = np.flatnonzero(counts)
        if len(filled):
            best[filled] = np.maximum.reduceat(of_pieces, (np.cumsum(counts) - counts)[filled])
        return np.maximum(best, 0.0)
