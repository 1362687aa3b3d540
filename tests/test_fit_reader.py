"""eval.fit_reader: what the clause weights are fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from eval.datasets import Question
from eval.fit_reader import Row, fit_evidence, held_out_scores, main, read_closely, small_memories, store
from submission.reading import fitted as fitted_weights
from submission.reading.clauses import clauses_of
from submission.reading.evidence import CROSS_SIGNALS, SIGNALS
from submission.reading.question import asked
from submission.recall.recall import Hit


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


def test_vignettes_need_their_encoder(capsys):
    """Said before anything is read."""
    with pytest.raises(SystemExit):
        main(["--data", "tune.jsonl", "--vignettes", "vignettes.jsonl"])
    assert "--vignettes: expected 2 arguments" in capsys.readouterr().err


def test_a_second_look_adds_what_the_cross_encoder_says():
    """Three further signals of each clause; a question without clauses stays as it is."""
    clauses = clauses_of([Hit(0, 1, "user", "работаю сварщиком", 2.0), Hit(2, 1, "user", "кота зовут Барсик", 1.0)])
    seen = row(FIRST)._replace(clauses=clauses)
    empty = row([])._replace(clauses=[], signals=np.zeros((0, 1)))
    first, second = read_closely([seen, empty], np.array([1.0, 0.5]))
    assert (2, 2 + len(CROSS_SIGNALS)) == first.signals.shape
    np.testing.assert_array_equal(seen.signals, first.signals[:, :2])
    assert (0, 1) == second.signals.shape


def test_small_memories_keep_the_evidence():
    """Of nine sessions at most eight are kept, the one with the evidence always, its clause still marked; ranks close up."""
    clauses = clauses_of([Hit(2 * i, i, "user", f"у меня {i} кота и собака Рекс", 9.0 - i) for i in range(9)])
    told = row([i == 4 for i in range(9)])._replace(clauses=clauses, ask=asked("Кто я?"))
    for small in small_memories([told] * 20):
        sessions = [c.hit.session_id for c in small.clauses]
        assert 4 in sessions and len(sessions) <= 8
        assert [session == 4 for session in sessions] == list(small.is_evidence)
        assert list(range(len(sessions))) == [c.rank for c in small.clauses]
        assert (len(sessions), len(SIGNALS)) == small.signals.shape
        assert 0.3 == small.weight


def test_small_memories_leave_out_what_they_cannot_answer():
    """A question whose evidence was not found, and one without clauses; one that nothing answers stays."""
    clauses = clauses_of([Hit(0, 1, "user", "кота зовут Барсик", 1.0)])
    lost = row([False])._replace(clauses=clauses, ask=asked("Кто я?"))
    assert [] == small_memories([lost, row([])._replace(clauses=[])])
    assert 1 == len(small_memories([lost._replace(question=Question(id="q", text="Кто я?", type="no_info", gold=""))]))


def test_weights_are_stored_as_they_are_read(tmp_path, monkeypatch):
    """Both parts, by the names of their signals."""
    monkeypatch.setattr(fitted_weights, "WEIGHTS", tmp_path / "weights.json")
    fits = {
        part: {"leave_one_dialogue_out": {}, "evidence": np.arange(len(evidence)), "abstain": np.arange(len(abstain)), "bias": 0.25}
        for part, (evidence, abstain) in fitted_weights.NAMES.items()
    }
    store(["tune.jsonl"], 8, fits)
    for found, part in zip(fitted_weights.shipped.__wrapped__(), fits.values()):
        np.testing.assert_array_equal(part["evidence"], found.evidence)
        np.testing.assert_array_equal(part["abstain"], found.abstain)
        assert 0.25 == found.bias
