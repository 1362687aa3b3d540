"""submission.contract and the folder's two lives: package `submission` here, package `submit` at the contest."""

from __future__ import annotations

import csv
import json
import os
import shutil

import pytest
from conftest import ROOT
from fakes import record, session, write_data

from eval.cli import main
from submission.contract import Message, ModelWithMemory

UNKNOWN = {"ans_session_ids": [], "evidence": [], "accept": ...}


def unpacked(folder):
    """The submission as the organisers unpack it: package `submit` beside their modules."""
    shutil.copytree(ROOT / "eval" / "stand_in", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "submission", folder / "submit", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run_contest(child, folder, data):
    """The rows of submit.csv after a run in a child process that cannot see this project."""
    process = child("run.py", data, folder, cwd=folder, env={"PYTHONPATH": str(folder), "PYTHONSAFEPATH": ""})
    _, errors = process.communicate(timeout=120)
    assert 0 == process.returncode, errors
    with (folder / "submit.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_stand_in_classes_have_the_organisers_shape():
    """Message(role, content, session_id=None); ModelWithMemory has three methods and is abstract."""
    message = Message("user", "текст")
    assert ("user", "текст", None) == (message.role, message.content, message.session_id)
    assert 3 == Message("user", "текст", 3).session_id
    assert {"write_to_memory", "clear_memory", "answer_to_question"} == ModelWithMemory.__abstractmethods__
    with pytest.raises(TypeError):
        ModelWithMemory()


def test_the_folder_runs_as_submit_beside_the_organisers_modules(tmp_path, child, sample):
    """It answers every record through a runner like theirs, and the harness's submit.csv says the same."""
    records = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    odd = record("odd", sessions=[session("a", "Здравствуйте!", "я из Омска", first="assistant"), session("b", "один", "два", "три")], **UNKNOWN)
    empty = record(18, sessions=[session(1, "\ud800\0", "", "")], question="\ud800?", **UNKNOWN)
    data = write_data(tmp_path / "data.jsonl", *(r for r in records if "question" in r), odd, empty)
    header, *rows = run_contest(child, unpacked(tmp_path / "contest"), data)
    assert ["id", "answer", "answer_time"] == header
    assert len(rows) >= 3 and ["odd", "18"] == [row[0] for row in rows[-2:]]
    assert all(row[1].strip() and float(row[2]) >= 0 for row in rows)

    assert 0 == main(["run", "--system", "submission", "--data", str(data), "--out", str(tmp_path / "out"), "--judge", "overlap"])
    with (tmp_path / "out" / "submission" / "submit.csv").open(encoding="utf-8", newline="") as file:
        ours = list(csv.reader(file))
    assert [row[:2] for row in [header, *rows]] == [row[:2] for row in ours]


def test_the_organisers_own_classes_are_used_where_they_are(tmp_path, child):
    """Beside `models` and `submit_interface`, the package takes Message and the base class from there."""
    folder = unpacked(tmp_path / "contest")
    code = (
        "import models, submit_interface, submit.contract as c;"
        "print(c.Message is models.Message, issubclass(__import__('submit').SubmitModelWithMemory, submit_interface.ModelWithMemory))"
    )
    process = child("-c", code, cwd=folder, env={"PYTHONPATH": str(folder)})
    out, errors = process.communicate(timeout=60)
    assert "True True" == out.strip(), errors


def test_import_needs_no_heavy_package(tmp_path, child):
    """`import submission` works where torch, vllm and transformers are missing, and loads no faiss either."""
    for name in ("torch", "vllm", "transformers", "sentence_transformers"):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('{name} is not here')\n")
    code = "import sys, submission; submission.SubmitModelWithMemory; print('faiss' in sys.modules)"
    process = child("-c", code, env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"})
    out, errors = process.communicate(timeout=60)
    assert "False" == out.strip(), errors


def test_exactly_one_name_is_public():
    """The package exports the class that the organisers import, and nothing else."""
    import submission

    assert ["SubmitModelWithMemory"] == submission.__all__
