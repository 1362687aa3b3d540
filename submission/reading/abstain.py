"""When to say that there is no such information: a logistic model over what the evidence looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .clauses import Clause
from .evidence import SIGNALS
from .question import NAME, NUMBER, PERSON, PLACE, TIME, Asked

ABSTAIN_SIGNALS = (
    "best_score", "score_gap", "score_share", "best_hit", "hit_gap", "best_late", "best_late_turn", "best_covered", "best_covered_turn", "best_cosine",
    "best_topic", "typed", "untyped", "supporting_turns", "first_person", "many", "number_asked", "time_asked", "name_asked", "place_asked", "facts",
    "specific", "typed_hit_gap", "typed_late_gap", "typed_score_gap", "strangers", "top_corrected", "untyped_specific",
)  # fmt: skip
_KINDS = (NUMBER, TIME, NAME, PLACE, PERSON)
TOP = 5  # pieces of evidence that are looked at
_COLUMN = {name: place for place, name in enumerate(SIGNALS)}
_TYPED = [_COLUMN[name] for name in ("is_number", "is_time", "is_name", "is_place", "is_person")]
_UNTYPED = [_COLUMN[name] for name in ("not_number", "not_time", "not_name", "not_place")]


def abstain_signals(signals: np.ndarray, scores: np.ndarray, clauses: Sequence[Clause], ask: Asked, facts: int) -> np.ndarray:
    """(len(ABSTAIN_SIGNALS),) float32 from the clauses' signals and scores; at least one clause."""
    order = np.argsort(-scores, kind="stable")
    top, best = signals[order[:TOP]], float(scores[order[0]])
    share = np.exp(scores - best)
    ranked = sorted({c.hit.score for c in clauses}, reverse=True)

    def largest(name: str) -> float:
        return float(top[:, _COLUMN[name]].max())

    typed = signals[:, _TYPED].max(axis=1) > 0

    def gap(values: np.ndarray) -> float:
        """How far the best clause of the expected kind is behind the best of all; 0 where no kind is expected."""
        if ask.kind not in _KINDS:
            return 0.0
        return float(values.max() - (values[typed].max() if typed.any() else values.min()))

    return np.asarray(
        (
            best, best - float(scores[order[min(1, len(order) - 1)]]), 1.0 / float(share.sum()), ranked[0], ranked[0] - ranked[min(4, len(ranked) - 1)],
            largest("late"), largest("late_turn"), largest("covered"), largest("covered_turn"), largest("cosine"), largest("topic_rare"),
            float(top[:, _TYPED].max()), float(top[:, _UNTYPED].max(axis=1).mean()), len({clauses[i].hit.index for i in order[:TOP]}) / TOP,
            float(top[:, _COLUMN["first_person"]].mean()), float(ask.many), float(ask.kind == "number"), float(ask.kind == "time"), float(ask.kind == "name"),
            float(ask.kind == "place"), min(facts, 3) / 3,
            float(ask.specific), gap(signals[:, _COLUMN["hit_score"]]), gap(signals[:, _COLUMN["late_turn"]]), gap(scores),
            float(top[:, _COLUMN["others"]].mean()), largest("corrected"), float(ask.specific) * float(top[:, _UNTYPED].max(axis=1).mean()),
        ),
        dtype=np.float32,
    )  # fmt: skip


def answerable(signals: np.ndarray, weights: np.ndarray, bias: float) -> float:
    """Probability (0..1) that the evidence answers the question."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, float(signals @ weights) + bias))))
