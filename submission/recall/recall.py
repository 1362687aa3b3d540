"""Recall: which turns of a dialogue answer a question."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..memory.turns import NO_REPLY, Turn
from ..memory.weights import MemoryWeights
from .dense import DenseOptions
from .encoders import Encoder, WordVectorEncoder
from .features import TurnFeatures
from .fusion import shipped_weights
from .reranker import Reranker
from .text import is_russian
from .word_vectors import shipped_vectors


class Hit(NamedTuple):
    """A turn with its score; hits are ordered by falling score, ties by later turn first."""

    index: int
    session_id: Any
    role: str
    text: str
    score: float


class DialogueIndex:
    """What recall derives from one dialogue's turns; grows as turns are written."""

    def __init__(
        self,
        encoder: Encoder,
        options: DenseOptions | None = None,
        reranker: Reranker | None = None,
        rerank_k: int = 40,
        weights: MemoryWeights | None = None,
    ) -> None:
        self._built_in = isinstance(encoder, WordVectorEncoder)
        self._turns: list[Turn] = []
        self._features = TurnFeatures(encoder, shipped_vectors(), options)
        self._reranker, self._rerank_k = reranker, rerank_k
        self._weights = weights

    def __len__(self) -> int:
        return len(self._turns)

    def add(self, turns: list[Turn]) -> None:
        """Index further turns; they follow those already here."""
        self._features.add(turns)
        if self._weights:
            self._weights.add(turns)
        self._turns.extend(turns)

    def hits(self, question: str, k: int) -> list[Hit]:
        """The k best turns (all when there are fewer).  Raises ValueError when k is below 1."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if not self._turns:
            return []
        scores = self._features.matrix(question) @ shipped_weights(self._profile(question))
        if self._weights:
            scores = scores + self._weights.adjustment(question)
        scores = np.where([t.text == NO_REPLY for t in self._turns], scores.min() - 1.0, scores)
        scores = np.round(scores.astype(np.float64), 4)  # an index that grew and one made at once differ by float32's rounding
        order = np.lexsort((-np.arange(len(scores)), -scores))
        if self._reranker:
            scores, order = self._reranked(question, scores, order)
        order = order[:k]
        return [Hit(t.index, t.session_id, t.role, t.text, float(scores[i])) for i in order for t in [self._turns[i]]]

    def _reranked(self, question: str, scores: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The best rerank_k turns in the cross-encoder's order, above all others."""
        best = order[: self._rerank_k]
        relevance = self._reranker.scores(question, [self._turns[i].text for i in best])
        scores = scores.copy()
        scores[best] = relevance - relevance.min() + scores[best].max()
        return scores, np.lexsort((-np.arange(len(scores)), -scores))

    def _profile(self, question: str) -> str:
        language = "ru" if is_russian(question) else "en"
        return language if self._built_in else f"{language}_encoder"
