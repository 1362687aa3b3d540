"""SubmitModelWithMemory: wires the rooms together and owns the boundary policy.

The constructor raises with a clear message; `write_to_memory` never raises on content; `answer_to_question`
always returns a non-empty string.  `Settings.strict` turns that last promise into an exception, for development.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .contract import Message, ModelWithMemory
from .engines.base import EngineError
from .engines.deadline import GuardedEngine
from .engines.governor import Plan, TimeGovernor
from .engines.selection import build_engine
from .memory.lookup import FactHit
from .memory.rule_facts import RuleFacts
from .memory.turns import Turn, TurnLog
from .reading.model_facts import ModelFacts
from .reading.model_reader import ModelReader
from .reading.reader import NO_INFORMATION, Answer, ExtractiveReader, with_replies
from .recall.encoders import Encoder
from .recall.recall import DialogueIndex, Hit
from .recall.stage import RecallStage
from .settings import Settings

logger = logging.getLogger(__name__)


class SubmitModelWithMemory(ModelWithMemory):
    """Memory of any number of dialogues; nothing of one reaches another."""

    def __init__(self, model_path: str | None = None, settings: Settings | None = None, encoder: Encoder | None = None) -> None:
        self.settings = settings or Settings.load()
        self.model_path = model_path
        self.counters: Counter[str] = Counter()  # what became of the questions that went to a model
        budget = max(0.0, self.settings.total_seconds - self.settings.margin_seconds)
        self._governor = TimeGovernor(budget, self.settings.expected_dialogues, self.settings.call_deadline_seconds)
        # before anything touches the GPU: vLLM forks
        engine = build_engine(self.settings, model_path)
        self._engine = GuardedEngine(engine) if engine else None
        self._model_reader = ModelReader(self._engine, self.settings, self._governor, self.counters) if self._engine else None
        self._model_facts = ModelFacts(self._engine, self._governor, self.counters) if self._engine else None
        self._recall = RecallStage(self.settings, encoder)
        self._reader = ExtractiveReader(self._recall.encoder, self.settings.abstain_below)
        self._rule_facts = RuleFacts(self.settings.plan_ttl_turns) if self.settings.rule_facts else None
        self._logs: dict[Any, TurnLog] = {}
        self._indexes: dict[Any, DialogueIndex] = {}

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        """Keep messages as they were said; nothing is computed before the first question."""
        self._logs.setdefault(dialogue_id, TurnLog()).append(messages)

    def clear_memory(self, dialogue_id: str) -> None:
        """Forget the dialogue and all that was derived from it; an unknown id is no error."""
        self._logs.pop(dialogue_id, None)
        self._indexes.pop(dialogue_id, None)
        if self._rule_facts:
            self._rule_facts.forget(dialogue_id)
        if self._model_facts:
            self._model_facts.forget(dialogue_id)

    def close(self) -> None:
        """Give back the engine's memory and connections."""
        if self._engine:
            self._engine.close()

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        """One short sentence to the user, or the refusal when memory does not hold the answer."""
        for answer in (self._answer, self._extract, self._extract_without_facts):
            try:
                return answer(dialogue_id, question).text or NO_INFORMATION
            except Exception:
                if self.settings.strict:
                    raise
                logger.exception("answering failed in dialogue %r", dialogue_id)
        return NO_INFORMATION

    def _extract(self, dialogue_id: str, question: str) -> Answer:
        turns = list(self._logs.get(dialogue_id, ()))
        facts = self._rule_facts.hits(dialogue_id, turns, question) if self._rule_facts and turns else []
        return self._extract_without_facts(dialogue_id, question, facts)

    def _extract_without_facts(self, dialogue_id: str, question: str, facts: Sequence[FactHit] = ()) -> Answer:
        hits = self.recall(dialogue_id, question, self.settings.reader_k)
        return self._reader.read(question, with_replies(hits, self._logs.get(dialogue_id, ())), facts)

    def _answer(self, dialogue_id: str, question: str) -> Answer:
        if self._model_reader is None:
            return self._extract(dialogue_id, question)
        plan = self._governor.plan()
        turns = list(self._logs.get(dialogue_id, ()))
        ranked = [hit.index for hit in self.recall(dialogue_id, question, max(len(turns), 1))]
        facts = self._facts(dialogue_id, turns, plan)
        return self._model_reader.read(question, turns, ranked, facts, plan, lambda: self._extract(dialogue_id, question))

    def _facts(self, dialogue_id: str, turns: list[Turn], plan: Plan) -> list[str]:
        """Facts drawn by the model, where that is switched on and there is time; none when it fails."""
        if not (self.settings.model_extraction and plan.answer):
            return []
        try:
            return self._model_facts.facts(dialogue_id, turns, plan)
        except EngineError as error:
            logger.warning("drawing facts failed: %s", error)
            self._governor.failed()
            self.counters["extraction_failed"] += 1
            return []

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The k turns most likely to answer; [] for an unknown dialogue.  Raises ValueError when k < 1."""
        return self.index_dialogue(dialogue_id).hits(question, k)

    def index_dialogue(self, dialogue_id: str) -> DialogueIndex:
        """The dialogue's index, brought up to date with what has been written."""
        log = self._logs.get(dialogue_id, TurnLog())
        index = self._indexes.get(dialogue_id) or self._recall.new_index()
        if len(index) < len(log):
            index.add(log.since(len(index)))
            self._indexes[dialogue_id] = index
        return index
