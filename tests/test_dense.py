"""submission.recall.dense: FAISS against plain search."""

from __future__ import annotations

import logging

import faiss
import numpy as np
import pytest

from submission.recall import dense
from submission.recall.dense import KINDS, DenseIndex, DenseOptions, SharedIndex

GPUS = getattr(faiss, "get_num_gpus", lambda: 0)()


def rows(n, dim=8, seed=0):
    found = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def shared(kind, n=3000, dialogues=10):
    """n rows of 16 dimensions, dealt out to the dialogues 0, 1, 2 ... in turn."""
    index = SharedIndex(16, DenseOptions(kind=kind))
    index.add(rows(n, 16), [i % dialogues for i in range(n)])
    return index


@pytest.mark.parametrize("n", [1, 50, 2 * dense.BLOCK_ROWS + 3])
def test_scores_are_inner_products_in_the_order_of_the_rows(n):
    """The same figures as numpy's, for one block of rows and for several, added in two steps."""
    vectors = rows(n)
    index = DenseIndex(8)
    index.add(vectors[: n // 3])
    index.add(vectors[n // 3 :])
    assert n == len(index)
    assert np.allclose(vectors @ vectors[-1], index.scores(vectors[-1]), atol=1e-6)


@pytest.mark.skipif(not GPUS, reason="faiss sees no GPU here")
@pytest.mark.parametrize(("half", "error"), [(False, 1e-5), (True, 2e-3)])
def test_the_gpu_agrees_with_a_plain_product(half, error):
    """More rows than the GPU returns hits in one search; at full and at half precision."""
    vectors = rows(5000, 300)
    index = DenseIndex(300, DenseOptions(device="gpu", gpu_float16=half))
    index.add(vectors)
    assert np.allclose(vectors @ vectors[7], index.scores(vectors[7]), atol=error)


@pytest.mark.skipif(GPUS > 0, reason="faiss sees a GPU here")
def test_without_a_gpu_there_is_one_warning_and_the_cpu(caplog):
    """However many dialogues are indexed."""
    dense._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            index = DenseIndex(8, DenseOptions(device="gpu"))
            index.add(rows(5))
            assert np.allclose(rows(5) @ rows(1)[0], index.scores(rows(1)[0]), atol=1e-6)
    assert ["dense search goes on on the CPU: faiss sees no GPU"] == [record.getMessage() for record in caplog.records]


class FullGpu:
    """faiss's resources on a GPU without memory."""

    def setTempMemory(self, size):
        raise RuntimeError(f"Error in cudaMalloc: out of memory ({size} bytes)\nat StandardGpuResources.cpp:485")


def test_a_gpu_without_memory_gives_one_warning_and_the_cpu(caplog, monkeypatch):
    """However many dialogues are indexed, and only the first line of what faiss says."""
    fakes = {"get_num_gpus": lambda: 1, "StandardGpuResources": FullGpu, "GpuClonerOptions": type("Options", (), {}), "index_cpu_to_gpu": None}
    for name, fake in fakes.items():
        monkeypatch.setattr(faiss, name, fake, raising=False)
    dense._warn_once.cache_clear()
    dense._gpu_resources.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            index = DenseIndex(8, DenseOptions(device="auto", gpu_temp_memory_bytes=64))
            index.add(rows(5))
            assert np.allclose(rows(5) @ rows(1)[0], index.scores(rows(1)[0]), atol=1e-6)
    assert ["dense search goes on on the CPU: Error in cudaMalloc: out of memory (64 bytes)"] == [r.getMessage() for r in caplog.records]


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


@pytest.mark.parametrize("make", [DenseIndex, SharedIndex])
def test_rows_that_do_not_fit_are_refused(make):
    """Another dimension, NaN, infinity: with what is wrong and, for the encoder's change, what to do."""
    index = make(8)
    more = () if make is DenseIndex else (["a"] * 3,)
    with pytest.raises(ValueError, match="dimension 8, but the encoder gives 6: rebuild"):
        index.add(rows(3, 6), *more)
    for bad in (np.nan, np.inf):
        broken = rows(3)
        broken[1, 2] = bad
        with pytest.raises(ValueError, match="row 1 .* not finite"):
            index.add(broken, *more)
    assert 0 == len(index)


def test_a_question_of_another_dimension_is_refused():
    """The encoder was exchanged after the rows were stored."""
    index = DenseIndex(8)
    index.add(rows(3))
    with pytest.raises(ValueError, match="rebuild the index"):
        index.scores(rows(1, 6)[0])


@pytest.mark.parametrize(("field", "value"), [("device", "tpu"), ("kind", "hnsw")])
def test_an_unknown_option_names_the_known_ones(field, value):
    """Before anything is indexed."""
    with pytest.raises(ValueError, match=f"not '{value}'"):
        DenseOptions(**{field: value})


@pytest.mark.parametrize(("kind", "loss"), [("flat", 0.0), ("ivf", 0.0), ("ivf_sq8", 0.05), ("ivf_pq", 0.01)])
def test_a_shared_store_finds_what_a_plain_product_finds(kind, loss):
    """Share of the exact ten best that is not found, with all of its 54 lists looked at."""
    vectors, queries = rows(3000, 16), rows(20, 16, seed=1)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    scores, found = shared(kind).search(queries, 10)
    assert 1 - np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, found)]) <= loss
    assert (np.diff(scores, axis=1) <= 0).all()


def test_fewer_lists_lose_little():
    """Half of the lists of random vectors, the worst case, still hold most of the best."""
    vectors, queries = rows(3000, 16), rows(20, 16, seed=1)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    index = SharedIndex(16, DenseOptions(kind="ivf", probes=27))
    index.add(vectors, [0] * 3000)
    assert 0.9 <= np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, index.search(queries, 10)[1])])


@pytest.mark.parametrize("kind", KINDS)
def test_no_hit_crosses_dialogues(kind):
    """Within a dialogue all its rows are found, only they, and the rest is -1; a dialogue that is not there has none."""
    index = shared(kind, 700)
    scores, found = index.search(rows(3, 16, seed=2), 80, dialogue_id=4)
    for line, score in zip(found, scores):
        assert set(range(4, 700, 10)) == set(line[:70].tolist())
        assert [-1] * 10 == line[70:].tolist() and np.isneginf(score[70:]).all()
    assert (index.search(rows(3, 16), 5, dialogue_id="nobody")[1] == -1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_dialogue_in_the_store_is_ranked_exactly(kind):
    """As by a plain product over its rows, up to the rounding of the small kinds."""
    index, query = shared(kind, 2000), rows(1, 16, seed=3)
    own = np.arange(6, 2000, 10)
    plain = np.sort(rows(2000, 16)[own] @ query[0])[::-1]
    assert np.allclose(plain[:20], index.search(query, 20, dialogue_id=6)[0][0], atol=2e-2 if kind == "ivf_sq8" else 2e-3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("searched", [False, True])
def test_a_removed_dialogue_is_gone_and_the_others_keep_their_numbers(kind, searched):
    """Before the index is built and after; what is added later has new numbers."""
    index = shared(kind, 500)
    if searched:
        index.search(rows(1, 16), 1)
    assert (50, 0, 450) == (index.remove(3), index.remove(3), len(index))
    index.add(rows(2, 16), ["new", "new"])
    found = index.search(rows(1, 16), 600)[1][0]
    assert {i for i in range(500) if i % 10 != 3} | {500, 501} == set(found[found >= 0].tolist())
    assert {500, 501, -1} == set(index.search(rows(1, 16), 5, dialogue_id="new")[1][0].tolist())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_small_store_gives_what_there_is(kind, n):
    """k larger than the store, and a store without rows."""
    scores, found = shared(kind, n).search(rows(2, 16), 8)
    assert (2, 8) == scores.shape == found.shape
    assert [set(range(n))] * 2 == [set(line[line >= 0].tolist()) for line in found]


def test_the_store_refuses_what_it_cannot_do():
    """k below 1, rows without their dialogues, an odd dimension for ivf_pq."""
    with pytest.raises(ValueError, match="k must be at least 1, not 0"):
        shared("flat", 5).search(rows(1, 16), 0)
    with pytest.raises(ValueError, match="5 rows need as many dialogue ids, not 4"):
        SharedIndex(16).add(rows(5, 16), [1] * 4)
    with pytest.raises(ValueError, match="even dimension, not 15"):
        SharedIndex(15, DenseOptions(kind="ivf_pq"))
