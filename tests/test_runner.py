"""eval.runner: one system over dialogues, every answer kept."""

from __future__ import annotations

import json
import logging

import pytest
from fakes import record, session, write_data

from eval.datasets import load_contest
from eval.errors import UserError
from eval.runner import run_system
from eval.systems import SystemSpec

ORDER, FAILING = SystemSpec("order", "fakes:OrderMemory", ""), SystemSpec("failing", "fakes:FailingMemory", "")
ORACLE = SystemSpec("oracle", "fakes:OrderMemory", "", oracle=True)


def run(tmp_path, spec, *records, strict=False):
    dialogues = load_contest(write_data(tmp_path / "d.jsonl", *records))
    run_system(spec, dialogues, tmp_path, strict=strict)
    return predictions(tmp_path)


def predictions(folder):
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]


def many(identity, *questions):
    return {"id": identity, "sessions": record()["sessions"], "questions": [{"id": i, "question": q} for i, q in enumerate(questions)]}


def test_every_question_gets_one_prediction_with_its_times(tmp_path):
    """Ids keep their type; the answer, its seconds, the writes and the recalled turns are there."""
    first, second = run(tmp_path, ORDER, record(1), record("d-2"))
    assert [(1, 1), ("d-2", "d-2")] == [(p["dialogue_id"], p["question_id"]) for p in (first, second)]
    assert ("как варить суп", None) == (first["answer"], first["error"])
    assert first["answer_time"] >= first["answer_seconds"] > 0
    assert first["recall_seconds"] > 0
    assert [(0, 1), (1, 1), (2, 2), (3, 2)] == [(h["index"], h["session_id"]) for h in first["hits"]]
    [ingestion, _] = [json.loads(line) for line in (tmp_path / "ingestions.jsonl").read_text().splitlines()]
    assert (1, 4, 2) == (ingestion["dialogue_id"], ingestion["turns"], len(ingestion["write_seconds"]))


def test_what_a_system_tells_of_its_answers_is_kept(tmp_path):
    """Support, facts, counters of writing, and the text of a memory that is not the turn's; a score that is no number is none."""
    [told] = run(tmp_path, SystemSpec("telling", "fakes:TellingMemory", ""), record(1))
    assert (0.5, ["собака: Тошка"]) == (told["support"], told["facts"])
    assert [{"index": 0, "session_id": 1, "score": None, "text": "есть собака"}, {"index": 1, "session_id": 1, "score": 0.5}] == told["hits"][:2]
    [ingestion] = [json.loads(line) for line in (tmp_path / "ingestions.jsonl").read_text().splitlines()]
    assert {"writes": 2} == ingestion["counters"] and "counters" not in told


def test_many_questions_share_one_ingestion(tmp_path):
    """A development set is written once and asked often."""
    assert [0, 1, 2] == [p["question_id"] for p in run(tmp_path, ORDER, many(1, "a", "b", "c"))]
    assert 1 == len((tmp_path / "ingestions.jsonl").read_text().splitlines())


def test_questions_already_answered_are_not_asked_again(tmp_path):
    """A second run adds what is missing, in the middle of a dialogue too."""
    run(tmp_path, ORDER, many(1, "a"))
    run(tmp_path, ORDER, many(1, "a", "b"), record(2))
    assert [(1, 0), (1, 1), (2, 2)] == [(p["dialogue_id"], p["question_id"]) for p in predictions(tmp_path)]
    run(tmp_path, SystemSpec("none", "fakes:UnbuildableMemory", ""), many(1, "a", "b"), record(2))
    assert 3 == len(predictions(tmp_path))


def test_a_system_that_raises_costs_the_questions_concerned(tmp_path):
    """The error is recorded, the run goes on; a failed write concerns all questions of the dialogue."""
    broken = many("broken", "x", "y") | {"sessions": [session(1, "write fails", "b")]}
    found = run(tmp_path, FAILING, record(1), broken, many(2, "answer fails", "fine", "answers a number"), record(3))
    errors = {(p["dialogue_id"], p["question_id"]): p["error"] for p in found}
    assert {
        (1, 1): None,
        ("broken", 0): "RuntimeError: no room",
        ("broken", 1): "RuntimeError: no room",
        (2, 0): "RuntimeError: no words",
        (2, 1): None,
        (2, 2): "TypeError: answer_to_question returned int, not str",
        (3, 3): None,
    } == errors
    assert "" == found[1]["answer"]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (record("d-13", sessions=[session(1, "write fails", "b")], evidence=[]), "dialogue 'd-13': writing failed: RuntimeError: no room"),
        (record("d-13", question="answer fails"), "dialogue 'd-13', question 'd-13': answering failed: RuntimeError: no words"),
        (record("clear fails"), "dialogue 'clear fails': clearing failed: RuntimeError: no broom"),
    ],
)
def test_strict_stops_at_the_first_failure_with_the_dialogue(tmp_path, bad, expected):
    """What was answered before is kept."""
    with pytest.raises(UserError, match=expected):
        run(tmp_path, FAILING, record(1), bad, record(2), strict=True)
    assert 1 == predictions(tmp_path)[0]["dialogue_id"]
    assert 2 not in [p["dialogue_id"] for p in predictions(tmp_path)]


def test_a_failed_clear_is_told(tmp_path, caplog):
    """Its answer counts, but a memory that cannot forget does not stay unnoticed."""
    with caplog.at_level(logging.WARNING):
        run(tmp_path, FAILING, record("clear fails"), record(2))
    assert [None, None] == [p["error"] for p in predictions(tmp_path)]
    assert "clear fails" in caplog.text and "no broom" in caplog.text


def test_an_oracle_sees_the_evidence_sessions_alone(tmp_path):
    """One haystack a question; its hits carry the indexes of the whole dialogue, so that they can be scored."""
    asked = [{"id": s, "question": "?", "ans_session_ids": [s]} for s in (1, 2)] + [{"id": 3, "question": "?"}]
    found = run(tmp_path, ORACLE, {"id": 1, "sessions": record()["sessions"], "questions": asked})
    assert ["моя собака Тошка", "как варить суп", "У меня нет такой информации"] == [p["answer"] for p in found]
    assert [[0, 1], [2, 3], []] == [[h["index"] for h in p["hits"]] for p in found]


def test_a_system_without_recall_is_run_all_the_same(tmp_path):
    """The contest's three methods are enough."""
    [found] = run(tmp_path, SystemSpec("echo", "fakes:EchoMemory", ""), record(1))
    assert (None, None, "как варить суп") == (found["hits"], found["recall_seconds"], found["answer"])


def test_a_system_that_cannot_be_built_is_a_message(tmp_path):
    """Its own words reach the user."""
    with pytest.raises(UserError, match="none cannot be built: no model at /nowhere: pass a folder"):
        run(tmp_path, SystemSpec("none", "fakes:UnbuildableMemory", ""), record(1))


@pytest.mark.parametrize("question", ["a", "answer fails"])
def test_a_system_is_closed_at_the_end(tmp_path, monkeypatch, question):
    """Once, also when the run stops at a failure: the next system needs the memory of its model."""
    monkeypatch.setenv("GIGAMEMORY_TEST_MARK", str(tmp_path / "closed"))
    spec = SystemSpec("closed", "fakes:ClosedMemory", "")
    if question == "a":
        run(tmp_path, spec, record(1), record(2))
    else:
        with pytest.raises(UserError, match="no words"):
            run(tmp_path, spec, record(1), record(2, question=question), strict=True)
    assert (tmp_path / "closed").exists()
