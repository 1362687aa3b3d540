"""The dual encoder, by hand and as shipped."""

from __future__ import annotations

import numpy as np
import pytest

from submission.recall.dual_encoder import DualEncoder, Side, load_dual_encoder, shipped_dual_encoder, vocabulary_name
from submission.recall.piece_matches import PieceMatches, WordMatches
from submission.recall.word_vectors import DIM


class TwoWords:
    """Word vectors of «кот» and «пес» alone, along the first and second axis; 4 nats each."""

    _ids = {"кот": 0, "пес": 1}

    def id(self, token):
        return self._ids.get(token)

    def vectors(self, ids):
        return np.eye(DIM, dtype=np.float32)[list(ids)]

    def information(self, ids):
        return np.full(len(ids), 4.0, dtype=np.float32)


def side(own=(0.0, 0.0), gate=0.0):
    """One member of two dimensions: the map keeps the first two axes, the vocabulary's one word adds `own`."""
    maps = np.eye(DIM, 2, dtype=np.float32)[None]
    rows = np.asarray([[own], [(0.0, 0.0)]], dtype=np.float32)
    return Side(maps, rows, np.zeros((1, DIM), np.float32), np.asarray([[gate], [0.0]], np.float32), np.zeros((1, 2), np.float32))


@pytest.fixture
def encoder():
    """«питомец» has no word vector; its own one lies between cat and dog in questions and is nothing in messages."""
    return DualEncoder(TwoWords(), {"питомец": 0}, side((3.0, 4.0)), side())


def test_a_text_is_the_direction_of_its_words_sum(encoder):
    """Cat and dog weigh the same: (1, 1) of unit length; the order does not matter."""
    np.testing.assert_allclose([[0.5**0.5, 0.5**0.5], [1.0, 0.0]], encoder.messages(["кот, пёс", "Кот!"]), atol=1e-6)


def test_questions_and_messages_have_sides_of_their_own(encoder):
    """The own vector (3, 4) counts in questions only."""
    np.testing.assert_allclose([[0.6, 0.8]], encoder.questions(["питомец"]), atol=1e-6)
    np.testing.assert_array_equal([[0.0, 0.0]], encoder.messages(["питомец"]))


def test_a_gate_weighs_a_word():
    """softplus(0) = 0.6931 for the cat; with gate ln(e^2 - 1) = 1.8546 the own word (0, 1) counts 2."""
    encoder = DualEncoder(TwoWords(), {"питомец": 0}, side((0.0, 1.0), gate=np.log(np.e**2 - 1)), side())
    row = encoder.questions(["кот питомец"])[0]
    assert 2 / np.log(2) == pytest.approx(row[1] / row[0], rel=1e-5)


def test_members_are_averaged():
    """Two members that see cat and dog as (1, 0), (0, 1) and the other way round: their cosines' mean."""
    one = side()
    both = one._replace(
        maps=np.concatenate([one.maps, one.maps[:, :, ::-1]]),
        own=np.repeat(one.own, 2, axis=1),
        gate_maps=np.repeat(one.gate_maps, 2, axis=0),
        own_gates=np.repeat(one.own_gates, 2, axis=1),
        gates=np.repeat(one.gates, 2, axis=0),
    )
    encoder = DualEncoder(TwoWords(), {"": 0}, both, both)
    cosines = encoder.questions(["кот"]) @ encoder.messages(["кот", "пёс"]).T
    np.testing.assert_allclose([[1.0, 0.0]], cosines, atol=1e-6)


def test_nothing_known_gives_a_zero_row(encoder):
    """No words, or only unknown ones."""
    assert not encoder.messages(["", "!?", "ыъъщ"]).any()
    assert (0, 2) == encoder.messages([]).shape


def test_words_have_directions_and_gates(encoder):
    """(3, 4) has the direction (0.6, 0.8); softplus(0) = ln 2; no words give no rows."""
    words = encoder.question_words(["питомец", "кот"])
    np.testing.assert_allclose([[0.6, 0.8], [1.0, 0.0]], words.units, atol=1e-6)
    np.testing.assert_allclose([np.log(2)] * 2, words.gates, rtol=1e-5)
    assert (0, 2) == encoder.message_words([]).units.shape


def test_late_interaction_takes_the_closest_word(encoder):
    """A message word counts tanh(ln 2) = 0.6; of the question's two words the first text holds one, the second both."""
    late = WordMatches(encoder)
    late.add(["кот", "пёс и кот", ""])
    late.add(["пёс"])
    np.testing.assert_allclose([0.6, 0.6, 0.0, 0.0], late.scores("кот"), atol=1e-6)
    np.testing.assert_allclose([0.3, 0.6, 0.0, 0.3], late.scores("кот пёс"), atol=1e-6)
    assert not late.scores("").any()
    assert (0,) == WordMatches(encoder).scores("кот").shape


def test_a_text_counts_as_the_best_of_its_pieces(encoder):
    """«Кот. Пёс.» as a whole has the cosine 0.71 with «кот», its first sentence 1; an empty text matches nothing."""
    matches = PieceMatches(encoder)
    matches.add(["Кот. Пёс.", "", "Пёс."])
    cosine, late = matches.scores("кот")
    np.testing.assert_allclose([1.0, 0.0, 0.0], cosine, atol=1e-6)
    np.testing.assert_allclose([0.6, 0.0, 0.0], late, atol=1e-6)


def test_the_cohort_says_how_close_an_answer_comes(encoder):
    """Of (0.6, 0.8) and (0, 1) the second is the closest to «пёс», cosine 1, the first to «питомец» (3, 4); without one nothing is close."""
    assert 0.0 == encoder.cohort_match("пёс")
    others = DualEncoder(TwoWords(), {"питомец": 0}, side((3.0, 4.0)), side(), np.asarray([[0.6, 0.8], [0.0, 1.0]], np.float32))
    assert [1.0, 1.0, 0.6, 0.0] == pytest.approx([others.cohort_match(text) for text in ("пёс", "питомец", "кот", "?")], abs=1e-6)


def test_numbers_go_by_their_length():
    """2019 and 1987 are the same word, a year; lemmas join the forms of a word."""
    assert vocabulary_name("2019") == vocabulary_name("1987") != vocabulary_name("19")
    assert vocabulary_name("собакой") == vocabulary_name("собака")


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs", b"PK\x03\x04 half"], ids=["empty", "pointer", "half"])
def test_a_broken_file_is_named(tmp_path, content):
    """Whatever is wrong with it."""
    (tmp_path / "broken.npz").write_bytes(content)
    with pytest.raises(ValueError, match="broken.npz cannot be read"):
        load_dual_encoder(tmp_path / "broken.npz")


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("Как зовут моего питомца?", "мурзик опять точит когти о диван", "купил билет на поезд до твери"),
        ("Чем я зарабатываю на жизнь?", "весь день у станка на заводе, спина отваливается", "посоветуй фильм на вечер"),
        ("what is my pet called?", "our puppy biscuit chewed the sofa again", "how long do I boil an egg"),
    ],
)
def test_the_shipped_one_finds_what_shares_no_word(question, right, wrong):
    """A message that answers in other words is nearer than one on another topic."""
    encoder = shipped_dual_encoder()
    near, far = encoder.questions([question])[0] @ encoder.messages([right, wrong]).T
    assert near > far + 0.1
