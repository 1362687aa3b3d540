"""The organisers' idea: the whole dialogue, or as much of its end as fits the model's context."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.recall import Hit

from .shared_reader import EVERYTHING
from .stored import StoredTurns

# 16 k tokens at about three characters a token: what a small open model takes in one prompt
CONTEXT_CHARS = 48_000


class LastTurnsMemory(StoredTurns):
    """Ranks turns by recency; the reader sees the last CONTEXT_CHARS characters."""

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        return [float(turn.index) for turn in turns]

    def read_turns(self, dialogue_id: str, question: str) -> list[Hit]:
        kept, used = [], 0
        for hit in self.recall(dialogue_id, question, EVERYTHING):
            used += len(hit.text)
            if used > CONTEXT_CHARS:
                break
            kept.append(hit)
        return kept
