"""eval.retrieval: a system's recall scored against known evidence."""

from __future__ import annotations

import pytest
from fakes import EchoMemory, OrderMemory, record, session, write_data

from eval.datasets import load_contest
from eval.errors import UserError
from eval.retrieval import evaluate_retrieval

SESSIONS = [session(1, "a", "b"), session(2, "c", "d"), session(3, "e", "f", "g")]  # turns 0 to 7, the last one added


def place(session_id, index):
    return {"session_id": session_id, "message_index": index}


def measured(tmp_path, *questions, ks=(1, 3, 5), system=None):
    asked = [{"id": i, "question": "?", "question_type": "fact_equal_session", **q} for i, q in enumerate(questions)]
    data = write_data(tmp_path / "d.jsonl", {"id": 1, "sessions": SESSIONS, "questions": asked})
    return evaluate_retrieval(system or OrderMemory(), load_contest(data), ks)


def test_turns_and_sessions_are_scored_by_hand(tmp_path):
    """Turns are recalled in the order 0, 1, 2, ...; evidence is turn 2 (session 2), and turns 0 and 4 (sessions 1, 3)."""
    found = measured(tmp_path, {"evidence": [place(2, 0)]}, {"evidence": [place(1, 0), place(3, 0)], "question_type": "info_consolidation"})
    assert {"1": 0.5, "3": 1.0, "5": 1.0} == found["turn"]["recall_any"]
    assert {"1": 0.0, "3": 0.5, "5": 1.0} == found["turn"]["recall_all"]
    assert {"1": 0.25, "3": 0.75, "5": 1.0} == found["turn"]["recall_mean"]
    assert pytest.approx((1 / 3 + 1) / 2) == found["turn"]["mrr"]
    assert {"1": 0.5, "3": 1.0, "5": 1.0} == found["session"]["recall_any"]
    assert {"1": 0.0, "3": 1.0, "5": 1.0} == found["session"]["recall_all"]
    assert pytest.approx((1 / 2 + 1) / 2) == found["session"]["mrr"]
    assert {"1", "3", "5"} == set(found["session"]["ndcg"])
    assert (2, {}) == (found["n"], found["excluded"])
    assert {"fact_equal_session": 1, "info_consolidation": 1} == {kind: part["n"] for kind, part in found["by_type"].items()}
    assert 1.0 == found["by_type"]["info_consolidation"]["turn"]["recall_any"]["1"]


def test_every_exclusion_is_counted(tmp_path):
    """no_info by its type, questions without evidence, turns that nobody wrote; sessions alone still score sessions."""
    found = measured(
        tmp_path,
        {"question_type": "no_info", "evidence": [place(1, 0)]},
        {},
        {"ans_session_ids": [1]},
        {"evidence": [place(1, 1)]},
    )
    assert {"no_info": 1, "no evidence named": 1, "no turn evidence (session scores only)": 1} == found["excluded"]
    assert (2, 2, 1) == (found["n"], found["session"]["n"], found["turn"]["n"])


def test_evidence_that_is_never_written_is_excluded_not_missed(tmp_path):
    """A dropped leading assistant turn cannot be found by anyone."""
    sessions = [session(1, "hello", "a", "b", first="assistant")]
    data = write_data(tmp_path / "d.jsonl", record(sessions=sessions, evidence=[place(1, 0), place(1, 1)]))
    found = evaluate_retrieval(OrderMemory(), load_contest(data), (1,))
    assert {"1": 1.0} == found["turn"]["recall_all"]
    assert {"evidence turns never written": 1} == found["excluded"]


def test_no_scored_question_gives_none_not_zero(tmp_path):
    """Means over nothing are None."""
    found = measured(tmp_path, {"question_type": "no_info"})
    assert (0, None, {"1": None, "3": None, "5": None}) == (found["n"], found["turn"]["mrr"], found["session"]["recall_any"])


def test_a_dialogue_is_cleared_after_its_questions(tmp_path):
    """Nothing of it is left in the system."""
    system = OrderMemory()
    measured(tmp_path, {"evidence": [place(1, 0)]}, system=system)
    assert {} == system.messages
    assert ("clear", 1, []) == system.calls[-1]


def test_a_system_without_recall_cannot_be_measured(tmp_path):
    """It is said so, not scored as zero."""
    with pytest.raises(UserError, match="no recall"):
        measured(tmp_path, {}, system=EchoMemory())
