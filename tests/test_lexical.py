"""submission.recall.lexical: BM25 worked out by hand."""

from __future__ import annotations

import math

import pytest

from submission.recall.lexical import Bm25


@pytest.fixture
def index():
    """Two documents of 2 and 1 words: the mean length is 1.5."""
    found = Bm25()
    found.add(["кот", "спать"])
    found.add(["пес"])
    return found


def test_scores_follow_the_formula(index):
    """idf ln 2; length norm 1.5 (0.25 + 0.75 * 2 / 1.5) = 1.875 and 1.5 (0.25 + 0.75 / 1.5) = 1.125."""
    assert math.log(2) == pytest.approx(index.idf("кот"))
    assert [math.log(2) * 2.5 / 2.875, 0.0] == pytest.approx(index.scores(["кот"]).tolist())
    assert [0.0, math.log(2) * 2.5 / 2.125] == pytest.approx(index.scores(["пес"]).tolist())


def test_a_repeated_query_word_counts_once(index):
    """A question that says a word twice does not ask twice as much."""
    assert index.scores(["кот"]).tolist() == index.scores(["кот", "кот"]).tolist()


def test_idf_is_never_negative():
    """A word in every document is worth little, not less than nothing."""
    found = Bm25()
    for _ in range(3):
        found.add(["да"])
    assert 0 < found.idf("да") < found.idf("нет")


def test_unknown_words_and_empty_documents_score_zero(index):
    """An empty query, an unknown word, an empty document."""
    index.add([])
    assert [0.0] * 3 == index.scores([]).tolist() == index.scores(["слон"]).tolist()
    assert 0.0 == index.scores(["кот"]).tolist()[2]
    assert 3 == len(index)


def test_an_empty_index_scores_nothing():
    """No documents, no scores."""
    assert (0,) == Bm25().scores(["кот"]).shape


def test_only_empty_documents_are_no_error():
    """A mean length of 0 divides nothing."""
    found = Bm25()
    found.add([])
    assert [0.0] == found.scores(["кот"]).tolist()


def test_documents_can_be_added_later(index):
    """The index grows; scores are those of an index built at once."""
    index.add(["кот", "кот", "мышь"])
    whole = Bm25()
    for document in (["кот", "спать"], ["пес"], ["кот", "кот", "мышь"]):
        whole.add(document)
    assert whole.scores(["кот", "мышь"]).tolist() == index.scores(["кот", "мышь"]).tolist()
