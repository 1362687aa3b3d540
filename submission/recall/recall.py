"""Recall: which turns of a dialogue answer a question."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..memory.turns import NO_REPLY, Turn
from .dense import DenseIndex
from .encoders import Encoder
from .lexical import Bm25
from .text import content_lemmas, is_pasted

PASTED_HEAD_CHARS = 400  # of a pasted text only the head, where the user says what it is for, counts as theirs


class Hit(NamedTuple):
    """A turn with its score; hits are ordered by falling score, ties by later turn first."""

    index: int
    session_id: Any
    role: str
    text: str
    score: float


class DialogueIndex:
    """What recall derives from one dialogue's turns; grows as turns are written."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._turns: list[Turn] = []
        self._lexical = Bm25()
        self._dense = DenseIndex(encoder.dim)

    def __len__(self) -> int:
        return len(self._turns)

    def add(self, turns: list[Turn]) -> None:
        """Index further turns; they follow those already here."""
        texts = [_indexed_text(turn) for turn in turns]
        for text in texts:
            self._lexical.add(content_lemmas(text))
        self._dense.add(self._encoder.encode_passages(texts))
        self._turns.extend(turns)

    def hits(self, question: str, k: int) -> list[Hit]:
        """The k best turns (all when there are fewer).  Raises ValueError when k is below 1."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if not self._turns:
            return []
        scores = self._scores(question)
        order = np.lexsort((-np.arange(len(scores)), -scores))[:k]
        return [Hit(t.index, t.session_id, t.role, t.text, float(scores[i])) for i in order for t in [self._turns[i]]]

    def _scores(self, question: str) -> np.ndarray:
        """Standardised BM25 plus standardised cosine; a user turn also gets half of its reply's score."""
        lexical = _standardised(self._lexical.scores(content_lemmas(question)))
        dense = _standardised(self._dense.scores(self._encoder.encode_questions([question])[0]))
        own = lexical + dense
        scores = own.copy()
        for i, turn in enumerate(self._turns):
            if turn.is_user:
                if i + 1 < len(self._turns) and not self._turns[i + 1].is_user:
                    scores[i] += 0.5 * own[i + 1]
            else:
                scores[i] -= 1.0  # replies repeat the topic in many words and rarely hold a fact
        return scores


def _indexed_text(turn: Turn) -> str:
    if turn.text == NO_REPLY:
        return ""
    if turn.is_user and is_pasted(turn.text):
        return turn.text[:PASTED_HEAD_CHARS]
    return turn.text


def _standardised(scores: np.ndarray) -> np.ndarray:
    deviation = float(scores.std())
    return (scores - scores.mean()) / deviation if deviation > 0 else np.zeros_like(scores)
