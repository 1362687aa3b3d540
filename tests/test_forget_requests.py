"""How well forget requests are recognised and resolved: data/validity/forget_requests.jsonl through submission.memory.privacy.

Rules were made on the misses of `develop`; `held_out` was measured once, and whoever wrote the rules had written both halves.
Measured: develop 68 of 70 requests recognised, none of 70 others; held_out 55 of 70, 1 of 70.
`PYTHONPATH=. python tests/test_forget_requests.py` prints the figures, `... develop` also the misses of that half.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from submission.contract import Message
from submission.memory.privacy import TOO_BROAD, forget_in
from submission.memory.turns import TurnLog

LINES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "data" / "validity" / "forget_requests.jsonl").read_text(encoding="utf-8").splitlines()
]
HALVES = ("develop", "held_out")


def outcome_of(line: dict) -> str:
    """What became of the line's turn, said at the end of its dialogue.

    `unseen` where it was not recognised; `narrower` where the memory asked what exactly; else whether it erased of the earlier
    user turns `exactly` the marked ones, `too_much` (some unmarked one), or `too_little`.
    """
    log = TurnLog()
    for turn in line["earlier_turns"]:
        log.append([Message("user", turn["user"], "1"), Message("assistant", "Понятно.", "1")])
    texts, outcomes = forget_in(log, log.numbered([Message("user", line["turn"], "1"), Message("assistant", "Хорошо.", "1")]))
    if not outcomes:
        return "unseen"
    if outcomes[0].status == TOO_BROAD:
        return "narrower"
    erased = {index // 2 for index in texts if index < len(log)}
    wanted = {place for place, turn in enumerate(line["earlier_turns"]) if turn["forget"]}
    return "too_much" if erased - wanted else "too_little" if wanted - erased else "exactly"


def figures(split: str) -> tuple[Counter[str], Counter[str]]:
    """Outcomes of one half's requests and of its other turns, counted."""
    requests, others = Counter[str](), Counter[str]()
    for line in LINES:
        if line["split"] == split:
            (requests if line["is_forget_request"] else others)[outcome_of(line)] += 1
    return requests, others


@pytest.mark.parametrize(("split", "seen", "false", "exactly", "too_much"), [("develop", 68, 0, 56, 0), ("held_out", 55, 1, 45, 2)])
def test_requests_are_recognised_and_resolved_at_least_as_measured(split, seen, false, exactly, too_much):
    """Recall and precision of each half, and what the recognised requests erase: floors, each at its measured figure."""
    requests, others = figures(split)
    found, wrong = requests.total() - requests["unseen"], others.total() - others["unseen"]
    assert found >= seen and found / (found + wrong) >= seen / (seen + false)
    assert requests["exactly"] >= exactly and requests["too_much"] <= too_much


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


if __name__ == "__main__":
    for half in HALVES:
        requests, others = figures(half)
        seen, false = requests.total() - requests["unseen"], others.total() - others["unseen"]
        print(f"{half}: precision {seen}/{seen + false}, recall {seen}/{requests.total()}; requests {dict(requests)}, others {dict(others)}")
    for line in LINES:
        wanted = "exactly narrower" if line["means"] == "everything" else "exactly" if line["is_forget_request"] else "unseen"
        if line["split"] in sys.argv[1:] and (outcome := outcome_of(line)) not in wanted.split():
            print(
                outcome,
                line["id"],
                line["means"],
                "|",
                line["turn"],
                "|",
                *(("+ " if t["forget"] else "- ") + t["user"] for t in line["earlier_turns"]),
            )
