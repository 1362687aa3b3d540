"""Extraction by rules on Russian and English turns."""

from __future__ import annotations

import time

import pytest

from submission.memory.extract import RuleExtractor
from submission.memory.facts import FactBook
from submission.memory.turns import Turn


def _turns(*texts: str, session: int = 0) -> list[Turn]:
    return [Turn(i, session, "user", text) for i, text in enumerate(texts)]


def _facts(*texts: str) -> set[tuple[str, str, str]]:
    book = FactBook()
    book.add(RuleExtractor().extract(_turns(*texts)))
    return {(f.subject, f.attribute, f.value) for f in book}


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Меня зовут Пётр.", ("user", "name", "Пётр")),
        ("живу в самаре", ("user", "city", "Самара")),
        ("Работаю инженером на заводе.", ("user", "job", "инженер")),
        ("Работаю инженером на заводе.", ("user", "employer", "завод")),
        ("Сестра у меня педиатр.", ("сестра", "job", "педиатр")),
        ("Муж — геолог, всё время в поле.", ("муж", "job", "геолог")),
        ("жену зовут марина", ("жена", "name", "Марина")),
        ("У брата аллергия на мёд.", ("брат", "allergy", "мёд")),
        ("мне тридцать два года", ("user", "age", "32")),
        ("Занимаюсь плаванием.", ("user", "hobby", "плавание")),
        ("терпеть не могу оливки", ("user", "dislikes", "оливки")),
        ("бросила курить в мае", ("user", "smoking", "не курит")),
        ("Вчера вернулись из Твери.", ("user", "trip", "Тверь")),
        ("забор 42 метра", ("user", "measure:забор", "42 метра")),
        ("По пятницам хожу в бассейн.", ("user", "schedule:ходить", "По пятницам")),
        ("Мой пёс, такса Жук, грызёт тапки.", ("собака", "breed", "такса")),
    ],
)
def test_rules_find(text, fact):
    """One grammatical frame each, in the words of everyday talk."""
    assert fact in _facts(text)


@pytest.mark.parametrize(
    "text",
    [
        "Если бы я жил в Риме, ел бы пиццу.",
        "Где работает мой сосед?",
        "Врач живёт в Самаре.",
        "Наверное, мне лет сто.",
        "У соседки собака Альма лает.",
        "",
        "!!! ... ???",
        "«Я работаю директором большого завода и живу в Сочи у самого моря»",
    ],
)
def test_rules_leave_out_what_is_no_fact_of_the_user(text):
    """Hypotheticals, questions, strangers, guesses and quotations say nothing about the user."""
    assert {f for f in _facts(text) if f[0] == "user"} == set()


def test_a_pronoun_means_the_person_spoken_of():
    """«она» is the sister of the sentence before, within the session only."""
    assert ("сестра", "job", "врач") in _facts("Приехала сестра Оля. Она работает врачом.")
    turns = [Turn(0, 0, "user", "Приехала сестра Оля."), Turn(1, 1, "user", "Она работает врачом.")]
    assert [c for c in RuleExtractor().extract(turns) if c.attribute == "job"] == []


def test_assistant_turns_and_pasted_texts_say_nothing():
    """Only what the user types themselves counts."""
    pasted = "Я живу в Париже. " * 100
    assert RuleExtractor().extract([Turn(0, 0, "assistant", "Вы живёте в Париже."), Turn(1, 0, "user", pasted)]) == []


def test_rules_are_fast_enough():
    """20,000 characters of user turns, what a dialogue of 350,000 holds, in less than 3 seconds."""
    text = "Слушай, мой брат Костя живёт в Уфе, а я работаю сварщиком на заводе и по вторникам бегаю в парке."
    turns = _turns(*[text] * (20_000 // len(text)))
    start = time.perf_counter()
    RuleExtractor().extract(turns)
    assert time.perf_counter() - start < 3.0
