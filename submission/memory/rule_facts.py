"""Facts of each dialogue by rules: drawn when a question needs them, kept until the dialogue changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .extract import RuleExtractor
from .facts import FactBook
from .lookup import FactHit, facts_for_question
from .turns import Turn


class RuleFacts:
    """One book a dialogue, rebuilt when its turns are no longer those that it was drawn from."""

    def __init__(self, plan_ttl_turns: int) -> None:
        self._extractor = RuleExtractor()
        self._plan_ttl_turns = plan_ttl_turns
        self._books: dict[Any, tuple[int, FactBook]] = {}

    def book(self, dialogue_id: Any, turns: Sequence[Turn]) -> FactBook:
        """The dialogue's facts as of its last turn."""
        version = hash(tuple(turn.text for turn in turns))
        known = self._books.get(dialogue_id)
        if known and known[0] == version:
            return known[1]
        book = FactBook()
        book.add(self._extractor.extract(turns))
        self._books[dialogue_id] = version, book
        return book

    def hits(self, dialogue_id: Any, turns: Sequence[Turn], question: str) -> list[FactHit]:
        """Facts that answer the question, best first; [] where that is not clear."""
        return facts_for_question(question, self.book(dialogue_id, turns), len(turns) - 1, self._plan_ttl_turns)

    def forget(self, dialogue_id: Any) -> int:
        """Drop a dialogue's book; returns how many facts it held."""
        known = self._books.pop(dialogue_id, None)
        return len(known[1]) if known else 0
