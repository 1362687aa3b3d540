"""Numbers with units."""

from __future__ import annotations

import pytest

from submission.reading.quantities import AREA, BEINGS, DURATION, LENGTH, MASS, MONEY, quantities


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("плачу 24 300 рублей", 24300, MONEY),
        ("плачу 24300р", 24300, MONEY),
        ("вешу 9,4 кг", 9.4, MASS),
        ("дают 95 тысяч", 95000, None),
        ("дают 95 тыс", 95000, None),
        ("дают 95к", 95000, None),
        ("давление сто восемьдесят", 180, None),
        ("похудел до шести с половиной", 6.5, None),
        ("девять метров с половиной", 9.5, LENGTH),
        ("полтора килограмма", 1.5, MASS),
        ("взял полторы тыщи", 1500, None),
        ("чистка теперь три двести", 3200, None),
        ("алименты увеличили до восемнадцати двухсот", 18200, None),
        ("квартира за пять миллионов двести", 5_200_000, None),
        ("девять с лишним кило", 9, MASS),
        ("ждать минут сорок", 40, DURATION),
        ("пришло сорок одного человека", 41, BEINGS),
        ("сто чашек к маю", 100, "чашка"),
        ("I pay $450", 450, MONEY),
        ("плачу 45т.р. за квартиру", 45000, None),
        ("квартира 54 м2", 54, AREA),
        ("комната 18 м²", 18, AREA),
        ("давление 140/90", 140, None),
        ("rent is $1,850.50", 1850.5, MONEY),
        ("a hundred and fifty pounds", 150, MASS),
        ("it takes two and a half hours", 2.5, DURATION),
        ("he weighs two hundred and ten pounds", 210, MASS),
        ("it costs 1,200 dollars", 1200, MONEY),
    ],
)
def test_values(text, value, unit):
    """Digits, words, thousands that are named or left out, halves, and the unit on either side."""
    assert [(q.value, q.unit) for q in quantities(text)] == [(value, unit)]


@pytest.mark.parametrize(
    "text", ["15 мая", "25.12.2023", "в 2019 году", "в семь часов", "дом 12", "на 3 этаже", "ответ 5б", "3-4 раза", "5/7", "просто текст", ""]
)
def test_no_quantities(text):
    """Dates, years, hours, houses, floors, lists, shares and ranges are none."""
    assert quantities(text) == ()


def test_place_and_bareness():
    """A quantity knows where it stands and whether its thousand may have been left out."""
    first, second = quantities("было сорок пять тысяч, стало 52")
    assert ("было сорок пять тысяч, стало 52"[first.start : first.end], first.bare) == ("сорок пять тысяч", False)
    assert ("было сорок пять тысяч, стало 52"[second.start : second.end], second.bare) == ("52", True)
