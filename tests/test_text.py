"""submission.recall.text: words, lemmas, sentences."""

from __future__ import annotations

import time

import pytest

from submission.recall.text import content_lemmas, is_pasted, lemma, lemmas, sentences, stems, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ёлка, ёж и Пётр!", ["елка", "еж", "и", "петр"]),
        ("в 10:30, 3.5 кг", ["в", "10:30", "3.5", "кг"]),
        ("бизнес-план по-русски", ["бизнес-план", "по-русски"]),
        ("I'm 42yo", ["i", "m", "42", "yo"]),
        ("?! 🙂 \ud800\0", []),
        ("", []),
    ],
)
def test_tokens_are_lower_case_words_and_numbers(text, expected):
    """ё is е, a hyphened word is one, signs are nothing."""
    assert expected == tokens(text)


@pytest.mark.parametrize(("token", "expected"), [("собаку", "собака"), ("жену", "жена"), ("бежал", "бежать"), ("dogs", "dog"), ("42", "42")])
def test_lemma_is_the_dictionary_form(token, expected):
    """Of Russian words; English ones are stemmed, numbers stay."""
    assert expected == lemma(token)


def test_spellings_with_and_without_yo_share_a_lemma():
    """Users mix them."""
    assert lemmas("тёплый чёрный котёнок") == lemmas("теплый черный котенок")


def test_content_lemmas_leave_out_function_words():
    """What a question asks about is left; a text of function words alone keeps them."""
    assert ["звать", "собака"] == content_lemmas("Как зовут мою собаку?")
    assert content_lemmas("а я и ты")


def test_sentences_end_at_marks_and_lines():
    """Without surrounding space, none empty, abbreviations unbroken."""
    assert ["Я живу в Омске.", "Тут хорошо!", "правда"] == sentences("Я живу в Омске. Тут хорошо!\n\n  правда ")
    assert [] == sentences(" \n ")


def test_an_article_is_pasted_and_a_remark_is_not():
    """The contest's pasted articles have 4,000 characters, its user turns about 50."""
    assert is_pasted("слово " * 700)
    assert not is_pasted("у меня сегодня был трудный день, посоветуй фильм")


def test_stems_join_forms_of_both_languages():
    """Coarser than lemmas, and one for each word."""
    assert 1 == len(set(stems(["собака", "собаку", "собаками"]))) == len(set(stems(["walk", "walks", "walking"])))
    assert ["42", ""] == stems(["42", ""])


@pytest.mark.parametrize(
    "text",
    ["я" * 1_000_000, "a-" * 500_000, "1," * 500_000, "🙂" * 1_000_000, "яa" * 500_000, "\n" * 1_000_000],
    ids=["one word", "hyphens", "digits", "emoji", "two scripts", "lines"],
)
def test_a_megabyte_of_anything_takes_seconds_at_most(text):
    """One word, one number, no word."""
    started = time.process_time()
    stems(tokens(text)), content_lemmas(text), is_pasted(text)
    assert time.process_time() - started < 10
