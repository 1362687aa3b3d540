"""What every judge returns, and the checks that all judges without a model share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .datasets import Question
from .words import normalise

CORRECT, INCORRECT, UNPARSED = "correct", "incorrect", "unparsed"

MAX_ANSWER_CHARS = 250  # the contest asks for one short sentence; quoting half the memory wins nothing

_SAID = r"(упомина\w*|упомянут\w*|сообщал\w*|рассказывал\w*|указыв\w+|указан\w*|уточнял\w*|называл\w*|назван\w*|говорил\w*|сказано|известн\w+)"
REFUSAL = re.compile(
    r"нет (такой |этой |никакой |точной )?информации|нет (таких |этих |никаких |точных )?(данных|сведений)"
    r"|(информации|данных|сведений)( [\w\s]{0,60})? нет(?!\w)"
    rf"|(?<!\w)не (был\w* )?{_SAID}|(?<!\w)не знаю|ничего не (говорил|рассказывал|сообщал)\w*"
    r"|неизвест\w+|не располагаю|(информаци\w+|сведения|данные)( [\w\s]{0,60})? (отсутству\w+|не найден\w+)"
    r"|затрудняюсь|не могу (ответить|сказать)"
    r"|\bi (really )?(don't|do not|can't|cannot) (have|know|recall|say|answer|tell)|no (such )?(information|record|data)"
    r"|(did not|didn't|never|not|wasn't|isn't) (been )?(mention|said|told|specified|provided)|unknown"
)
# text that speaks to whoever grades the answer, or imitates the grader's markup
INJECTION = re.compile(
    r"(игнорируй|забудь|ignore|disregard|forget)\b.{0,40}(правил|эталон|инструкц|указани|reference|instruction|rule|gold|above|previous)"
    r"|(судья|судье|оценщик\w*|проверяющ\w+|judge|grader|evaluator)\b.{0,60}(верн|правильн|засчит|балл|correct|right|pass|output|score)"
    r"|(считай|засчита\w+|поставь\w*|оценка|вердикт|grade|mark)\b.{0,40}(верн|правильн|балл|correct|right)"
    r"|(верн|правильн)\w+ ответ\b.{0,20}(судья|оценк)|совпадает с эталон\w+|систем\w+ оценивания|</?\w+>|\[\[|\bsystem\s*:|\bсистема\s*:"
)


class Verdict(NamedTuple):
    """`label` is correct, incorrect or unparsed; `reason` says what decided."""

    label: str
    reason: str


Judge = Callable[[Question, str], Verdict]
JudgeAll = Callable[[Sequence[tuple[Question, str]]], list[Verdict]]  # one verdict an item, in order


def declines(answer: str) -> bool:
    """Whether the answer says that the information is not there."""
    return bool(REFUSAL.search(normalise(answer)))


def refuse_form(answer: str) -> Verdict | None:
    """Incorrect for what no content can make right: an answer that is too long or addresses its judge."""
    if len(answer) > MAX_ANSWER_CHARS:
        return Verdict(INCORRECT, f"{len(answer)} characters; more than {MAX_ANSWER_CHARS} is no short sentence")
    if found := INJECTION.search(normalise(answer)):
        return Verdict(INCORRECT, f"speaks to the judge: {found[0]}")
    return None
