"""When to say that there is no such information: a logistic model over what the evidence looks like."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .clauses import Clause
from .evidence import CROSS_SIGNALS, SIGNALS
from .question import NAME, NUMBER, PERSON, PLACE, TIME, Asked

# What speaks for an answer, what against it, and what kind of question it is and how much was looked at: in a small memory the best
# of few turns stands out less.  The fit keeps the signs of the first two: in questions that somebody wrote to be hard,
# unanswerable ones may resemble the dialogue more than others do.
FOR = (
    "best_score", "score_gap", "score_share", "best_hit", "hit_gap", "best_late", "best_late_turn", "best_covered", "best_covered_turn",
    "best_cosine", "best_match", "above_cohort", "typed", "supporting_turns", "first_person", "facts", "exact",
)  # fmt: skip
AGAINST = ("untyped", "untyped_specific", "typed_hit_gap", "typed_late_gap", "typed_score_gap", "strangers")
ASKED = ("many", "number_asked", "time_asked", "name_asked", "place_asked", "specific", "top_corrected", "turns")
ABSTAIN_SIGNALS = FOR + AGAINST + ASKED
CROSS_ABSTAIN_SIGNALS = ("best_cross", "top_cross", "any_cross")  # further ones, for an answer, where the cross-encoder has read
CERTAIN = 0.99  # support of an answer that a fact gives, or a clause that says nearly all of the question and holds its kind
UNRELATED = 0.2  # cosine of the dual encoder; for answerable questions of dialogues the best clause has 0.3 or more, of vignettes 0.22
EXACT_SHARE = 0.8  # of the question's content words, by weight
_KINDS = (NUMBER, TIME, NAME, PLACE, PERSON)
MOST_TURNS = 40  # the fit has seen no more; beyond it, their number says nothing
TOP = 5  # pieces of evidence that are looked at
_FACTS, _EXACT, _MATCH = (ABSTAIN_SIGNALS.index(name) for name in ("facts", "exact", "best_match"))
_COLUMN = {name: place for place, name in enumerate(SIGNALS + CROSS_SIGNALS)}
_TYPED = [_COLUMN[name] for name in ("is_number", "is_time", "is_name", "is_place", "is_person")]
_UNTYPED = [_COLUMN[name] for name in ("not_number", "not_time", "not_name", "not_place")]


def abstain_signals(signals: np.ndarray, scores: np.ndarray, clauses: Sequence[Clause], ask: Asked, facts: int, cohort_match: float) -> np.ndarray:
    """(len(ABSTAIN_SIGNALS),) float32 from the clauses' signals and scores; at least one clause.

    Where `signals` have the columns of the cross-encoder, CROSS_ABSTAIN_SIGNALS follow.
    `cohort_match`: how well what other people told matches the question (DualEncoder.cohort_match).
    """
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

    untyped = float(top[:, _UNTYPED].max(axis=1).mean())
    best_match = float(signals[:, _COLUMN["match"]].max())  # of all clauses, as UNRELATED asks whether anything that was said comes near
    found = {
        "best_score": best,
        "score_gap": best - float(scores[order[min(1, len(order) - 1)]]),
        "score_share": 1.0 / float(share.sum()),
        "best_hit": ranked[0],
        "hit_gap": ranked[0] - ranked[min(4, len(ranked) - 1)],
        "best_late": largest("late"),
        "best_late_turn": largest("late_turn"),
        "best_covered": largest("covered"),
        "best_covered_turn": largest("covered_turn"),
        "best_cosine": largest("cosine"),
        "best_match": best_match,
        "above_cohort": best_match - cohort_match,
        "typed": float(top[:, _TYPED].max()),
        "supporting_turns": len({clauses[i].hit.index for i in order[:TOP]}) / TOP,
        "first_person": float(top[:, _COLUMN["first_person"]].mean()),
        "facts": min(facts, 3) / 3,
        "exact": float((signals[:, _COLUMN["covered"]] * typed).max()),
        "untyped": untyped,
        "untyped_specific": ask.specific * untyped,
        "typed_hit_gap": gap(signals[:, _COLUMN["hit_score"]]),
        "typed_late_gap": gap(signals[:, _COLUMN["late_turn"]]),
        "typed_score_gap": gap(scores),
        "strangers": float(top[:, _COLUMN["others"]].mean()),
        "many": ask.many,
        "number_asked": ask.kind == NUMBER,
        "time_asked": ask.kind == TIME,
        "name_asked": ask.kind == NAME,
        "place_asked": ask.kind == PLACE,
        "specific": ask.specific,
        "top_corrected": largest("corrected"),
        "turns": math.log(min(len({c.hit.index for c in clauses}), MOST_TURNS)),
    }
    first = [found[name] for name in ABSTAIN_SIGNALS]
    if signals.shape[1] == len(SIGNALS):
        return np.asarray(first, dtype=np.float32)
    cross = signals[:, _COLUMN["cross"]]
    return np.asarray([*first, cross.max(), cross[order[0]], np.logaddexp.reduce(cross)], dtype=np.float32)


def answerable(signals: np.ndarray, weights: np.ndarray, bias: float) -> float:
    """Probability (0..1) that the evidence answers the question.

    CERTAIN for a fact or an exact clause; else 0 where nothing that was said is related to the question.
    """
    if signals[_FACTS] > 0 or signals[_EXACT] >= EXACT_SHARE:
        return CERTAIN
    if signals[_MATCH] < UNRELATED:
        return 0.0
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, float(signals @ weights) + bias))))
