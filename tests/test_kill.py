"""Runs that cannot be lost: kill -9, and the bill stays the same."""

from __future__ import annotations

import os

import pytest
from killing import killed, undisturbed, write_questions

from eval.calls import calls_in_doubt

ALL = pytest.mark.skipif(not os.environ.get("GIGAMEMORY_TEST_KILL"), reason="slow: make test-kill")


@pytest.mark.parametrize(
    ("kills", "workers"), [(4, 1), pytest.param(30, 1, marks=ALL), pytest.param(30, 2, marks=ALL)], ids=["few", "all", "all, two workers"]
)
def test_a_killed_run_ends_as_an_undisturbed_one_and_pays_no_call_twice(child, tmp_path, kills, workers):
    """SIGKILL at random moments; the endpoint, which counts, is asked each thing once."""
    data = write_questions(tmp_path / "d.jsonl", dialogues=3, questions=4 if kills < 30 else 20)
    expected, paid = undisturbed(child, data, tmp_path / "calm")
    found, calls, made = killed(child, data, tmp_path / "killed", kills=kills, delay=0.05, workers=workers)
    assert kills == made
    assert expected == found
    assert (paid, {1}) == (len(calls), set(calls.values()))
    assert 0 == calls_in_doubt(tmp_path / "killed" / "asking")
