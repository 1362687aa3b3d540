"""submission.recall: which turns come first (behaviour, not figures)."""

from __future__ import annotations

import time

import numpy as np
import pytest

from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.settings import Settings


@pytest.fixture(scope="module")
def memory():
    """One instance: every test writes a dialogue of its own."""
    return SubmitModelWithMemory(None)


def ranked(memory, dialogue_id, question, *texts, k=50):
    """The turns recalled, as indexes, for user texts that each have a session and a short reply of their own; turn 2 i is text i."""
    for session_id, text in enumerate(texts):
        memory.write_to_memory([Message("user", text, session_id), Message("assistant", "Понятно, спасибо.", session_id)], dialogue_id)
    return [h.index for h in memory.recall(dialogue_id, question, k)]


SMALL_TALK = ("посоветуй фильм на вечер", "как варить борщ", "переведи слово на английский", "что надеть в театр")


def test_a_word_in_another_form_is_found(memory):
    """Lemmas match where forms do not."""
    assert 4 == ranked(memory, "forms", "Где лежат мои ключи?", *SMALL_TALK[:2], "положил ключ в шкаф", *SMALL_TALK[2:])[0]


def test_a_related_word_is_found(memory):
    """Vectors see what words do not: a pet and a hamster."""
    assert 4 == ranked(memory, "related", "Есть ли у меня домашнее животное?", *SMALL_TALK[:2], "мы завели хомяка", *SMALL_TALK[2:])[0]


def test_the_user_comes_before_the_assistant(memory):
    """A reply that repeats the topic at length does not hide the user's words."""
    reply = "Собака друг человека. Собаке нужна прогулка. Имя собаки выбирают коротким, чтобы собака его слышала. " * 3
    memory.write_to_memory([Message("user", "собаку зовут Тошка", 1), Message("assistant", reply, 1)], "roles")
    assert [0, 1] == [h.index for h in memory.recall("roles", "Как зовут собаку?", 5)]


def test_k_larger_than_the_dialogue_gives_all_turns_once(memory):
    """No turn is lost, none comes twice."""
    assert list(range(8)) == sorted(ranked(memory, "all", "что?", *SMALL_TALK, k=100))


def test_equal_turns_come_later_first(memory):
    """Later values win, so a tie is broken by time; the order is always the same."""
    assert [4, 2, 0] == [i for i in ranked(memory, "ties", "где я живу?", *["живу в Омске"] * 3) if i % 2 == 0]


def test_a_pasted_article_is_no_fact_about_the_user(memory):
    """An article full of dogs does not push out the one remark on the user's own."""
    article = "Сократи статью. " + "Погода стояла тёплая, дети шли вдоль берега и считали лодки. " * 40 + "Собаку рыбака звали Боцман. " * 10
    assert 6 == ranked(memory, "pasted", "Как зовут мою собаку?", SMALL_TALK[0], article, SMALL_TALK[1], "моя собака Тошка", SMALL_TALK[2])[0]


def test_the_missing_reply_is_never_the_best_turn(memory):
    """What the runner adds where a session ends with the user says nothing."""
    memory.write_to_memory([Message("user", "собака Тошка", 1), Message("assistant", "<нет ответа>", 1)], "none")
    assert [0] == [h.index for h in memory.recall("none", "Нет ответа?", 1)]


@pytest.mark.parametrize("question", ["", "?!", "ыъъщ", "\ud800", "я" * 50_000], ids=["empty", "marks", "no word", "surrogate", "long"])
def test_a_question_without_known_words_still_ranks_all(memory, question):
    """No error and no lost turn."""
    assert [0, 1] == sorted(ranked(memory, f"odd {len(question)} {question[:1]!r}", question, "собака"))


def test_growing_in_steps_ends_where_one_write_ends(memory):
    """Recall between writes changes nothing of what is recalled later."""
    for dialogue_id, steps in (("steps", 4), ("once", 1)):
        for step in range(steps):
            for i in range(step, 4, steps):
                memory.write_to_memory([Message("user", SMALL_TALK[i], i), Message("assistant", "Понятно.", i)], dialogue_id)
            memory.recall(dialogue_id, "как варить суп", 10)
    stepwise, once = (memory.recall(d, "Как варить суп?", 10) for d in ("steps", "once"))
    assert [h.index for h in once] == [h.index for h in stepwise]
    assert [h.score for h in once] == pytest.approx([h.score for h in stepwise], abs=1e-4)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_an_error(memory, k):
    """Also where there is nothing to find."""
    with pytest.raises(ValueError, match=f"k must be at least 1, not {k}"):
        memory.recall("nothing", "кто?", k)


def test_an_empty_memory_recalls_nothing(memory):
    """An unknown dialogue, and one that was cleared."""
    assert [] == memory.recall("unknown", "кто?", 5)
    ranked(memory, "cleared", "кто?", "собака")
    memory.clear_memory("cleared")
    assert [] == memory.recall("cleared", "кто?", 5)


@pytest.mark.parametrize("question", ["и в на", "🙂🙂🙂", "а что the это is", "漢字 عربي ελληνικά", "где my собака 42?"])
def test_odd_questions_rank_all_turns_with_finite_scores(memory, question):
    """Stop words only, emoji only, mixed scripts."""
    name = f"scripts {question}"
    ranked(memory, name, question, "моя собака", "🙂", "и в на", "漢字 word слово", "")
    hits = memory.recall(name, question, 50)
    assert list(range(10)) == sorted(h.index for h in hits) and np.isfinite([h.score for h in hits]).all()


@pytest.mark.parametrize(
    "text",
    ["кот спит на окне " * 60_000, "я" * 1_000_000, "🙂" * 1_000_000, "\n" * 1_000_000, "Аня: " * 200_000],
    ids=["words", "one word", "emoji", "lines", "names"],
)
def test_a_turn_of_a_megabyte_takes_seconds_at_most(memory, text):
    """By the user or by the assistant, and the other turns are still found."""
    started = time.process_time()
    name = f"large {text[:3]!r}"
    memory.write_to_memory([Message("user", text, 1), Message("assistant", text, 1)], name)
    memory.write_to_memory([Message("user", "моя собака Тошка", 2), Message("assistant", "Хорошо.", 2)], name)
    assert 4 == len(memory.recall(name, "Как зовут собаку?", 10))
    assert time.process_time() - started < 15


def test_a_question_of_a_megabyte_is_answered(memory):
    """Whatever it asks."""
    assert [0, 1] == sorted(ranked(memory, "long question", "кот спит на окне " * 60_000, "собака"))


class SmallEncoder:
    """Two dimensions; `broken` gives what is not finite, `wide` three dimensions."""

    dim = 2

    def __init__(self):
        self.broken = self.wide = False

    def encode_passages(self, texts):
        rows = np.tile(np.asarray([[0.6, 0.8]], np.float32), (len(texts), 1))
        return np.full_like(rows, np.nan) if self.broken else np.pad(rows, ((0, 0), (0, 1))) if self.wide else rows

    encode_questions = encode_passages


@pytest.mark.parametrize(("fault", "message"), [("broken", "not finite"), ("wide", "dimension 2, but the encoder gives 3")])
@pytest.mark.parametrize("when", ["written", "asked"])
def test_a_faulty_encoder_is_named_and_answers_go_on(fault, message, when):
    """NaN, or another dimension than the index: recall says so, and the boundary still answers something."""
    encoder = SmallEncoder()
    memory = SubmitModelWithMemory(None, Settings(), encoder)
    memory.write_to_memory([Message("user", "моя собака", 1), Message("assistant", "да", 1)], "d")
    if when == "asked":
        assert 2 == len(memory.recall("d", "собака?", 5))
    setattr(encoder, fault, True)
    with pytest.raises(ValueError, match=message):
        memory.recall("d", "собака?", 5)
    assert memory.answer_to_question("d", "собака?")


@pytest.mark.parametrize("question", ["Как зовут собаку?", "What is my dog called?"])
def test_any_encoder_has_weights_in_both_languages(question):
    """Also where none were fitted for it."""
    memory = SubmitModelWithMemory(None, Settings(strict=True), SmallEncoder())
    assert [0, 1] == sorted(ranked(memory, "d", question, "моя собака Тошка, my dog"))


def test_an_encoder_folder_that_is_missing_is_named():
    """By the constructor, with the path."""
    with pytest.raises((ValueError, RuntimeError), match="/nowhere/e5 does not exist"):
        SubmitModelWithMemory(None, Settings(encoder="/nowhere/e5"))
