"""eval.forget_quality: forget requests are recognised and resolved at least as well as was measured.

Whoever wrote the rules had written both halves, and `held_out` was measured once.
"""

from __future__ import annotations

from collections import Counter

import pytest

from eval.forget_quality import EXACTLY, HALVES, TOO_MUCH, UNSEEN, figures, main, read_requests

LINES = read_requests()


@pytest.mark.parametrize(("split", "seen", "false", "exactly", "too_much"), [("develop", 68, 0, 56, 0), ("held_out", 55, 1, 45, 2)])
def test_requests_are_recognised_and_resolved_at_least_as_measured(split, seen, false, exactly, too_much):
    """Recall and precision of each half, and what the recognised requests erase: floors, each at its measured figure."""
    requests, others = figures([line for line in LINES if line["split"] == split])
    found, wrong = requests.total() - requests[UNSEEN], others.total() - others[UNSEEN]
    assert found >= seen and found / (found + wrong) >= seen / (seen + false)
    assert requests[EXACTLY] >= exactly and requests[TOO_MUCH] <= too_much


def test_every_line_is_well_formed():
    """140 requests and 140 other turns, 110 of each Russian; halves alternate; a request marks some turn, another turn none."""
    assert [f"forget-{number:03d}" for number in range(1, 281)] == [line["id"] for line in LINES]
    assert [HALVES[place % 2] for place in range(280)] == [line["split"] for line in LINES]
    assert 280 == len({line["turn"] for line in LINES})
    kinds = Counter((line["is_forget_request"], line["language"]) for line in LINES)
    assert {(True, "ru"): 110, (True, "en"): 30, (False, "ru"): 110, (False, "en"): 30} == kinds
    for line in LINES:
        assert ["id", "split", "language", "is_forget_request", "means", "earlier_turns", "turn"] == list(line)
        assert all(["user", "forget"] == list(turn) and turn["user"] for turn in line["earlier_turns"])
        marks = [turn["forget"] for turn in line["earlier_turns"]]
        if not line["is_forget_request"]:
            assert line["means"] is None and not any(marks)
            continue
        assert 2 <= len(marks) <= 4 and any(marks)
        assert {"everything": all(marks), "turn_just_before": marks[-1] and sum(marks) == 1, "named_topic": not all(marks)}[line["means"]]


def test_the_command_prints_both_halves_and_the_misses_of_one(capsys):
    """Of the half that is held out no line is shown."""
    assert 0 == main(["develop"])
    first, second, *misses = capsys.readouterr().out.splitlines()
    assert first.startswith("develop: precision ") and second.startswith("held_out: ")
    halves = {line["id"]: line["split"] for line in LINES}
    assert misses and {"develop"} == {halves[miss.split(" | ")[1]] for miss in misses}
