"""submission.recall.concepts: what a question asks for and what a turn tells."""

from __future__ import annotations

import pytest

from submission.recall.concepts import CONCEPTS, asked, told
from submission.recall.text import tokens

NAMES = [concept.name for concept in CONCEPTS]


def named(row):
    return {NAMES[i] for i in row.nonzero()[0]}


@pytest.mark.parametrize(
    ("question", "turn", "concept"),
    [
        ("Кем я тружусь?", "взяли в цех на завод", "work"),
        ("Какой у меня питомец?", "завели щенка", "pets"),
        ("Что у меня со здоровьем?", "врач прописал таблетки", "health"),
        ("Куда я ездил в отпуск?", "слетали на море", "travel"),
    ],
)
def test_question_and_turn_meet_in_a_concept(question, turn, concept):
    """Though they share no word."""
    assert concept in named(asked(tokens(question)))
    assert concept in named(told(tokens(turn)))


def test_an_entry_without_a_star_is_a_whole_word():
    """«кот» is a cat, «который» is not; «собак*» begins «собаками»."""
    assert "pets" in named(told(["кот"])) and "pets" in named(told(["собаками"]))
    assert set() == named(told(["которыйникогда"]))


def test_rows_are_marks_of_one_and_zero():
    """One column a concept, however often it is named; nothing for no words."""
    assert (len(CONCEPTS),) == told([]).shape
    assert 0.0 == told([]).sum() == asked(["", "🙂"]).sum()
    assert {0.0, 1.0} == set(told(["кот", "кота", "собака"]).tolist())


def test_names_are_unique_and_entries_are_normalised():
    """No capital, no ё: they would never match."""
    assert len(set(NAMES)) == len(NAMES)
    text = " ".join(concept.ask + concept.tell for concept in CONCEPTS)
    assert text == text.lower().replace("ё", "е")
