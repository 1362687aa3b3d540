"""From the user's words to the assistant's."""

from __future__ import annotations

import pytest

from submission.reading.person import second_person


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("я работаю сварщиком", "вы работаете сварщиком"),
        ("Мой кот спит", "Ваш кот спит"),
        ("мы живём у моей сестры", "вы живёте у вашей сестры"),
        ("Я вчера купил машину", "Вы вчера купили машину"),
        ("I'm a nurse and I was in Paris", "you're a nurse and you were in Paris"),
        ("I've sold my car", "you've sold your car"),
    ],
)
def test_first_person_becomes_second(said, told):
    """Pronouns and verbs of the user turn to those with which the assistant addresses them."""
    assert second_person(said) == told


@pytest.mark.parametrize("said", ["жена купила кота", "", "12:30, вторник", "брат уехал в Томск"])
def test_others_stay_in_the_third_person(said):
    """What is said of somebody else is not turned to the user."""
    assert second_person(said) == said


def test_a_past_tense_follows_its_own_subject():
    """Only the clause that «я» governs becomes plural."""
    assert second_person("я отработала в школе, жена купила кота") == "вы отработали в школе, жена купила кота"
