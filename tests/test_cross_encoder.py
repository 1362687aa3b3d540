"""The cross-encoder's forward pass and its file."""

from __future__ import annotations

import numpy as np
import pytest

from submission.reading.cross_encoder import PASSAGE_PIECES, SILENT, CrossEncoder, load_cross_encoder, shipped_cross_encoder
from submission.reading.glossing import Glossing
from submission.reading.word_pieces import WordPieces


@pytest.fixture
def plain():
    """Two dimensions and no layer: a state is (1, -1) for «cat», (-1, 1) for «dog»; the logit is the first entry and a half."""
    pieces = WordPieces(["[UNK]", "[CLS]", "[SEP]", "cat", "dog"])
    embeddings = np.array([[1, 0], [1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.int8)
    norm = np.array([[1, 1], [0, 0]], dtype=np.float32)
    return CrossEncoder(
        Glossing({"кот": "cat", "пес": "dog"}), pieces, embeddings, np.ones(5, np.float32), np.zeros((2, 115, 2), np.float32), norm, [],
        np.array([1, 0, 0.5], np.float32), 1,
    )  # fmt: skip


def test_a_clause_has_the_mean_of_its_pieces(plain):
    found = plain.scores("кот?", [["кот", "пёс"], ["кот, пёс", "...", "cat"]])
    np.testing.assert_allclose(found[0], [1.5, -0.5], atol=1e-5)
    np.testing.assert_allclose(found[1], [0.5, SILENT, 1.5], atol=1e-5)


def test_long_passages_are_read_in_parts(plain):
    clauses = ["кот " * (PASSAGE_PIECES - 1), "пёс пёс", "пёс " * (3 * PASSAGE_PIECES), "кот"]
    np.testing.assert_allclose(plain.scores("кот " * 500, [clauses])[0], [1.5, -0.5, -0.5, 1.5], atol=1e-5)


def test_nothing_to_read(plain):
    assert [] == plain.scores("кот", [])
    assert [[]] == [list(part) for part in plain.scores("кот", [[]])]
    assert [SILENT] == list(plain.scores("", [["!"]])[0])


def test_padding_and_neighbours_change_nothing():
    encoder = shipped_cross_encoder()
    passages = [["работаю сварщиком на заводе,", "а жена учит детей"], ["взяли щенка"], ["посоветуй, что приготовить из курицы и риса без лука?"]]
    together = encoder.scores("Кем я работаю?", passages)
    for passage, scores in zip(passages, together):
        np.testing.assert_allclose(encoder.scores("Кем я работаю?", [passage])[0], scores, atol=1e-3)


@pytest.mark.parametrize(
    ("question", "answer", "others"),
    [
        ("Чем я зарабатываю на жизнь?", "я сварщик на заводе, опять две смены подряд", ["взяли щенка из приюта", "какая завтра погода в Самаре"]),
        ("Как зовут мою собаку?", "наш пёс Граф сгрыз тапки", ["жена Вера печёт пироги", "купил новый телефон"]),
        ("Where do I live?", "we moved to Leeds last spring", ["my cat is called Tom", "write a poem about autumn"]),
    ],
)
def test_what_ships_prefers_an_answer(question, answer, others):
    first, *rest = (float(scores.max()) for scores in shipped_cross_encoder().scores(question, [[answer], *([other] for other in others)]))
    assert first > max(rest)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "cross.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ValueError, match="cross.npz cannot be read"):
        load_cross_encoder(tmp_path / "cross.npz")
    np.savez(tmp_path / "other.npz", pieces=np.zeros(1))
    with pytest.raises(ValueError, match="other.npz cannot be read.*make train-reader"):
        load_cross_encoder(tmp_path / "other.npz")
