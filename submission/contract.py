"""The contest's interface: the organisers' own classes where they are present, else the same shapes.

The runner of ai-forever/memory_aij2025 puts its modules `models` and `submit_interface` on the path.
Elsewhere (local evaluation, tests) the classes below stand in; attribute names and order are the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

try:
    from models import Message
    from submit_interface import ModelWithMemory
except ImportError:

    @dataclass
    class Message:
        """One message of a dialogue.  `date` is ours: ISO 8601 where the data set has dates."""

        role: str
        content: str
        session_id: str | None = None
        date: str | None = None

    class ModelWithMemory(ABC):
        """What the runner calls: writes in twos, then one question, then one clear."""

        @abstractmethod
        def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None: ...

        @abstractmethod
        def clear_memory(self, dialogue_id: str) -> None: ...

        @abstractmethod
        def answer_to_question(self, dialogue_id: str, question: str) -> str: ...


__all__ = ["Message", "ModelWithMemory"]
