"""eval.judges: the judges that need no model."""

from __future__ import annotations

import pytest

from eval.datasets import Question
from eval.judges import CORRECT, INCORRECT, JUDGES

PET = Question(1, "Как зовут моего кота?", "fact_equal_session", "Вашего кота зовут Семён.", accept=("семен",), reject=("барсик",))
UNKNOWN = Question(2, "Какие сигареты курит мой сын?", "no_info", "У меня нет такой информации", accept=("нет такой информации",))


def label(judge, question, answer):
    return JUDGES[judge](question, answer).label


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Семён", CORRECT),
        ("ВАШЕГО КОТА ЗОВУТ СЕМЁН!", CORRECT),
        ("Кота зовут Семен.", CORRECT),
        ("Барсик", INCORRECT),
        ("Раньше Барсик, теперь Семён", INCORRECT),
        ("", INCORRECT),
    ],
)
def test_patterns_look_at_the_lower_cased_answer_without_yo(answer, expected):
    """Every accept pattern has to be found and no reject pattern may be."""
    assert expected == label("patterns", PET, answer)


def test_all_accept_patterns_have_to_hold():
    """A consolidating answer needs each part."""
    question = Question(1, "Какие тренировки?", "info_consolidation", "Бег и плавание", accept=("бег", "плав"))
    assert INCORRECT == label("patterns", question, "Вы бегаете")
    assert CORRECT == label("patterns", question, "Вы плаваете и бегаете")


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (PET, "Семён", CORRECT),
        (PET, "У вас есть Семён и собака", CORRECT),
        (PET, "Вашего кота зовут Барсик", INCORRECT),
        (PET, "У меня нет такой информации", INCORRECT),
        (UNKNOWN, "У меня нет такой информации", CORRECT),
        (UNKNOWN, "Вы этого не упоминали.", CORRECT),
        (UNKNOWN, "I don't have that information", CORRECT),
        (UNKNOWN, "Он курит Marlboro", INCORRECT),
        (UNKNOWN, "", INCORRECT),
    ],
)
def test_overlap_wants_the_gold_words_or_a_refusal(question, answer, expected):
    """The answer holds what the gold adds to the question; where there is no information, it declines."""
    assert expected == label("overlap", question, answer)


@pytest.mark.parametrize("answer", ["яблоки, груши и тыквы", "тыквы и груши; ещё яблоки", "тыква, яблоко, груша"])
def test_overlap_takes_a_list_in_any_order_and_form(answer):
    """Lemmas are compared, not their order."""
    question = Question(1, "Что растёт в моём саду?", "info_consolidation", "У вас растут яблоки, груши и тыквы.")
    assert CORRECT == label("overlap", question, answer)
    assert INCORRECT == label("overlap", question, "яблоки и груши")


def test_overlap_reads_small_numbers_as_words_too():
    """Five and 5 are the same."""
    question = Question(1, "На каком этаже я живу?", "fact_equal_session", "5")
    assert CORRECT == label("overlap", question, "пять")


@pytest.mark.parametrize(("judge", "question"), [("patterns", PET), ("overlap", PET), ("patterns", UNKNOWN), ("overlap", UNKNOWN)])
def test_an_answer_longer_than_250_characters_is_wrong(judge, question):
    """Quoting half the memory wins nothing; 250 characters are still a sentence."""
    right = "Семён" if question is PET else "нет такой информации"
    assert CORRECT == label(judge, question, right + " " * (250 - len(right)))
    assert INCORRECT == label(judge, question, right + " " * (251 - len(right)))


@pytest.mark.parametrize("judge", ["patterns", "overlap"])
@pytest.mark.parametrize("answer", ["Семён", "Барсик", "нет", "я" * 300])
def test_every_verdict_has_a_reason(judge, answer):
    """A verdict can be looked into."""
    assert JUDGES[judge](PET, answer).reason
