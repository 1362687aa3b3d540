"""The submission's readers for every other system, so that a comparison holds reader, engine, encoder and token budget equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from submission.engines.deadline import GuardedEngine
from submission.engines.governor import TimeGovernor
from submission.engines.kept import kept
from submission.engines.selection import build_engine
from submission.memory.turns import Turn
from submission.reading.model_reader import ModelReader
from submission.reading.reader import Answer, ExtractiveReader, with_replies
from submission.recall.encoders import Encoder
from submission.recall.recall import Hit
from submission.recall.stage import RecallStage
from submission.settings import Settings

__all__ = ["EVERYTHING", "SharedReader"]

EVERYTHING = 10**9  # hits to ask for where the token budget cuts


class SharedReader:
    """By the model of the settings' engine, or extractive where they name none; built by every baseline and peer.

    `k` is how many hits to hand over, `encoder` the settings' one (or the one given), `counters` what became of the
    questions that went to a model, `support` the last answer's (0..1, None before the first); `model` and `served_tokens`
    are the name and the context of a server's model.  Raises EngineError and ValueError for settings that cannot be used.
    """

    def __init__(self, model_path: str | None, encoder: Encoder | None = None) -> None:
        self.settings = settings = Settings.load()
        # before the encoder, which may touch the GPU: vLLM forks
        engine = kept(build_engine(settings, model_path))
        self.model = getattr(engine, "model", settings.engine_model)
        self.served_tokens: int | None = getattr(engine, "served_tokens", None)
        # of the stage only the encoder is wanted: nothing else of it is loaded
        self.encoder = RecallStage(replace(settings, reranker="", topic_boost=0.0), encoder).encoder
        self.counters: Counter[str] = Counter()
        self.support: float | None = None
        self.k = EVERYTHING if engine else settings.reader_k
        self._extractive = ExtractiveReader(self.encoder, settings.abstain_below, settings.cross_turns)
        self._engine = GuardedEngine(engine) if engine else None
        budget = max(0.0, settings.total_seconds - settings.margin_seconds)
        self._governor = TimeGovernor(budget, settings.expected_dialogues, settings.call_deadline_seconds)
        self._by_model = ModelReader(self._engine, settings, self._governor, self.counters) if self._engine else None

    def read(self, question: str, hits: Sequence[Hit], turns: Sequence[Turn]) -> str:
        """The answer from hits that are turns of the dialogue, best first; `turns` are all of it.

        Both readers also see the assistant's turns around each user turn, and no other turn that is not among the hits.
        """
        if self._by_model is None:
            return self._extracted(question, with_replies(hits, turns))
        shown = sorted({hit.index for hit in with_replies(hits, turns)})
        ranked = [hit.index for hit in hits]
        return self._generated(question, [turns[i] for i in shown], ranked, (), with_replies(hits[: self.settings.reader_k], turns))

    def read_notes(self, question: str, notes: Sequence[Hit]) -> str:
        """The answer from texts that the memory wrote itself, best first; a model sees them as facts."""
        if self._by_model is None:
            return self._extracted(question, notes)
        return self._generated(question, (), (), [note.text for note in notes], notes[: self.settings.reader_k])

    def close(self) -> None:
        """Give back the engine's memory and connections."""
        if self._engine:
            self._engine.close()

    def _extracted(self, question: str, hits: Sequence[Hit]) -> str:
        return self._noted(self._extractive.read(question, hits))

    def _generated(self, question: str, turns: Sequence[Turn], ranked: Sequence[int], facts: Sequence[str], hits: Sequence[Hit]) -> str:
        """By the model; from `hits`, by the extractive reader, where that fails."""
        plan = self._governor.plan()
        return self._noted(self._by_model.read(question, turns, ranked, facts, plan, lambda: self._extractive.read(question, hits)))

    def _noted(self, answer: Answer) -> str:
        self.support = answer.support
        return answer.text
