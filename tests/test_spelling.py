"""submission.recall.spelling: what a mistyped word was meant to be."""

from __future__ import annotations

import time

import pytest

from submission.recall.spelling import likeliest, mended


@pytest.mark.parametrize(
    ("token", "meant"),
    [
        ("сабака", "собака"),  # by ear
        ("програмист", "программист"),  # a letter of two
        ("телевизорр", "телевизор"),
        ("хлолодильник", "холодильник"),
        ("холоидльник", "холодильник"),  # two letters swapped
        ("болница", "больница"),  # a soft sign
        ("просыпаеться", "просыпается"),
        ("екатеринбцрг", "екатеринбург"),  # the key beside it
    ],
)
def test_a_slip_of_one_letter_is_mended(token, meant):
    """Left out, doubled, swapped, taken for another."""
    assert meant == likeliest(token)


@pytest.mark.parametrize("token", ["собака", "прогуливалась", "ребенок", "ромочка", "замиокулькас", "щьщьщьщь"])
def test_known_words_names_and_what_is_like_nothing_are_left_alone(token):
    """Words of the vectors, of the dictionary, short names; unknown words without a neighbour."""
    assert likeliest(token) is None


def test_what_was_meant_stands_behind_what_was_written():
    """So that a name in lower case is still found as it was written."""
    assert "моя сабака собака спит" == mended("моя сабака спит")


@pytest.mark.parametrize("text", ["Сабака Сабакевич", "САБАКА", "сбка кт", "сабака-улыбака", "sabaka", "", "42", "сабака1", "сабака_"])
def test_names_short_and_odd_words_are_not_touched(text):
    """Capitals, under five letters, hyphens, other scripts, digits."""
    assert text == mended(text)


def test_yo_is_no_mistake():
    """Users mix ё and е, and a mistyped word with ё is mended too."""
    assert "телёнок и ребёнокк ребенок" == mended("телёнок и ребёнокк")


@pytest.mark.parametrize("text", ["я" * 1_000_000, "сабака " * 150_000, "ъ" * 24], ids=["one word", "one mistake", "no word"])
def test_a_megabyte_takes_seconds_at_most(text):
    """Long words are not looked at, a mistake is looked at once."""
    started = time.process_time()
    mended(text)
    assert time.process_time() - started < 5
