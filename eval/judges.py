"""Judges without a model: is this answer right?"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from .datasets import Question
from .datasets.dialogue import NO_INFO

MAX_ANSWER_CHARS = 250  # the contest asks for one short sentence; quoting half the memory wins nothing

CORRECT, INCORRECT, UNPARSED = "correct", "incorrect", "unparsed"

REFUSAL = re.compile(
    r"нет (такой |этой )?информации|нет (таких |этих )?(данных|сведений)"
    r"|(?<!\w)не (знаю|упомина\w+|сообща\w+|рассказыва\w+|указыва\w+|уточня\w+)"
    r"|неизвестно|не располагаю|информаци\w+ (отсутствует|не найдена)"
    r"|(don't|do not) (have|know)|no (such )?information|(did not|didn't|never|not) mention|unknown|not (specified|provided)"
)

_TOKEN = re.compile(r"[0-9]+(?:[.,:][0-9]+)*|[^\W\d_]+")

# what answers say around the fact; a prediction may leave it out
_FRAME = frozenset("вы вас вам ваш вами у в на и с по из к о это быть звать the a an you your is are was were have has and in of to at".split())
_CONTENT_TAGS = frozenset(["NOUN", "ADJF", "ADJS", "NUMR", "LATN"])
_NUMBERS = {
    "ноль": "0", "один": "1", "два": "2", "три": "3", "четыре": "4", "пять": "5", "шесть": "6", "семь": "7", "восемь": "8", "девять": "9",
    "десять": "10", "одиннадцать": "11", "двенадцать": "12", "двое": "2", "трое": "3", "четверо": "4", "пятеро": "5",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip


class Verdict(NamedTuple):
    """`label` is correct, incorrect or unparsed; `reason` says what decided."""

    label: str
    reason: str


Judge = Callable[[Question, str], Verdict]


def judge_patterns(question: Question, answer: str) -> Verdict:
    """Every `accept` pattern and no `reject` pattern is found in the lower-cased answer (ё as е)."""
    if too_long := _too_long(answer):
        return too_long
    text = _normalise(answer)
    for pattern in question.accept:
        if not re.search(pattern, text, re.I):
            return Verdict(INCORRECT, f"accept pattern not found: {pattern}")
    for pattern in question.reject:
        if re.search(pattern, text, re.I):
            return Verdict(INCORRECT, f"reject pattern found: {pattern}")
    return Verdict(CORRECT, "all patterns hold")


def judge_overlap(question: Question, answer: str) -> Verdict:
    """The answer holds every key lemma of the gold, in any order; for `no_info` it is a refusal.

    Key lemmas are the gold's nouns, adjectives, numbers, names and foreign words that the question does not
    say itself; where there are none, all its words.
    """
    if too_long := _too_long(answer):
        return too_long
    refused = bool(REFUSAL.search(_normalise(answer)))
    if question.type == NO_INFO:
        return Verdict(CORRECT, "declined, as it should") if refused else Verdict(INCORRECT, "answered where there is no information")
    if refused:
        return Verdict(INCORRECT, "declined where there is an answer")
    given = set(_lemmas(answer))
    asked = set(_lemmas(question.text))
    keys = key_lemmas(question.gold or "", asked)
    missing = [key for key in keys if key not in given]
    if not keys or missing:
        return Verdict(INCORRECT, f"missing from the answer: {', '.join(missing) or 'anything to compare'}")
    return Verdict(CORRECT, f"holds: {', '.join(keys)}")


JUDGES: dict[str, Judge] = {"patterns": judge_patterns, "overlap": judge_overlap}


def key_lemmas(gold: str, asked: set[str]) -> list[str]:
    """The lemmas that carry a gold answer, without those that stand in the question."""
    tokens = _TOKEN.findall(_normalise(gold))
    content = [_lemma(t) for t in tokens if _is_content(t)]
    for candidates in (content, [_lemma(t) for t in tokens]):
        keys = [lemma for lemma in dict.fromkeys(candidates) if lemma not in asked and lemma not in _FRAME]
        if keys:
            return keys
    return list(dict.fromkeys(content)) or [_lemma(t) for t in tokens]


def _too_long(answer: str) -> Verdict | None:
    if len(answer) > MAX_ANSWER_CHARS:
        return Verdict(INCORRECT, f"{len(answer)} characters; more than {MAX_ANSWER_CHARS} is no short sentence")
    return None


def _normalise(text: str) -> str:
    return text.lower().replace("ё", "е")


def _lemmas(text: str) -> list[str]:
    return [_lemma(token) for token in _TOKEN.findall(_normalise(text))]


@lru_cache(maxsize=1)
def _morphology():
    # The judge has lemmas of its own, so that tuning the submission cannot move the instrument.
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=100_000)
def _lemma(token: str) -> str:
    lemma = _normalise(_morphology().parse(token)[0].normal_form)
    return _NUMBERS.get(lemma, lemma)


@lru_cache(maxsize=100_000)
def _is_content(token: str) -> bool:
    if token[0].isdigit() or token.isascii():
        return True
    return bool(_CONTENT_TAGS & set(str(_morphology().parse(token)[0].tag).replace(" ", ",").split(",")))
