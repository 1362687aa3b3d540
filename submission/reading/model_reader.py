"""ModelReader: one model call for the answer, and the extractive reader wherever that fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ..engines.base import DeadlineError, EngineError
from ..engines.deadline import GuardedEngine
from ..engines.governor import Plan, TimeGovernor
from ..memory.privacy import redacting_logger
from ..memory.turns import Turn
from ..settings import Settings
from .context import Packed, pack
from .postprocess import clean_answer, is_injection
from .prompts import NO, YES, answer_chat, support_chat
from .reader import NO_INFORMATION, Answer

__all__ = ["ModelReader"]

TEMPLATE_TOKENS = 128  # what a chat template puts around the messages; GigaChat's adds a block after each user turn
SUPPORT_TOKENS = 1500  # of evidence in the support check

logger = redacting_logger(__name__)


class ModelReader:
    """Asks the engine; counts in `counters` what happened to each question.

    Counters: `model` (answered by the model), `fallback_deadline`, `fallback_error`, `fallback_garbage` and
    `fallback_skipped` (answered by the extractive reader, and why; skipped: no time left, or the engine is dead),
    `support_checks`, `unsupported`, `long_context`,
    `incomplete` (not all user turns fitted), `memory_tokens` (of what was packed).
    """

    def __init__(self, engine: GuardedEngine, settings: Settings, governor: TimeGovernor, counters: Counter[str]) -> None:
        self._engine = engine
        self._settings = settings
        self._governor = governor
        self._counters = counters

    def read(
        self, question: str, turns: Sequence[Turn], ranked: Sequence[int], facts: Sequence[str], plan: Plan, fallback: Callable[[], Answer]
    ) -> Answer:
        """The answer to `question` from a dialogue's turns, of which `ranked` are the recalled indexes, best first."""
        if not plan.answer:
            return self._fallback("skipped", fallback)
        try:
            memory, stage = self.pack_memory(question, turns, ranked, facts, plan)
            self._counters["long_context"] += stage == "long_context"
            self._counters["incomplete"] += not memory.complete
            self._counters["memory_tokens"] += memory.tokens
            [reply] = self._ask(stage, answer_chat(question, memory.text), self._settings.max_answer_tokens, plan)
            text = clean_answer(reply, question)
            if text is None:
                logger.info("the model's reply is no answer: %r", reply[:200])
                return self._fallback("garbage", fallback)
            if text != NO_INFORMATION and self._settings.support_check and plan.support and not self._supported(question, text, turns, ranked, plan):
                text = NO_INFORMATION
        except EngineError as error:
            logger.warning("the engine failed: %s", error)
            self._governor.failed()
            return self._fallback("deadline" if isinstance(error, DeadlineError) else "error", fallback)
        self._counters["model"] += 1
        if text == NO_INFORMATION:
            return Answer(text, 0.0, None)
        return Answer(text, 1.0, next((i for i in ranked if i in memory.turns), None))

    def pack_memory(self, question: str, turns: Sequence[Turn], ranked: Sequence[int], facts: Sequence[str], plan: Plan) -> tuple[Packed, str]:
        """The packed memory and the stage under which its answer is timed."""
        engine, settings = self._engine, self._settings
        static = sum(engine.count_tokens(message["content"]) for message in answer_chat(question, "")) + TEMPLATE_TOKENS

        def packed(limit: int) -> Packed:
            room = min(limit, engine.context_tokens - settings.max_answer_tokens) - static
            return pack(question, turns, ranked, facts, room, engine.count_tokens, settings.recall_k)

        memory, stage = packed(settings.prompt_budget_tokens), "answer"
        if not memory.complete and plan.long_context and settings.long_context_tokens > settings.prompt_budget_tokens:
            memory, stage = packed(settings.long_context_tokens), "long_context"
        return memory, stage

    def _supported(self, question: str, answer: str, turns: Sequence[Turn], ranked: Sequence[int], plan: Plan) -> bool:
        """Whether the recalled turns say what the answer says; a check without a verdict lets the answer pass."""
        self._counters["support_checks"] += 1
        by_index = {turn.index: turn for turn in turns}
        quoted = [by_index[i] for i in ranked[: self._settings.recall_k] if i in by_index]
        evidence = pack(question, sorted(quoted, key=lambda turn: turn.index), ranked, (), SUPPORT_TOKENS, self._engine.count_tokens, 0)
        [verdict] = self._ask("support", support_chat(question, answer, evidence.text), 8, plan, choice=(YES, NO))
        self._counters["unsupported"] += verdict == NO
        return verdict != NO

    def _ask(self, stage: str, chat: list[dict[str, str]], max_tokens: int, plan: Plan, **constraint: Sequence[str]) -> list[str]:
        with self._governor.stage(stage):
            replies = self._engine.generate([chat], max_tokens, deadline_seconds=plan.deadline_seconds, **constraint)
        self._governor.succeeded()
        return replies

    def _fallback(self, reason: str, fallback: Callable[[], Answer]) -> Answer:
        """The extractive answer; it quotes the user, so that it too must not speak to a judge."""
        self._counters[f"fallback_{reason}"] += 1
        answer = fallback()
        return Answer(NO_INFORMATION, 0.0, None) if is_injection(answer.text) else answer
