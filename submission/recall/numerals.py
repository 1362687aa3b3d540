"""Numbers written in words, in Russian and English, as the digits that others write: «сорок два» and «forty two» are 42."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# Forms of one value; `ё` written as `е`.  «один» and "one" are left out: they are articles more often than numbers.
_UNITS = {
    2: "два две двух двум двумя двое two", 3: "три трех трем тремя трое three", 4: "четыре четырех четырем четырьмя четверо four",
    5: "пять пяти пятью пятеро five", 6: "шесть шести шестью шестеро six", 7: "семь семи семью семеро seven", 8: "восемь восьми восемью eight",
    9: "девять девяти девятью nine",
}  # fmt: skip
_TEENS = {
    10: "десять десяти десятью ten", 11: "одиннадцать одиннадцати eleven", 12: "двенадцать двенадцати twelve", 13: "тринадцать тринадцати thirteen",
    14: "четырнадцать четырнадцати fourteen", 15: "пятнадцать пятнадцати fifteen", 16: "шестнадцать шестнадцати sixteen",
    17: "семнадцать семнадцати seventeen", 18: "восемнадцать восемнадцати eighteen", 19: "девятнадцать девятнадцати nineteen",
}  # fmt: skip
_TENS = {
    20: "двадцать двадцати двадцатью twenty", 30: "тридцать тридцати тридцатью thirty", 40: "сорок сорока forty",
    50: "пятьдесят пятидесяти fifty", 60: "шестьдесят шестидесяти sixty", 70: "семьдесят семидесяти seventy", 80: "восемьдесят восьмидесяти eighty",
    90: "девяносто девяноста ninety",
}  # fmt: skip
_HUNDREDS = {
    100: "сто ста", 200: "двести двухсот", 300: "триста трехсот", 400: "четыреста четырехсот", 500: "пятьсот пятисот", 600: "шестьсот шестисот",
    700: "семьсот семисот", 800: "восемьсот восьмисот", 900: "девятьсот девятисот",
}  # fmt: skip
_ONE = frozenset("один одна одно одного одной одну one".split())  # counts after tens and hundreds only
_SCALES = {
    **dict.fromkeys("тысяча тысячи тысяч тысячу тысячей тысячам тыс thousand".split(), 1000),
    **dict.fromkeys("миллион миллиона миллионов млн million".split(), 1_000_000),
}


def _values(*tables: dict[int, str]) -> dict[str, int]:
    return {form: value for table in tables for value, forms in table.items() for form in forms.split()}


_TENS_AND_UNITS = {
    f"{ten}-{unit}": 10 * tens + units
    for tens, ten in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
    for units, unit in enumerate("one two three four five six seven eight nine".split(), 1)
}
_SMALL = {**_values(_UNITS, _TEENS, _TENS, _HUNDREDS), **_TENS_AND_UNITS}
_ALONE = frozenset({"тысяча", "тысячу"})  # is 1,000 without a number before it
_BEGINNINGS = _SMALL.keys() | _ALONE
WORDS = frozenset(_BEGINNINGS | _SCALES.keys() | {"hundred"})
"""All words of which numbers are made, but those for one."""


class Numeral(NamedTuple):
    """A number in words: tokens[start:end] say `value`."""

    start: int
    end: int
    value: int


def numerals(tokens: Sequence[str]) -> list[Numeral]:
    """Cardinal numbers written in normalised words, in order."""
    found: list[Numeral] = []
    if _BEGINNINGS.isdisjoint(tokens):  # as in most texts
        return found
    at = 0
    while at < len(tokens):
        if tokens[at] in _BEGINNINGS:
            found.append(_read(tokens, at))
            at = found[-1].end
        else:
            at += 1
    return found


def number_words(tokens: Sequence[str]) -> list[str]:
    """The numbers that are written in words, as digits: ["42"] for «сорок два»."""
    return [str(numeral.value) for numeral in numerals(tokens)]


def _read(tokens: Sequence[str], start: int) -> Numeral:
    """The number that begins at `start`."""
    total, current, at = 0, 0, start
    while at < len(tokens):
        token = tokens[at]
        value = 1 if token in _ONE and current else _SMALL.get(token)
        if value is not None and _fits(current, value):
            current += value
        elif token == "hundred" and 0 < current < 10:
            current *= 100
        elif token in _SCALES and (current or token in _ALONE and not total):
            total, current = total + (current or 1) * _SCALES[token], 0
        elif not (token == "and" and current >= 100 and at + 1 < len(tokens) and tokens[at + 1] in _SMALL):
            break
        at += 1
    return Numeral(start, at, total + current)


def _fits(current: int, value: int) -> bool:
    """Whether `value` can follow: of a smaller rank than all that stands before it."""
    return not current or (value < 100 and current % 100 == 0) or (value < 10 and current % 10 == 0 and current % 100 != 10)
