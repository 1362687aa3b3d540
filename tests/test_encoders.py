"""submission.recall.encoders: the built-in encoder."""

from __future__ import annotations

import numpy as np
import pytest

from submission.recall.encoders import WordVectorEncoder


@pytest.fixture(scope="module")
def encoder():
    return WordVectorEncoder()


def test_rows_are_unit_vectors(encoder):
    """(n, dim) float32, L2-normalised, in the order of the texts."""
    rows = encoder.encode_passages(["моя собака", "кот спит", "поезд в Омск"])
    assert ((3, encoder.dim), np.float32) == (rows.shape, rows.dtype)
    assert [1.0] * 3 == pytest.approx(np.linalg.norm(rows, axis=1).tolist(), abs=1e-5)
    assert np.array_equal(rows[1], encoder.encode_passages(["кот спит"])[0])


@pytest.mark.parametrize("text", ["", "?!", "🙂", "\ud800\0", "ыъыъыъщъ"])
def test_a_text_without_known_words_is_a_zero_row(encoder, text):
    """Not NaN, not an error."""
    assert 0.0 == np.abs(encoder.encode_questions([text])).max()


def test_no_texts_give_no_rows(encoder):
    """(0, dim)."""
    assert (0, encoder.dim) == encoder.encode_passages([]).shape


def test_related_words_are_closer_than_others(encoder):
    """A pet is nearer to a dog than to a train: what words alone cannot see."""
    [pet] = encoder.encode_questions(["домашнее животное"])
    dog, train = encoder.encode_passages(["завели собаку", "купили билет на поезд"])
    assert pet @ dog > pet @ train


def test_spelling_with_yo_makes_no_difference(encoder):
    """Users mix ё and е."""
    rows = encoder.encode_passages(["чёрный самолёт", "черный самолет"])
    assert np.allclose(rows[0], rows[1])


def test_the_same_text_gives_the_same_bytes(encoder):
    """Two encoders agree exactly: answers can be made again."""
    texts = ["моя собака Тошка", "как варить суп из тыквы"]
    assert encoder.encode_passages(texts).tobytes() == WordVectorEncoder().encode_passages(texts).tobytes()


def test_a_batch_of_texts_is_the_mean_of_each(encoder):
    """SIF worked out word by word: a / (a + share) times the vector, summed, scaled to length 1; a repeated word counts twice."""
    words = encoder.words
    texts = [[words.id(w) for w in text.split()] for text in ("кот спать кот", "", "поезд", "собака кот дом улица")]
    for ids, row in zip(texts, encoder.means(texts)):
        total = sum((1e-3 / (1e-3 + np.exp(-words.information([i])[0])) * words.vectors([i])[0] for i in ids), np.zeros(encoder.dim))
        assert (total / (np.linalg.norm(total) or 1.0)).tolist() == pytest.approx(row.tolist(), abs=1e-4)


def test_a_megabyte_is_one_row(encoder):
    """Repeated words are decoded once."""
    assert (1, encoder.dim) == encoder.encode_passages(["кот спит на окне " * 60_000]).shape
