"""The near side of the call keeper: a run's model calls, kept in its folder and paid once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .call_keeper import CALLS, KEEPER
from .errors import UserError
from .journal import make_folder, read_journal

START_SECONDS = 20.0
ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def kept_calls(folder: Path, url: str, stage: str | None = None) -> Iterator[str]:
    """The address to use in place of `url`: replies to equal requests come from `folder`/calls.jsonl.

    A keeper that outlived a killed run is taken over, with the calls that it still waits for.  Raises UserError when
    none can be started.
    """
    make_folder(folder)
    started: subprocess.Popen | None = None
    deadline = time.monotonic() + START_SECONDS
    try:
        while (port := _attach(folder, url)) is None:
            started = started or _start(folder, url, stage)
            if started.poll() is not None:
                raise UserError(f"{folder}: the call keeper did not start: {started.stderr.read().decode('utf-8', 'replace').strip()[-300:]}")
            if time.monotonic() > deadline:
                raise UserError(f"{folder}: no call keeper within {START_SECONDS:.0f} s; is another run under way in this folder?")
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            _command(folder, port, "leave")
            if started is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):  # it waits for a call under way
                    started.wait(START_SECONDS)
    finally:
        if started is not None:
            started.stderr.close()


def _start(folder: Path, url: str, stage: str | None) -> subprocess.Popen:
    command = [sys.executable, "-m", "eval.call_keeper", str(folder.resolve()), url, *([stage] if stage else [])]
    # a session of its own: an interrupt of the run must not end it
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def read_calls(folder: Path) -> Iterator[dict[str, Any]]:
    """Model calls of a run without their replies, in the order of their ends."""
    for record in read_journal(folder / CALLS):
        if "reply" in record:
            yield {name: value for name, value in record.items() if name != "reply"}


def calls_in_doubt(folder: Path) -> int:
    """Calls that were sent and whose replies were never kept: paid perhaps twice, after the keeper itself died."""
    open_: Counter[str] = Counter()
    for record in read_journal(folder / CALLS):
        open_[record["key"]] += 1 if "started" in record else -1
    return sum(max(0, n) for n in open_.values())


def _attach(folder: Path, url: str) -> int | None:
    """The port of a living keeper of this folder; None where there is none."""
    try:
        known = json.loads((folder / KEEPER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not _command(folder, known["port"], "attach"):
        return None
    if known["upstream"] != url:
        raise UserError(f"{folder}: a run with another engine ({known['upstream']}) is still under way in this folder")
    return known["port"]


def _command(folder: Path, port: int, name: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", f"/keeper/{name}", json.dumps({"pid": os.getpid(), "folder": str(folder.resolve())}))
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
