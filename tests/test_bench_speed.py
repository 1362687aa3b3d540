"""eval.bench_speed, eval.bench_store and eval.timing: what `make bench` measures, small."""

from __future__ import annotations

import json

import numpy as np
import pytest
from fakes import record, write_data

from eval.bench_speed import describe_growth, measure_growth
from eval.bench_store import K, describe_store, measure_store, mixed
from eval.cli import main
from eval.timing import seconds, spread


def test_a_spread_is_median_and_95th_percentile():
    """Of 1 to 101 seconds: 51 and 96; of nothing: an error."""
    assert (51.0, 96.0, 101) == spread(range(1, 102))
    with pytest.raises(ValueError, match="no durations"):
        spread([])
    assert 0 <= seconds(lambda: None) < 1


def test_mixed_rows_are_reproducible_unit_vectors_near_their_sources():
    """Zero rows are no source; each row is most like one of those it was made of."""
    sources = np.vstack([np.eye(40, dtype=np.float32)[:20], np.zeros((1, 40), np.float32)])
    rows = mixed(sources, 100, seed=0)
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1.0] * 100, abs=1e-5)
    assert rows.tobytes() == mixed(sources, 100, seed=0).tobytes()
    assert (rows @ sources.T).max(axis=1).min() > 0.6


def test_a_small_store_is_measured_in_all_kinds():
    """Exact kinds lose nothing; plain faiss comes first and is the unit of the ratios."""
    random = np.random.default_rng(0)
    rows = measure_store(random.standard_normal((50, 16)).astype(np.float32), random.standard_normal((20, 16)).astype(np.float32), 600)
    assert ["faiss IndexFlatIP", "SharedIndex flat", "SharedIndex ivf", "SharedIndex ivf_sq8", "SharedIndex ivf_pq"] == [r.name for r in rows]
    assert [0.0, 0.0] == [pytest.approx(row.loss, abs=1e-9) for row in rows[:2]] and all(0 <= row.loss < 0.2 for row in rows)
    table = describe_store(rows, 600)
    assert 7 == len(table) and "| 1.000 |" in table[2] and K == 10


def test_a_dialogue_grows_by_sessions():
    """Turns add up, every step is measured; no steps, no table."""
    [row] = measure_growth([10])
    assert 10 == row.sessions and row.turns > 20 and 0 < row.recall.p50 <= row.recall.p95
    assert 3 == len(describe_growth([row])) and [] == describe_growth(measure_growth([]))


def test_the_command_prints_a_table_and_writes_json(tmp_path, capsys):
    """Without store, growth and peer: the submission and plain faiss, with the machine's load."""
    data = write_data(tmp_path / "data.jsonl", record(1), record(2))
    options = ["--turns", "0", "--sessions", "0", "--peer", ""]
    assert 0 == main(["speed", "--data", str(data), "--out", str(tmp_path / "out"), *options])
    shown = capsys.readouterr().out
    assert "| submission |" in shown and "| plain faiss |" in shown and "load of the machine" in shown
    written = json.loads((tmp_path / "out" / "speed.json").read_text())
    assert ["submission", "plain faiss"] == [row["name"] for row in written["dialogue"]]
    assert {"p50", "p95", "n"} == set(written["dialogue"][0]["recall"]) and [] == written["growth"] == written["store"]
    assert shown == (tmp_path / "out" / "speed.md").read_text()


def test_a_peer_that_is_not_installed_is_left_out_with_a_line(tmp_path, capsys, monkeypatch):
    """The run goes on without it."""
    monkeypatch.setattr("baselines.bridge.ROOT", tmp_path)
    data = write_data(tmp_path / "data.jsonl", record(1))
    assert 0 == main(["speed", "--data", str(data), "--out", str(tmp_path / "out"), "--turns", "0", "--sessions", "0"])
    assert "left out: mem0_raw cannot be built: the peer mem0 is not installed: make peers-mem0" in capsys.readouterr().out
