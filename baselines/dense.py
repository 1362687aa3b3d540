"""Dense retrieval: one encoder, cosine on turns."""

from __future__ import annotations

import numpy as np

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder

from .stored import StoredTurns


class DenseMemory(StoredTurns):
    """Ranks turns by the cosine of their vectors with the question's; a session counts as its best turn."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._rows: dict[str, np.ndarray] = {}  # (n_turns, dim) float32

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._rows.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        rows = self._rows.get(dialogue_id, np.zeros((0, self._encoder.dim), dtype=np.float32))
        if len(rows) < len(turns):
            rows = np.vstack([rows, self._encoder.encode_passages([turn.text for turn in turns[len(rows) :]])])
            self._rows[dialogue_id] = rows
        return (rows @ self._encoder.encode_questions([question])[0]).tolist()
