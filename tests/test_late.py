"""submission.recall.late: each question word's closest word in a text, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from submission.recall.late import LateInteraction, WordTable
from submission.recall.word_vectors import shipped_vectors


@pytest.fixture
def late():
    """Three texts over the words 7, 9 and 4, in rows 0, 1 and 2; the second has none."""
    found = LateInteraction(WordTable(shipped_vectors()))
    found.add([7, 9, 7])
    found.add([])
    found.add([4])
    return found


def test_a_score_is_the_weighted_mean_of_the_best_cosines(late):
    """Weights 3 and 1: text 0 has the best cosines .5 and .9, text 2 has 1 and 0."""
    similarities = np.asarray([[0.5, 0.1], [0.2, 0.9], [1.0, 0.0]], dtype=np.float32)
    scores = late.scores(similarities, np.asarray([3.0, 1.0], dtype=np.float32))
    assert [(3 * 0.5 + 0.9) / 4, 0.0, 0.75] == pytest.approx(scores.tolist())


def test_a_question_without_known_words_scores_nothing(late):
    """No division by the sum of no weights."""
    assert [0.0] * 3 == late.scores(np.zeros((3, 0), np.float32), np.zeros(0, np.float32)).tolist()


def test_no_texts_have_no_scores():
    """An empty dialogue."""
    table = WordTable(shipped_vectors())
    assert (0,) == LateInteraction(table).scores(table.similarities([1]), np.ones(1, np.float32)).shape


def test_texts_may_be_added_between_questions(late):
    """The new text is scored, the others as before."""
    similarities = np.asarray([[0.5], [0.2], [1.0]], dtype=np.float32)
    before = late.scores(similarities, np.ones(1, np.float32)).tolist()
    late.add([9])
    assert [*before, pytest.approx(0.2)] == late.scores(similarities, np.ones(1, np.float32)).tolist()


def test_a_word_is_most_like_itself():
    """Rows follow the order of first mention; cosines are those of the word vectors."""
    words = shipped_vectors()
    table = WordTable(words)
    ids = [words.id(w) for w in ("собака", "поезд")]
    assert [0, 1] == table.rows(ids).tolist() and [1] == table.rows([ids[1]]).tolist()
    similarities = table.similarities([ids[0]])
    assert (2, 1) == similarities.shape
    assert 1.0 == pytest.approx(float(similarities[0, 0]), abs=1e-5) and similarities[1, 0] < 0.5
