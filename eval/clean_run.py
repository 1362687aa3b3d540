"""Proof of a contest zip: imported as `submit` in a bare CPython 3.10 without network, run as the organisers' runner does.

The environment holds the image's numpy and nothing else, so that what the zip needs and does not carry shows.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .datasets import Dialogue, Question
from .errors import UserError

__all__ = ["IMAGE", "IMAGE_CUDA", "CleanRun", "find_python", "run_clean"]

STAND_IN = Path(__file__).parent / "stand_in"
IMAGE = {"numpy": "1.26.4"}
# What the image's torch 2.7.0+cu126 brings and faiss-gpu loads.
IMAGE_CUDA = {"nvidia-cublas-cu12": "12.6.4.1", "nvidia-cuda-runtime-cu12": "12.6.77", "nvidia-curand-cu12": "10.3.7.77"}
RUN_SECONDS = 600.0

# On sys.path as sitecustomize where the system cannot take the network away.
NO_SOCKETS = """import socket
def refuse(*_, **__):
    raise OSError("there is no network in the contest")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""
PROBE = """import importlib, json, pathlib, platform, sys
import submit
found = {"python": platform.python_version()}
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    file = pathlib.Path(module.__file__)
    found[name] = getattr(module, "__version__", "") or file.parent.name
    if name == "faiss":
        found["faiss"] = next(part for part in file.parts if part.startswith("faiss_"))
print(json.dumps(found))
"""


class CleanRun(NamedTuple):
    """Versions by module, with `python`; how the network was kept away; (id, answer, seconds) of each question."""

    versions: dict[str, str]
    isolation: str
    rows: list[tuple[str, str, float]]
    seconds: float


def run_clean(archive: Path, dialogues: Sequence[Dialogue], modules: Sequence[str], python: Path, image: Sequence[Path]) -> CleanRun:
    """Unpack `archive` as `submit` beside stand-ins of the organisers' modules and answer all questions of `dialogues`.

    `modules` have to be importable then; `image` are the wheels that the environment starts with.
    Raises UserError with the child's own words when the import or the run fails, or a question stays without answer.
    """
    expected = [identity for identity, _, _ in _questions(dialogues)]
    with tempfile.TemporaryDirectory(prefix="gigamemory-contest-") as name:
        folder = Path(name)
        contest = folder / "contest"
        shutil.copytree(STAND_IN, contest, ignore=shutil.ignore_patterns("__pycache__"))
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(contest / "submit")
        _write_questions(dialogues, folder / "questions.jsonl")
        run = _environment(folder / "python", python, image)
        isolation = _isolation(folder)
        prefix = ["unshare", *isolation.split()[1:]] if isolation.startswith("unshare") else []
        environment = {"PATH": "/usr/bin:/bin", "HOME": name, "LANG": "C.UTF-8", "PYTHONPATH": str(folder / "guard")}
        environment["GIGAMEMORY_STRICT"] = "1"  # the submission would answer around what the zip lacks

        def child(*arguments: object) -> str:
            try:
                done = subprocess.run(
                    [*prefix, str(run), *map(str, arguments)], cwd=contest, env=environment, capture_output=True, text=True, timeout=RUN_SECONDS
                )
            except subprocess.TimeoutExpired as error:
                raise UserError(f"{archive} did not finish in {RUN_SECONDS:.0f} seconds in a clean Python") from error
            if done.returncode:
                raise UserError(f"{archive} fails in a clean Python without network:\n{done.stderr.strip()[-3000:]}")
            return done.stdout

        versions = json.loads(child("-c", PROBE, *modules).splitlines()[-1])
        started = time.monotonic()
        child("run.py", folder / "questions.jsonl", folder)
        seconds = time.monotonic() - started
        rows = _read_answers(folder / "submit.csv")
    if expected != [row[0] for row in rows] or not all(row[1].strip() for row in rows):
        raise UserError(f"{archive} left questions without an answer: {len(rows)} of {len(expected)} rows, ids {[row[0] for row in rows]}")
    return CleanRun(versions, isolation, rows, seconds)


def find_python(named: Path | None = None) -> Path:
    """A CPython 3.10 that runs: `named`, else on the path or among pyenv's versions.  Raises UserError when there is none."""
    on_path = shutil.which("python3.10")
    places = [Path(on_path)] if on_path else []
    places += sorted(Path.home().glob(".pyenv/versions/3.10.*/bin/python3.10"))
    for place in [named] if named else places:
        try:
            done = subprocess.run([str(place), "-c", "import sys, venv; print(sys.version_info[:2])"], capture_output=True, text=True)
        except OSError:
            continue
        if done.stdout.strip() == "(3, 10)":
            return place
    found = f"{named} is no CPython 3.10" if named else "no CPython 3.10 was found"
    raise UserError(f"{found}, which the clean run needs as the contest has it: name one with --python FILE, or leave the run out with --no-run")


def _environment(folder: Path, python: Path, wheels: Sequence[Path]) -> Path:
    """The interpreter of a new environment with `wheels` and nothing else, not even pip."""
    try:
        done = subprocess.run([str(python), "-m", "venv", "--without-pip", str(folder)], capture_output=True, text=True)
    except OSError as error:
        raise UserError(f"{python} cannot be run: {error}") from error
    if done.returncode:
        raise UserError(f"{python} makes no environment: {done.stderr.strip()[-1000:]}")
    [packages] = folder.glob("lib/python3.*/site-packages")
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(packages)
    return folder / "bin" / "python"


def _isolation(folder: Path) -> str:
    """How to run without network: a network namespace of its own where the system allows, else Python's sockets refuse."""
    for flags in ("-n", "-rn"):
        try:
            if subprocess.run(["unshare", flags, sys.executable, "-c", ""], capture_output=True).returncode == 0:
                return f"unshare {flags}"
        except OSError:
            break
    (folder / "guard").mkdir()
    (folder / "guard" / "sitecustomize.py").write_text(NO_SOCKETS, encoding="utf-8")
    return "sockets refused"


def _questions(dialogues: Sequence[Dialogue]) -> Iterator[tuple[str, Question, Dialogue]]:
    """Every question as a record of its own, under the dialogue's id where it is the only one."""
    for dialogue in dialogues:
        for question in dialogue.questions:
            yield str(dialogue.id) if len(dialogue.questions) == 1 else f"{dialogue.id}/{question.id}", question, dialogue


def _write_questions(dialogues: Sequence[Dialogue], path: Path) -> None:
    """The records without anything that tells the answer."""
    with path.open("w", encoding="utf-8") as file:
        for identity, question, dialogue in _questions(dialogues):
            sessions = [{"id": s.id, "messages": [{"role": m.role, "content": m.content} for m in s.messages]} for s in dialogue.sessions]
            file.write(json.dumps({"id": identity, "question": question.text, "sessions": sessions}, ensure_ascii=False) + "\n")


def _read_answers(path: Path) -> list[tuple[str, str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["id"], row["answer"], float(row["answer_time"])) for row in csv.DictReader(file)]
