"""eval.report, eval.html_report and the command `leaderboard`: runs side by side."""

from __future__ import annotations

import base64
import csv
import json
import re
import shutil
import zlib

import pytest
from synthetic import write_dataset, write_run, write_runs

from eval.cli import main
from eval.errors import UserError
from eval.report import load_runs

NASTY = "<script>alert(1)</script> & שלום עולם"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three systems on two dialogues of eight questions."""
    folder = tmp_path_factory.mktemp("made")
    data = write_dataset(folder / "small.jsonl", dialogues=2, questions=8)
    return data, write_runs(folder / "runs", data, systems=3)


@pytest.fixture
def runs(made, tmp_path):
    """A copy to change."""
    return shutil.copytree(made[1], tmp_path / "runs")


def board(*arguments):
    return main(["leaderboard", *map(str, arguments)])


def page_data(path):
    packed = re.search(r'<script id="data"[^>]*>([^<]*)</script>', path.read_text(encoding="utf-8"))[1]
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_one_command_writes_table_csv_and_page(made, tmp_path, capsys):
    """The table is printed too; the reference is compared with nobody, the others have a verdict."""
    assert 0 == board(made[1], "--out", tmp_path / "out")
    text = (tmp_path / "out" / "leaderboard.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith(text)
    assert "against submission" in text and "kappa" in text
    with (tmp_path / "out" / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["system"]: row for row in csv.DictReader(file)}
    assert {"submission", "oracle", "rrf"} == set(rows)
    assert "" == rows["submission"]["verdict"] and {rows["oracle"]["verdict"], rows["rrf"]["verdict"]} <= {"better", "worse", "tie"}
    assert {"16"} == {row["n"] for row in rows.values()}


def test_the_page_needs_nothing_from_outside(made, tmp_path):
    """No address in it but anchors, and a policy that forbids asking."""
    board(made[1], "--out", tmp_path)
    page = (tmp_path / "leaderboard.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href|action)\s*=\s*["']?(https?:)?//|url\(["']?(?!#)|@import""", page)
    assert page.count("<svg") >= 5 and "currentColor" in page and "#010203" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_page_quotes_the_data_set_where_it_is_named(made, tmp_path):
    """Evidence and the turns that were found; without --data there are their numbers alone."""
    data, folder = made
    board(folder, "--out", tmp_path / "a")
    board(folder, "--data", data, "--out", tmp_path / "b")
    bare, full = (page_data(tmp_path / name / "leaderboard.html") for name in "ab")
    assert 16 == len(bare["questions"]) == len(full["questions"]) and 3 == len(full["questions"][0][1])
    assert {} == bare["turns"] and full["questions"][0][0][5][0][1]
    hit = full["questions"][0][1][0][4][0][0]
    assert full["turns"]["d0"][str(hit)]


def test_another_data_set_is_not_quoted(made, tmp_path, capsys):
    """Its turns would stand beside other questions."""
    other = write_dataset(tmp_path / "other.jsonl", dialogues=1, questions=4, seed=1)
    assert 2 == board(made[1], "--data", other, "--out", tmp_path)
    assert "is not what the runs were made on (small.jsonl)" in capsys.readouterr().err


def test_markup_in_answers_and_names_is_text(made, tmp_path):
    """In the tables escaped, in the data packed."""
    data = made[0]
    write_run(tmp_path / "<b>runs" / "submission", data, "submission", 0.5, 1, answers={0: NASTY})
    write_run(tmp_path / "two" / "submission", data, "submission", 0.5, 2)
    assert 0 == board(tmp_path / "<b>runs", tmp_path / "two", "--out", tmp_path / "out")
    page = (tmp_path / "out" / "leaderboard.html").read_text(encoding="utf-8")
    assert "alert(1)" not in page and "<b>runs" not in page and "submission (&lt;b&gt;runs)" in page
    answers = [given[0] for _, all_given in page_data(tmp_path / "out" / "leaderboard.html")["questions"] for given in all_given]
    assert NASTY in answers


def test_personal_data_goes_with_redact(made, tmp_path):
    """In answers, hits, facts and reasons as in questions, of the page, the table and the CSV; without the switch it stays."""
    private = "Пишите на anna.petrova@example.com или звоните +7 912 345-67-89"
    folder = write_run(tmp_path / "runs" / "submission", made[0], "submission", 0.5, 1, answers={0: private})
    change_first(folder / "predictions.jsonl", lambda prediction: {"facts": [private], "hits": [{**prediction["hits"][0], "text": private}]})
    change_first(folder / "verdicts.jsonl", lambda verdict: {"gold": private, "reason": f"not found: {private}"})
    for name, switch, left in (("open", [], True), ("hidden", ["--redact"], False)):
        assert 0 == board(tmp_path / "runs", "--out", tmp_path / name, *switch)
        page = page_data(tmp_path / name / "leaderboard.html")
        text = json.dumps(page, ensure_ascii=False)
        assert [left, left] == ["anna.petrova" in text, "345-67-89" in text]
        rest = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / name).iterdir())
        assert "anna.petrova" not in rest and "345-67-89" not in rest
        answer = page["questions"][0][1][0]
        assert all(("anna.petrova" in part) is left for part in (answer[0], answer[2], answer[4][0][2], answer[8][0], page["questions"][0][0][4]))


def change_first(path, changed):
    """Replace fields of a journal's first record."""
    first, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    record = json.loads(first)
    path.write_text("".join([json.dumps({**record, **changed(record)}) + "\n", *rest]), encoding="utf-8")


def test_a_score_that_is_no_number_does_not_break_the_page(made, tmp_path):
    """An older journal may hold one, JSON may not; the hit is shown without it."""
    folder = write_run(tmp_path / "runs" / "submission", made[0], "submission", 0.5, 1)
    change_first(folder / "predictions.jsonl", lambda prediction: {"hits": [{"index": 7, "session_id": 1, "score": float("nan")}]})
    assert 0 == board(tmp_path / "runs", "--out", tmp_path)
    assert [[7, None]] == page_data(tmp_path / "leaderboard.html")["questions"][0][1][0][4]


def test_costs_tell_ingestion_from_answers_and_leave_out_what_nobody_has(made, tmp_path):
    """Columns without a figure go; tokens are told apart by stage."""
    write_run(tmp_path / "runs" / "submission", made[0], "submission", 0.5, 1, tokens=100)
    assert 0 == board(tmp_path / "runs", "--out", tmp_path)
    page = (tmp_path / "leaderboard.html").read_text(encoding="utf-8")
    assert "<th>answer tokens in / out</th>" in page
    assert not any(f"<th>{name}</th>" in page for name in ("ingestion tokens in / out", "GPU", "extract p50 / p95"))


def test_a_half_written_run_is_marked(runs, tmp_path, capsys):
    """One that never ended, and one that was judged before it was done."""
    (runs / "rrf" / "summary.json").unlink()
    summary = json.loads((runs / "oracle" / "summary.json").read_bytes())
    (runs / "oracle" / "summary.json").write_text(json.dumps(summary | {"n": 9}), encoding="utf-8")
    assert 0 == board(runs, "--out", tmp_path / "out")
    said = capsys.readouterr().out
    assert "| rrf | incomplete: 16 answered" in said and "oracle (incomplete: 9 of 16)" in said
    assert "incomplete" in (tmp_path / "out" / "leaderboard.html").read_text(encoding="utf-8")


def test_only_half_written_runs_make_a_page_too(runs, tmp_path):
    """There is nothing to plot, and nothing breaks."""
    for name in ("submission", "oracle", "rrf"):
        (runs / name / "summary.json").unlink()
    assert 0 == board(runs, "--out", tmp_path / "out")


def test_a_summary_of_an_older_version_is_refused_with_the_fix(runs, tmp_path, capsys):
    """The command that it names brings the folder up to date."""
    path = runs / "rrf" / "summary.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_bytes()).items() if k != "version"}), encoding="utf-8")
    assert 2 == board(runs, "--out", tmp_path / "out")
    assert "is of version 1, this is 2; bring it up to date with: python -m eval judge" in capsys.readouterr().err


def test_different_data_sets_and_judges_are_refused_with_their_names(runs, made, tmp_path):
    """Both runs are named."""
    other = write_dataset(tmp_path / "other.jsonl", dialogues=1, questions=4, seed=1)
    write_run(tmp_path / "b" / "bm25", other, "bm25", 0.5, 1)
    with pytest.raises(UserError, match=r"different data sets.*small\.jsonl.*bm25: other\.jsonl"):
        load_runs([runs, tmp_path / "b"])
    manifest = json.loads((runs / "rrf" / "manifest.json").read_bytes())
    (runs / "rrf" / "manifest.json").write_text(json.dumps(manifest | {"judge": "overlap"}), encoding="utf-8")
    with pytest.raises(UserError, match=r"different judges.*patterns.*rrf: overlap"):
        load_runs([runs])


def test_runs_of_one_name_are_told_apart_by_their_folder(made, runs):
    """And one folder named twice is one run."""
    names = {run.name for run in load_runs([made[1], runs / "rrf", runs / "rrf"])}
    assert 4 == len(names) and all(name.endswith("runs/rrf") for name in names - {"submission", "oracle"})
    copied = runs.rename(runs.with_name("copied"))
    assert {"submission", "oracle", "rrf (runs)", "rrf (copied)"} == {run.name for run in load_runs([made[1], copied / "rrf"])}


def test_an_empty_folder_says_how_to_make_a_run(tmp_path, capsys):
    """Not an empty table."""
    assert 2 == board(tmp_path)
    assert "python -m eval run" in capsys.readouterr().err
