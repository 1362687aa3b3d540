"""How well turns answer a question by the dual encoder, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .dual_encoder import DualEncoder
from .pieces import pieces

MATCHED_WHOLE_CHARS = 600  # longer texts are matched by their pieces alone


class PieceMatches:
    """The dual encoder's view of texts: each one counts as the best of its pieces and, where it is short, of itself."""

    def __init__(self, encoder: DualEncoder) -> None:
        self._encoder = encoder
        self._rows = np.zeros((0, encoder.dim), dtype=np.float32)
        self._counts: list[int] = []  # pieces a text

    def add(self, texts: Sequence[str]) -> None:
        """Append texts; an empty one matches nothing."""
        found = [list(dict.fromkeys((*pieces(text), *([text] if len(text) <= MATCHED_WHOLE_CHARS else [])))) if text else [] for text in texts]
        self._counts += [len(parts) for parts in found]
        self._rows = np.concatenate([self._rows, self._encoder.messages([part for parts in found for part in parts])])

    def scores(self, question: str) -> np.ndarray:
        """The best cosine with the question, not under 0, (n_texts,) float32."""
        best = np.zeros(len(self._counts), dtype=np.float32)
        counts = np.asarray(self._counts, dtype=np.int64)
        filled = np.flatnonzero(counts)
        if len(filled):
            cosines = self._rows @ self._encoder.questions([question])[0]
            best[filled] = np.maximum.reduceat(cosines, (np.cumsum(counts) - counts)[filled])
        return np.maximum(best, 0.0)
