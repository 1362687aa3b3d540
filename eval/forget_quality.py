"""How well forget requests are recognised and resolved, on data/validity/forget_requests.jsonl.

    python -m eval.forget_quality [develop]      the figures of both halves; with `develop` its misses, too

Rules are made on the misses of `develop`; of `held_out` only the counts are looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REQUESTS = Path(__file__).parents[1] / "data" / "validity" / "forget_requests.jsonl"
HALVES = DEVELOP, HELD_OUT = ("develop", "held_out")
UNSEEN, NARROWER, EXACTLY, TOO_MUCH, TOO_LITTLE = "unseen", "narrower", "exactly", "too_much", "too_little"


def read_requests(path: Path = REQUESTS) -> list[dict[str, Any]]:
    """The labelled turns, one a line of the file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def outcome_of(line: dict[str, Any]) -> str:
    """What became of the line's turn, said at the end of its dialogue.

    UNSEEN where it was not recognised; NARROWER where the memory asked what exactly; else whether it erased, of the earlier
    user turns, EXACTLY the marked ones, TOO_MUCH (some unmarked one), or TOO_LITTLE.
    """
    from submission.contract import Message
    from submission.memory.privacy import TOO_BROAD, forget_in
    from submission.memory.turns import TurnLog

    log = TurnLog()
    for turn in line["earlier_turns"]:
        log.append([Message("user", turn["user"], "1"), Message("assistant", "Понятно.", "1")])
    texts, outcomes = forget_in(log, log.numbered([Message("user", line["turn"], "1"), Message("assistant", "Хорошо.", "1")]))
    if not outcomes:
        return UNSEEN
    if outcomes[0].status == TOO_BROAD:
        return NARROWER
    erased = {index // 2 for index in texts if index < len(log)}
    wanted = {place for place, turn in enumerate(line["earlier_turns"]) if turn["forget"]}
    return TOO_MUCH if erased - wanted else TOO_LITTLE if wanted - erased else EXACTLY


def figures(lines: Sequence[dict[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """Outcomes of the requests and of the other turns, counted."""
    requests, others = Counter[str](), Counter[str]()
    for line in lines:
        (requests if line["is_forget_request"] else others)[outcome_of(line)] += 1
    return requests, others


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.forget_quality")
    parser.add_argument("misses", nargs="?", choices=(DEVELOP,), help="print the misses of this half")
    options = parser.parse_args(arguments)
    lines = read_requests()
    for half in HALVES:
        requests, others = figures([line for line in lines if line["split"] == half])
        seen, false = requests.total() - requests[UNSEEN], others.total() - others[UNSEEN]
        print(f"{half}: precision {seen}/{seen + false}, recall {seen}/{requests.total()}; requests {dict(requests)}, others {dict(others)}")
    for line in (line for line in lines if line["split"] == options.misses):
        right = {"everything": (EXACTLY, NARROWER), None: (UNSEEN,)}.get(line["means"], (EXACTLY,))
        if (outcome := outcome_of(line)) not in right:
            told = [("+ " if turn["forget"] else "- ") + turn["user"] for turn in line["earlier_turns"]]
            print(outcome, line["id"], line["means"], line["turn"], *told, sep=" | ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
