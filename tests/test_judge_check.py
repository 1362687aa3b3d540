"""eval.judge_check: judges measured on answers labelled by hand."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from sklearn.metrics import cohen_kappa_score

from eval.cli import main
from eval.errors import UserError
from eval.judge_check import RESULTS, check_judge, judge_quality, load_probe, measure, render_check
from eval.judges import CORRECT, INCORRECT, UNPARSED, Verdict, one_by_one


@pytest.fixture(scope="module")
def probe():
    return load_probe()


def test_the_probe_set_is_large_and_balanced_enough(probe):
    """At least 300 Russian and 60 English items, 40 to 60 % of them right, no item twice, all classes in both halves."""
    languages = Counter(item.language for item in probe)
    assert languages["ru"] >= 300 and languages["en"] >= 60
    assert 0.4 <= sum(item.correct for item in probe) / len(probe) <= 0.6
    assert len(probe) == len({item.question.id for item in probe}) == len({(item.question.text, item.answer, item.question.gold) for item in probe})
    assert {item.kind for item in probe if item.held_out} == {item.kind for item in probe if not item.held_out}


def test_questions_do_not_cross_the_halves(probe):
    """What is held out is held out with its question."""
    halves = {}
    for item in probe:
        halves.setdefault((item.language, item.question.text), set()).add(item.held_out)
    assert [] == [question for question, found in halves.items() if len(found) > 1]


def test_the_overlap_judge_keeps_its_quality(probe):
    """Cohen's kappa of at least 0.85 on the held-out half; no more than 2 % of wrong answers pass."""
    held_out = measure("overlap", one_by_one("overlap"), probe)["held_out"]
    assert held_out["kappa"] >= 0.85
    assert held_out["false_accept"]["value"] <= 0.02


def test_the_figures_by_hand(probe):
    """A judge that takes everything: agreement is the share of right items, kappa 0, every wrong item accepted."""
    found = measure("yes", lambda items: [Verdict(CORRECT, "-") for _ in items], probe)
    right = sum(item.correct for item in probe)
    assert (len(probe), pytest.approx(right / len(probe)), 0.0) == (found["all"]["n"], found["all"]["agreement"], found["all"]["kappa"])
    assert (1.0, 0.0) == (found["all"]["false_accept"]["value"], found["all"]["false_reject"]["value"])
    assert found["by_class"]["stale value"]["false_reject"]["n"] == 0
    assert found["ru_dev"]["n"] + found["ru_held_out"]["n"] + found["en_dev"]["n"] + found["en_held_out"]["n"] == len(probe)


def test_unparsed_verdicts_are_rejects_and_counted(probe):
    """Every third verdict is missing: kappa as scikit-learn has it with those as rejects."""
    labels = [UNPARSED if index % 3 == 0 else CORRECT if item.correct else INCORRECT for index, item in enumerate(probe)]
    found = measure("x", lambda items: [Verdict(label, "-") for label in labels], probe)["all"]
    assert labels.count(UNPARSED) == found["unparsed"]
    assert pytest.approx(cohen_kappa_score([i.correct for i in probe], [label == CORRECT for label in labels])) == found["kappa"]


def test_patterns_are_measured_where_there_are_any(probe):
    """Items without patterns say nothing about that judge."""
    found = measure("patterns", one_by_one("patterns"), probe)
    assert sum(bool(item.question.accept) for item in probe) == found["all"]["n"] > 0


def test_results_are_kept_beside_one_another(tmp_path):
    """A second judge does not overwrite the first; an unmeasured judge has no quality."""
    results = tmp_path / "check.json"
    assert judge_quality("overlap", results) is None
    kept = check_judge("overlap", one_by_one("overlap"), results)
    check_judge("yes", lambda items: [Verdict(CORRECT, "-") for _ in items], results)
    assert json.loads(json.dumps(kept)) == judge_quality("overlap", results)
    assert 0.0 == judge_quality("yes", results)["all"]["kappa"]


def test_the_stored_result_is_of_this_code(probe):
    """eval/judge_check.json is what `make judge-check` writes today."""
    for name in ("overlap", "patterns"):
        assert json.loads(json.dumps(measure(name, one_by_one(name), probe))) == judge_quality(name, RESULTS), "run: make judge-check"


def test_the_table_has_a_row_for_every_class(probe):
    """Rates stand beside their counts."""
    text = render_check(measure("overlap", one_by_one("overlap"), probe))
    assert all(f"| {kind} | " in text for kind in {item.kind for item in probe})
    assert "| held_out | " in text


@pytest.mark.parametrize(
    ("line", "message"),
    [('{"id": "ru-001-1"}', "question: expected"), (None, "label: expected correct or incorrect"), ("{", "expected JSON")],
)
def test_a_malformed_probe_names_its_line(tmp_path, line, message):
    """File, line and field."""
    item = {"id": "ru-001-1", "question": "?", "question_type": "no_info", "gold": "-", "answer": "-", "class": "x", "label": "maybe"}
    (tmp_path / "ru.jsonl").write_text((line or json.dumps(item)) + "\n", encoding="utf-8")
    (tmp_path / "en.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=rf"ru.jsonl:1: .*{message}"):
        load_probe(tmp_path)


def test_a_run_is_judged_again_without_being_run(sample, tmp_path, capsys):
    """Other verdicts, other judge in manifest and summary, the same predictions; other data is refused."""
    out = tmp_path / "out"
    assert 0 == main(["run", "--system", "abstain", "--data", str(sample), "--out", str(out), "--judge", "patterns"])
    folder = out / "abstain"
    predictions = (folder / "predictions.jsonl").read_bytes()
    assert 0 == main(["judge", str(folder), "--data", str(sample), "--judge", "overlap"])
    assert predictions == (folder / "predictions.jsonl").read_bytes()
    for name in ("manifest.json", "summary.json"):
        assert "overlap" == json.loads((folder / name).read_bytes())["judge"]
    assert {"overlap"} == {json.loads(line)["judge"] for line in (folder / "verdicts.jsonl").read_text(encoding="utf-8").splitlines()}
    assert 0 == main(["judge", str(out), "--data", str(sample)])
    assert "patterns" == json.loads((folder / "manifest.json").read_bytes())["judge"]
    capsys.readouterr()
    other = tmp_path / "other.jsonl"
    other.write_bytes(sample.read_bytes() + b"\n")
    assert 2 == main(["judge", str(folder), "--data", str(other)])
    assert "other content" in capsys.readouterr().err
    assert 2 == main(["judge", str(tmp_path), "--data", str(sample)])
