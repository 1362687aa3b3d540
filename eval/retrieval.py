"""Retrieval by a system's own `recall`, scored on sessions and turns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from tqdm import tqdm

from . import metrics
from .datasets import Dialogue, Question
from .datasets.dialogue import NO_INFO
from .errors import UserError
from .replay import FlatTurn, flatten, positions, write_dialogue

DEFAULT_KS = (1, 3, 5, 10, 40)


def evaluate_retrieval(system: Any, dialogues: Sequence[Dialogue], ks: Sequence[int] = DEFAULT_KS) -> dict:
    """Scores of `system.recall` on every question whose evidence is known.

    Sessions are ranked by their best turn.  `no_info` questions are left out: their evidence is a near miss.
    Evidence that is never written (an odd last turn, a dropped leading turn) is counted as excluded, not missed.
    """
    if not hasattr(system, "recall"):
        raise UserError("this system has no recall(dialogue_id, question, k), so there is no retrieval to measure")
    rows: list[tuple[str, dict[str, tuple[list, set]]]] = []
    excluded: Counter[str] = Counter()
    for dialogue in tqdm(dialogues, desc="retrieval", disable=None):
        turns = flatten(dialogue)
        write_dialogue(system, dialogue.id, turns)
        for question in dialogue.questions:
            levels = relevant_ids(question, turns, excluded)
            if not levels:
                continue
            hits = system.recall(dialogue.id, question.text, len(turns))
            ranked = {"turn": [h.index for h in hits], "session": list(dict.fromkeys(h.session_id for h in hits))}
            rows.append((question.type or "untyped", {level: (ranked[level], ids) for level, ids in levels.items()}))
        system.clear_memory(dialogue.id)
    by_type = defaultdict(list)
    for kind, levels in rows:
        by_type[kind].append(levels)
    return {
        **_levels([levels for _, levels in rows], ks),
        "by_type": {kind: {**_levels(levels, ks), "n": len(levels)} for kind, levels in sorted(by_type.items())},
        "n": len(rows),
        "excluded": dict(sorted(excluded.items())),
    }


def relevant_ids(question: Question, turns: list[FlatTurn], excluded: Counter[str]) -> dict[str, set[Hashable]]:
    """Relevant session ids and turn indexes of a question; {} when it is left out, with the reason counted."""
    if question.type == NO_INFO:
        excluded["no_info"] += 1
        return {}
    written = {t.session_id for t in turns}
    sessions = {s for s in question.evidence_sessions if s in written}
    if not sessions:
        excluded["no evidence named"] += 1
        return {}
    levels: dict[str, set[Hashable]] = {"session": sessions}
    index_of = positions(turns)
    found = {index_of[e[:2]] for e in question.evidence if e[:2] in index_of}
    if lost := sum(e[:2] not in index_of for e in question.evidence):
        excluded["evidence turns never written"] += lost
    if found:
        levels["turn"] = found
    else:
        excluded["no turn evidence (session scores only)"] += 1
    return levels


def _levels(rows: list[dict[str, tuple[list, set]]], ks: Sequence[int]) -> dict:
    return {level: score_rankings([row[level] for row in rows if level in row], ks) for level in ("session", "turn")}


def score_rankings(rows: Iterable[tuple[Sequence[Hashable], set]], ks: Sequence[int]) -> dict:
    """Means over (ranking, relevant ids) rows; metrics of no rows are None."""
    rows = list(rows)

    def mean(values: Iterable[float]) -> float | None:
        values = list(values)
        return sum(values) / len(values) if values else None

    at_k = {"recall_any": metrics.recall_any, "recall_all": metrics.recall_all, "recall_mean": metrics.recall_mean, "ndcg": metrics.ndcg}
    return {
        **{name: {str(k): mean(score(r, ids, k) for r, ids in rows) for k in ks} for name, score in at_k.items()},
        "mrr": mean(metrics.reciprocal_rank(r, ids) for r, ids in rows),
        "n": len(rows),
    }
