"""What the user takes back is not quoted."""

from __future__ import annotations

import pytest

from submission.reading.clauses import clauses_of
from submission.reading.corrections import corrected
from submission.reading.phrasing import phrase
from submission.reading.question import asked
from submission.recall.recall import Hit


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("давление не 128, а 118 сегодня", "давление 118 сегодня"),
        ("не 9,4, а 9,6 кг", "9,6 кг"),
        ("не двести, а триста рублей", "триста рублей"),
        ("хожу не по вторникам, а по средам", "хожу по средам"),
        ("живу не в Томске, а теперь в Омске", "живу теперь в Омске"),
        ("привёз не осину, а кедр", "привёз кедр"),
        ("зовут не Марина, а Карина", "зовут Карина"),
        ("нас 12. ой нет, 14", "нас 14"),
        ("вешу 76. тьфу, 78 уже", "вешу 78 уже"),
        ("12 кошек, ой нет, 14", "14 кошек"),
        ("ему двадцать пять нет, вру, двадцать шесть", "ему двадцать шесть"),
        ("во вторник, ой, в среду хожу", "в среду хожу"),
        ("оклад 50 тысяч, вернее 55", "оклад 55 тысяч"),
        ("пять тысяч сорок, вернее пятьдесят", "пятьдесят"),
        ("встаю в 5, ой, в 6", "встаю в 6"),
        ("it was not 128 but 118", "it was 118"),
        ("my name is not Ann but Anna", "my name is Anna"),
        ("it was 12, sorry, 14 people", "it was 14 people"),
    ],
)
def test_taken_back(text, left):
    """A value that is denied or taken back goes, the one that was meant stays, and so does its unit."""
    assert corrected(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "не только пою, а ещё и пляшу",
        "не знаю, а он знает",
        "не хотела, а теперь едет",
        "теперь не опилки стерегу, а кочегарю в котельной",
        "у меня не работа, а каторга",
        "сплю не на старом скрипучем диване, а на полу",
        "у меня 12 кошек и 14 собак",
        "никогда не опаздывал, а тут 5 раз",
        "it is not only cheap but good",
        "I am not German but I speak it",
        "",
    ],
)
def test_no_correction(text):
    """Contrasts of verbs, of predicates, of long parts and plain lists stay whole."""
    assert corrected(text) == text


def test_answers_quote_what_was_meant():
    """An answer's quotation holds no value that was taken back."""
    clauses = clauses_of([Hit(0, 1, "user", "Давление не 128, а 118 сегодня", 1.0)])
    assert phrase(clauses, asked("Какое у меня давление?")) == "Давление 118 сегодня."
