"""Abstention: signals and probability."""

from __future__ import annotations

import numpy as np
import pytest

from submission.reading.abstain import ABSTAIN_SIGNALS, CERTAIN, CROSS_ABSTAIN_SIGNALS, UNRELATED, abstain_signals, answerable
from submission.reading.clauses import clauses_of
from submission.reading.evidence import CROSS_SIGNALS, SIGNALS
from submission.reading.question import asked
from submission.recall.recall import Hit


def _signals(question: str, typed: float, cross: tuple[float, float] | None = None) -> dict[str, float]:
    clauses = clauses_of([Hit(0, 1, "user", "Кота зовут Барсик", 2.0), Hit(2, 1, "user", "Сегодня опять идёт дождь", 1.0)])
    table = np.zeros((len(clauses), len(SIGNALS)), dtype=np.float32)
    table[0, SIGNALS.index("is_name")] = typed
    table[:, SIGNALS.index("match")] = 0.3, 0.5
    if cross:
        table = np.concatenate([table, np.repeat(np.asarray(cross, dtype=np.float32)[:, None], len(CROSS_SIGNALS), axis=1)], axis=1)
    found = abstain_signals(table, np.asarray([3.0, 1.0]), clauses, asked(question), 0, cohort_match=0.6)
    return dict(zip(ABSTAIN_SIGNALS + CROSS_ABSTAIN_SIGNALS, found.tolist()))


def test_signals_of_the_best_clauses():
    """Best score, gap to the next and share of the best are those of the scores given."""
    found = _signals("Как зовут кота?", 1.0)
    assert found["best_score"] == 3.0 and found["score_gap"] == 2.0
    assert found["score_share"] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)
    assert found["typed"] == 1.0 and found["supporting_turns"] == pytest.approx(0.4)


def test_how_much_was_looked_at():
    """Two turns: ln 2; of 250 as many as the fit has seen."""
    assert _signals("Как зовут кота?", 1.0)["turns"] == pytest.approx(np.log(2))
    clauses = clauses_of([Hit(2 * i, 1, "user", f"Кота зовут Барсик {i}", 1.0) for i in range(250)])
    found = abstain_signals(np.zeros((250, len(SIGNALS))), np.arange(250.0), clauses, asked("Как зовут кота?"), 0, cohort_match=0.6)
    assert found[ABSTAIN_SIGNALS.index("turns")] == pytest.approx(np.log(40))


def test_the_best_match_counts_by_how_far_it_is_above_the_cohort():
    """Of the cosines 0.3 and 0.5 the larger, less the 0.6 that other people's messages reach."""
    found = _signals("Как зовут кота?", 1.0)
    assert (0.5, -0.1) == pytest.approx((found["best_match"], found["above_cohort"]))


def test_what_the_cross_encoder_says_comes_on_top():
    """The largest logit, the best clause's, and the logit of any clause: ln(e^0 + e^(ln 3)) = ln 4.  Without it there are none."""
    found = _signals("Как зовут кота?", 1.0, cross=(0.0, float(np.log(3))))
    assert [np.log(3), 0.0, np.log(4)] == pytest.approx([found[name] for name in CROSS_ABSTAIN_SIGNALS], abs=1e-6)
    assert not set(CROSS_ABSTAIN_SIGNALS) & set(_signals("Как зовут кота?", 1.0))


def test_gap_of_the_expected_kind():
    """Where no clause holds the kind of answer, the gap is the whole spread of scores; with one at the top it is 0."""
    assert _signals("Как зовут кота?", 0.0)["typed_score_gap"] == 2.0
    assert _signals("Как зовут кота?", 1.0)["typed_score_gap"] == 0.0


def test_probability():
    """No evidence either way is 0.5; extreme sums neither overflow nor leave [0, 1]."""
    related, weights = np.zeros(len(ABSTAIN_SIGNALS)), np.zeros(len(ABSTAIN_SIGNALS))
    related[ABSTAIN_SIGNALS.index("best_match")] = UNRELATED
    assert answerable(related, weights, 0.0) == 0.5
    assert 0.0 < answerable(related, weights, -1e9) < 1e-9
    assert answerable(related, weights, 1e9) <= 1.0


def test_nothing_related_is_no_answer():
    """Where no clause comes near the question, what its form promises does not count."""
    nothing = np.zeros(len(ABSTAIN_SIGNALS))
    nothing[ABSTAIN_SIGNALS.index("best_match")] = UNRELATED - 0.01
    assert answerable(nothing, np.zeros(len(ABSTAIN_SIGNALS)), 20.0) == 0.0


@pytest.mark.parametrize("name", ["facts", "exact"])
def test_certainty(name):
    """A fact, or a clause that says the question and holds its kind, is an answer whatever else speaks against it."""
    signals = np.zeros(len(ABSTAIN_SIGNALS))
    signals[ABSTAIN_SIGNALS.index(name)] = 1.0
    assert answerable(signals, np.zeros(len(ABSTAIN_SIGNALS)), -20.0) == CERTAIN
