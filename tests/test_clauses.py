"""Clauses: the pieces of the user's turns that an answer may quote."""

from __future__ import annotations

import pytest

from submission.reading.clauses import clauses_of
from submission.recall.recall import Hit


def clauses(text):
    return clauses_of([Hit(0, 1, "user", text, 1.0)])


@pytest.mark.parametrize(
    ("text", "told", "asked"),
    [
        ("моя собака рекс, овчарка, ему 5 лет, не ест корм. что делать?", "моя собака рекс, овчарка, ему 5 лет, не ест корм.", "что делать?"),
        ("до работы еду на трамвае 40 минут, что послушать?", "до работы еду на трамвае 40 минут", "что послушать?"),
        ("Живу в Твери — куда сходить?", "Живу в Твери", "куда сходить?"),
        ("my dog Rex won't eat, what now?", "my dog Rex won't eat", "what now?"),
    ],
)
def test_what_is_told_before_a_question_is_a_clause_of_its_own(text, told, asked):
    """In chats a question follows in the same breath, without a capital; only it is marked as one."""
    assert [(told, 0.0), (asked, 1.0)] == [(c.text, c.traits.question) for c in clauses(text)]


def test_a_question_alone_stays_whole():
    """An abbreviation's full stop ends nothing."""
    assert ["Сколько стоит билет за 500 руб. туда?"] == [c.text for c in clauses("Сколько стоит билет за 500 руб. туда?")]
