"""eval.attribution: where a wrong answer was lost."""

from __future__ import annotations

import json

import pytest
from fakes import record, session, write_data

from eval.attribution import FAILURES, attribute, count_failures, render_attribution
from eval.datasets import Question, load_contest
from eval.runner import run_system
from eval.summary import summarise
from eval.systems import SystemSpec
from eval.verdict import CORRECT, INCORRECT, UNPARSED, Verdict

WRONG = Verdict(INCORRECT, "x")
REFUSAL = "У меня нет такой информации"


def lost(kind="fact_equal_session", answer="Мурка", evidence=((4, 3),), verdict=WRONG, other=None, error=None):
    prediction = {"answer": answer, "error": error, "evidence": None if evidence is None else [list(e) for e in evidence]}
    return attribute(Question(1, "?", kind, "Тошка"), prediction, verdict, other, shown_k=12, depth=40)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"verdict": Verdict(CORRECT, "x")}, None),
        ({"verdict": None}, None),
        ({"error": "RuntimeError: x", "evidence": None}, "failed"),
        ({"verdict": Verdict(UNPARSED, "x")}, "judge_doubtful"),
        ({"other": Verdict(CORRECT, "x")}, "judge_doubtful"),
        ({"other": WRONG}, "misread"),
        ({"kind": "no_info"}, "should_have_abstained"),
        ({"evidence": [(None, None)]}, "not_stored"),
        ({"evidence": [(4, None)]}, "not_stored"),
        ({"evidence": [(4, 41)]}, "not_retrieved"),
        ({"evidence": [(4, 40)]}, "below_cut"),
        ({"evidence": [(4, 13)]}, "below_cut"),
        ({"evidence": [(4, 12)]}, "misread"),
        ({"evidence": [(4, 12)], "answer": REFUSAL}, "abstained_wrongly"),
        ({"evidence": [(4, 13)], "answer": REFUSAL}, "below_cut"),
        ({"evidence": [(4, 50), (9, 2)]}, "misread"),
        ({"evidence": [(4, 50), (9, 2)], "kind": "info_consolidation"}, "not_retrieved"),
        ({"evidence": []}, "unknown"),
        ({"evidence": None}, "unknown"),
    ],
)
def test_each_loss_has_one_cause(case, expected):
    """The first step that lost it; several turns are needed only where the answer consists of several."""
    assert expected == lost(**case)


def test_the_table_holds_what_occurs_with_its_meaning():
    """Counts in the order of the steps; the sum is the number of wrong answers."""
    counts = count_failures(["misread", None, "failed", "misread"])
    assert {"failed": 1, "misread": 2} == counts and ["failed", "misread"] == list(counts)
    text = render_attribution({"a": counts, "b": {"below_cut": 4}})
    assert "| a | 3 | 1 | 0 | 2 |" in text and "| b | 4 | 0 | 4 | 0 |" in text
    assert FAILURES["misread"] in text and FAILURES["not_stored"] not in text


def test_a_run_records_at_what_rank_its_evidence_is(tmp_path):
    """Beyond the recorded hits the system is asked for all it has; a turn that is never written has neither place nor rank."""
    late = session(2, *(f"реплика {n}" for n in range(60)))
    odd = session(3, "моя собака Тошка", first="assistant")
    evidence = [{"session_id": 2, "message_index": n, "quote": f"реплика {n}"} for n in (0, 50)] + [
        {"session_id": 3, "message_index": 0, "quote": "собака Тошка"}
    ]
    data = write_data(tmp_path / "d.jsonl", record(1, sessions=[session(1, "раз", "два"), late, odd], evidence=evidence, ans_session_ids=[2]))
    dialogues = load_contest(data)
    run_system(SystemSpec("order", "fakes:OrderMemory", ""), dialogues, tmp_path, strict=True)
    [found] = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [[2, 3], [52, 53], [None, None]] == found["evidence"]
    assert 40 == len(found["hits"])
    assert {"misread": 1} == summarise(tmp_path, dialogues, "patterns")["failures"]
    [verdict] = [json.loads(line) for line in (tmp_path / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert ("misread", "Вашу собаку зовут Тошка.") == (verdict["failure"], verdict["gold"])
