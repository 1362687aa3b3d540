"""Quantities: the numbers of a text as values with their units, written in digits or in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..recall.numerals import numerals
from ..recall.text import lemma, morphology, normalise

MONEY, MASS, LENGTH, AREA, VOLUME, DURATION, SHARE, DEGREES = "money", "mass", "length", "area", "volume", "duration", "share", "degrees"
BEINGS = "beings"
MEASURES = frozenset({MONEY, MASS, LENGTH, AREA, VOLUME, DURATION, SHARE, DEGREES})
"""Units of which one is never the other; BEINGS and nouns may be: nine pupils, then fourteen children."""

PRESSURE = 50  # from which a number before a slash is one of its own: «140/90», but «5/7» is a date or a share

_UNITS = {
    "₽": MONEY, "р": MONEY, "$": MONEY, "€": MONEY, "£": MONEY, "%": SHARE, "г": MASS, "гр": MASS, "кг": MASS, "кило": MASS, "л": VOLUME,
    "м2": AREA, "м²": AREA, "м": LENGTH, "км": LENGTH, "см": LENGTH, "мм": LENGTH, "ч": DURATION, "мин": DURATION,
    **dict.fromkeys("lb lbs pound pounds kg kilo kilos kilogram kilograms gram grams g ounces oz".split(), MASS),
    **dict.fromkeys("dollar dollars buck bucks usd euro euros".split(), MONEY),
    **dict.fromkeys("mile miles km meter meters metre metres foot feet inch inches cm".split(), LENGTH),
    **dict.fromkeys("minute minutes min hour hours day days week weeks month months year years".split(), DURATION),
    **dict.fromkeys("liter liters litre litres gallon gallons".split(), VOLUME), **dict.fromkeys("percent percents".split(), SHARE),
    **dict.fromkeys("people person men women kids guests".split(), BEINGS),
}  # fmt: skip
_UNIT_STEMS = re.compile(
    r"(?P<money>руб|доллар|бакс|евро|копе[ей])|(?P<mass>килограм|грамм|тонн|центнер)|(?P<area>квадрат|кв$|сот(?:ок|ки)$|гектар)"
    r"|(?P<length>метр|километр|сантиметр|миллиметр)|(?P<volume>литр)|(?P<duration>минут|секунд|час|сут(?:ки|ок)|д(?:ень|ня|ней)$|недел|месяц|год|лет$)"
    r"|(?P<share>процент)|(?P<degrees>градус)"
)
_NO_UNIT = re.compile(
    r"(?:январ|феврал|март|апрел|ма[яй]$|июн|июл|август|сентябр|октябр|ноябр|декабр|числа$|утра$|вечера$|ночи$|o'clock|am$|pm$"
    r"|(?:этаж|класс|курс|подъезд)е?$)"
)
"""After a number: a date, an hour, or what is numbered, as in «на 3 этаже» (but «3 этажа»)."""
_TOKEN = re.compile(
    r"[0-9]{1,3}(?:[ \xa0\u202f][0-9]{3})+(?![0-9])|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9,])|[0-9]+(?:[.,][0-9]+)*"
    r"|т\. ?р\b|м2\b|[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]"
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_THOUSANDS = re.compile(r"тыс(?:яч\w*)?|тыщ\w*|т\. ?р|тр|k|к|thousand|grand")
_MILLIONS = re.compile(r"миллион\w*|млн|million|лям\w*")
SCALE = re.compile(rf"\s?(?<![^\W\d_])(?:{_THOUSANDS.pattern}|{_MILLIONS.pattern})$", re.I)
"""The thousand or million at the end of a number."""
_IRREGULAR = {
    "двоих": "двое", "двоим": "двое", "троих": "трое", "троим": "трое", "четверых": "четверо", "пятерых": "пятеро", "пятерым": "пятеро",
    "шестерых": "шестеро", "семерых": "семеро", "семерым": "семеро", "сотка": "сто", "сотку": "сто", "сотню": "сто", "сотня": "сто",
    "тыща": "тысяча", "тыщу": "тысячу", "тысяче": "тысяч",
}  # fmt: skip
_VAGUE = frozenset("штук штуки раз раза единиц пунктов баллов".split())  # «семь штук» are things or thousands
_ONE_AND_A_HALF = {"полтора": 1.5, "полторы": 1.5, "полутора": 1.5, "полтораста": 150.0}
_AFTER_A = {"hundred": "сто", "thousand": "тысяча"}  # "a hundred and fifty"
_HALVES = (("с", "половиной"), ("and", "a", "half"))
_LABELS = frozenset("№ # дом номер школа школе школу number".split())
_AT = frozenset("в во к at".split())  # «в девять», "at 9"
_SIGNS = frozenset("-–—/:*=_+[](){}<>^")


class Quantity(NamedTuple):
    """`value` in `unit` (a measure, BEINGS, a lemma or None: not named); chars[start:end] of the text say the value.

    `bare` where no thousand or million is named: «пятьдесят две» may be 52,000.
    """

    value: float
    unit: str | None
    start: int
    end: int
    bare: bool


class _Token(NamedTuple):
    text: str
    start: int
    end: int


class _Number(NamedTuple):
    """tokens[start:end] say `value`; `scaled` where a thousand or a million is among them, `digits` where it is not in words."""

    start: int
    end: int
    value: float
    scaled: bool
    digits: bool


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of `text`, in order; dates, years, times of day and the numbers of houses or pages are none."""
    tokens = [_Token(_IRREGULAR.get(m.group(), m.group()), m.start(), m.end()) for m in _TOKEN.finditer(normalise(text))]
    found = []
    for number in _joined(_numbers(tokens)):
        if _counts(number, tokens):
            value, end = number.value, number.end
            if half := _half(tokens, end + 1):  # «девять метров с половиной»
                value, end = value + 0.5, end + 1 + half
            bare = not number.scaled and value < 1000
            found.append(Quantity(value, _unit_of_number(tokens, number), tokens[number.start].start, tokens[end - 1].end, bare))
    return tuple(found)


def unit_of(word: str) -> str | None:
    """The unit that a normalised word after a number names: a measure, BEINGS for any living thing, else the lemma of a noun."""
    if word in _UNITS:
        return _UNITS[word]
    if stem := _UNIT_STEMS.match(word):
        return stem.lastgroup
    if not word[0].isalpha() or word.isascii() or word in _VAGUE:
        return None
    parses = morphology().parse(word)
    if "NOUN" not in parses[0].tag or not any("gent" in p.tag for p in parses):  # as nouns stand after a number
        return None
    return BEINGS if "anim" in parses[0].tag else lemma(word)


def _numbers(tokens: Sequence[_Token]) -> list[_Number]:
    """Every number by itself with its half and its scale."""
    words = [t.text for t in tokens]
    words = [_AFTER_A.get(word, word) if before == "a" else word for before, word in zip(["", *words], words)]
    found = []
    for n in numerals(words):
        scaled = any(_THOUSANDS.fullmatch(w) or _MILLIONS.fullmatch(w) for w in words[n.start : n.end])
        millions, rest = divmod(n.value, 1_000_000)
        value = millions * 1_000_000 + rest * 1000 if millions and 100 <= rest < 1000 else n.value  # «пять миллионов двести»
        found.append(_Number(n.start, n.end, float(value), scaled, False))
    for at, word in enumerate(words):
        if "0" <= word[0] <= "9":
            if (value := _digits(word)) is not None:
                found.append(_Number(at, at + 1, value, False, True))
        elif word in _ONE_AND_A_HALF:
            found.append(_Number(at, at + 1, _ONE_AND_A_HALF[word], False, False))
    return [_with_scale(n, tokens) for n in sorted(found)]


def _with_scale(number: _Number, tokens: Sequence[_Token]) -> _Number:
    end, value = number.end, number.value
    if not number.scaled and (half := _half(tokens, end)):  # «две с половиной тысячи»
        end, value = end + half, value + 0.5
    word = tokens[end].text if end < len(tokens) else ""
    if not number.scaled and _THOUSANDS.fullmatch(word) and (word not in ("к", "k") or tokens[end].start == tokens[end - 1].end):
        return number._replace(end=end + 1, value=value * 1000, scaled=True)
    if not number.scaled and _MILLIONS.fullmatch(word):
        return number._replace(end=end + 1, value=value * 1_000_000, scaled=True)
    return number._replace(end=end, value=value)


def _joined(numbers: Sequence[_Number]) -> list[_Number]:
    """`numbers` with neighbours that are one: «5 тысяч 200», and «три двести», as prices are said."""
    found: list[_Number] = []
    for number in numbers:
        last = found[-1] if found else None
        if last is not None and last.end == number.start and not number.scaled:
            thousands = last.value if last.scaled else last.value * 1000
            said = last.scaled and not last.value % 1000 or not last.digits and not number.digits and last.value < 100 and last.value % 1 == 0
            if said and number.value < 1000 and (last.scaled or number.value >= 100):
                found[-1] = _Number(last.start, number.end, thousands + number.value, True, last.digits)
                continue
        found.append(number)
    return found


def _counts(number: _Number, tokens: Sequence[_Token]) -> bool:
    """Whether a number is a quantity."""
    before = tokens[number.start - 1].text if number.start else ""
    after = tokens[number.end].text if number.end < len(tokens) else ""
    left = number.start and tokens[number.start - 1].end == tokens[number.start].start
    right = number.end < len(tokens) and tokens[number.end].start == tokens[number.end - 1].end
    if before in _LABELS or left and (before in _SIGNS or before.isalnum()):
        return False
    if right and after in _SIGNS and not (after == "/" and number.value >= PRESSURE):
        return False
    if number.digits and right and after.isalpha() and unit_of(after) not in MEASURES:  # «5б», "30w"
        return False
    if number.digits and not number.scaled and 1900 <= number.value <= 2100 and (not after or unit_of(after) in (None, DURATION)):
        return False
    at_hour = before in _AT and number.value <= 24 and not number.scaled and (not after.isalpha() or unit_of(after) in (None, DURATION))
    return not _NO_UNIT.match(after) and not at_hour


def _unit_of_number(tokens: Sequence[_Token], number: _Number) -> str | None:
    at = number.end
    if at + 1 < len(tokens) and tokens[at].text == "с" and tokens[at + 1].text in ("лишним", "небольшим", "хвостиком"):
        at += 2
    if number.start and tokens[number.start - 1].text in ("$", "€", "£"):
        return MONEY
    word = tokens[at].text if at < len(tokens) else ""
    if at + 1 < len(tokens) and word.isalpha() and morphology().parse(word)[0].tag.POS == "ADJF":  # «сто новых книг»
        word = tokens[at + 1].text
    unit = unit_of(word) if word else None
    if unit is None and number.start:  # «минут сорок»
        unit = unit_of(tokens[number.start - 1].text)
        return unit if unit in MEASURES else None
    return unit


def _half(tokens: Sequence[_Token], at: int) -> int:
    """How many tokens from `at` say "and a half"."""
    return next((len(half) for half in _HALVES if tuple(t.text for t in tokens[at : at + len(half)]) == half), 0)


def _digits(text: str) -> float | None:
    """The value of digits; None for dates and lists: «25.12.2023»."""
    if _GROUPED.fullmatch(text):
        return float(text.replace(",", ""))
    parts = re.split(r"[.,]", re.sub(r"\s", "", text))
    return float(".".join(parts)) if len(parts) < 3 else None
