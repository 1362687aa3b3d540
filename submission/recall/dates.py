"""Relative dates («вчера», «через две недели», last Friday) resolved against the day on which they were said."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from .numerals import WORDS, numerals


class DateMention(NamedTuple):
    """text[start:end] means `iso`: a day 2023-05-12, a month 2023-05, a year 2023 or a week 2023-05-08/2023-05-14."""

    text: str
    start: int
    end: int
    iso: str


def resolve(text: str, said: str | None) -> list[DateMention]:
    """Relative dates in `text`, in order, given the day on which it was said (ISO 8601; a time behind the day is passed over).

    [] without such a day.  "Last Friday" is the nearest one before that day, "next Friday" the nearest one after it, "this
    Friday" that of the same week; weeks begin on Monday.  Left out: what is vague («недавно», «пару лет назад»), and what lies
    outside the years 1 to 9999.
    """
    try:
        day = date.fromisoformat((said or "")[:10])
    except ValueError:
        return []
    found = []
    for match in _RELATIVE.finditer(text.replace("ё", "е").replace("Ё", "Е")):
        try:
            iso = _meaning({name: " ".join(part.lower().split()) for name, part in match.groupdict().items() if part}, day)
        except (OverflowError, ValueError):  # of date: past the calendar's ends
            continue
        if iso:
            found.append(DateMention(text[match.start() : match.end()], match.start(), match.end(), iso))
    return found


def annotated(text: str, said: str | None) -> str:
    """`text` with each relative date's meaning behind it, «вчера (= 2023-05-11)»; the day itself is not repeated."""
    parts, end = [], 0
    for mention in resolve(text, said):
        if mention.iso != said[:10]:
            parts += [text[end : mention.end], f" (= {mention.iso})"]
            end = mention.end
    return "".join([*parts, text[end:]])


_DAYS = {
    "позавчера": -2, "вчера": -1, "сегодня": 0, "завтра": 1, "послезавтра": 2, "the day before yesterday": -2, "yesterday": -1, "last night": -1,
    "today": 0, "tonight": 0, "tomorrow": 1, "the day after tomorrow": 2,
}  # fmt: skip
_WEEKDAYS = {
    "понедельник": 0, "вторник": 1, "среду": 2, "среда": 2, "четверг": 3, "пятницу": 4, "пятница": 4, "субботу": 5, "суббота": 5, "воскресенье": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_SINGULAR = {
    "день": "day", "неделю": "week", "неделе": "week", "неделя": "week", "месяц": "month", "месяце": "month", "год": "year", "году": "year",
    "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
_PLURAL = {
    "дня": "day", "дней": "day", "недели": "week", "недель": "week", "месяца": "month", "месяцев": "month", "года": "year", "лет": "year",
    "days": "day", "weeks": "week", "months": "month", "years": "year",
}  # fmt: skip
_ONE = frozenset("один одну одна a an one".split())
_SIDES = {"прошл": -1, "last": -1, "эт": 0, "нынешн": 0, "this": 0, "следующ": 1, "будущ": 1, "next": 1}


def _any_of(*words: object) -> str:
    return "|".join(sorted((word for part in words for word in part), key=lambda word: (-len(word), word)))


_COUNT = rf"\d{{1,4}}|{_any_of(_ONE)}|(?:{_any_of(WORDS)})(?: (?:{_any_of(WORDS)})){{0,3}}"
_UNIT = _any_of(_SINGULAR, _PLURAL)
_RELATIVE = re.compile(
    (
        rf"\b(?:(?P<day>{_any_of(_DAYS)})"
        r"|(?:(?P<half_later>через полгода)|(?P<half_ago>полгода (?:тому )?назад))"
        rf"|(?:через|спустя|in) (?:(?P<later_count>{_COUNT}) )?(?P<later>{_UNIT})"
        rf"|(?:(?P<ago_count>{_COUNT}) )?(?P<ago>{_UNIT}) (?:тому )?(?:назад|ago)"
        rf"|(?:(?:в|во|на|on) )?(?P<side>{_any_of(_SIDES)})\w{{0,3}} (?P<span>{_any_of(_WEEKDAYS, _SINGULAR)}))\b"
    ).replace(" ", r"\s{1,3}"),
    re.IGNORECASE,
)


def _meaning(said: dict[str, str], day: date) -> str | None:
    """The ISO date of a match's named parts; None for a plural without its number («лет назад»)."""
    if "day" in said:
        return (day + timedelta(days=_DAYS[said["day"]])).isoformat()
    if "half_later" in said or "half_ago" in said:
        return _moved(day, "month", 6 if "half_later" in said else -6)
    if "span" in said:
        return _nearby(day, said["span"], _SIDES[said["side"]])
    name, sign = ("later", 1) if "later" in said else ("ago", -1)
    count = _count(said.get(f"{name}_count"), said[name])
    return _moved(day, {**_SINGULAR, **_PLURAL}[said[name]], sign * count) if count else None


def _count(words: str | None, unit: str) -> int | None:
    if words is None or words in _ONE:
        return 1 if unit in _SINGULAR else None
    if words.isdigit():
        return int(words)
    found = numerals(words.split())
    return found[0].value if len(found) == 1 else None


def _moved(day: date, unit: str, count: int) -> str:
    if unit in ("day", "week"):
        return (day + timedelta(days=count * (7 if unit == "week" else 1))).isoformat()
    if unit == "year":
        return date(day.year + count, 1, 1).isoformat()[:4]
    months = 12 * day.year + day.month - 1 + count
    return date(months // 12, months % 12 + 1, 1).isoformat()[:7]


def _nearby(day: date, span: str, side: int) -> str:
    """The last (-1), this (0) or next (1) weekday, week, month or year."""
    monday = day - timedelta(days=day.weekday())
    if span in _WEEKDAYS:
        distance = _WEEKDAYS[span] - day.weekday()
        if side:
            distance = side * ((side * distance) % 7 or 7)
        return (day + timedelta(days=distance)).isoformat()
    if _SINGULAR[span] == "week":
        start = monday + timedelta(weeks=side)
        return f"{start.isoformat()}/{(start + timedelta(days=6)).isoformat()}"
    return _moved(day, _SINGULAR[span], side)
