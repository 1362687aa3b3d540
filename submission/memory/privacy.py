"""Privacy: what forget requests change in a dialogue, and redaction of personal data in text and logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ..recall.text import normalise, word
from .forget_request import FORGET, ForgetRequest, find_forget_request, kept_news
from .forgetting import turns_to_forget
from .turns import USER, Turn, TurnLog

__all__ = ["Forgotten", "forget_at", "forget_in", "redact", "redacting_logger"]

FORGOTTEN, NOT_FOUND, TOO_BROAD = "forgotten", "not_found", "too_broad"
_REPLIES = {
    FORGOTTEN: ("Хорошо, я это забыл и больше не буду к этому возвращаться.", "All right, I have forgotten that and won't bring it up again."),
    NOT_FOUND: ("Забывать нечего: такого в моей памяти нет.", "There is nothing to forget: my memory holds no such thing."),
    TOO_BROAD: ("Скажите точнее, что забыть: я забываю только то, что названо.", "Please say what to forget: I only forget what is named."),
}


class Forgotten(NamedTuple):
    """What became of a request: its status, and by index the new texts of the turns that it changes ("" but for news)."""

    status: str
    texts: dict[int, str]

    def reply(self, english: bool = False) -> str:
        """What to tell the user."""
        return _REPLIES[self.status][english]


def forget_in(log: TurnLog, added: Sequence[Turn]) -> tuple[dict[int, str], list[Forgotten]]:
    """New texts, by index, of turns of `log` and of `added`, which are about to follow it; and what became of each request in `added`.

    A request reaches back from its own turn only: what is said later counts again.  Its own turn, but for news in it, and its
    reply are forgotten with what it names; one that finds nothing changes nothing.
    """
    texts: dict[int, str] = {}
    outcomes = []
    for place, turn in enumerate(added):
        if turn.is_user:
            request = find_forget_request(turn.text)
            if request:
                before = [replace(t, text=texts[t.index]) if t.index in texts else t for t in (*log, *added[:place])]
                outcome = _resolved(request, before, turn)
                if outcome is not None:
                    outcomes.append(outcome)
                    texts |= outcome.texts
        elif turn.index - 1 in texts or turn.index - 1 in log.touched:
            previous = added[place - 1] if place else log[turn.index - 1]
            if previous.is_user:
                texts[turn.index] = ""
    return texts, outcomes


def forget_at(log: TurnLog, text: str) -> Forgotten | None:
    """What a request outside the dialogue's turns, such as one put as a question, changes; None where `text` is none."""
    request = find_forget_request(text)
    if request is None or (request.own_turn and not request.topics):
        return None
    last = log[len(log) - 1].session_id if len(log) else None
    outcome = _resolved(request, list(log), Turn(len(log), last, USER, text))
    if outcome is None:
        return None
    texts = {index: new for index, new in outcome.texts.items() if index < len(log)}
    return Forgotten(outcome.status if texts or outcome.status != FORGOTTEN else NOT_FOUND, texts)


def _resolved(request: ForgetRequest, before: Sequence[Turn], own: Turn) -> Forgotten | None:
    """None for a tentative request that finds nothing."""
    if request.kind != FORGET:
        return Forgotten(TOO_BROAD, {})
    found = turns_to_forget(request, before, own)
    if not found and not request.own_turn:
        return None if request.tentative else Forgotten(NOT_FOUND, {})
    return Forgotten(FORGOTTEN, {**dict.fromkeys(sorted(found), ""), own.index: kept_news(own.text)})


_CARD = re.compile(r"(?<![\d+])\d(?:[ -]?\d){12,18}(?![\d])")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PASSPORT = re.compile(
    r"(?P<lead>\bпаспорт\w*\D{0,30}|\bpassport\D{0,30})\d{2}\s?\d{2}\s?(?:№|N|номер)?\s?\d{6}\b|(?<![\d-])\d{2}\s\d{2}\s(?:№\s?)?\d{6}(?!\d)|(?<![\d-])\d{4}\s?№?\s\d{6}(?!\d)",
    re.I,
)
_SNILS = re.compile(r"(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}|8)[\s(-]{0,3}\d{3}[\s)-]{0,3}\d{3}[\s-]{0,3}\d{2}[\s-]{0,3}\d{2}(?!\d)|(?<![\w+])\+\d{1,3}[\s(-]{0,3}(?:\d[\s()-]{0,3}){7,11}\d(?!\d)"
    r"|(?<![\w+])9\d{2}[\s)-]{0,3}\d{3}[\s-]{0,3}\d{2}[\s-]{0,3}\d{2}(?!\d)|(?<![\w-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\d)"
)
_STREET = (
    r"(?:ул\.|улиц[аеуы]\w*|просп\.|проспект\w*|пр-т\w*|пер\.|переул\w+|шоссе|ш\.|бульвар\w*|б-р|наб\.|набережн\w+|площад\w+|пл\.|проезд\w*|"
    r"микрорайон\w*|мкр\.?|квартал\w*)"
)
_NAME_PART = r"(?:[А-ЯЁ][\w-]{1,30}|\d+-(?:я|й|го|ая|ый)|имени|им\.)"
_HOUSE = (
    r",?\s*(?:д\.|дом\w*)?\s*\d+(?:\s?[а-дА-Д]\b)?(?:/\d+)?(?:,?\s*(?:к\.|корп\.?|корпус\w*|стр\.?|строени\w+)\s*\d+)?"
    r"(?:,?\s*(?:кв\.|квартир\w+|оф\.)\s*\d+)?"
)
_ADDRESS = re.compile(
    rf"\b{_STREET}\s*{_NAME_PART}(?:\s+{_NAME_PART}){{0,3}}(?:{_HOUSE})?|\b{_NAME_PART}(?:\s+{_NAME_PART})?\s+{_STREET}{_HOUSE}"
    r"|\b\d{1,5}\s+(?:[A-Z][a-z]+\s){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Close|Court|Way|Square)\b(?:,?\s*(?:Flat|Apt\.?)\s*\d+)?"
)
_WORD = re.compile(r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\b")


def redact(text: str, names: bool = False) -> str:
    """`text` with e-mails, bank cards (Luhn), SNILS, passports, phones and addresses replaced by their kind in brackets.

    With `names`, Russian first names, patronymics and surnames too, as far as morphology knows them.  Redacting twice
    changes nothing.
    """
    text = _EMAIL.sub("[почта]", text)
    text = _CARD.sub(lambda match: "[карта]" if _luhn(match.group()) else match.group(), text)
    text = _SNILS.sub("[СНИЛС]", text)
    text = _PASSPORT.sub(lambda match: f"{match.group('lead') or ''}[паспорт]", text)
    text = _PHONE.sub("[телефон]", text)
    text = _ADDRESS.sub("[адрес]", text)
    return _WORD.sub(lambda match: "[имя]" if "name" in word(normalise(match.group())).flags else match.group(), text) if names else text


def _luhn(number: str) -> bool:
    digits = [int(d) for d in number if d.isdigit()][::-1]
    return (sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])) % 10 == 0


class _Redacting(logging.Filter):
    """Redacts messages and tracebacks before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


def redacting_logger(name: str) -> logging.Logger:
    """The logger of that name, from now on without personal data in what it logs."""
    logger = logging.getLogger(name)
    if not any(isinstance(known, _Redacting) for known in logger.filters):
        logger.addFilter(_Redacting())
    return logger
