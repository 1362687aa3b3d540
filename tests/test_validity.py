"""The validity suite: small histories with questions about now and before, through rules, book and lookup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from submission.memory.extract import RuleExtractor
from submission.memory.facts import FactBook
from submission.memory.lookup import facts_for_question
from submission.memory.turns import Turn

HISTORIES = [
    json.loads(line) for line in (Path(__file__).parent.parent / "data" / "validity" / "histories.jsonl").read_text(encoding="utf-8").splitlines()
]


def _book(history: dict) -> FactBook:
    turns: list[Turn] = []
    for number, session in enumerate(history["sessions"]):
        for message in session:
            turns.append(Turn(len(turns), number, message["role"], message["content"]))
    book = FactBook()
    book.add(RuleExtractor().extract(turns))
    if "forget" in history:
        book.forget(history["forget"])
    return book


def _passes(check: dict, book: FactBook, now: int) -> bool:
    values = [hit.fact.value.lower() for hit in facts_for_question(check["question"], book, now)]
    joined = "; ".join(values)
    if not check["expected"]:
        return not values
    wanted = all(part.lower() in joined for part in check["expected"])
    return wanted and not any(part.lower() in joined for part in check.get("rejected", ()))


@pytest.mark.parametrize("history", HISTORIES, ids=[h["id"] for h in HISTORIES])
def test_history(history):
    """Every check passes, except the known misses, which must still be misses."""
    book = _book(history)
    now = sum(len(session) for session in history["sessions"]) - 1
    for check in history["checks"]:
        assert _passes(check, book, now) == ("miss" not in check), f"{check['question']}: {facts_for_question(check['question'], book, now)}"


def test_suite_is_broad():
    """At least 60 histories of all kinds, unique ids, and a reason with every known miss."""
    kinds = {h["kind"] for h in HISTORIES}
    assert len(HISTORIES) >= 60
    assert len({h["id"] for h in HISTORIES}) == len(HISTORIES)
    assert kinds >= {"update", "revert", "correct", "retract", "expire", "forget", "same_name", "assistant_only", "relative", "joke", "plan"}
    assert all(len(check.get("miss", "a reason")) > 5 for h in HISTORIES for check in h["checks"])
