"""The reader without a model, through read()."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest

from submission.memory.turns import Turn
from submission.reading.reader import NO_INFORMATION, NO_INFORMATION_ENGLISH, ExtractiveReader, with_replies
from submission.recall.encoders import WordVectorEncoder
from submission.recall.recall import Hit

NOISE = ["Сегодня опять идёт дождь за окном", "Составь меню на неделю для семьи", "Расскажи про устройство телескопа подробно"]


@pytest.fixture(scope="module")
def reader() -> ExtractiveReader:
    return ExtractiveReader(WordVectorEncoder(), abstain_below=0.0)


def _hits(*texts: str) -> list[Hit]:
    return [Hit(2 * i, i, "user", text, float(len(texts) - i)) for i, text in enumerate(texts)]


def test_answer_is_in_the_second_person(reader):
    """The evidence comes first, turned to the user, as one sentence with a capital and a full stop."""
    answer = reader.read("Кем я работаю?", _hits("я работаю сварщиком на заводе", *NOISE))
    assert answer.text.startswith("Вы работаете сварщиком на заводе") and answer.text.endswith(".")
    assert answer.source == 0 and 0 <= answer.support <= 1


def test_english_is_answered_in_english(reader):
    """An English question gets English words."""
    answer = reader.read("Where do I work?", _hits("I work at the harbour office", "write a poem about the sea please"))
    assert answer.text.startswith("You work at the harbour office")


def test_what_was_said_earlier_is_marked(reader):
    """An older value stands behind the mark «ранее», never before the present one."""
    answer = reader.read(
        "Где я сейчас работаю?", [Hit(40, 9, "user", "теперь я работаю в порту", 3.0), Hit(2, 1, "user", "я работаю на заводе", 2.5)]
    )
    assert answer.text == "Теперь вы работаете в порту; ранее: вы работаете на заводе."


def test_lists_are_joined_in_order(reader):
    """A question for several things joins clauses of several turns in the order of the turns."""
    hits = [Hit(30, 3, "user", "подруга Рита приехала в гости", 3.0), Hit(4, 1, "user", "подруга Даша звонила вчера", 2.9)]
    text = reader.read("Перечисли моих подруг", hits).text
    assert text.index("Даша") < text.index("Рита")


def test_the_option_that_the_user_picked(reader):
    """«Второй, беру» is answered with the assistant's second option."""
    turns = [
        Turn(0, 1, "user", "какой регистратор взять в машину?"),
        Turn(1, 1, "assistant", "Варианты:\n1. **Тракка** — дешёвый\n2. **Дорвизор** — надёжный"),
        Turn(2, 1, "user", "второй вариант беру"),
    ]
    hits = with_replies([Hit(2, 1, "user", turns[2].text, 2.0)], turns)
    assert "Дорвизор" in reader.read("Какой регистратор я выбрал?", hits).text


def test_replies_are_added_once():
    """The turns before and after a user hit come behind the hits; none twice, none from outside the dialogue."""
    turns = [Turn(i, 1, "user" if i % 2 == 0 else "assistant", str(i)) for i in range(4)]
    hits = [Hit(2, 1, "user", "2", 2.0), Hit(1, 1, "assistant", "1", 1.0), Hit(0, 1, "user", "0", 0.5)]
    assert [h.index for h in with_replies(hits, turns)] == [2, 1, 0, 3]
    assert [h.index for h in with_replies(hits, turns, hidden={3})] == [2, 1, 0]


@pytest.mark.parametrize(
    "hits", [[], [Hit(1, 1, "assistant", "Вы сварщик.", 1.0)], [Hit(0, 1, "user", "слово " * 300, 1.0)], [Hit(0, 1, "user", "", 1.0)]]
)
def test_nothing_to_read(reader, hits):
    """No turn of the user's own words: the refusal, with no support and no source."""
    assert reader.read("Кем я работаю?", hits) == (NO_INFORMATION, 0.0, None)


def test_refusal_below_the_threshold():
    """A reader that wants certainty declines, in the language of the question."""
    strict = ExtractiveReader(WordVectorEncoder(), abstain_below=1.0)
    assert strict.read("Кем я работаю?", _hits(*NOISE)).text == NO_INFORMATION
    assert strict.read("Where do I work?", _hits(*NOISE)).text == NO_INFORMATION_ENGLISH


@pytest.mark.parametrize("question", ["", "???", "Кем?", "x" * 500])
def test_odd_questions(reader, question):
    """Any question gets a non-empty answer within the contest's length."""
    assert 0 < len(reader.read(question, _hits("я работаю сварщиком на заводе в порту", *NOISE)).text) <= 250


def test_answers_stay_short(reader):
    """However much evidence there is, the answer keeps within 250 characters."""
    texts = [
        f"я работаю {word} на большом заводе у самой реки за старым городом" for word in "сварщиком слесарем токарем маляром поваром врачом".split()
    ]
    assert len(reader.read("Кем я работаю?", _hits(*texts)).text) <= 250


@dataclass(frozen=True)
class _Fact:
    value: str
    turns: tuple[int, ...]


class _FactHit(NamedTuple):
    fact: _Fact
    score: float


def test_facts_raise_their_turns(reader):
    """A fact drawn from a turn lifts that turn above one that looks the same."""
    hits = [Hit(0, 1, "user", "Рита печёт пироги", 1.0), Hit(2, 1, "user", "Даша печёт пироги", 1.0)]
    facts = [_FactHit(_Fact("Рита", (0,)), 0.9)]
    assert reader.read("Кто печёт пироги?", hits, facts).source == 0
