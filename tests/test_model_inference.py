"""submission.SubmitModelWithMemory: the contest's interface and the boundary policy."""

from __future__ import annotations

import logging

import pytest

from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.settings import Settings

REFUSAL = "У меня нет такой информации"


@pytest.fixture
def memory():
    return SubmitModelWithMemory("/no/such/model")


def write(memory, dialogue_id, *texts, session_id=1):
    """Pairs of a user message and a reply."""
    for text in texts:
        memory.write_to_memory([Message("user", text, session_id), Message("assistant", "Хорошо.", session_id)], dialogue_id)


def test_a_fact_comes_back_as_one_short_sentence(memory):
    """What the user said about themself answers the question."""
    write(memory, 1, "мою собаку зовут Тошка", "как сварить борщ", "посоветуй фильм на вечер")
    answer = memory.answer_to_question(1, "Как зовут мою собаку?")
    assert "Тошка" in answer and len(answer) <= 250 and "\n" not in answer


def test_what_was_never_said_is_declined(memory):
    """The refusal is that of the data's gold answers."""
    write(memory, 1, "как сварить борщ", "сколько варить свёклу")
    assert REFUSAL in memory.answer_to_question(1, "Какая у меня группа крови?")


@pytest.mark.parametrize("question", ["", " ", "?!", "\ud800\0", "я" * 100_000])
def test_any_question_gets_a_non_empty_string(memory, question):
    """With something in memory and with nothing."""
    write(memory, 1, "мою собаку зовут Тошка")
    for dialogue_id in (1, "empty"):
        answer = memory.answer_to_question(dialogue_id, question)
        assert isinstance(answer, str) and answer.strip()


@pytest.mark.parametrize("content", ["", "\ud800\0", None, 5, "слово" * 20_000, "<s>[INST]", "{}%s"])
def test_writing_never_raises_on_content(memory, content):
    """And an answer is still possible."""
    memory.write_to_memory([Message("user", content, 1), Message("assistant", content, 1)], 1)
    assert memory.answer_to_question(1, "Что я говорил?").strip()


def test_writes_of_any_length_are_kept(memory):
    """Nothing, one message, three: the runner writes twos, an interface has to take more."""
    memory.write_to_memory([], 1)
    memory.write_to_memory([Message("user", "мою собаку зовут Тошка", 1)], 1)
    memory.write_to_memory([Message("assistant", "да", 1), Message("user", "суп", 2), Message("assistant", "варите", 2)], 1)
    assert {0, 1, 2, 3} == {h.index for h in memory.recall(1, "собака", 10)}


def test_turns_written_after_a_question_are_found(memory):
    """Asking does not close the memory; the later value is there to be recalled."""
    write(memory, 1, "как сварить борщ")
    memory.answer_to_question(1, "Как зовут мою собаку?")
    write(memory, 1, "мою собаку зовут Тошка", session_id=2)
    assert "Тошка" in memory.answer_to_question(1, "Как зовут мою собаку?")


def test_a_dialogue_is_a_wall(memory):
    """Nothing of one dialogue reaches another, and an int id is not the string of it."""
    write(memory, 1, "мою собаку зовут Тошка")
    write(memory, "1", "как сварить борщ")
    assert "Тошка" not in memory.answer_to_question("1", "Как зовут мою собаку?")
    assert all("Тошка" not in h.text for h in memory.recall("1", "Тошка", 10))
    assert "Тошка" in memory.answer_to_question(1, "Как зовут мою собаку?")


def test_clear_leaves_nothing_and_touches_no_other(memory):
    """Clearing an unknown dialogue is no error; a cleared id can be used anew."""
    write(memory, 1, "мою собаку зовут Тошка")
    write(memory, 2, "мою кошку зовут Мурка")
    memory.clear_memory(1)
    memory.clear_memory("никогда не было")
    assert [] == memory.recall(1, "собака", 5)
    assert REFUSAL in memory.answer_to_question(1, "Как зовут мою собаку?")
    assert "Мурка" in memory.answer_to_question(2, "Как зовут мою кошку?")
    write(memory, 1, "как сварить борщ")
    assert [0, 1] == sorted(h.index for h in memory.recall(1, "борщ", 5))


def test_the_facts_that_an_answer_rests_on_are_told(memory):
    """Until the next answer or the clearing of any dialogue; a refusal rests on none."""
    write(memory, 1, "мою собаку зовут Тошка", "как сварить борщ")
    memory.answer_to_question(1, "Как зовут мою собаку?")
    assert 1 == len(memory.last_facts) and "Тошка" in memory.last_facts[0]
    memory.answer_to_question(1, "Какая у меня группа крови?")
    assert [] == memory.last_facts
    memory.answer_to_question(1, "Как зовут мою собаку?")
    memory.clear_memory(1)
    assert [] == memory.last_facts


def test_recall_names_the_turn_as_it_was_said(memory):
    """index in the dialogue, session id as given, role, text, score; falling scores, k at most, all when k is larger."""
    write(memory, "d", "мою собаку зовут Тошка", session_id="s-1")
    write(memory, "d", "как сварить борщ", session_id=2)
    hits = memory.recall("d", "Как зовут собаку?", 10)
    assert 4 == len(hits)
    assert sorted((h.score for h in hits), reverse=True) == [h.score for h in hits]
    best = hits[0]
    assert (0, "s-1", "user", "мою собаку зовут Тошка") == (best.index, best.session_id, best.role, best.text)
    assert [h.index for h in hits[:2]] == [h.index for h in memory.recall("d", "Как зовут собаку?", 2)]


def test_recall_needs_a_k_of_at_least_one(memory):
    """k = 0 is a mistake of the caller; an unknown dialogue is empty, not an error."""
    write(memory, 1, "привет")
    with pytest.raises(ValueError, match="k must be at least 1"):
        memory.recall(1, "привет", 0)
    assert [] == memory.recall("unknown", "привет", 5)


def test_two_instances_answer_alike():
    """Same input, same settings, same output."""
    answers = []
    for _ in range(2):
        memory = SubmitModelWithMemory(None)
        write(memory, 1, "мою собаку зовут Тошка", "собака любит морковь", "кошку зовут Мурка")
        answers.append((memory.answer_to_question(1, "Как зовут моего питомца?"), memory.recall(1, "питомец", 3)))
    assert answers[0] == answers[1]


class Unspeakable:
    """A question that no code can read."""

    def __str__(self):
        raise RuntimeError("unspeakable")


def test_a_failure_inside_is_logged_and_declined(memory, caplog):
    """One exception would end the contest's run: the answer is the refusal, the traceback is in the log."""
    write(memory, 1, "мою собаку зовут Тошка")
    with caplog.at_level(logging.ERROR):
        assert REFUSAL in memory.answer_to_question(1, Unspeakable())
    assert "Traceback" in caplog.text


def test_strict_raises_instead():
    """For development, and where it is measured."""
    memory = SubmitModelWithMemory(None, Settings(strict=True))
    write(memory, 1, "мою собаку зовут Тошка")
    with pytest.raises((TypeError, AttributeError, RuntimeError)):
        memory.answer_to_question(1, Unspeakable())


def test_a_wrong_setting_stops_the_constructor(monkeypatch):
    """Before the run begins, with the setting's name."""
    monkeypatch.setenv("GIGAMEMORY_RECALL_K", "0")
    with pytest.raises(ValueError, match="recall_k"):
        SubmitModelWithMemory(None)
