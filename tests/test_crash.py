"""kill -9 in the middle of writes: the file stays sound and loses at most the write under way."""

from __future__ import annotations

import os
import random
import time

import pytest
from conftest import ROOT
from crashing import do, open_memory, seen

from submission.memory.store import check_store
from submission.recall.encoders import WordVectorEncoder

ALL = pytest.mark.skipif(not os.environ.get("GIGAMEMORY_TEST_CRASH"), reason="slow: make test-crash")


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=ALL)], ids=["few", "all"])
def test_a_killed_memory_holds_what_it_acknowledged(child, tmp_path, kills):
    """After each kill: integrity check, and hits and answers equal to those of a process memory with the same writes, give or
    take the one that was under way; forget requests and clears among them."""
    path, chance, encoder = tmp_path / "a.db", random.Random(0), WordVectorEncoder()
    mirror, done = open_memory(encoder=encoder), 0  # operations in the mirror
    for _ in range(kills):
        process = child(ROOT / "tests" / "crashing.py", path, done)
        lines = [process.stdout.readline() for _ in range(1 + chance.randrange(60))]
        assert "ready\n" == lines[0], process.stderr.read()
        time.sleep(chance.uniform(0, 0.01))
        process.kill()
        lines += process.stdout.read().splitlines()
        acknowledged = done + len([line for line in lines[1:] if line.strip()])
        assert () == check_store(path).problems
        while done < acknowledged:
            do(mirror, done)
            done += 1
        stored = open_memory(path, encoder)
        found = seen(stored)
        stored.close()
        if found != seen(mirror):  # the write under way was kept
            do(mirror, done)
            done += 1
            assert found == seen(mirror)
    assert done > 10 * kills
