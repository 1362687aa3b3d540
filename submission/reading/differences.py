"""How far two values of one thing are apart: «на 14: было 118, стало 104»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from math import log
from typing import NamedTuple

import numpy as np

from ..recall.numerals import WORDS
from ..recall.text import normalise
from .clauses import Clause
from .corrections import corrected
from .quantities import AREA, LENGTH, MASS, MEASURES, MONEY, Quantity, quantities, unit_of
from .question import CHANGE

BEST = 10  # clauses with numbers that are looked at
CROWD = 3  # quantities; a clause with more of them is a list or a table
ENOUGH = 0.5  # of a pair's worth, to be told; 68 of the 78 pairs told so are right when 10 folds of the vignettes are held out
BIAS = 1.4
WEIGHTS = {"score": 0.9, "same_unit": 1.5, "shared": 1.2, "changed": 1.6, "far_apart": -2.3}
"""Of _features; with BIAS a softmax over the pairs of a question and over "none", fitted on the vignettes (114 questions),
rounded."""
SHARED = 3  # lemmas at most that count as shared
SIZE_RATIO = 1.5  # up to which two values count as of comparable size
LEFT_OUT = 50  # times smaller a number is at least, where its thousand was left out

_ASKED_UNIT = re.compile(r"\bна сколько ([а-я]+)|\bhow (?:many|much) (?!more|less)([a-z]+)")
_ABOUT = {
    MASS: re.compile(r"\b(?:похуд|худе|поправил|потолст|располне|постройн|вес\b|weight)"),
    MONEY: re.compile(
        r"\b(?:[а-я]*дорож|\w*плат|плач|цен[аеуы]\b|ценник|тариф|стоимост|аренд|пенси|оклад|заработ|жаловань|доход|rent|salary|price|cost|earn|pay|wage)"
    ),
}
_FROM = re.compile(r"\b(?:с|со|от|from)\s+[$€£]?$")
_TO = re.compile(r"\s(?:до|to)\s+[$€£]?$")
_INSTEAD = re.compile(r"\b(?:вместо|instead of)\s+[$€£]?$")


class Pair(NamedTuple):
    """Two values of one thing, the earlier first, the clauses that tell them (one clause may tell both) and how likely
    it is that they answer: the logarithm of the odds."""

    old: float
    new: float
    clauses: tuple[Clause, ...]
    worth: float


class _Value(NamedTuple):
    clause: Clause
    text: str  # of the clause, corrected and normalised
    score: float  # under the best clause with a number: 0 or less
    quantity: Quantity


def difference(question: str, clauses: Sequence[Clause], scores: np.ndarray) -> Pair | None:
    """The two values that answer `question` (see Asked.difference), from clauses with their scores (n_clauses,), higher
    is better; None where no two are likely to be values of one thing."""
    values = _values(clauses, scores, _unit_asked(normalise(question)))
    pairs = [_pair(first, second) for first, second in product(values, values) if _earlier(first, second)]
    best = max(pairs, key=lambda pair: pair.worth, default=None)
    return best if best is not None and best.worth >= ENOUGH else None


def told(pair: Pair, english: bool) -> str:
    """«на 14: было 118, стало 104»."""
    by, old, new = (_number(v, english) for v in (round(abs(pair.new - pair.old), 3), pair.old, pair.new))
    return f"by {by}: it was {old}, now {new}" if english else f"на {by}: было {old}, стало {new}"


def _unit_asked(question: str) -> str | None:
    """The unit of the values asked for; None where any may be meant."""
    match = _ASKED_UNIT.search(question)
    unit = unit_of(match[1] or match[2]) if match else None
    return unit or next((unit for unit, cue in _ABOUT.items() if cue.search(question)), None)


def _values(clauses: Sequence[Clause], scores: np.ndarray, unit: str | None) -> list[_Value]:
    """The values in the best clauses that hold any which may be in `unit`, the best first."""
    found: list[_Value] = []
    taken, top = 0, 0.0
    for i in np.argsort(-scores, kind="stable"):
        text = corrected(clauses[i].text)
        held = [q for q in quantities(text) if q.value]
        fitting = [q for q in held if not _conflict(q.unit, unit)]
        if clauses[i].traits.question or not fitting or len(held) > CROWD:
            continue
        top = top if taken else float(scores[i])
        found += [_Value(clauses[i], normalise(text), float(scores[i]) - top, q) for q in fitting]
        taken += 1
        if taken == BEST:
            break
    return found


def _conflict(one: str | None, other: str | None) -> bool:
    """Whether two units, where both are known, can't be of one thing."""
    return None not in (one, other) and one != other and not MEASURES.isdisjoint((one, other)) and {one, other} != {AREA, LENGTH}


def _earlier(first: _Value, second: _Value) -> bool:
    """Whether `first` is told earlier than `second`, and another, or said in the same clause to have become it."""
    told_earlier = first.clause.hit.index < second.clause.hit.index
    old, new = _to_scale(first.quantity, second.quantity)
    return old != new and (told_earlier or first.clause is second.clause and _became(first, second))


def _became(first: _Value, second: _Value) -> bool:
    """«С 47 до 52», where the clause tells of a change («с двенадцати до трёх» are hours), or «52 вместо 47»."""
    text, old, new = first.text, first.quantity, second.quantity
    if _INSTEAD.search(text[: old.start]):
        return True
    return _changed(first) and bool(_FROM.search(text[: old.start]) and _TO.search(text[old.end : new.start]))


def _pair(first: _Value, second: _Value) -> Pair:
    old, new = _to_scale(first.quantity, second.quantity)
    worth = BIAS + float(np.dot(list(WEIGHTS.values()), _features(first, second)))
    return Pair(old, new, tuple(dict.fromkeys((first.clause, second.clause))), worth)


def _features(first: _Value, second: _Value) -> tuple[float, ...]:
    """What speaks for two values and against them, in the order of WEIGHTS."""
    old, new = _to_scale(first.quantity, second.quantity)
    return (
        first.score + second.score,
        float(first.quantity.unit is not None and first.quantity.unit == second.quantity.unit),
        min(len(_topic(first.clause) & _topic(second.clause)), SHARED),
        float(_changed(second)),
        max(0.0, abs(log(new / old)) - log(SIZE_RATIO)),
    )


def _to_scale(one: Quantity, other: Quantity) -> tuple[float, float]:
    """Both values; the thousand that one names and the other leaves out («45 тысяч», then «52») is added."""
    a, b = one.value, other.value
    if one.bare and b >= 1000 and b / a > LEFT_OUT:
        a *= 1000
    elif other.bare and a >= 1000 and a / b > LEFT_OUT:
        b *= 1000
    return a, b


def _topic(clause: Clause) -> set[str]:
    """What the clause's turn is about, numbers aside."""
    return {word for word in clause.turn_lemmas if word not in WORDS and not word[0].isdigit()}


def _changed(value: _Value) -> bool:
    return bool(value.clause.traits.changed or CHANGE.search(value.text))


def _number(value: float, english: bool) -> str:
    if value >= 1000 and value % 1000 == 0 and not english:
        thousands = int(value // 1000)
        last, teens = thousands % 10, thousands % 100 in range(11, 15)
        return f"{thousands} " + ("тысяч" if teens or last == 0 or last > 4 else "тысячу" if last == 1 else "тысячи")
    text = f"{value:.10g}"
    return text if english else text.replace(".", ",")
