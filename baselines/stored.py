"""What the simple baselines share: turns kept by dialogue and the shared reader."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from submission.contract import Message, ModelWithMemory
from submission.memory.turns import Turn, TurnLog
from submission.recall.encoders import Encoder
from submission.recall.recall import Hit

from .shared_reader import SharedReader


class StoredTurns(ModelWithMemory):
    """Keeps turns and answers by reading what `score_turns` ranks highest; subclasses choose the scores."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        self._reader = SharedReader(model_path, encoder)
        self._encoder = self._reader.encoder
        self.counters = self._reader.counters
        self._logs: dict[Any, TurnLog] = {}

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        self._logs.setdefault(dialogue_id, TurnLog()).append(messages)

    def clear_memory(self, dialogue_id: str) -> None:
        self._logs.pop(dialogue_id, None)

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        return self._reader.read(question, self.read_turns(dialogue_id, question), self._logs.get(dialogue_id, ()))

    @property
    def last_support(self) -> float | None:
        """The reader's, 0..1, of the last answer; the harness sorts answers by it."""
        return self._reader.support

    def close(self) -> None:
        """Give back the engine's memory and connections."""
        self._reader.close()

    def read_turns(self, dialogue_id: str, question: str) -> list[Hit]:
        """The hits that the reader sees."""
        return self.recall(dialogue_id, question, self._reader.k)

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The k best turns by falling score, ties by later turn first."""
        turns = list(self._logs.get(dialogue_id, ()))
        scored = [Hit(t.index, t.session_id, t.role, t.text, float(s)) for t, s in zip(turns, self.score_turns(dialogue_id, turns, question))]
        return sorted(scored, key=lambda hit: (-hit.score, -hit.index))[:k]

    @abstractmethod
    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        """One score a turn."""
