"""eval.packaging and eval.clean_run: the contest's zip, and its run in a clean Python."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from fakes import record, write_data

from eval.clean_run import find_python, run_clean
from eval.cli import main
from eval.datasets import load_contest
from eval.errors import UserError
from eval.packaging import Limits, bundled_distributions, fetch_wheels, pinned, write_zip

ECHO = """from submit_interface import ModelWithMemory

class SubmitModelWithMemory(ModelWithMemory):
    def __init__(self, model_path):
        self.said = []
    def write_to_memory(self, messages, dialogue_id):
        self.said += [m.content for m in messages if m.role == "user"]
    def clear_memory(self, dialogue_id):
        self.said.clear()
    def answer_to_question(self, dialogue_id, question):
        return ANSWER
"""


@pytest.fixture
def source(tmp_path):
    """Makes a small submission; keyword arguments are further modules."""

    def make(answer="self.said[0]", **modules):
        folder = tmp_path / "source"
        folder.mkdir()
        files = {"__init__": "from .model_inference import SubmitModelWithMemory\n", "model_inference": ECHO.replace("ANSWER", answer), **modules}
        for name, code in files.items():
            (folder / f"{name}.py").write_text(code, encoding="utf-8")
        return folder

    return make


def fake_wheel(folder, name, size):
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("far/data.bin", b"\0" * size)
    return folder / name


def test_the_content_lies_at_the_root_without_caches(source, tmp_path):
    """Code, assets and wheels go in; caches and hidden files stay out; the same content makes the same bytes."""
    folder = source()
    for name in ("assets/vectors.bin", "__pycache__/a.pyc", ".hidden", "rooms/__pycache__/b.pyc", "rooms/room.py"):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(b"x")
    wheels = [fake_wheel(tmp_path, "far-1.0-py3-none-any.whl", 10)]
    for name in ("a.zip", "b.zip"):
        write_zip(tmp_path / "out" / name, wheels, folder)
    expected = {"__init__.py", "model_inference.py", "assets/vectors.bin", "rooms/room.py", "wheels/far-1.0-py3-none-any.whl"}
    assert expected == set(zipfile.ZipFile(tmp_path / "out" / "a.zip").namelist())
    assert (tmp_path / "out" / "a.zip").read_bytes() == (tmp_path / "out" / "b.zip").read_bytes()


def test_a_zip_over_the_limit_names_the_largest_files(source, tmp_path):
    """And leaves none behind."""
    folder = source()
    (folder / "weights.zip").write_bytes(b"w" * 3_000_000)
    with pytest.raises(UserError, match=r"(?s)the zip takes 3\.0 MB, the contest allows 2\.0 MB.*files are:\n +3\.0 MB  weights\.zip\n"):
        write_zip(tmp_path / "out.zip", [], folder, Limits(zip_bytes=2_000_000))
    assert {"source"} == {path.name for path in tmp_path.iterdir()}


def test_the_disk_has_to_hold_the_unpacked_wheels_too(source, tmp_path):
    """A wheel of few bytes whose content is large passes the limit of the zip and not that of the disk."""
    wheel = fake_wheel(tmp_path, "far-1.0-py3-none-any.whl", 3_000_000)
    with pytest.raises(UserError, match=r"(?s)the unpacked zip takes 3\.0 MB.*allows 2\.0 MB.*wheels/far-1\.0-py3-none-any\.whl"):
        write_zip(tmp_path / "out.zip", [wheel], source(), Limits(disk_bytes=2_000_000))


@pytest.mark.parametrize(("spoil", "said"), [("model_inference.py", "it has no model_inference.py"), ("wheels", "wheels is in the way")])
def test_a_folder_that_is_no_submission_is_refused(source, tmp_path, spoil, said):
    """Without the organisers' entry point, or with a folder where the zip's wheels have to go."""
    folder = source()
    (folder / spoil).unlink() if (folder / spoil).exists() else (folder / spoil).mkdir()
    with pytest.raises(UserError, match=said):
        write_zip(tmp_path / "out.zip", [], folder)


def test_what_travels_follows_from_the_imports(source):
    """Lazy imports count, the image's and the standard library's do not, and what a module needs comes along."""
    folder = source(
        a="import json, numpy\nfrom .b import c\ndef f():\n    import vllm\n    import pymorphy3.analyzer\n",
        b="import importlib.util\nimportlib.util.find_spec('natasha')\nimportlib.util.find_spec('vllm')\nimport faiss\n",
    )
    expected = ["DAWG2", "dawg2-python", "faiss-cpu", "faiss-gpu", "natasha", "packaging", "pymorphy3", "pymorphy3-dicts-ru", "typing-extensions"]
    assert expected == bundled_distributions(folder)
    assert [name for name in expected if name != "faiss-gpu"] == bundled_distributions(folder, faiss="cpu")


@pytest.mark.parametrize(
    ("code", "why"), [("import pandas", "module pandas is neither in"), ("import natasha.doc", "natasha travels for its data files only")]
)
def test_an_import_that_the_contest_cannot_meet_is_found(source, code, why):
    """With the place in the file, before anything is uploaded."""
    with pytest.raises(UserError, match=rf"extra\.py:2: the module {why.removeprefix('module ')}"):
        bundled_distributions(source(extra=f"\n{code}\n"))


def test_everything_that_travels_is_pinned():
    """Each distribution that the real submission needs has one exact version in pyproject.toml."""
    assert all(pinned(bundled_distributions()).values())
    with pytest.raises(UserError, match=r"pins no version .* of no-such-thing"):
        pinned(["numpy", "no-such-thing"])


def test_wheels_that_are_there_are_not_fetched_again(tmp_path):
    """A folder kept from the last build needs no registry; names are compared as registries do."""
    wheel = fake_wheel(tmp_path, "Far_Away-1.0-py3-none-any.whl", 10)
    fake_wheel(tmp_path, "far_away-2.0-py3-none-any.whl", 10)
    assert [wheel] == fetch_wheels({"far-away": "1.0"}, tmp_path)


def test_a_clean_run_answers_as_the_organisers_would_see_it(source, tmp_path):
    """Imported as `submit` beside their modules, one row a question."""
    write_zip(tmp_path / "out.zip", [], source())
    data = write_data(tmp_path / "data.jsonl", record(7), record("b"))
    run = run_clean(tmp_path / "out.zip", load_contest(data), ["json"], Path(sys.executable), [])
    assert [("7", "моя собака Тошка"), ("b", "моя собака Тошка")] == [row[:2] for row in run.rows]
    assert {"python", "json"} == set(run.versions)


@pytest.mark.parametrize("path", [None, ""])
def test_the_clean_run_has_no_network(source, tmp_path, monkeypatch, path):
    """Neither in a namespace of its own nor, where the system has no unshare, through Python's sockets."""
    if path is not None:
        monkeypatch.setenv("PATH", path)
    write_zip(tmp_path / "out.zip", [], source(answer="__import__('socket').create_connection(('127.0.0.1', 9), 1)"))
    with pytest.raises(UserError, match="OSError|Network is unreachable|Connection refused"):
        run_clean(tmp_path / "out.zip", load_contest(write_data(tmp_path / "data.jsonl", record(7))), [], Path(sys.executable), [])


@pytest.mark.parametrize(("answer", "said"), [("undefined_name", "NameError: name 'undefined_name'"), ("' '", r"left questions without an answer")])
def test_a_failing_zip_is_reported_with_its_own_words(source, tmp_path, answer, said):
    """An exception and an empty answer both fail the build."""
    write_zip(tmp_path / "out.zip", [], source(answer=answer))
    with pytest.raises(UserError, match=said):
        run_clean(tmp_path / "out.zip", load_contest(write_data(tmp_path / "data.jsonl", record(7))), [], Path(sys.executable), [])


def test_the_clean_run_is_strict(source, tmp_path):
    """What the submission would log and answer around in the contest, such as a file that the zip lacks, fails the build."""
    write_zip(tmp_path / "out.zip", [], source(answer="__import__('os').environ['GIGAMEMORY_STRICT']"))
    run = run_clean(tmp_path / "out.zip", load_contest(write_data(tmp_path / "data.jsonl", record(7))), [], Path(sys.executable), [])
    assert "1" == run.rows[0][1]


def test_another_python_is_no_stand_in_for_the_contests(tmp_path, capsys):
    """The command says what it needs."""
    (tmp_path / "python").write_text("#!/bin/sh\necho '(3, 9)'\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    for named in ("python", "nothing"):
        with pytest.raises(UserError, match="is no CPython 3.10"):
            find_python(tmp_path / named)
    assert 2 == main(["zip", "--python", str(tmp_path / "python"), "--out", str(tmp_path / "out.zip")])
    assert "--no-run" in capsys.readouterr().err


def test_the_image_gets_what_it_copies():
    """The ignore file lets through every source of the Dockerfile's COPY lines."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY") and "--from" not in line]
    sources = {part.rstrip("/") for words in copies for part in words[1:-1] if not part.startswith("--")}
    assert sources and sources <= allowed
