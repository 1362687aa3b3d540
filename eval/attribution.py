"""Where a wrong answer was lost, read off the records of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from .datasets import Question
from .datasets.dialogue import NO_INFO
from .verdict import CORRECT, UNPARSED, Verdict, declines

FAILURES = {
    "failed": "the system raised or was ended",
    "not_stored": "evidence was never written, or is in nothing that the system recalls at any depth",
    "not_retrieved": "evidence is stored, beyond the recorded depth",
    "below_cut": "evidence was retrieved below what the reader sees",
    "misread": "evidence was in the context, the answer is wrong all the same",
    "abstained_wrongly": "evidence was in the context, the reader declined",
    "should_have_abstained": "there is no answer in the dialogue, one was given",
    "judge_doubtful": "the judge gave no verdict, or another judge finds the answer right",
    "unknown": "the data names no evidence turn, or the system shows no recall",
}
CONSOLIDATION = "info_consolidation"


def attribute(question: Question, prediction: dict[str, Any], verdict: Verdict | None, other: Verdict | None, shown_k: int, depth: int) -> str | None:
    """A key of FAILURES; None for an answer that is right or has no verdict.

    `other` is the verdict of a second judge, where there is one.  The reader sees the first `shown_k` hits; `depth` hits
    are recorded.  A question that needs several turns is lost with the worst of them, any other has its evidence with
    the best.  A reader with a model also sees user turns beyond `shown_k`, so that there `below_cut` is an upper bound.
    """
    if verdict is None or verdict.label == CORRECT:
        return None
    if prediction["error"] is not None:
        return "failed"
    if verdict.label == UNPARSED or (other is not None and other.label == CORRECT):
        return "judge_doubtful"
    if question.type == NO_INFO:
        return "should_have_abstained"
    evidence = prediction.get("evidence")
    if not evidence:
        return "unknown"
    ranks = [float("inf") if rank is None else rank for _, rank in evidence]
    rank = max(ranks) if question.type == CONSOLIDATION else min(ranks)
    if rank == float("inf"):
        return "not_stored"
    if rank > depth:
        return "not_retrieved"
    if rank > shown_k:
        return "below_cut"
    return "abstained_wrongly" if declines(prediction["answer"]) else "misread"


def count_failures(found: Iterable[str | None]) -> dict[str, int]:
    """Counts in the order of FAILURES; what did not occur is left out."""
    counts = Counter(found)
    return {name: counts[name] for name in FAILURES if counts[name]}


def render_attribution(counts: dict[str, dict[str, int]]) -> str:
    """A Markdown table, a line a system, only with the failures that occur, and what they mean."""
    seen = [name for name in FAILURES if any(name in found for found in counts.values())]
    lines = ["| system | wrong | " + " | ".join(name.replace("_", " ") for name in seen) + " |", "|" + "---|" * (2 + len(seen))]
    lines += [
        f"| {system} | {sum(found.values())} | " + " | ".join(str(found.get(name, 0)) for name in seen) + " |" for system, found in counts.items()
    ]
    return "\n".join([*lines, "", *(f"- {name.replace('_', ' ')}: {FAILURES[name]}" for name in seen)]) + "\n"
