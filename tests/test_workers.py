"""eval.workers: many processes, one result."""

from __future__ import annotations

import json

import pytest
from fakes import record, session, write_data
from killing import TIMES

from eval.datasets import load_contest
from eval.errors import UserError
from eval.runner import run_system
from eval.systems import SystemSpec

ORDER, DYING, FAILING = (SystemSpec(name, f"fakes:{name.capitalize()}Memory", "") for name in ("order", "dying", "failing"))


def run(folder, data, spec=ORDER, **options):
    folder.mkdir(exist_ok=True)
    run_system(spec, load_contest(data), folder, **{"strict": False, "workers": 2, **options})
    return predictions(folder)


def predictions(folder):
    lines = (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: value for name, value in json.loads(line).items() if name not in TIMES} for line in lines]


def many(identity, *questions):
    return {"id": identity, "sessions": record()["sessions"], "questions": [{"id": i, "question": q} for i, q in enumerate(questions)]}


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "d.jsonl", *(many(d, "a", "b", "c") for d in (3, "x", 1, 2)))


def test_two_workers_leave_what_one_leaves(tmp_path, data):
    """Byte for byte but for the times, in the order of the data set, one ingestion a dialogue; the scratch folder is gone."""
    assert run(tmp_path / "one", data, workers=1) == run(tmp_path / "two", data)
    ingested = [json.loads(line)["dialogue_id"] for line in (tmp_path / "two" / "ingestions.jsonl").read_text().splitlines()]
    assert [3, "x", 1, 2] == ingested
    assert {"predictions.jsonl", "ingestions.jsonl"} == {path.name for path in (tmp_path / "two").iterdir()}


def test_a_worker_that_dies_costs_the_questions_that_kill_it(tmp_path):
    """Its dialogue goes to another worker, which dies of it too; what was answered stays and other dialogues are answered."""
    data = write_data(tmp_path / "d.jsonl", many(1, "a", "die", "b"), many(2, "a", "b"))
    found = {(p["dialogue_id"], p["question_id"]): p["error"] for p in run(tmp_path / "out", data, DYING)}
    died = "worker died (signal 9)"
    assert {(1, 0): None, (1, 1): died, (1, 2): died, (2, 0): None, (2, 1): None} == found


def test_strict_stops_at_a_worker_that_dies(tmp_path):
    """With the dialogue's id, after a second try."""
    data = write_data(tmp_path / "d.jsonl", many("d-7", "die"))
    with pytest.raises(UserError, match=r"dialogue 'd-7': worker died \(signal 9\) 2 times"):
        run(tmp_path / "out", data, DYING, strict=True)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [(FAILING, "dialogue 'bad': writing failed: RuntimeError: no room"), (SystemSpec("none", "fakes:UnbuildableMemory", ""), "none cannot be built")],
)
def test_what_stops_one_process_stops_many_with_the_same_words(tmp_path, spec, expected):
    """A strict run's failure and a system that cannot be built cross the pipe."""
    bad = {"id": "bad", "sessions": [session(1, "write fails", "b")], "questions": [{"id": 1, "question": "?"}]}
    with pytest.raises(UserError, match=expected):
        run(tmp_path / "out", write_data(tmp_path / "d.jsonl", bad), spec, strict=True)


def test_records_of_another_run_do_not_count(tmp_path, data):
    """The key covers data, system and settings; with another one every question is asked again."""
    run(tmp_path / "out", data, workers=1, key="one")
    lines = (tmp_path / "out" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert {"one"} == {json.loads(line)["run"] for line in lines} and 12 == len(lines)
    assert {"two"} == {p["run"] for p in run(tmp_path / "out", data, workers=1, key="two")}
