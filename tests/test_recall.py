"""submission.recall: which turns come first (behaviour, not figures)."""

from __future__ import annotations

import pytest

from submission import SubmitModelWithMemory
from submission.contract import Message


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


@pytest.mark.parametrize("question", ["", "?!", "ыъъщ", "\ud800", "я" * 50_000])
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
