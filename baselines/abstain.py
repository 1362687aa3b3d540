"""The floor: always declines."""

from __future__ import annotations

from typing import Any

from submission.contract import Message, ModelWithMemory
from submission.reading.reader import NO_INFORMATION
from submission.recall.recall import Hit


class AbstainMemory(ModelWithMemory):
    """Keeps nothing and says so."""

    last_support = 0.0

    def __init__(self, model_path: str | None = None) -> None:
        pass

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        pass

    def clear_memory(self, dialogue_id: str) -> None:
        pass

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        return NO_INFORMATION

    def recall(self, dialogue_id: Any, question: str, k: int) -> list[Hit]:
        return []
