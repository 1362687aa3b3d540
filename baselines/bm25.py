"""BM25 over lemmas of all turns, the usual first retriever."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder
from submission.recall.lexical import Bm25
from submission.recall.text import lemmas

from .stored import StoredTurns


class Bm25Scores:
    """BM25 (k1 = 1.5, b = 0.75) of any number of dialogues, also for the hybrids."""

    def __init__(self) -> None:
        self._indexes: dict[str, Bm25] = {}

    def drop(self, dialogue_id: str) -> None:
        self._indexes.pop(dialogue_id, None)

    def __call__(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        """One score a turn; turns that are not indexed yet are, first."""
        index = self._indexes.setdefault(dialogue_id, Bm25())
        for turn in turns[len(index) :]:
            index.add(lemmas(turn.text))
        return index.scores(lemmas(question)).tolist()


class Bm25Memory(StoredTurns):
    """Ranks turns by BM25."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._scores = Bm25Scores()

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._scores.drop(dialogue_id)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        return self._scores(dialogue_id, turns, question)
