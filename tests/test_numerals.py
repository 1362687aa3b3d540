"""submission.recall.numerals: numbers in words."""

from __future__ import annotations

import pytest

from submission.recall.numerals import Numeral, number_words, numerals
from submission.recall.text import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Мне сорок два года, сыну пять", ["42", "5"]),
        ("двадцать одна", ["21"]),
        ("около тридцати пяти тысяч рублей", ["35000"]),
        ("тысячу двести", ["1200"]),
        ("сто один", ["101"]),
        ("два, три", ["2", "3"]),
        ("сорок двести", ["40", "200"]),
        ("forty-two", ["42"]),
        ("two hundred and five", ["205"]),
        ("thirty thousand", ["30000"]),
        ("ещё один раз", []),
        ("one day", []),
        ("тысячи людей", []),
        ("42", []),
        ("", []),
    ],
)
def test_numbers_in_words_become_digits(text, expected):
    """Russian in any case, English; articles and vague thousands are none; digits stay what they are."""
    assert expected == number_words(tokens(text))


def test_a_numeral_knows_its_words():
    """tokens[start:end] say the value."""
    assert [Numeral(1, 3, 42), Numeral(4, 5, 5)] == numerals(["мне", "сорок", "два", "и", "пять"])
