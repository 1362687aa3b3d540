"""eval.fit_recall and eval.train_directions: weights and directions that can be made again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from fakes import record, session, write_data

from eval import fit_recall, train_directions
from eval.fit_recall import Example, fit, held_out_rankings, summary


def example(dialogue, evidence, noise=0.0):
    """Four turns, each a session of its own; the first feature marks the evidence, the second is noise."""
    features = np.zeros((4, 2))
    features[evidence, 0] = 1.0
    features[:, 1] = noise * np.arange(4)
    return Example(dialogue, features, features[:, 0] > 0, [10, 11, 12, 13], frozenset({10 + evidence}))


def test_the_fit_finds_the_feature_that_marks_the_evidence():
    """Its weight is large, that of one that says nothing about it is not."""
    weights = fit([example("a", 0, 0.1), example("b", 3, 0.1), example("c", 1, 0.1), example("d", 2, 0.1)])
    assert weights[0] > 1 and abs(weights[1]) < 0.1


def test_a_stronger_penalty_gives_smaller_weights():
    """L2."""
    examples = [example("a", 0), example("b", 2)]
    assert 0 < fit(examples, penalty=1.0)[0] < fit(examples, penalty=0.01)[0]


def test_a_dialogue_is_ranked_by_weights_that_never_saw_it():
    """Two dialogues whose first feature means opposite things: each is ranked by what the other one taught, so wrongly."""
    opposite = example("b", 2)
    opposite = opposite._replace(features=-opposite.features)
    rankings = held_out_rankings([example("a", 2), opposite])
    assert [3, 3] == [r.turns[0].index(2) for r in rankings]
    figures = summary(rankings)
    assert (2, 0.0, 1.0) == (figures["n"], figures["session_any@1"], figures["session_any@5"])


@pytest.fixture
def data(tmp_path):
    """Two dialogues of two sessions with a question each."""
    return write_data(tmp_path / "data.jsonl", record(1), record(2, sessions=[session(1, "моя собака Тошка", "Да."), session(2, "суп", "Долго.")]))


def test_the_command_reports_and_writes_nothing_unasked(data, capsys):
    """n and the figures of leave-one-dialogue-out, by file; the shipped weights stay."""
    from submission.recall.fusion import FUSION

    before = FUSION.read_bytes()
    assert 0 == fit_recall.main(["--profile", "ru", "--data", str(data)])
    assert 2 == json.loads(capsys.readouterr().out)["data.jsonl"]["n"]
    assert before == FUSION.read_bytes()


def test_typing_mistakes_are_compared_with_clean_text(data, capsys):
    """A row for each way to spoil the text, and n."""
    assert 0 == fit_recall.main(["--profile", "ru", "--data", str(data), "--typos", "1"])
    printed = capsys.readouterr().out
    assert "n 2" in printed and all(f"| {name} | " in printed for name in ("typos in questions", "typos in both", "slang in user turns"))


def test_spoilt_questions_are_ranked_by_weights_of_clean_ones():
    """Those of the other dialogue, as often as they are asked."""
    clean, flipped = [example("a", 2), example("b", 1)], example("a", 2)
    asked = [clean[0], flipped._replace(features=-flipped.features), clean[1]]
    assert [0, 3, 0] == [r.turns[0].index(e) for r, e in zip(held_out_rankings(clean, asked=asked), (2, 2, 1))]


def test_principal_directions_are_those_of_the_rows():
    """Points along (3, 4) around (1, 1): that direction, of unit length, its largest entry positive."""
    rows = np.asarray([[1, 1]] * 5, dtype=np.float32) + np.outer([-2, -1, 0, 1, 2], [-3, -4]).astype(np.float32)
    mean, components = train_directions.principal_directions(rows, 1)
    assert [1.0, 1.0] == pytest.approx(mean.tolist())
    assert [0.6, 0.8] == pytest.approx(components[0].tolist())


def test_directions_are_kept_byte_for_byte_and_compared_without_their_signs(tmp_path):
    """Equal arrays make equal files; a direction and its opposite are the same line."""
    mean, components = np.zeros(2, np.float32), np.asarray([[0.6, 0.8]], np.float32)
    for name in ("a.npz", "b.npz"):
        train_directions.write_directions(tmp_path / name, mean, components)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert 0.0 == pytest.approx(train_directions.distance_from(tmp_path / "a.npz", mean, -components), abs=1e-7)
    assert train_directions.distance_from(tmp_path / "a.npz", mean + 1, components) >= 1


def test_the_shipped_directions_can_be_made_again(capsys):
    """From navec's vectors as they are, to a rounding error."""
    assert 0 == train_directions.main([])
    assert "largest difference" in capsys.readouterr().out
