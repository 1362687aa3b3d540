"""Judges: is this answer right?  `patterns` and `overlap` need no model; the one that does is in llm_judge.py."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .datasets import Question
from .overlap import judge_overlap
from .verdict import CORRECT, INCORRECT, REFUSAL, UNPARSED, Judge, JudgeAll, Verdict, declines, refuse_form
from .words import normalise

__all__ = [
    "CORRECT",
    "INCORRECT",
    "JUDGES",
    "LLM",
    "REFUSAL",
    "UNPARSED",
    "Judge",
    "JudgeAll",
    "Verdict",
    "declines",
    "judge_overlap",
    "judge_patterns",
    "one_by_one",
]

LLM = "llm"


def judge_patterns(question: Question, answer: str) -> Verdict:
    """Every `accept` pattern and no `reject` pattern is found in the lower-cased answer (ё as е)."""
    if wrong := refuse_form(answer):
        return wrong
    text = normalise(answer)
    for pattern in question.accept:
        if not re.search(pattern, text, re.I):
            return Verdict(INCORRECT, f"accept pattern not found: {pattern}")
    for pattern in question.reject:
        if re.search(pattern, text, re.I):
            return Verdict(INCORRECT, f"reject pattern found: {pattern}")
    return Verdict(CORRECT, "all patterns hold")


JUDGES: dict[str, Judge] = {"patterns": judge_patterns, "overlap": judge_overlap}


def one_by_one(name: str) -> JudgeAll:
    """A judge without a model, asked item by item."""

    def judge_all(items: Sequence[tuple[Question, str]]) -> list[Verdict]:
        return [JUDGES[name](question, answer) for question, answer in items]

    return judge_all
