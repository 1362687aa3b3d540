"""submission.recall.dates: relative dates, said on Friday 12 May 2023."""

from __future__ import annotations

import time

import pytest

from submission.memory.turns import Turn
from submission.reading.context import pack
from submission.recall.dates import DateMention, annotated, resolve

SAID = "2023-05-12T13:56"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Вчера", "2023-05-11"),
        ("позавчера", "2023-05-10"),
        ("послезавтра", "2023-05-14"),
        ("через две недели", "2023-05-26"),
        ("через неделю", "2023-05-19"),
        ("через 3 дня", "2023-05-15"),
        ("месяц назад", "2023-04"),
        ("через полгода", "2023-11"),
        ("полгода тому назад", "2022-11"),
        ("5 лет назад", "2018"),
        ("двадцать пять лет назад", "1998"),
        ("в прошлый четверг", "2023-05-11"),
        ("в прошлую пятницу", "2023-05-05"),
        ("в эту среду", "2023-05-10"),
        ("в следующую пятницу", "2023-05-19"),
        ("на прошлой неделе", "2023-05-01/2023-05-07"),
        ("в прошлом месяце", "2023-04"),
        ("в следующем году", "2024"),
        ("the day before yesterday", "2023-05-10"),
        ("last Friday", "2023-05-05"),
        ("this Sunday", "2023-05-14"),
        ("next Monday", "2023-05-15"),
        ("two years ago", "2021"),
        ("a week ago", "2023-05-05"),
        ("in a month", "2023-06"),
        ("last week", "2023-05-01/2023-05-07"),
    ],
)
def test_a_relative_date_becomes_a_calendar_date(text, iso):
    """As exact as what was said: a day, a week, a month or a year."""
    assert [DateMention(text, 5, 5 + len(text), iso)] == resolve(f"Так, {text}!", SAID)


@pytest.mark.parametrize(
    "text", ["лет назад", "пару лет назад", "недавно", "на завтрак", "через 15 минут", "прошлый раз", "9999 лет назад", "", "в четверг"]
)
def test_what_is_vague_is_left_out(text):
    """Nothing is guessed, and nothing leaves the calendar."""
    assert [] == resolve(text, SAID)


@pytest.mark.parametrize("said", [None, "", "вчера", "2023", "2023-13-45"])
def test_without_a_day_nothing_is_resolved(said):
    """The contest's data has no dates."""
    assert [] == resolve("вчера", said) and "вчера" == annotated("вчера", said)


def test_the_end_of_a_month_and_of_a_year_are_passed():
    """January 31 plus a month is February; a week may lie in two years."""
    assert ["2023-02"] == [m.iso for m in resolve("через месяц", "2023-01-31")]
    assert ["2023-12-25/2023-12-31"] == [m.iso for m in resolve("на прошлой неделе", "2024-01-01")]


def test_annotations_stand_behind_what_was_said():
    """In the order of the text; today is what the heading says already."""
    expected = "Вчера (= 2023-05-11) болел, сегодня лучше, через  неделю (= 2023-05-19) в Ёлкино"
    assert expected == annotated("Вчера болел, сегодня лучше, через  неделю в Ёлкино", SAID)


def test_a_megabyte_takes_seconds_at_most():
    """Number words that lead nowhere."""
    started = time.process_time()
    assert [] == resolve("сорок два " * 10_000 + "сорок" + " " * 100_000, SAID)
    assert time.process_time() - started < 5


def test_the_model_reads_the_calendar_date():
    """Where the data has dates; a turn without one is left as it was said."""
    turns = [Turn(0, 1, "user", "вчера купил велосипед", "2023-05-12"), Turn(1, 2, "user", "вчера продал его")]
    text = pack("Когда я купил велосипед?", turns, [0, 1], [], 1000, len).text
    assert "вчера (= 2023-05-11) купил" in text and "вчера продал" in text
