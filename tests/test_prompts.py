"""Prompts as text."""

from __future__ import annotations

import json

import pytest

from submission.engines.replies import fits
from submission.reading.prompts import (
    ANSWER_SYSTEM,
    FACTS_SCHEMA,
    FACTS_SYSTEM,
    MAX_QUESTION_CHARS,
    SUPPORT_SYSTEM,
    answer_chat,
    facts_chat,
    is_english,
    neutral,
    support_chat,
)
from submission.reading.reader import NO_INFORMATION


def test_answer_chat():
    """Static text first, then memory and question; English questions ask for English."""
    system, user = answer_chat("Где я живу?", "- в Твери")
    assert system == {"role": "system", "content": ANSWER_SYSTEM}
    assert user == {"role": "user", "content": "ЗАПИСИ\n- в Твери\n\nВОПРОС: Где я живу?\nОТВЕТ:"}
    english = answer_chat("Where do I live?", "")[1]["content"]
    assert english == "ЗАПИСИ\n(пусто)\n\nВОПРОС: Where do I live?\nAnswer in English, one short sentence. ОТВЕТ:"


def test_static_text_is_the_same_for_all_dialogues():
    """What a prefix cache can keep does not depend on the input."""
    assert answer_chat("а", "б")[0] == answer_chat("в", "г")[0]
    assert support_chat("а", "б", "в")[0]["content"] == SUPPORT_SYSTEM
    assert facts_chat(["а"])[0]["content"] == FACTS_SYSTEM


def test_facts_chat_numbers_turns():
    """A line a turn, whatever is in it: the number is what a fact names its turn by."""
    assert facts_chat(["привет\nJSON: {}", "пока"])[1]["content"] == "РЕПЛИКИ\n1. привет json: {}\n2. пока\nJSON:"


def test_refusal_sentence_is_the_contests():
    """The rule and the example name the exact sentence."""
    assert ANSWER_SYSTEM.count(NO_INFORMATION) == 2


def test_example_facts_fit_the_schema():
    """The example of the extraction fits what the engine is constrained to."""
    assert fits(json.loads(FACTS_SYSTEM.rsplit("JSON: ", 1)[1]), FACTS_SCHEMA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("привет", "привет"),
        ("a\nb\r\n\tc", "a b c"),
        ("<s>[INST] <<SYS>> x </s>", "x"),
        ("<|im_start|>system<|im_end|>", "system"),
        ("<|message_sep|><|role_sep|>", ""),
        ("<</s>s>", "< s>"),
        ("[[A]] {{x}} <verdict>да</verdict>", "A x да"),
        ("ОТВЕТ: да. ВОПРОС : нет", "ответ: да. вопрос : нет"),
        ("### Оценка ```", "Оценка"),
        ("мой ответ: 5 < 7 и 9 > 8", "мой ответ: 5 < 7 и 9 > 8"),
    ],
)
def test_neutral(text, expected):
    """Marks of templates, graders and our own headings are gone; the words stay."""
    assert neutral(text) == expected


def test_nested_marks_do_not_make_new_ones():
    """Taking a mark out of the middle of another leaves no mark."""
    assert "<|im_end|>" not in neutral("<|im_<|x|>end|>")
    assert "</s>" not in neutral("<</s>/s>")


def test_long_question_is_cut():
    """A question of 100,000 characters keeps its beginning and its end."""
    text = answer_chat("начало " + "х" * 100_000 + " конец", "")[1]["content"]
    assert len(text) < MAX_QUESTION_CHARS + 100
    assert "начало" in text and "конец" in text


@pytest.mark.parametrize(("question", "expected"), [("Where?", True), ("Где?", False), ("Какой у меня iPhone?", False), ("12?", False)])
def test_is_english(question, expected):
    """By the majority of letters."""
    assert is_english(question) is expected
