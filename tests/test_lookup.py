"""From a question to the facts that answer it."""

from __future__ import annotations

import pytest

from submission.memory.facts import Claim, FactBook
from submission.memory.lookup import facts_for_question
from submission.memory.people import Mention

ME = Mention()
BROTHER = Mention("брат", "Костя")


def _book() -> FactBook:
    book = FactBook()
    book.add(
        [
            Claim(ME, "city", "Омск", 0),
            Claim(BROTHER, "relation", "", 1),
            Claim(BROTHER, "job", "повар", 1),
            Claim(Mention("жена", "Алина", BROTHER), "relation", "", 2),
            Claim(Mention("жена", "Алина", BROTHER), "name", "Алина", 2),
            Claim(ME, "trip", "Псков", 3),
            Claim(ME, "city", "Казань", 4),
            Claim(ME, "trip", "Тверь", 5),
            Claim(ME, "plan", "поехать в Сочи", 6),
        ]
    )
    return book


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("Где я живу?", ["Казань"]),
        ("Где я жил раньше?", ["Омск"]),
        ("В каком городе я жил до переезда?", []),  # «переезд» is in no fact: doubtful
        ("Куда я ездил?", ["Псков", "Тверь"]),
        ("Кем работает мой брат?", ["повар"]),
        ("Кем работает Костя?", ["повар"]),
        ("Кем я работаю?", []),
        ("Как зовут жену брата?", ["Алина"]),
        ("Как зовут мою жену?", []),
        ("Кем работает моя сестра?", []),
        ("Как дела?", []),
        ("", []),
    ],
)
def test_answers_or_silence(question, values):
    """Subject, attribute and time are read from the question; where one is unclear there is no hit."""
    assert [hit.fact.value for hit in facts_for_question(question, _book())] == values


def test_plans_run_out():
    """A plan of turn 6 answers at turn 10 and not at turn 100, where plans live 20 turns."""
    question = "Какие у меня планы?"
    assert [h.fact.value for h in facts_for_question(question, _book(), now=10, plan_ttl_turns=20)] == ["поехать в Сочи"]
    assert facts_for_question(question, _book(), now=100, plan_ttl_turns=20) == []


def test_scores_lie_above_zero_and_at_most_one():
    """A hit's score comes from the fact's confidence."""
    assert all(0 < hit.score <= 1 for hit in facts_for_question("Куда я ездил?", _book()))
