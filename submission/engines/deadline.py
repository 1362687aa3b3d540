"""A deadline for calls that cannot be interrupted: the caller leaves, the call is left behind."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from .base import Chat, ChatEngine, DeadlineError, EngineError

__all__ = ["GuardedEngine"]


class GuardedEngine:
    """One call at a time on any engine, each with a deadline.

    After a call that passed its deadline the engine counts as hung: further calls fail at once, without waiting,
    until it comes back.
    """

    def __init__(self, engine: ChatEngine) -> None:
        self._engine = engine
        self._free = threading.Lock()
        self._overdue = False

    @property
    def context_tokens(self) -> int:
        return self._engine.context_tokens

    def count_tokens(self, text: str) -> int:
        return self._engine.count_tokens(text)

    def close(self) -> None:
        self._engine.close()

    def generate(
        self,
        chats: Sequence[Chat],
        max_tokens: int,
        choice: Sequence[str] | None = None,
        json_schema: Mapping[str, Any] | None = None,
        deadline_seconds: float = 60.0,
    ) -> list[str]:
        """The engine's replies.  Raises DeadlineError after `deadline_seconds`, EngineError as the engine does."""
        if self._overdue or not self._free.acquire(timeout=deadline_seconds):
            raise DeadlineError("the engine is still busy with a call that passed its deadline")
        outcome: list[Any] = []
        done = threading.Event()

        def work() -> None:
            try:
                outcome.append(self._engine.generate(chats, max_tokens, choice, json_schema))
            except BaseException as error:  # handed to the caller below; a thread has nobody to raise to
                outcome.append(error)
            finally:
                done.set()
                self._overdue = False
                self._free.release()

        # a daemon, so that a hung engine cannot keep the process from ending
        threading.Thread(target=work, name="engine", daemon=True).start()
        if not done.wait(deadline_seconds):
            self._overdue = True
            if done.is_set():  # it came back in between and has cleared the mark already
                self._overdue = False
            raise DeadlineError(f"no reply within {deadline_seconds:.1f} s")
        [result] = outcome
        if isinstance(result, BaseException):
            raise result
        if len(result) != len(chats):
            raise EngineError(f"{len(result)} replies to {len(chats)} chats")
        return result
