"""eval.summary: from a run folder to figures."""

from __future__ import annotations

import csv
import json

import pytest
from fakes import record, write_data

from eval.datasets import load_contest
from eval.summary import summarise


def prediction(identity, answer, **more):
    return {
        "dialogue_id": identity, "question_id": identity, "question": "?", "answer": answer, "error": None, "answer_time": 0.5,
        "recall_seconds": 0.1, "answer_seconds": 0.2, "hits": [{"index": 2, "session_id": 2, "score": 1.0}], **more,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """Four questions: one right, one that failed, one due refusal, one refusal that was not due."""
    predictions = [
        prediction(1, "Тошка"),
        prediction("d-2", "", error="RuntimeError: x", answer_time=0.0, recall_seconds=None, answer_seconds=None, hits=None),
        prediction(3, "У меня нет такой информации", recall_seconds=0.3),
        prediction(4, "Не знаю", hits=[{"index": 0, "session_id": 1, "score": 1.0}]),
    ]
    (tmp_path / "predictions.jsonl").write_text("".join(json.dumps(p) + "\n" for p in predictions), encoding="utf-8")
    ingestion = {"dialogue_id": 1, "turns": 4, "write_seconds": [0.1, 0.3], "index_seconds": None}
    (tmp_path / "ingestions.jsonl").write_text(json.dumps(ingestion) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def dialogues(tmp_path):
    unknown = record(3, question_type="no_info", accept=["нет такой информации"])
    return load_contest(write_data(tmp_path / "d.jsonl", record(1), record("d-2"), unknown, record(4, question_type="info_updating"), record(5)))


def test_accuracy_counts_failures_as_wrong(folder, dialogues):
    """2 of 4 right: 0.5 with the Wilson interval of 4 trials; a question not asked yet is no answer."""
    summary = summarise(folder, dialogues, "patterns")
    assert (4, 5, 1, "patterns") == (summary["n"], summary["questions"], summary["errors"], summary["judge"])
    overall = summary["accuracy"]["overall"]
    assert (0.5, 4) == (overall["value"], overall["n"])
    assert (pytest.approx(0.150039, abs=1e-6), pytest.approx(0.849961, abs=1e-6)) == (overall["low"], overall["high"])
    shares = {kind: (part["value"], part["n"]) for kind, part in summary["accuracy"]["by_type"].items()}
    assert {"fact_equal_session": (0.5, 2), "info_updating": (0.0, 1), "no_info": (1.0, 1)} == shares


def test_refusals_are_counted_in_both_directions(folder, dialogues):
    """Two refusals, one of them due; one question without an answer, and it was declined."""
    abstention = summarise(folder, dialogues, "patterns")["abstention"]
    assert (0.5, 2) == (abstention["precision"]["value"], abstention["precision"]["n"])
    assert (1.0, 1) == (abstention["recall"]["value"], abstention["recall"]["n"])


def test_latency_has_median_p95_and_maximum(folder, dialogues):
    """Over what was measured; nothing measured is None."""
    latency = summarise(folder, dialogues, "patterns")["latency_seconds"]
    assert pytest.approx({"p50": 0.2, "p95": 0.29, "max": 0.3}) == latency["write"]
    assert {"p50": None, "p95": None, "max": None} == latency["index"]
    assert pytest.approx({"p50": 0.1, "p95": 0.28, "max": 0.3}) == latency["recall"]
    assert {"write", "index", "recall", "answer"} == set(latency)


def test_recall_is_scored_where_evidence_is_known(folder, dialogues):
    """Two scored questions: one hit the wrong session, one the right turn; the others are counted as left out."""
    recall = summarise(folder, dialogues, "patterns")["recall"]
    assert (0.5, 2) == (recall["session"]["recall_any"]["5"], recall["session"]["n"])
    assert (0.5, 2) == (recall["turn"]["recall_mean"]["10"], recall["turn"]["n"])
    assert {"the system failed": 1, "no_info": 1} == recall["excluded"]


def test_every_verdict_keeps_its_reason(folder, dialogues):
    """verdicts.jsonl says what decided, also after a second judge wrote it anew."""
    summarise(folder, dialogues, "overlap")
    summarise(folder, dialogues, "patterns")
    verdicts = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(1, "correct"), ("d-2", "incorrect"), (3, "correct"), (4, "incorrect")] == [(v["question_id"], v["verdict"]) for v in verdicts]
    assert {"patterns"} == {v["judge"] for v in verdicts}
    assert all(v["reason"] for v in verdicts) and "RuntimeError: x" in verdicts[1]["reason"]


def test_the_contest_file_is_written_too(folder, dialogues):
    """submit.csv has the columns of the organisers'."""
    summarise(folder, dialogues, "patterns")
    with (folder / "submit.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [["id", "answer", "answer_time"], ["1", "Тошка", "0.5"], ["d-2", "", "0.0"]] == rows[:3]


def test_questions_without_gold_are_not_judged(tmp_path):
    """The closed test set can be run; there is just no accuracy."""
    bare = record(1, question_type=..., ans=..., ans_session_ids=..., evidence=..., accept=..., reject=...)
    (tmp_path / "predictions.jsonl").write_text(json.dumps(prediction(1, "Тошка")) + "\n", encoding="utf-8")
    summary = summarise(tmp_path, load_contest(write_data(tmp_path / "d.jsonl", bare)), "overlap")
    assert {"value": None, "low": None, "high": None, "n": 0} == summary["accuracy"]["overall"]
    assert {} == summary["accuracy"]["by_type"]
