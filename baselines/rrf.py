"""Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009), the usual hybrid of BM25 and dense retrieval."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder

from .bm25 import Bm25Scores
from .dense import DenseMemory

RANK_OFFSET = 60  # the paper's k


class RrfMemory(DenseMemory):
    """Ranks turns by the sum of 1 / (60 + rank) over the rankings of BM25 and of the encoder."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._lexical = Bm25Scores()

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._lexical.drop(dialogue_id)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        fused = [0.0] * len(turns)
        for scorer in (super().score_turns, self._lexical):
            scores = scorer(dialogue_id, turns, question)
            for rank, i in enumerate(sorted(range(len(turns)), key=lambda i: (-scores[i], -i)), 1):
                fused[i] += 1 / (RANK_OFFSET + rank)
        return fused
