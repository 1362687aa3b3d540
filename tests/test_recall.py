"""submission.recall: which turns come first (behaviour, not figures)."""

from __future__ import annotations

import pytest

from submission import SubmitModelWithMemory
from submission.contract import Message


@pytest.fixture(scope="module")
def memory():
    """One instance: every test writes a dialogue of its own."""
    return SubmitModelWithMemory(None)


def ranked(memory, dialogue_id, question, *messages, k=10):
    """The indexes recalled for messages given as (role, text) or (role, text, session id)."""
    memory.write_to_memory([Message(*m) if len(m) == 3 else Message(*m, 1) for m in messages], dialogue_id)
    return [h.index for h in memory.recall(dialogue_id, question, k)]


def test_a_word_in_another_form_is_found(memory):
    """Lemmas match where forms do not."""
    found = ranked(
        memory, "forms", "Где лежат мои ключи?", ("user", "люблю гулять"), ("assistant", "да"), ("user", "положил ключ в шкаф"), ("assistant", "да")
    )
    assert 2 == found[0]


def test_a_related_word_is_found(memory):
    """Vectors see what words do not: a pet and a hamster."""
    found = ranked(
        memory,
        "related",
        "Есть ли у меня питомец?",
        ("user", "купили билеты в театр"),
        ("assistant", "да"),
        ("user", "завели хомяка"),
        ("assistant", "да"),
    )
    assert found.index(2) < found.index(0)


def test_the_user_comes_before_the_assistant(memory):
    """A reply that repeats the topic at length does not hide the user's words."""
    reply = "Собака друг человека. Собаке нужна прогулка. Имя собаки выбирают коротким, чтобы собака его слышала."
    assert 0 == ranked(memory, "roles", "Как зовут собаку?", ("user", "собаку зовут Тошка"), ("assistant", reply))[0]


def test_k_larger_than_the_dialogue_gives_all_turns_once(memory):
    """No turn is lost, none comes twice."""
    assert [0, 1, 2, 3] == sorted(ranked(memory, "all", "что?", *[("user", "да"), ("assistant", "нет")] * 2, k=100))


def test_equal_turns_come_later_first(memory):
    """Later values win, so a tie is broken by time; the order is always the same."""
    found = ranked(memory, "ties", "где я живу?", *[("user", "живу в Омске"), ("assistant", "да")] * 3)
    assert [4, 2, 0] == [i for i in found if i % 2 == 0]


def test_a_pasted_article_is_no_fact_about_the_user(memory):
    """An article full of dogs does not push out the one remark on the user's own."""
    article = "Сократи статью. " + "Погода стояла тёплая, дети шли вдоль берега и считали лодки. " * 40 + "Собаку рыбака звали Боцман. " * 10
    found = ranked(
        memory,
        "pasted",
        "Как зовут мою собаку?",
        ("user", article, 1),
        ("assistant", "Вот.", 1),
        ("user", "моя собака Тошка", 2),
        ("assistant", "да", 2),
    )
    assert 2 == found[0]


def test_the_missing_reply_is_never_the_best_turn(memory):
    """What the runner adds where a session ends with the user says nothing."""
    assert 1 != ranked(memory, "none", "Нет ответа?", ("user", "собака Тошка"), ("assistant", "<нет ответа>"))[0]


@pytest.mark.parametrize("question", ["", "?!", "ыъъщ", "\ud800", "я" * 50_000])
def test_a_question_without_known_words_still_ranks_all(memory, question):
    """No error and no lost turn."""
    assert [0, 1] == sorted(ranked(memory, f"odd {len(question)} {question[:1]!r}", question, ("user", "собака"), ("assistant", "да")))


def test_growing_in_steps_ends_where_one_write_ends(memory):
    """Recall between writes changes nothing of what is recalled later."""
    messages = [("user", "собака Тошка"), ("assistant", "да"), ("user", "кошка Мурка"), ("assistant", "нет")]
    for i in (0, 2):
        ranked(memory, "steps", "кошка", *messages[i : i + 2])
    stepwise = memory.recall("steps", "Как зовут кошку?", 10)
    ranked(memory, "once", "кошка", *messages)
    assert [(h.index, pytest.approx(h.score, abs=1e-4)) for h in stepwise] == [
        (h.index, h.score) for h in memory.recall("once", "Как зовут кошку?", 10)
    ]
