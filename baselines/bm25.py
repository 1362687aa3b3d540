"""BM25 over lemmas of all turns, the usual first retriever."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder
from submission.recall.lexical import Bm25
from submission.recall.text import lemmas

from .stored import StoredTurns


class Bm25Memory(StoredTurns):
    """Ranks turns by BM25 (k1 = 1.5, b = 0.75)."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._indexes: dict[str, Bm25] = {}

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._indexes.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        index = self._indexes.setdefault(dialogue_id, Bm25())
        for turn in turns[len(index) :]:
            index.add(lemmas(turn.text))
        return index.scores(lemmas(question)).tolist()
