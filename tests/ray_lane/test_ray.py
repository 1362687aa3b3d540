"""A run on a local Ray cluster of two workers, one of which is killed: make test-ray."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec

import pytest
from conftest import ROOT
from fakes import record, write_data
from killing import TIMES

if find_spec("ray") is None:
    pytest.skip("Ray is not installed: make test-ray", allow_module_level=True)

from eval.datasets import load_contest
from eval.errors import UserError
from eval.runner import run_system
from eval.systems import SystemSpec

ORDER, DYING, ONCE = (SystemSpec(name, f"fakes:{name.capitalize()}Memory", "") for name in ("order", "dying", "once"))


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Two logical CPUs, and our folders on the path of its workers."""
    import ray

    path = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error", runtime_env={"env_vars": {"PYTHONPATH": path}})
    yield
    ray.shutdown()


def many(identity, *questions):
    return {"id": identity, "sessions": record()["sessions"], "questions": [{"id": i, "question": q} for i, q in enumerate(questions)]}


def run(folder, data, spec=ORDER, **options):
    folder.mkdir(exist_ok=True)
    run_system(spec, load_contest(data), folder, **{"strict": False, "workers": 2, "executor": "ray", **options})
    lines = (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: value for name, value in json.loads(line).items() if name not in TIMES} for line in lines]


def test_the_cluster_leaves_what_one_process_leaves(tmp_path):
    """Byte for byte but for the times, in the order of the data set."""
    data = write_data(tmp_path / "d.jsonl", *(many(d, "a", "b", "c") for d in (3, "x", 1, 2, 5)))
    assert run(tmp_path / "one", data, workers=1, executor="processes") == run(tmp_path / "ray", data)


def test_a_worker_killed_once_costs_nothing(tmp_path, monkeypatch):
    """SIGKILL in the middle of a dialogue: another worker takes it, and the result is that of an undisturbed run."""
    monkeypatch.setenv("GIGAMEMORY_TEST_MARK", str(tmp_path / "died"))
    data = write_data(tmp_path / "d.jsonl", *(many(d, "a", "die once", "c") for d in (1, 2, 3, 4)))
    expected = run(tmp_path / "one", data, workers=1, executor="processes")
    found = run(tmp_path / "ray", data, ONCE)
    assert (tmp_path / "died").exists()
    assert expected == found
    assert [None] * 12 == [p["error"] for p in found]


def test_a_question_that_kills_every_worker_is_recorded(tmp_path):
    """The others are answered; with strict it is a message."""
    data = write_data(tmp_path / "d.jsonl", many(1, "a", "die"), many(2, "a", "b"))
    errors = [p["error"] for p in run(tmp_path / "out", data, DYING)]
    assert ["worker died", "worker died", None, None] == errors
    with pytest.raises(UserError, match="dialogue 1: worker died 2 times"):
        run(tmp_path / "strict", data, DYING, strict=True)
