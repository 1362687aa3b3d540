"""TF-IDF cosine over word forms (scikit-learn)."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder

from .stored import StoredTurns


class TfidfMemory(StoredTurns):
    """Ranks turns by the cosine of TF-IDF vectors."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._fitted: dict[str, tuple[int, object, object]] = {}  # turns seen, vectorizer, matrix

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._fitted.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not any(any(c.isalnum() for c in turn.text) for turn in turns):
            return [0.0] * len(turns)
        if self._fitted.get(dialogue_id, (0,))[0] != len(turns):
            vectorizer = TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=True)
            self._fitted[dialogue_id] = (len(turns), vectorizer, vectorizer.fit_transform([turn.text for turn in turns]))
        _, vectorizer, matrix = self._fitted[dialogue_id]
        return (matrix @ vectorizer.transform([question]).T).toarray().ravel().tolist()
