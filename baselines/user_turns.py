"""All user turns, newest first: the haystack without the assistant."""

from __future__ import annotations

from submission.memory.turns import Turn
from submission.recall.recall import Hit

from .shared_reader import EVERYTHING
from .stored import StoredTurns


class UserTurnsMemory(StoredTurns):
    """Ranks user turns by recency; the reader sees all of them."""

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        return [turn.index if turn.is_user else turn.index - len(turns) for turn in turns]

    def read_turns(self, dialogue_id: str, question: str) -> list[Hit]:
        return [hit for hit in self.recall(dialogue_id, question, EVERYTHING) if hit.role == "user"]
