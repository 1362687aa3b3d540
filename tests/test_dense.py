"""submission.recall.dense: FAISS against plain search."""

from __future__ import annotations

import numpy as np

from submission.recall.dense import DenseIndex


def rows(n, dim=8):
    found = np.random.default_rng(0).standard_normal((n, dim)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_scores_are_inner_products_in_the_order_of_the_rows():
    """The same figures as numpy's."""
    vectors = rows(50)
    index = DenseIndex(8)
    index.add(vectors[:20])
    index.add(vectors[20:])
    assert 50 == len(index)
    assert np.allclose(vectors @ vectors[7], index.scores(vectors[7]), atol=1e-6)


def test_an_empty_index_has_no_scores():
    """Nothing added, or nothing in what was added."""
    index = DenseIndex(8)
    index.add(rows(0))
    assert (0,) == index.scores(rows(1)[0]).shape


def test_a_zero_query_scores_zero():
    """A question without known words finds nothing dense."""
    index = DenseIndex(8)
    index.add(rows(3))
    assert [0.0] * 3 == index.scores(np.zeros(8, dtype=np.float32)).tolist()


def test_equal_rows_get_equal_scores():
    """Ties are left to the caller, none is lost."""
    index = DenseIndex(8)
    index.add(np.repeat(rows(1), 4, axis=0))
    assert 1 == len(set(index.scores(rows(1)[0]).tolist())) and 4 == len(index.scores(rows(1)[0]))
