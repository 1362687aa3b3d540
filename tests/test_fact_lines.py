"""Lines of facts and summaries for the model's prompt."""

from __future__ import annotations

from submission.memory import attributes
from submission.memory.facts import Claim, FactBook
from submission.memory.people import Mention
from submission.memory.turns import Turn
from submission.reading import fact_lines as lines_module
from submission.reading.fact_lines import fact_lines, summary_lines

USER, BROTHER, CAT = Mention(), Mention("брат", "Костя"), Mention("кот", owner=Mention("брат"))
TURNS = [Turn(i, f"s{i // 2}", "user", "…") for i in range(6)]  # conversations 1, 2 and 3


def _book(*claims: Claim) -> FactBook:
    book = FactBook()
    book.add(claims)
    return book


def test_lines_of_a_book():
    """In the order of knowing, with the conversation of the latest source; a name stands with the relation alone."""
    book = _book(
        Claim(BROTHER, "relation", "", 0),
        Claim(BROTHER, "name", "Костя", 0),
        Claim(USER, "city", "Тверь", 1),
        Claim(BROTHER, "job", "врач", 1),
        Claim(CAT, "relation", "", 2),
        Claim(USER, "city", "Рязань", 3),
        Claim(BROTHER, "job", "врач", 4),
    )
    assert fact_lines(book, TURNS, 60) == [
        "пользователь: близкие и питомцы — брат Костя (разговор 1)",
        "пользователь: город раньше — Тверь (разговор 1)",
        "брат Костя: работа — врач (разговор 3)",
        "брат Костя: близкие и питомцы — кот (разговор 2)",
        "пользователь: город — Рязань (разговор 2)",
    ]
    assert fact_lines(book, TURNS, 60, english=True)[:3] == [
        "user: people and pets — brother Костя (conversation 1)",
        "user: city earlier — Тверь (conversation 1)",
        "brother Костя: job — врач (conversation 3)",
    ]


def test_what_is_left_out():
    """Corrected, ended and doubtful facts and plans that have run out; nothing of nothing."""
    book = _book(
        Claim(USER, "plan", "купить дачу", 0),
        Claim(USER, "plan", "учить татарский", 4),
        Claim(USER, "car", "Нива", 1),
        Claim(USER, "car", "", 2, "retract"),
        Claim(USER, "does:читать", "вечерами", 3, confidence=0.5),
    )
    assert fact_lines(book, TURNS, 2) == ["пользователь: план — учить татарский (разговор 3)"]
    assert fact_lines(FactBook(), [], 2) == summary_lines([]) == []


def test_attributes_without_a_label_of_their_own():
    """Families show what follows the colon; any other attribute shows itself."""
    claims = [Claim(USER, name, f"значение{i}", i) for i, name in enumerate(("measure:ставка", "note:любимый цвет", "schedule:бегать", "странность"))]
    shown = [line.split(": ")[1].split(" — ")[0] for line in fact_lines(_book(*claims), TURNS, 60)]
    assert shown == ["ставка", "любимый цвет", "когда бегать", "странность"]


def test_every_attribute_has_a_label():
    """A new attribute of the book gets its words here too."""
    assert lines_module._LABELS.keys() == attributes._SPECS.keys()


def test_summaries_of_old_sessions():
    """All but the three newest sessions, by the number that they have in the prompt."""
    turns = [Turn(i, f"s{i}", "user", text) for i, text in enumerate(["Как дела?", "Живу в Вологде.", "Суп.", "Кот.", "Дом."])]
    assert summary_lines(turns) == ["разговор 2: Живу в Вологде."]
    assert summary_lines(turns, english=True) == ["conversation 2: Живу в Вологде."]
