"""Word vectors: what news and glosses say of a word, side by side, by hand and as shipped."""

from __future__ import annotations

import numpy as np
import pytest

from submission.recall.gloss_vectors import GLOSS_VECTORS, GlossVectors, load_gloss_vectors
from submission.recall.word_vectors import WordVectors, shipped_vectors


class TwoWords:
    """News vectors of «кот» and «пес», along the first and second of 300 axes; 5 nats each."""

    ids = {"кот": 0, "пес": 1}

    def vectors(self, ids):
        return np.eye(300, dtype=np.float32)[list(ids)]

    def information(self, ids):
        return np.full(len(ids), 5.0, dtype=np.float32)


@pytest.fixture
def words():
    """The gloss of «кот» points along the first of 132 axes, that of «dog», which news lack, along the second; «пес» has none."""
    rows = np.zeros((2, 132), dtype=np.int8)
    rows[0, 0], rows[1, 1] = 127, 100
    scale = np.full(132, 1 / 127, dtype=np.float32)
    scale[1] = 1 / 100
    information = np.asarray([np.nan, np.nan, 9.0], dtype=np.float32)
    return WordVectors(TwoWords(), GlossVectors(np.asarray([0, -1, 1], dtype=np.int32), ["dog"], information, rows, scale))


def test_both_parts_weigh_the_same_where_both_are_known(words):
    """The cat: half of its square from each; the «пес» is news alone, the dog gloss alone; every row has length 1."""
    rows = words.vectors([words.id("кот"), words.id("псами"), words.id("dogs")])
    assert (3, 432) == rows.shape
    assert [(0, 300), (1,), (301,)] == [tuple(np.flatnonzero(row)) for row in rows]
    np.testing.assert_allclose([0.5**0.5, 0.5**0.5, 1.0, 1.0], [rows[0, 0], rows[0, 300], rows[1, 1], rows[2, 301]], rtol=1e-6)


def test_ids_of_further_words_follow_those_of_news(words):
    """A token goes before its lemma; an unknown word has no id, and `surface_id` looks at no lemma."""
    assert [0, 1, 2, None] == [words.id(token) for token in ("кот", "псами", "dogs", "хомяк")]
    assert [1, None, 2] == [words.surface_id(token) for token in ("пес", "псами", "dog")]


def test_information_comes_from_news_where_they_know_better(words):
    """5 nats, and 9 from the table."""
    assert [5.0, 9.0] == words.information([0, 2]).tolist()


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs", b"PK\x03\x04 half"], ids=["empty", "pointer", "half"])
def test_a_broken_table_is_named(tmp_path, content):
    """Whatever is wrong with it."""
    (tmp_path / "broken.npz").write_bytes(content)
    with pytest.raises(ValueError, match="broken.npz cannot be read"):
        load_gloss_vectors(tmp_path / "broken.npz", 250_000)


def test_a_table_for_other_news_vectors_is_refused():
    """Its row numbers would belong to other words."""
    with pytest.raises(ValueError, match="news vectors, not to 17"):
        load_gloss_vectors(GLOSS_VECTORS, 17)


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [("сварщик", "слесарь", "педиатр"), ("ипотека", "кредит", "гитара"), ("dog", "щенок", "кастрюля"), ("mortgage", "loan", "violin")],
)
def test_shipped_words_lie_near_their_kind(word, near, far):
    """Also across languages."""
    words = shipped_vectors()
    row, close, distant = words.vectors([words.id(w) for w in (word, near, far)])
    assert row @ close > row @ distant + 0.2
