"""The dense index: exact inner product over unit vectors in FAISS, the only module that knows faiss."""

from __future__ import annotations

import numpy as np


class DenseIndex:
    """Rows are added once and searched by inner product."""

    def __init__(self, dim: int) -> None:
        import faiss

        self._index = faiss.IndexFlatIP(dim)

    def __len__(self) -> int:
        return self._index.ntotal

    def add(self, rows: np.ndarray) -> None:
        """Append (n, dim) float32 rows."""
        if len(rows):
            self._index.add(np.ascontiguousarray(rows, dtype=np.float32))

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Inner product of one (dim,) query with every row, (n,) float32, in the rows' order."""
        scores = np.zeros(len(self), dtype=np.float32)
        if len(self):
            found, rows = self._index.search(np.ascontiguousarray(query[None, :], dtype=np.float32), len(self))
            scores[rows[0]] = found[0]
        return scores
