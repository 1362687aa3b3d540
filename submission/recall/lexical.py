"""BM25 over lemmas (Robertson and Zaragoza 2009), with idf as in Lucene so that it is never negative."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np


class Bm25:
    """Inverted index that grows; scores every document for a query.

    k1 (term saturation) and b (length normalisation) are the usual 1.5 and 0.75.
    """

    def __init__(self, k1: float = 1.5, b: float = 0.75) -> None:
        self.k1, self.b = k1, b
        self._postings: dict[str, array] = defaultdict(_integers)  # lemma -> document, count, document, count ...
        self._lengths = _integers()

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, document: Sequence[str]) -> None:
        """Append one document given as its lemmas."""
        for word, count in Counter(document).items():
            self._postings[word].extend((len(self._lengths), count))
        self._lengths.append(len(document))

    def idf(self, word: str) -> float:
        """ln(1 + (N - df + 0.5) / (df + 0.5)); largest for a lemma that no document holds."""
        frequency = len(self._postings.get(word, ())) // 2
        return math.log(1 + (len(self._lengths) - frequency + 0.5) / (frequency + 0.5))

    def scores(self, query: Sequence[str]) -> np.ndarray:
        """Scores of all documents, (n_documents,) float32; repeated query words count once."""
        scores = np.zeros(len(self._lengths), dtype=np.float32)
        if not self._lengths:
            return scores
        lengths = np.frombuffer(self._lengths, dtype=np.int32).astype(np.float32)
        norms = self.k1 * (1 - self.b + self.b * lengths / max(float(lengths.mean()), 1e-9))
        for word in dict.fromkeys(query):
            postings = self._postings.get(word)
            if postings:
                rows, counts = np.frombuffer(postings, dtype=np.int32).reshape(-1, 2).T
                counts = counts.astype(np.float32)
                scores[rows] += self.idf(word) * counts * (self.k1 + 1) / (counts + norms[rows])
        return scores


def _integers() -> array:
    """32 bits each: a tenth of a list's memory, and read by numpy as they are."""
    return array("i")
