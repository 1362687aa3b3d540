"""eval.ledger: what a run cost."""

from __future__ import annotations

import json
import tempfile

import numpy as np
import pytest
from fakes import record, write_data

from eval.cli import main
from eval.datasets import load_contest
from eval.ledger import build_ledger, folder_bytes, peak_rss_bytes, percentiles, render_ledger, reset_peak, show_seconds
from eval.runner import run_system
from eval.systems import SystemSpec


def call(stage, prompt, completion, seconds=0.5, estimated=False):
    return {"stage": stage, "prompt_tokens": prompt, "completion_tokens": completion, "seconds": seconds, "estimated": estimated}


INGESTIONS = [
    {"dialogue_id": 1, "write_seconds": [0.1, 0.3], "index_seconds": 1.0, "peak_rss_bytes": 100, "gpu_bytes": None, "disk_bytes": 10},
    {"dialogue_id": 2, "write_seconds": [0.2], "index_seconds": None, "peak_rss_bytes": 300, "gpu_bytes": None, "disk_bytes": 5},
]
PREDICTIONS = [
    {"recall_seconds": 0.01, "answer_seconds": 0.5, "counters": {"model": 1, "memory_tokens": 40}},
    {"recall_seconds": 0.03, "answer_seconds": 1.5, "counters": {"model": 1}},
    {"error": "RuntimeError: x"},
]


def test_every_stage_has_its_calls_tokens_and_seconds():
    """Ingestion's model calls count; 2 right answers for 2,000 tokens are 1 for a thousand."""
    calls = [call("extract", 900, 50, 2.0), call("answer", 500, 10), call("answer", 530, 10)]
    ledger = build_ledger(PREDICTIONS, INGESTIONS, calls, correct=2, judge_seconds=0.7)
    stages = ledger["stages"]
    assert {"write": 3, "index": 1, "extract": 1, "recall": 2, "answer": 2, "judge": 3} == {name: s["calls"] for name, s in stages.items()}
    assert (1, 900, 50) == tuple(stages["extract"][name] for name in ("model_calls", "prompt_tokens", "completion_tokens"))
    assert (2, 1030, 20) == tuple(stages["answer"][name] for name in ("model_calls", "prompt_tokens", "completion_tokens"))
    assert pytest.approx({"p50": 0.2, "p95": 0.29, "max": 0.3, "total": 0.6}) == stages["write"]["seconds"]
    assert 0.7 == stages["judge"]["seconds"]["total"]
    assert (2000, pytest.approx(2000 / 3), 1.0, False) == (
        ledger["tokens"], ledger["tokens_per_question"], ledger["correct_per_1000_tokens"], ledger["tokens_estimated"],
    )  # fmt: skip
    assert pytest.approx((0.6 + 1.0 + 2.0) / 3) == ledger["seconds_per_question"]
    assert (300, None, 10) == (ledger["peak_rss_bytes"], ledger["gpu_bytes"], ledger["disk_bytes"])
    assert {"memory_tokens": 40, "model": 2} == ledger["counters"]


def test_a_run_without_a_model_has_no_rate_by_tokens():
    """None, not a division by zero; an empty run neither."""
    ledger = build_ledger(PREDICTIONS, INGESTIONS, [], correct=2, judge_seconds=0.0)
    assert (0, None) == (ledger["tokens"], ledger["correct_per_1000_tokens"])
    empty = build_ledger([], [], [], correct=0, judge_seconds=0.0)
    assert (None, None, None) == (empty["tokens_per_question"], empty["seconds_per_question"], empty["peak_rss_bytes"])


def test_estimated_tokens_are_marked():
    """One estimate makes the sum an estimate, in the table too."""
    ledger = build_ledger(PREDICTIONS, INGESTIONS, [call("answer", 5, 1), call("answer", 5, 1, estimated=True)], correct=1, judge_seconds=0.0)
    assert ledger["tokens_estimated"] and "about 4" in render_ledger({"a": ledger})


def test_the_table_has_one_width():
    """As many cells as columns."""
    lines = render_ledger({"a": build_ledger(PREDICTIONS, INGESTIONS, [], correct=2, judge_seconds=0.0)}).splitlines()
    assert 3 == len(lines) and 1 == len({line.count("|") for line in lines})


def test_seconds_are_shown_in_the_unit_that_keeps_them_short():
    """From microseconds to seconds."""
    assert ["42 µs", "1.5 ms", "2.0 s", "-"] == [show_seconds(s) for s in (0.000042, 0.0015, 2.0, None)]
    assert {"p50": None, "p95": None, "max": None} == percentiles([None])


def test_the_peak_of_memory_starts_anew():
    """What an earlier system used and gave back is not charged to the next one."""
    reset_peak()
    base = peak_rss_bytes()
    block = np.ones(16_000_000)  # 128 MB
    high = peak_rss_bytes()
    assert 100_000_000 < high - base < 200_000_000
    del block
    reset_peak()
    assert peak_rss_bytes() < high - 100_000_000


def test_a_folder_is_as_large_as_its_files(tmp_path):
    """In folders below, too; a missing one is empty."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"123")
    assert (8, 0) == (folder_bytes(tmp_path), folder_bytes(tmp_path / "none"))


def test_temporary_files_of_a_system_are_its_size_on_disk(tmp_path):
    """Whoever makes them, and they are gone after the run."""
    data = write_data(tmp_path / "d.jsonl", record(1))
    before = tempfile.gettempdir()
    run_system(SystemSpec("filing", "fakes:FilingMemory", ""), load_contest(data), tmp_path, strict=True)
    [ingestion] = [json.loads(line) for line in (tmp_path / "ingestions.jsonl").read_text().splitlines()]
    assert 2_000 == ingestion["disk_bytes"]
    assert not (tmp_path / "scratch").exists() and before == tempfile.gettempdir()


def test_a_run_stores_its_ledger_and_its_failures(tmp_path):
    """In summary.json."""
    data = write_data(tmp_path / "d.jsonl", record(1), record(2, question_type="no_info", accept=["нет такой информации"]))
    assert 0 == main(["run", "--system", "bm25,abstain", "--data", str(data), "--out", str(tmp_path / "out")])
    summary = json.loads((tmp_path / "out" / "abstain" / "summary.json").read_bytes())
    assert 4 == summary["ledger"]["stages"]["write"]["calls"] and 2 == summary["ledger"]["stages"]["answer"]["calls"]
    assert summary["ledger"]["peak_rss_bytes"] > 10_000_000 and 0 == summary["ledger"]["disk_bytes"]
    assert {"not_stored": 1} == summary["failures"]  # it keeps nothing
