"""Facts of a dialogue drawn by the model: one batched call for all sessions that are new, kept a session."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..engines.deadline import GuardedEngine
from ..engines.governor import Plan, TimeGovernor
from ..memory.turns import Turn
from .context import pack
from .prompts import FACTS_SCHEMA, facts_chat, neutral

__all__ = ["ModelFacts"]

SESSION_TOKENS = 1500  # of a session's user turns in its prompt
REPLY_TOKENS = 300


class ModelFacts:
    """Derived data: it can be dropped at any time and drawn again from the turns."""

    def __init__(self, engine: GuardedEngine, governor: TimeGovernor, counters: Counter[str]) -> None:
        self._engine = engine
        self._governor = governor
        self._counters = counters
        self._kept: dict[Any, dict[tuple[int, ...], list[str]]] = {}  # dialogue -> turns of a session -> its facts

    def facts(self, dialogue_id: Any, turns: Sequence[Turn], plan: Plan) -> list[str]:
        """Lines «subject: attribute — value (разговор n)» in the order of time; raises EngineError as the engine does.

        A session whose reply fits no schema has no facts.
        """
        sessions: dict[Any, list[Turn]] = {}
        for turn in turns:
            if turn.is_user:
                sessions.setdefault(turn.session_id, []).append(turn)
        keys = [tuple(turn.index for turn in session) for session in sessions.values()]
        before = self._kept.get(dialogue_id, {})
        missing = [(key, session) for key, session in zip(keys, sessions.values()) if key not in before]
        kept = {key: before[key] for key in keys if key in before}
        if missing and plan.extraction:
            chats = [facts_chat(pack("", session, (), (), SESSION_TOKENS, self._engine.count_tokens).text) for _, session in missing]
            with self._governor.stage("extraction"):
                replies = self._engine.generate(chats, REPLY_TOKENS, json_schema=FACTS_SCHEMA, deadline_seconds=plan.deadline_seconds)
            self._governor.succeeded()
            self._counters["extracted_sessions"] += len(missing)
            kept.update({key: _lines(reply) for (key, _), reply in zip(missing, replies)})
        self._kept[dialogue_id] = kept
        return [f"{line} (разговор {n})" for n, key in enumerate(keys, start=1) for line in kept.get(key, [])]

    def forget(self, dialogue_id: Any) -> None:
        """Drop what was drawn from a dialogue."""
        self._kept.pop(dialogue_id, None)


def _lines(reply: str) -> list[str]:
    facts = json.loads(reply)["facts"] if reply else []
    return [neutral(f"{fact['subject']}: {fact['attribute']} — {fact['value']}") for fact in facts]
