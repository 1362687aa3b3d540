"""What every test gets: a clean environment of settings, and the tests' folder for child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample" / "sample.jsonl"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No setting of the developer's shell reaches a test, and none set by a test outlives it."""
    for name in [n for n in os.environ if n.startswith("GIGAMEMORY_")]:
        monkeypatch.delenv(name)
    before = dict(os.environ)
    yield
    for name in [n for n in os.environ if n not in before]:
        del os.environ[name]


@pytest.fixture
def sample():
    """The committed sample data set."""
    return SAMPLE


@pytest.fixture
def child():
    """Starts Python in a child process: child("-m", "eval", ...) -> Popen with text pipes."""
    started = []

    def start(*arguments, **options):
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", **options.pop("env", {})}
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job hands down that Ctrl-C is ignored
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": ROOT, "preexec_fn": heed, **options}
        process = subprocess.Popen([sys.executable, *map(str, arguments)], text=True, env=environment, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
