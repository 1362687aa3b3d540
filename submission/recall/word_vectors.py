"""Word vectors of the built-in encoder: of each word what news (navec) and what its gloss say of it, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from . import gloss_vectors, news_vectors
from .gloss_vectors import GLOSS_VECTORS, GlossVectors, load_gloss_vectors
from .news_vectors import NewsVectors
from .text import word
from .unit_rows import normalised

DIM = news_vectors.DIM + gloss_vectors.DIM


class WordVectors:
    """Vocabulary ids, vectors and information content of Russian and English words."""

    def __init__(self, news: NewsVectors, glosses: GlossVectors) -> None:
        self._news, self._glosses = news, glosses
        self._ids = {**news.ids, **{found: i for i, found in enumerate(glosses.words, len(news.ids))}}
        self._information = glosses.information.copy()
        of_news = np.flatnonzero(np.isnan(self._information))
        self._information[of_news] = news.information(of_news)

    def id(self, token: str) -> int | None:
        """Vocabulary id of a normalised token or of its lemma; None for an unknown word."""
        found = self._ids.get(token)
        return found if found is not None else self._ids.get(word(token).lemma)

    def surface_id(self, token: str) -> int | None:
        """Like `id`, without the costly look at the lemma."""
        return self._ids.get(token)

    def information(self, ids: Sequence[int]) -> np.ndarray:
        """-ln of the words' shares in news, in nats, (n_ids,) float32: 3 for the commonest, 17 for the rarest.

        Of English words it is estimated from their rank (Zipf's law); Russian ones that news lack have 20.
        """
        return self._information[np.asarray(ids, dtype=np.int64)]

    def vectors(self, ids: Sequence[int]) -> np.ndarray:
        """(n_ids, dim) float32, rows L2-normalised; both parts weigh the same where both are known."""
        ids = np.asarray(ids, dtype=np.int64)
        news = np.zeros((len(ids), news_vectors.DIM), dtype=np.float32)
        known = ids < len(self._news.ids)
        news[known] = self._news.vectors(ids[known])
        return normalised(np.concatenate([news, self._glosses.vectors(ids)], axis=1))


@lru_cache(maxsize=1)
def shipped_vectors() -> WordVectors:
    """The one instance that all parts share; loading takes about a second."""
    news = NewsVectors()
    return WordVectors(news, load_gloss_vectors(GLOSS_VECTORS, len(news.ids)))
