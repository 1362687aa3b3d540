"""eval.metrics: figures worked out by hand."""

from __future__ import annotations

import pytest

from eval.metrics import ndcg, recall_all, recall_any, recall_mean, reciprocal_rank

RANKING, RELEVANT = ["a", "b", "c", "d"], {"b", "d"}


@pytest.mark.parametrize(
    ("k", "any_", "all_", "mean", "gain"),
    [
        (1, 0.0, 0.0, 0.0, 0.0),
        (2, 1.0, 0.0, 0.5, 0.386853),  # (1 / log2 3) / (1 + 1 / log2 3) = 0.630930 / 1.630930
        (3, 1.0, 0.0, 0.5, 0.386853),
        (4, 1.0, 1.0, 1.0, 0.650921),  # (0.630930 + 1 / log2 5 = 0.430677) / 1.630930
        (9, 1.0, 1.0, 1.0, 0.650921),
    ],
)
def test_two_relevant_ids_at_ranks_two_and_four(k, any_, all_, mean, gain):
    """Every metric at every k, also for k beyond the ranking."""
    assert any_ == recall_any(RANKING, RELEVANT, k)
    assert all_ == recall_all(RANKING, RELEVANT, k)
    assert mean == recall_mean(RANKING, RELEVANT, k)
    assert gain == pytest.approx(ndcg(RANKING, RELEVANT, k), abs=1e-6)


def test_ndcg_at_one_can_be_reached_with_two_relevant_ids():
    """The ideal is cut at k as well: one relevant id at rank 1 is all that k = 1 can show."""
    assert 1.0 == ndcg(["b", "a"], RELEVANT, 1)


def test_reciprocal_rank_is_that_of_the_first_relevant_id():
    """1/2 here, 0 where none is found."""
    assert 0.5 == reciprocal_rank(RANKING, RELEVANT)
    assert 0.0 == reciprocal_rank(["a"], RELEVANT)


def test_an_empty_ranking_scores_nothing():
    """A system that finds nothing gets 0, not an error."""
    assert [0.0] * 4 == [score([], RELEVANT, 5) for score in (recall_any, recall_all, recall_mean, ndcg)]
