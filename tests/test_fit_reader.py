"""eval.fit_reader: what the clause weights are fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from eval.datasets import Question
from eval.fit_reader import Row, fit_evidence, held_out_scores, main


def row(evidence, kind="fact_equal_session", weight=1.0, dialogue="a"):
    """A question with two clauses, each with one signal of its own."""
    question = Question(id="q", text="Кто я?", type=kind, gold="")
    return Row(dialogue, question, None, ["one", "two"], [], np.eye(2), 0.5, np.asarray(evidence), weight)


FIRST, SECOND = [True, False], [False, True]


def test_a_weight_counts_like_a_repetition():
    """Two of three questions speak for the first signal, however they are written down."""
    weights = fit_evidence([row(FIRST, weight=2.0), row(SECOND)])
    np.testing.assert_allclose(fit_evidence([row(FIRST), row(FIRST), row(SECOND)]), weights, atol=1e-4)
    assert weights[0] > 0 > weights[1]


def test_near_misses_of_unanswerable_questions_are_no_evidence():
    """What a question without an answer marks is left out."""
    np.testing.assert_array_equal(fit_evidence([row(FIRST)]), fit_evidence([row(FIRST), row(SECOND, kind="no_info")]))


def test_scores_come_from_other_dialogues():
    """Each dialogue's own evidence says the opposite of the other's: held out, the wrong clause is ahead."""
    one, two = held_out_scores([row(FIRST, dialogue="a"), row(SECOND, dialogue="b")], [])
    assert one[1] > one[0] and two[0] > two[1]


def test_vignettes_need_their_encoders(capsys):
    """Said before anything is read."""
    with pytest.raises(SystemExit):
        main(["--data", "tune.jsonl", "--vignettes", "vignettes.jsonl"])
    assert "name the dual encoders of the folds after the file" in capsys.readouterr().err
