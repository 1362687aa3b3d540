"""Word vectors from news: navec (250 k Russian words, 300 dimensions, trained on news), which travels inside natasha.

The vectors are centred and their ten strongest common directions removed (Mu and Viswanath 2018, "All-but-the-top"):
these directions carry frequency and style and make unrelated words look alike.  The directions are computed once, by
`make train-recall`, and kept in assets/directions.npz.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .unit_rows import normalised

DIM = 300
DIRECTIONS = Path(__file__).parent / "assets" / "directions.npz"


class NewsVectors:
    """Vocabulary ids, vectors and information content of Russian words."""

    def __init__(self, directions: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """`directions` are mean (dim,) and components (n, dim) to remove; default: the shipped ones."""
        navec = _load_navec()
        self.ids: dict[str, int] = navec.vocab.word_ids
        self._codes, self._codebook = navec.pq.indexes, navec.pq.codes
        counts = np.zeros(len(self._codes))
        counts[: len(navec.vocab.counts)] = navec.vocab.counts  # the two marks for unknown words and padding have none
        self._information = -np.log((counts + 1) / counts.sum())
        if directions is None:
            with np.load(DIRECTIONS) as stored:
                directions = stored["mean"], stored["components"]
        self._mean, self._components = directions

    def information(self, ids: Sequence[int]) -> np.ndarray:
        """-ln of the words' shares in the news corpus, in nats, (n_ids,) float32: 3 for the commonest, 17 for the rarest."""
        return self._information[np.asarray(ids, dtype=np.int64)].astype(np.float32)

    def vectors(self, ids: Sequence[int]) -> np.ndarray:
        """(n_ids, dim) float32, rows L2-normalised."""
        rows = self.raw(ids) - self._mean
        rows -= (rows @ self._components.T) @ self._components
        return normalised(rows)

    def raw(self, ids: Sequence[int]) -> np.ndarray:
        """The vectors as navec has them, (n_ids, dim) float32, rows L2-normalised."""
        codes = self._codes[np.asarray(ids, dtype=np.int64)]  # (n_ids, 100), one codebook row for three dimensions
        parts = self._codebook[np.arange(codes.shape[1]), codes]  # (n_ids, 100, 3)
        return normalised(parts.reshape(len(ids), DIM).astype(np.float32))

    def commonest(self, n: int) -> np.ndarray:
        """Ids of the n most frequent words, (n,) int64."""
        return np.argsort(self._information, kind="stable")[:n]


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
