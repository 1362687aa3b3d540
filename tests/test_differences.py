"""Differences by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from submission.reading.clauses import clauses_of
from submission.reading.differences import difference, told
from submission.reading.phrasing import MAX_ANSWER_CHARS, phrase_difference
from submission.reading.question import asked
from submission.reading.reader import ExtractiveReader
from submission.recall.encoders import WordVectorEncoder
from submission.recall.recall import Hit


def told_of(question, turns, scores=None):
    """What is told of `turns`, one clause each; all score alike unless said."""
    clauses = clauses_of([Hit(2 * i, i, "user", text, 0.0) for i, text in enumerate(turns)])
    assert len(clauses) == len(turns)
    pair = difference(question, clauses, np.asarray(scores or [0.0] * len(turns), dtype=np.float32))
    return None if pair is None else told(pair, asked(question).english)


@pytest.mark.parametrize(
    ("question", "turns", "answer"),
    [
        ("На сколько упало моё давление?", ["Давление сто восемнадцать", "Давление теперь 104"], "на 14: было 118, стало 104"),
        ("На сколько выросла пенсия?", ["Пенсия 24 300 рублей", "Пенсию подняли до 26 800"], "на 2500: было 24300, стало 26800"),
        ("На сколько похудел мой кот?", ["Кот весит 9,4 кг", "Кот теперь весит восемь кило"], "на 1,4: было 9,4, стало 8"),
        ("На сколько вырос мой оклад?", ["Оклад 45 тысяч", "Оклад теперь шестьдесят две"], "на 17 тысяч: было 45 тысяч, стало 62 тысячи"),
        ("На сколько подорожала аренда?", ["Хозяин поднял аренду с 47 до 52"], "на 5: было 47, стало 52"),
        ("На сколько стало меньше учениц?", ["Учениц теперь осталось пять вместо восьми"], "на 3: было 8, стало 5"),
        ("На сколько упало моё давление?", ["Давление 160/100", "Давление теперь 135/90"], "на 25: было 160, стало 135"),
        ("By how much did my rent go up?", ["They raised my rent from $850 to $910"], "by 60: it was 850, now 910"),
        ("By how much did my rent go up?", ["My rent is $850", "My rent is now $910"], "by 60: it was 850, now 910"),
    ],
)
def test_two_values_of_one_thing(question, turns, answer):
    """The difference is told with the earlier value first, whether digits or words, one clause or two, told it."""
    assert told_of(question, turns) == answer


def test_the_unit_that_is_asked_for_decides():
    """Of several numbers those in the unit of the question are compared."""
    turns = ["Первая лодка восемь метров, за сорок тысяч", "Вторая лодка десять метров, за пятьдесят тысяч"]
    assert told_of("На сколько метров вторая лодка длиннее?", turns) == "на 2: было 8, стало 10"
    assert told_of("На сколько рублей вторая лодка дороже?", turns) == "на 10 тысяч: было 40 тысяч, стало 50 тысяч"


def test_low_scores_lose():
    """A number in a clause that has little to do with the question is not compared."""
    turns = ["Оклад у меня 40 тысяч", "Слон живёт до 60 лет", "Оклад теперь 46 тысяч"]
    assert told_of("На сколько вырос мой оклад?", turns, [0.0, -5.0, -0.5]) == "на 6 тысяч: было 40 тысяч, стало 46 тысяч"


@pytest.mark.parametrize(
    "turns",
    [
        ["Оклад у меня 40 тысяч"],
        ["Оклад у меня 40 тысяч", "Оклад всё те же 40 тысяч"],
        ["Сплю на даче", "Гуляю с собакой"],
        ["Оклад у меня 40 тысяч", "Еду три дня на поезде"],
        ["Столовая с двенадцати до трёх"],
        [],
    ],
)
def test_nothing_to_compare(turns):
    """One value, the same value twice, other units and opening hours make no difference."""
    assert told_of("На сколько вырос мой оклад?", turns) is None


@pytest.mark.parametrize(
    ("question", "is_difference"),
    [
        ("На сколько рублей подорожал мой товар?", True),
        ("Насколько я похудел?", True),
        ("На сколько минут короче стал мой путь?", True),
        ("Какова разница между моими тыквами?", True),
        ("How much heavier is the second fish?", True),
        ("How much weight did I lose?", True),
        ("How much has my rent gone up?", True),
        ("How much has my rent increased?", True),
        ("How many times did I go up the mountain?", False),
        ("На сколько литров мой аквариум?", False),
        ("На сколько дней мы едем?", False),
        ("На сколько гостей был рассчитан зал?", False),
        ("Сколько я вешу?", False),
        ("How much do I weigh?", False),
    ],
)
def test_which_questions_ask_for_a_difference(question, is_difference):
    """Change or comparison asks for a difference; a capacity or a duration is one number."""
    assert asked(question).difference is is_difference


def test_answer_begins_with_the_difference():
    """The two clauses follow, the earlier first; one that does not fit is left out."""
    ask, turns = asked("На сколько вырос мой оклад?"), ["Мой оклад 40 тысяч", "Оклад теперь 46 тысяч"]
    clauses = clauses_of([Hit(i, i, "user", text, 0.0) for i, text in enumerate(turns)])
    pair = difference("На сколько вырос мой оклад?", clauses, np.zeros(2))
    assert phrase_difference(pair, ask) == "На 6 тысяч: было 40 тысяч, стало 46 тысяч; Ваш оклад 40 тысяч; Оклад теперь 46 тысяч."
    long = pair.clauses[0]._replace(text="а" * MAX_ANSWER_CHARS)
    assert phrase_difference(pair._replace(clauses=(long,)), ask) == "На 6 тысяч: было 40 тысяч, стало 46 тысяч."


def test_reader():
    """The reader answers such a question with the difference and names the later turn as its source."""
    hits = [Hit(0, 1, "user", "Мой оклад 40 тысяч", 1.0), Hit(4, 2, "user", "Оклад теперь 46 тысяч", 0.9)]
    answer = ExtractiveReader(WordVectorEncoder(), abstain_below=0.0).read("На сколько вырос мой оклад?", hits)
    assert answer.text.startswith("На 6 тысяч: было 40 тысяч, стало 46 тысяч; ")
    assert answer.source == 4
