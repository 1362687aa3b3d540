"""Word vectors from glosses: what Russian words mean in English, as an English sentence encoder reads it.

An encoder that was trained on sentences which answer or paraphrase each other (all-MiniLM-L6-v2, Apache-2.0) knows better what
belongs together than vectors from news do.  It stays at home: the table that ships holds its vectors of our own glosses
(data/glosses) and of English words, which so lie beside the Russian ones that mean the same (a static table distilled
from a sentence encoder: Model2Vec, Tulkens and van Dongen 2024).  eval/train_glosses.py makes it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

DIM = 132
GLOSS_VECTORS = Path(__file__).parent / "assets" / "gloss_vectors.npz"
NO_ROW = -1


class GlossVectors:
    """Vectors by vocabulary id: first come the ids of the news vectors, then those of `words`, which news lack.

    `information` (n_ids,) float32 is in nats, NaN where the news know better.
    """

    def __init__(self, row_of: np.ndarray, words: Sequence[str], information: np.ndarray, rows: np.ndarray, scale: np.ndarray) -> None:
        """`row_of` (n_ids,) gives each id's row or NO_ROW; `rows` (n_rows, dim) int8 times `scale` (dim,) are of length 1."""
        self.words, self.information = words, information
        self._row_of, self._scale = row_of, scale
        self._rows = np.concatenate([rows, np.zeros_like(rows[:1])])  # NO_ROW is the last one

    def vectors(self, ids: Sequence[int]) -> np.ndarray:
        """(n_ids, dim) float32, zeros for words without a gloss."""
        return self._rows[self._row_of[np.asarray(ids, dtype=np.int64)]] * self._scale


def load_gloss_vectors(path: Path, news_words: int) -> GlossVectors:
    """What eval/train_glosses.py stored beside so many news vectors.  Raises ValueError naming the file when it does not fit or cannot be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            words = bytes(stored["words"]).decode("utf-8").split("\n")
            row_of, information, rows, scale = (stored[name] for name in ("row_of", "information", "rows", "scale"))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} cannot be read ({error}); make train-recall makes it again") from error
    if len(row_of) != news_words + len(words):
        raise ValueError(f"{path.name} belongs to {len(row_of) - len(words)} news vectors, not to {news_words}: install natasha==1.6.0")
    return GlossVectors(row_of, words, information.astype(np.float32), rows, scale)
