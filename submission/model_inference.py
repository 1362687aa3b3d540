"""SubmitModelWithMemory: wires the rooms together and owns the boundary policy.

The constructor raises with a clear message; `write_to_memory` never raises on content; `answer_to_question`
always returns a non-empty string.  `Settings.strict` turns that last promise into an exception, for development.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .contract import Message, ModelWithMemory
from .engines.base import Chat, EngineError
from .engines.deadline import GuardedEngine
from .engines.governor import Plan, TimeGovernor
from .engines.kept import kept
from .engines.selection import build_engine
from .memory.dialogues import Dialogues, Receipt
from .memory.extract import RuleExtractor
from .memory.lookup import FactHit
from .memory.model_extract import REPLY_TOKENS, ModelExtractor
from .memory.privacy import Forgotten, forget_at, forget_in, redacting_logger
from .memory.rule_facts import RuleFacts
from .memory.turns import Turn
from .reading.fact_lines import fact_lines, lines_of, summary_lines
from .reading.model_reader import ModelReader
from .reading.prompts import FACTS_SCHEMA, facts_chat
from .reading.reader import NO_INFORMATION, Answer, ExtractiveReader, with_replies
from .recall.encoders import Encoder
from .recall.recall import DialogueIndex, Hit
from .recall.stage import RecallStage
from .recall.text import is_russian
from .settings import Settings

logger = redacting_logger(__name__)


class SubmitModelWithMemory(ModelWithMemory):
    """Memory of any number of dialogues; nothing of one reaches another."""

    def __init__(self, model_path: str | None = None, settings: Settings | None = None, encoder: Encoder | None = None) -> None:
        self.settings = settings or Settings.load()
        self.model_path = model_path
        self.counters: Counter[str] = Counter()  # what became of the questions that went to a model
        self.last_support: float | None = None  # the reader's, 0..1, of the last answer; the harness sorts answers by it
        self.last_facts: list[str] = []  # lines of the facts that the last answer rests on, of all that a model was shown; for the report
        budget = max(0.0, self.settings.total_seconds - self.settings.margin_seconds)
        self._governor = TimeGovernor(budget, self.settings.expected_dialogues, self.settings.call_deadline_seconds)
        # before anything touches the GPU: vLLM forks
        engine = kept(build_engine(self.settings, model_path))
        self._engine = GuardedEngine(engine) if engine else None
        self._model_reader = ModelReader(self._engine, self.settings, self._governor, self.counters) if self._engine else None
        rules = RuleExtractor() if self.settings.rule_facts else None
        self._model_facts = ModelExtractor(facts_chat, rules) if self._engine and self.settings.model_extraction else None
        self._recall = RecallStage(self.settings, encoder)
        self._reader = ExtractiveReader(self._recall.encoder, self.settings.abstain_below, self.settings.cross_turns)
        self._rule_facts = RuleFacts(self.settings.plan_ttl_turns) if self.settings.rule_facts else None
        self._dialogues = Dialogues(self.settings.store_path)
        self._indexes: dict[Any, DialogueIndex] = {}

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        """Keep messages as they were said, but for what a message asks to forget; nothing else is computed before the first question.

        Raises StoreError, and keeps nothing of them, where there is a store that takes nothing.
        """
        log = self._dialogues.get(dialogue_id)
        added = log.numbered(messages)
        texts: dict[int, str] = {}
        if self.settings.forget_on_request:
            try:
                texts, outcomes = forget_in(log, added)
                self.counters.update(f"forget_{outcome.status}" for outcome in outcomes)
            except Exception:
                if self.settings.strict:
                    raise
                logger.exception("a forget request failed in dialogue %r", dialogue_id)
        self._dialogues.write(dialogue_id, added, texts)
        if texts:
            self._drop_derived(dialogue_id)

    def clear_memory(self, dialogue_id: str) -> Receipt | None:
        """Forget the dialogue and all that was derived from it; an unknown id is no error.  With `strict`, says what was removed."""
        turns, rows = self._dialogues.clear(dialogue_id)
        facts, indexed = self._drop_derived(dialogue_id)
        return Receipt(turns, facts, indexed, rows) if self.settings.strict else None

    def _drop_derived(self, dialogue_id: str) -> tuple[int, int]:
        """Drop facts and index; returns how many facts and rows they held."""
        self.last_facts = []
        index = self._indexes.pop(dialogue_id, None)
        facts = self._rule_facts.forget(dialogue_id) if self._rule_facts else 0
        if self._model_facts:
            facts += self._model_facts.forget(dialogue_id)
        return facts, len(index) if index else 0

    def close(self) -> None:
        """Give back the engine's memory and connections, and the store's file."""
        self._dialogues.close()
        if self._engine:
            self._engine.close()

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        """One short sentence to the user, or the refusal when memory does not hold the answer."""
        self.last_facts = []
        for answer in (self._answer, self._extract, self._extract_without_facts):
            try:
                found = answer(dialogue_id, question)
                self.last_support = found.support
                return found.text or NO_INFORMATION
            except Exception:
                if self.settings.strict:
                    raise
                logger.exception("answering failed in dialogue %r", dialogue_id)
        return NO_INFORMATION

    def _extract(self, dialogue_id: str, question: str) -> Answer:
        turns = list(self._dialogues.get(dialogue_id))
        facts = self._rule_facts.hits(dialogue_id, turns, question) if self._rule_facts and turns else []
        answer = self._extract_without_facts(dialogue_id, question, facts)
        used = [hit.fact for hit in facts if answer.source in hit.fact.turns]
        book = self._rule_facts.book(dialogue_id, turns) if used else None
        self.last_facts = lines_of(used, book, turns, english=not is_russian(question)) if book else []
        return answer

    def _extract_without_facts(self, dialogue_id: str, question: str, facts: Sequence[FactHit] = ()) -> Answer:
        hits = self.recall(dialogue_id, question, self.settings.reader_k)
        log = self._dialogues.get(dialogue_id)
        return self._reader.read(question, with_replies(hits, log, log.forgotten), facts)

    def _answer(self, dialogue_id: str, question: str) -> Answer:
        forgotten = self._forget(dialogue_id, question) if self.settings.forget_on_request else None
        if forgotten:
            return Answer(forgotten.reply(english=not is_russian(question)), 1.0, None)
        if self._model_reader is None:
            return self._extract(dialogue_id, question)
        plan = self._governor.plan()
        log = self._dialogues.get(dialogue_id)
        forgotten_turns = log.forgotten
        turns = [turn for turn in log if turn.index not in forgotten_turns]
        ranked = [hit.index for hit in self.recall(dialogue_id, question, max(len(turns), 1))]
        self.last_facts = known = self._known(dialogue_id, question, turns, plan)
        return self._model_reader.read(question, turns, ranked, known, plan, lambda: self._extract(dialogue_id, question))

    def _forget(self, dialogue_id: str, question: str) -> Forgotten | None:
        """Do what a question that is a forget request asks for."""
        outcome = forget_at(self._dialogues.get(dialogue_id), question)
        if outcome and outcome.texts:
            self._dialogues.write(dialogue_id, [], outcome.texts)
            self._drop_derived(dialogue_id)
        return outcome

    def _known(self, dialogue_id: str, question: str, turns: list[Turn], plan: Plan) -> list[str]:
        """What the model reads besides turns, as the settings say: facts by the model or by rules, summaries of old sessions."""
        if not (plan.answer and turns):
            return []
        english, book = not is_russian(question), None
        if self._model_facts:
            book = self._model_facts.book(dialogue_id, turns, (lambda chats: self._drawn(chats, plan)) if plan.extraction else None)
        elif self._rule_facts and self.settings.rule_facts_in_prompt:
            book = self._rule_facts.book(dialogue_id, turns)
        facts = fact_lines(book, turns, self.settings.plan_ttl_turns, english) if book else []
        return facts + (summary_lines(turns, english) if self.settings.session_summaries else [])

    def _drawn(self, chats: list[Chat], plan: Plan) -> list[str]:
        """The model's replies to chats that ask for facts; none when it fails."""
        try:
            with self._governor.stage("extraction"):
                replies = self._engine.generate(chats, REPLY_TOKENS, json_schema=FACTS_SCHEMA, deadline_seconds=plan.deadline_seconds)
        except EngineError as error:
            logger.warning("drawing facts failed: %s", error)
            self._governor.failed()
            self.counters["extraction_failed"] += 1
            return []
        self._governor.succeeded()
        self.counters["extracted_sessions"] += len(chats)
        return replies

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The k turns most likely to answer; [] for an unknown dialogue.  Raises ValueError when k < 1."""
        forgotten = self._dialogues.get(dialogue_id).forgotten if k > 0 else frozenset()
        hits = self.index_dialogue(dialogue_id).hits(question, k + len(forgotten))
        return [hit for hit in hits if hit.index not in forgotten][:k]

    def index_dialogue(self, dialogue_id: str) -> DialogueIndex:
        """The dialogue's index, brought up to date with what has been written."""
        log = self._dialogues.get(dialogue_id)
        index = self._indexes.get(dialogue_id) or self._recall.new_index()
        if len(index) < len(log):
            index.add(log.since(len(index)))
            self._indexes[dialogue_id] = index
        return index
