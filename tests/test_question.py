"""Question typing."""

from __future__ import annotations

import pytest

from submission.reading.question import ANY, BEFORE, NAME, NOW, NUMBER, PERSON, PLACE, THING, TIME, YES_NO, asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Сколько мне лет?", NUMBER),
        ("Какой у меня рост?", NUMBER),
        ("Когда я хожу в бассейн?", TIME),
        ("По каким дням у меня йога?", TIME),
        ("Где я работаю?", PLACE),
        ("В каком городе живёт мой брат?", PLACE),
        ("Как зовут мою кошку?", NAME),
        ("Какой марки у меня телефон?", NAME),
        ("Кем работает моя жена?", THING),
        ("С кем я езжу на рыбалку?", PERSON),
        ("Курю ли я?", YES_NO),
        ("Что я люблю на завтрак?", THING),
        ("How old am I?", NUMBER),
        ("Where do I live?", PLACE),
        ("What is my dog called?", NAME),
        ("Do I smoke?", YES_NO),
        ("", THING),
    ],
)
def test_kind(question, kind):
    """The question word and the noun that goes with it tell what kind of answer is wanted."""
    assert asked(question).kind == kind


@pytest.mark.parametrize(
    ("question", "when"),
    [
        ("Где я сейчас работаю?", NOW),
        ("Где я работал раньше?", BEFORE),
        ("Где я жила до переезда?", BEFORE),
        ("Где я работаю?", ANY),
        ("Where did I live before?", BEFORE),
    ],
)
def test_time(question, when):
    """Words for now and before say which value in time is meant."""
    assert asked(question).when == when


@pytest.mark.parametrize(("question", "many"), [("Перечисли моих друзей", True), ("Какие у меня хобби?", True), ("Как зовут моего брата?", False)])
def test_many(question, many):
    """Lists and plurals ask for evidence from several turns."""
    assert asked(question).many is many


def test_specific_property():
    """The brand of a thing is a specific property, what the user likes is not."""
    assert asked("Какой марки мой телефон?").specific and not asked("Что я люблю?").specific


def test_language():
    """A question without Cyrillic letters is English."""
    assert asked("What do I do?").english and not asked("Кто я?").english
