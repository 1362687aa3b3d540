"""Dialogues: the turns of all dialogues, in process memory and, where there is a store, in its file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from .store import SqliteStore
from .turns import Turn, TurnLog

__all__ = ["Dialogues", "Receipt"]

KEY_VARIABLE = "GIGAMEMORY_STORE_KEY"  # of the encryption; not a setting, so that no manifest or settings file holds it


class Receipt(NamedTuple):
    """What clearing a dialogue removed: turns, facts, rows of the index, rows on disk (0 without a store)."""

    turns: int
    facts: int
    index: int
    disk: int


class Dialogues:
    """Logs by dialogue id; a stored dialogue is read when it is first asked for."""

    def __init__(self, store_path: str = "", key: str | None = None) -> None:
        """`store_path`: a SQLite file, "" for process memory alone.  Raises StoreError where the file cannot be used."""
        self._store = SqliteStore(store_path, key or os.environ.get(KEY_VARIABLE)) if store_path else None
        self._logs: dict[Any, TurnLog] = {}

    def get(self, dialogue_id: Any) -> TurnLog:
        """The dialogue's log; an empty one, not kept, for an unknown id."""
        log = self._logs.get(dialogue_id)
        if log is None and self._store and (log := self._store.read(dialogue_id)) is not None:
            self._logs[dialogue_id] = log
        return TurnLog() if log is None else log

    def write(self, dialogue_id: Any, added: list[Turn], texts: Mapping[int, str]) -> None:
        """Append turns that the log numbered and give turns, old or new, the texts that forget requests left them.

        The file comes first: where it takes nothing, StoreError is raised and the log is as before.
        """
        if not added and not texts:
            return
        log = self.get(dialogue_id)
        start = len(log)
        if self._store:
            changed = TurnLog([*log, *added]).rewrite(texts) if texts else []
            fresh = {turn.index: turn for turn in changed if turn.index >= start}
            rows = [fresh.get(turn.index, turn) for turn in added]
            self._store.write(dialogue_id, rows, [turn for turn in changed if turn.index < start], fresh)
        log.extend(added)
        log.rewrite(texts)
        self._logs[dialogue_id] = log

    def clear(self, dialogue_id: Any) -> tuple[int, int]:
        """Drop the dialogue; returns how many turns and how many rows on disk there were."""
        turns = len(self.get(dialogue_id))
        rows = self._store.clear(dialogue_id) if self._store else 0
        self._logs.pop(dialogue_id, None)
        return turns, rows

    def close(self) -> None:
        """Give the file back."""
        if self._store:
            self._store.close()
