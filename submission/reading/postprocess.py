"""From a model's reply to the one sentence that is given to the user, or None when it is no answer."""

from __future__ import annotations

import json
import re
from collections import Counter

from ..engines.replies import without_thoughts
from ..recall.text import sentences, tokens
from .prompts import is_english, neutral
from .reader import NO_INFORMATION

__all__ = ["clean_answer", "is_injection", "is_refusal"]

MAX_ANSWER_CHARS = 240  # the contest asks for one short sentence

_REFUSAL = re.compile(
    r"нет (?:\w+ ){0,2}?(?:информации|сведений|данных|упоминани\w+)|(?:информации|сведений|данных) (?:\w+ ){0,3}?нет\b"
    r"|(?:информаци\w+|сведения|данные) (?:\w+ ){0,3}?(?:отсутству\w+|не найден\w*)"
    r"|\bне (?:указан|упомин|упомян|сказан|сообща|уточня|содержит|располага|нашлось|нашёл|нашел|могу ответ|удалось най|говорил)\w*"
    r"|\bнеизвестн\w+|\bне знаю\b"
    r"|(?:don't|do not|doesn't|does not) (?:have|know|contain|mention)|no (?:such )?information"
    r"|(?:not|never) (?:mentioned|specified|provided|stated)|\bunknown\b",
    re.I,
)
# A hedge after a fact ("…, но порода не указана") is no refusal.
_HEDGE = re.compile(r"[;,]\s*(?:но|однако|хотя|а|but|although|though)\b", re.I)
_LABEL = re.compile(r"^\W*(?:итоговый |краткий |final )?(?:ответ|answer)\W{0,3}[:：]\s*", re.I)
_THINKING = re.compile(
    r"^(?:давай|сначала|проанализир|рассмотрим|нужно (?:найти|понять|определить)|мне нужно|пользователь (?:спрашивает|хочет)"
    r"|хорошо[,.]|итак[,.]?$|шаг \d"
    r"|в записях (?:есть|видно|указано)|let(?:'s| me| us)|first,|the user (?:asks|wants|is asking)|okay|i need to|step \d)",
    re.I,
)
_BULLET = re.compile(r"^\s*(?:[-*•—]|\d{1,2}[.)])\s+")
_INJECTION = re.compile(
    r"\b(?:игнориру|забудь|не обращай)\w*.{0,60}(?:инструкци|указани|правил|предыдущ|выше)"
    r"|\b(?:ignore|disregard|forget)\b.{0,60}(?:instruction|above|previous|rule|prompt)"
    r"|\b(?:оцени|засчитай|признай|поставь|считай)(?:те)?\b.{0,60}(?:верн|правильн|балл|оценк)"
    r"|\b(?:grade|mark|score|rate|judge)\b.{0,40}\b(?:correct|right|full|true)\b"
    r"|\b(?:ты|вы|you are|act as) (?:теперь |a |the )?(?:судья|оценщик|judge|grader)\b"
    r"|\b(?:verdict|вердикт|system prompt|системный промпт)\b",
    re.I | re.S,
)
# letters of other scripts, and what is left of characters cut in two
_FOREIGN = re.compile(r"[\ufffd\u0590-\u06ff\u0900-\u0dff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def clean_answer(reply: str, question: str) -> str | None:
    """One short sentence in the question's language, the contest's refusal, or None for garbage.

    Garbage is: nothing said, the question repeated, one word over and over, another language, words to a judge.
    """
    text = _unwrapped(without_thoughts(reply))
    if not text or is_injection(text):
        return None
    lines = _lines(text)
    said = [part for line in lines for part in sentences(line)]
    thoughtless = [part for part in said if not _THINKING.search(part)]
    sentence = (thoughtless or said or [""])[0]
    if is_refusal(sentence):
        return NO_INFORMATION
    sentence = _shortened(neutral(sentence).strip(' "«»“”*_`'))
    words = tokens(sentence)
    if not words or words == tokens(question) or _repeats(words) or not _same_language(sentence, question):
        return None
    return _balanced(sentence)


def is_refusal(sentence: str) -> bool:
    """Whether a sentence declines, before any hedge in it."""
    return bool(_REFUSAL.search(_HEDGE.split(sentence, maxsplit=1)[0]))


def is_injection(text: str) -> bool:
    """Whether a text speaks to whoever grades it, or tries to give orders to a model."""
    return bool(_INJECTION.search(text))


def _unwrapped(reply: str) -> str:
    """The reply without code fences, the JSON or the label that models put around an answer; "" for JSON without one."""
    text = re.sub(r"```\w*", " ", reply).strip()
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except json.JSONDecodeError:
            value = {}
        if isinstance(value, dict):
            text = next((v for k, v in value.items() if k.lower() in ("answer", "ответ") and isinstance(v, str)), "")
    lines = text.splitlines()
    for i in range(len(lines) - 1, -1, -1):  # the last label: what stands before it is thinking
        if _LABEL.match(lines[i]):
            rest = _LABEL.sub("", lines[i])
            return "\n".join([rest, *lines[i + 1 :]]).strip()
    return text


def _lines(text: str) -> list[str]:
    """Lines of the reply; a bulleted list becomes one line with commas, as it is one answer."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    bullets = [i for i, line in enumerate(lines) if _BULLET.match(line)]
    if len(bullets) < 2:
        return [_BULLET.sub("", line) for line in lines]
    head = lines[bullets[0] - 1] + " " if bullets[0] and lines[bullets[0] - 1].endswith(":") else ""
    return [head + ", ".join(_BULLET.sub("", lines[i]).rstrip(" .;,") for i in bullets) + "."]


def _shortened(sentence: str) -> str:
    if len(sentence) <= MAX_ANSWER_CHARS:
        return sentence
    return sentence[: MAX_ANSWER_CHARS - 1].rsplit(" ", 1)[0].rstrip(" ,;:—-") + "."


def _balanced(sentence: str) -> str:
    """A closing quotation mark that was stripped comes back."""
    return sentence + "»" if sentence.count("«") > sentence.count("»") else sentence


def _repeats(words: list[str]) -> bool:
    return len(words) >= 6 and max(Counter(words).values()) > len(words) / 2


def _same_language(sentence: str, question: str) -> bool:
    """Names in another script are fine, a sentence is not."""
    if _FOREIGN.search(sentence):
        return False
    cyrillic, latin = len(re.findall(r"[а-яё]+", sentence, re.I)), len(re.findall(r"[a-z]{2,}", sentence, re.I))
    return latin >= cyrillic or cyrillic < 4 if is_english(question) else cyrillic > 0 or latin < 4
