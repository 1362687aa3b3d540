"""eval.compare: two run folders, compared in pairs."""

from __future__ import annotations

import json

import pytest

from eval.cli import main
from eval.compare import compare_runs, render_comparison
from eval.errors import UserError


@pytest.fixture
def make_run(tmp_path):
    """make_run(name, {dialogue: "10"}, ...) writes a run with one digit a question: 1 right, 0 wrong."""

    def make(name, marks, *, data="a" * 64, judge="patterns", kind=lambda number: "fact_equal_session"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"judge": judge, "data": {"file": f"{data[0]}.jsonl", "sha256": data}}))
        lines = [
            {"dialogue_id": d, "question_id": number, "question_type": kind(number), "verdict": "correct" if mark == "1" else "incorrect"}
            for d, row in marks.items() for number, mark in enumerate(row)
        ]  # fmt: skip
        (folder / "verdicts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return folder

    return make


def test_a_difference_is_told_overall_and_by_type(make_run):
    """Even questions are all won, odd ones equal: better overall and in that type alone."""
    kind = ("info_updating", "no_info").__getitem__
    a = make_run("bm25", {d: "0101" for d in range(6)}, kind=lambda n: kind(n % 2))
    b = make_run("submission", {d: "1111" for d in range(5)} | {5: "0111"}, kind=lambda n: kind(n % 2))
    found = compare_runs(a, b)
    assert (24, 6, "better", 0) == (found.overall.n, found.overall.clusters, found.overall.verdict, found.unpaired)
    assert pytest.approx(11 / 24) == found.overall.difference
    assert {"info_updating": ("better", 12), "no_info": ("tie", 12)} == {k: (c.verdict, c.n) for k, c in found.by_type.items()}


def test_the_command_prints_sentence_and_table(make_run, capsys):
    """The verdict is a sentence; every row has n, an interval and p."""
    a, b = make_run("bm25", {d: "0011" for d in range(6)}), make_run("submission", {d: "0011" for d in range(6)})
    assert 0 == main(["compare", str(a), str(b)])
    printed = capsys.readouterr().out
    assert printed.startswith("submission cannot be told from bm25: +0.0 points [+0.0, +0.0], p = 1.000.\n")
    assert "n = 24 questions, 6 dialogues. Judge: patterns." in printed
    assert "| all | 24 | 0.500 | 0.500 | +0.0 [+0.0, +0.0] | 0 | 0 | 1.000 | - | tie |" in printed
    assert "| fact_equal_session | 24 |" in printed


@pytest.mark.parametrize(("other", "named"), [({"data": "b" * 64}, "data sets"), ({"judge": "overlap"}, "judges")])
def test_runs_of_different_data_or_judges_are_refused(make_run, other, named):
    """The message names both folders and what each has."""
    a, b = make_run("one", {1: "01"}), make_run("two", {1: "01"}, **other)
    with pytest.raises(UserError, match=rf"different {named} .*one has .*two has"):
        compare_runs(a, b)


def test_a_half_written_run_is_compared_on_what_both_have(make_run):
    """Questions of one run only are left out and counted; a torn last line is one of them."""
    a, b = make_run("a", {1: "0101", 2: "11"}), make_run("b", {1: "0101"})
    with (b / "verdicts.jsonl").open("a") as file:
        file.write('{"dialogue_id": 2, "ques')
    found = compare_runs(a, b)
    assert (4, 2) == (found.overall.n, found.unpaired)
    assert "2 questions have a verdict in one run only" in render_comparison(found)


def test_folders_without_a_judged_run_are_refused(make_run, tmp_path):
    """No manifest, no verdicts, nothing in common: each is said."""
    a = make_run("a", {1: "01"})
    with pytest.raises(UserError, match="no run of a system"):
        compare_runs(a, tmp_path)
    with pytest.raises(UserError, match="no verdicts"):
        compare_runs(a, make_run("empty", {}))
    with pytest.raises(UserError, match="no judged question in common"):
        compare_runs(a, make_run("other", {2: "01"}))
