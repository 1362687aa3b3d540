"""submission.recall.features: what speaks for a turn."""

from __future__ import annotations

import numpy as np
import pytest

from submission.memory.turns import NO_REPLY, Turn
from submission.recall.encoders import WordVectorEncoder
from submission.recall.features import NAMES, TurnFeatures, standardised
from submission.recall.word_vectors import shipped_vectors

LONG = "Это длинный ответ о пользе прогулок, режиме дня, питании и отдыхе на свежем воздухе. " * 10


def features(*texts, dates=()):
    """Turns by user and assistant in turn, two a session."""
    found = TurnFeatures(WordVectorEncoder(), shipped_vectors())
    found.add([Turn(i, i // 2, ("user", "assistant")[i % 2], text) for i, text in enumerate(texts)])
    return found


def column(found, question, name):
    return found.matrix(question)[:, NAMES.index(name)]


def test_an_empty_dialogue_has_no_rows():
    """(0, features), and finite values of the right shape elsewhere."""
    assert (0, len(NAMES)) == features().matrix("кто?").shape
    matrix = features("привет", LONG, "собака", NO_REPLY).matrix("Как зовут собаку?")
    assert ((4, len(NAMES)), np.float32) == (matrix.shape, matrix.dtype) and np.isfinite(matrix).all()


@pytest.mark.parametrize("question", ["", "?!", "и в на", "🙂🙂", "ыъыъ", "абв abc 漢字 عربي", "\ud800"])
@pytest.mark.parametrize("text", ["", "🙂", "и в на", NO_REPLY, "1" * 5000, "漢字 и word"])
def test_odd_texts_give_finite_features(question, text):
    """Questions of stop words, emoji, mixed scripts; turns without a word."""
    assert np.isfinite(features(text, text, "собака Тошка", LONG).matrix(question)).all()


def test_numbers_in_words_and_in_digits_meet():
    """The only turn that says 42."""
    found = features("мне исполнилось сорок два", LONG, "мне нравится чай", LONG, "мне пора", LONG)
    assert 0 == column(found, "Когда мне стало 42?", "lexical")[::2].argmax()


def test_a_short_name_finds_the_full_one():
    """«Ромка» and «Роман» are one person."""
    found = features("вечером приедет Роман", LONG, "вечером приедет Олег", LONG, "вечером дождь", LONG)
    assert 0 == column(found, "Что я говорил о Ромке?", "lexical")[::2].argmax()


def test_replies_are_described_apart():
    """A chatbot's long replies carry is_reply and no feature of a user turn."""
    matrix = features("моя собака Тошка", LONG, "варю суп", LONG).matrix("Как зовут собаку?")
    assert [0, 1, 0, 1] == matrix[:, NAMES.index("is_reply")].tolist()
    assert not matrix[1::2, [NAMES.index(n) for n in ("lexical", "late", "dense", "length", "session")]].any()


def test_where_people_talk_all_turns_count_alike():
    """Replies as short as the user's turns are no chatbot's."""
    assert not column(features("как дела", "купил собаку", "рада за тебя", "зову её Тошка"), "собака?", "is_reply").any()


def test_signals_say_what_a_turn_holds():
    """First person, a question, a name, a number; cues only where the question asks for them."""
    found = features("я живу один", LONG, "сколько стоит хлеб?", LONG, "сына зовут Пётр", LONG, "купил 3 билета", LONG)
    assert [1, 0] == column(found, "где?", "first_person")[[0, 2]].tolist()
    assert [0, 1] == column(found, "где?", "asks")[[0, 2]].tolist()
    assert 1 == column(found, "Как зовут сына?", "name_asked")[4] and 0 == column(found, "Где сын?", "name_asked")[4]
    assert 1 == column(found, "Сколько билетов?", "number_asked")[6] and 0 == column(found, "Где билет?", "number_asked")[6]


def test_later_turns_gain_where_the_question_asks_for_now():
    """Rising with the turn's place, 0 for other questions."""
    found = features("живу в Омске", LONG, "живу в Туле", LONG)
    recent = column(found, "Где я живу сейчас?", "recent_asked")
    assert 0 == recent[0] < recent[2] and not column(found, "Где я жил?", "recent_asked").any()


def test_a_turns_neighbours_are_those_of_its_session():
    """The first turn of a session has none before it, the last none after it."""
    found = TurnFeatures(WordVectorEncoder(), shipped_vectors())
    texts = ["моя собака", "она рыжая", "варю суп"]
    for session, listed in ((1, texts[:2]), (2, texts[2:])):
        found.add([Turn(2 * i, session, "user", t) for i, t in enumerate(listed)])
    assert [0, 0] == column(found, "собака?", "before")[[0, 2]].tolist()
    assert [0, 0] == column(found, "собака?", "after")[[1, 2]].tolist()
    assert [1, 0, 1] == column(found, "собака?", "opens_session").tolist()


def test_a_speaker_named_in_the_question_is_marked():
    """Where a data set writes who speaks."""
    found = features("8 May 2023 Caroline: I got a dog", "8 May 2023 Melanie: Nice", "9 May 2023 Caroline: bye", "9 May 2023 Melanie: bye")
    assert [1, 0, 1, 0] == column(found, "What did Caroline get?", "speaker_named").tolist()


def test_a_confirmation_points_at_the_reply_before_it():
    """«беру второй» takes over what the assistant offered."""
    found = features("куда поехать?", LONG, "второй вариант, беру", LONG)
    assert [1, 0] == column(found, "Куда я еду?", "reply_confirmed")[[1, 3]].tolist()


def test_growing_gives_the_features_of_one_write():
    """Each turn by itself against all at once."""
    texts = ["моя собака Тошка", LONG, "варю суп", "Хорошо.", "живу в Омске", LONG]
    whole, grown = features(*texts), TurnFeatures(WordVectorEncoder(), shipped_vectors())
    for i, text in enumerate(texts):
        grown.add([Turn(i, i // 2, ("user", "assistant")[i % 2], text)])
        grown.matrix("Как зовут собаку?")
    assert np.allclose(whole.matrix("Как зовут собаку?"), grown.matrix("Как зовут собаку?"), atol=1e-4)


def test_standardised_scores_have_mean_0_and_deviation_1():
    """Zeros where nothing differs, and for nothing."""
    assert [-1.0, 1.0] == standardised(np.asarray([2.0, 4.0])).tolist()
    assert [0.0, 0.0] == standardised(np.asarray([3.0, 3.0])).tolist()
    assert (0,) == standardised(np.zeros(0)).shape
