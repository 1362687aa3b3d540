"""eval.history: accuracy and latency over commits."""

from __future__ import annotations

import json

import pytest
from synthetic import write_dataset, write_run

from eval.cli import main
from eval.errors import UserError
from eval.history import HISTORY, add_run, write_history
from eval.journal import read_journal


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "small.jsonl", dialogues=1, questions=8)


def changed(folder, **code):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps(manifest | {"code": manifest["code"] | code}), encoding="utf-8")


def test_runs_of_several_commits_become_lines(data, tmp_path, capsys):
    """A line a system and commit, added once; the page has both plots."""
    file, out = tmp_path / "history.jsonl", tmp_path / "page" / "history.html"
    for number in (1, 2):
        write_run(tmp_path / str(number) / "submission", data, "submission", 0.4 * number, number)
        write_run(tmp_path / str(number) / "bm25", data, "bm25", 0.3, number)
        assert 0 == main(["history", "--add", str(tmp_path / str(number)), "--file", str(file), "--out", str(out)])
    assert 0 == main(["history", "--add", str(tmp_path / "2"), "--file", str(file), "--out", str(out)])
    assert "is there already" in capsys.readouterr().out
    entries = list(read_journal(file))
    assert [(1, "bm25"), (1, "submission"), (2, "bm25"), (2, "submission")] == sorted((int(e["commit"], 16), e["system"]) for e in entries)
    assert {"accuracy", "low", "high", "n", "answer_p50_seconds", "date"} <= set(entries[0])
    page = out.read_text(encoding="utf-8")
    assert 2 == page.count("<svg") and "submission" in page and "http" not in page.replace("http://www.w3.org", "")


def test_code_that_is_in_no_commit_has_no_place_in_it(data, tmp_path):
    """Nobody could make its numbers again."""
    folder = write_run(tmp_path / "a" / "submission", data, "submission", 0.5, 1)
    for code in ({"dirty": True}, {"commit": None}):
        changed(folder, **code)
        with pytest.raises(UserError, match="in no commit; commit and run again"):
            add_run(tmp_path / "a", tmp_path / "history.jsonl")
    assert not (tmp_path / "history.jsonl").exists()


def test_an_unfinished_run_is_refused(data, tmp_path):
    """As a whole."""
    folder = write_run(tmp_path / "a" / "submission", data, "submission", 0.5, 1)
    (folder / "summary.json").unlink()
    with pytest.raises(UserError, match="not finished"):
        add_run(tmp_path / "a", tmp_path / "history.jsonl")


def test_an_empty_history_says_how_to_fill_it(tmp_path):
    """Not an empty page."""
    with pytest.raises(UserError, match="python -m eval history --add"):
        write_history(tmp_path / "none.jsonl", tmp_path / "out.html")


def test_the_committed_history_can_be_drawn(tmp_path):
    """Every line of it."""
    if not HISTORY.exists():
        pytest.skip("no run has been added yet")
    assert "commits" in write_history(HISTORY, tmp_path / "history.html")
