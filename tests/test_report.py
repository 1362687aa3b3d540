"""eval.report: the leaderboard of a run folder."""

from __future__ import annotations

import pytest
from fakes import record, write_data

from eval.cli import main
from eval.errors import UserError
from eval.report import write_leaderboard


@pytest.fixture
def runs(tmp_path):
    data = write_data(tmp_path / "d.jsonl", record(1), record(2, question_type="no_info", accept=["нет такой информации"]))
    assert 0 == main(["run", "--system", "abstain,user_turns", "--data", str(data), "--out", str(tmp_path / "runs")])
    return tmp_path / "runs"


def test_every_system_has_a_line_and_the_file_says_what_is_printed(runs):
    """Printed and written are the same; the data set, n and the judge stand above."""
    text = write_leaderboard(runs)
    assert text == (runs / "leaderboard.md").read_text(encoding="utf-8")
    assert "d.jsonl" in text and "n = 2" in text and "patterns" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {"system", "abstain", "user_turns"} == {row.split("|")[1].strip() for row in rows}
    assert 1 == len({row.count("|") for row in rows})
    assert "0.500 [0.09, 0.91]" in next(row for row in rows if "abstain" in row)


def test_a_folder_without_runs_says_how_to_make_one(tmp_path):
    """Missing and empty folders alike."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match="python -m eval run"):
            write_leaderboard(folder)


def test_different_data_sets_do_not_share_a_table(runs, tmp_path):
    """Their figures cannot be compared."""
    other = write_data(tmp_path / "other.jsonl", record(9))
    main(["run", "--system", "bm25", "--data", str(other), "--out", str(runs)])
    with pytest.raises(UserError, match=r"different data sets.*other\.jsonl"):
        write_leaderboard(runs)


def test_a_damaged_summary_is_named(runs):
    """Not a traceback."""
    (runs / "abstain" / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"abstain.summary\.json"):
        write_leaderboard(runs)
