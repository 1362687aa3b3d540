"""SubmitModelWithMemory: wires the rooms together and owns the boundary policy.

The constructor raises with a clear message; `write_to_memory` never raises on content; `answer_to_question`
always returns a non-empty string.  `Settings.strict` turns that last promise into an exception, for development.
"""

from __future__ import annotations

import logging
from typing import Any, List

from .contract import Message, ModelWithMemory
from .memory.turns import TurnLog
from .reading.reader import NO_INFORMATION, ExtractiveReader
from .recall.encoders import WordVectorEncoder
from .recall.recall import DialogueIndex, Hit
from .settings import Settings

logger = logging.getLogger(__name__)


class SubmitModelWithMemory(ModelWithMemory):
    """Memory of any number of dialogues; nothing of one reaches another."""

    def __init__(self, model_path: str | None = None, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()
        self.model_path = model_path
        self._encoder = WordVectorEncoder()
        self._reader = ExtractiveReader(self._encoder, self.settings.abstain_below)
        self._logs: dict[Any, TurnLog] = {}
        self._indexes: dict[Any, DialogueIndex] = {}

    def write_to_memory(self, messages: List[Message], dialogue_id: str) -> None:
        """Keep messages as they were said; nothing is computed before the first question."""
        self._logs.setdefault(dialogue_id, TurnLog()).append(messages)

    def clear_memory(self, dialogue_id: str) -> None:
        """Forget the dialogue and all that was derived from it; an unknown id is no error."""
        self._logs.pop(dialogue_id, None)
        self._indexes.pop(dialogue_id, None)

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        """One short sentence to the user, or the refusal when memory does not hold the answer."""
        try:
            return self._reader.read(question, self.recall(dialogue_id, question, self.settings.recall_k)).text
        except Exception:
            if self.settings.strict:
                raise
            logger.exception("answering failed in dialogue %r", dialogue_id)
            return NO_INFORMATION

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The k turns most likely to answer; [] for an unknown dialogue.  Raises ValueError when k < 1."""
        return self.index_dialogue(dialogue_id).hits(question, k)

    def index_dialogue(self, dialogue_id: str) -> DialogueIndex:
        """The dialogue's index, brought up to date with what has been written."""
        log = self._logs.get(dialogue_id, TurnLog())
        index = self._indexes.get(dialogue_id) or DialogueIndex(self._encoder)
        if len(index) < len(log):
            index.add(log.since(len(index)))
            self._indexes[dialogue_id] = index
        return index
