"""Corrections: of «не 128, а 118» and «76. тьфу, 78» only what was meant."""

from __future__ import annotations

import re

from ..recall.text import morphology, normalise
from .quantities import SCALE, Quantity, quantities

DENIED_WORDS = 3  # a longer first part is told for its own sake

_PART = r"(?:[^,;.!?]|[.,](?=\d)){1,60}?"
_NOT_BUT = re.compile(
    rf"\b(?:не (?P<denied>{_PART}),? а (?P<lead>(?:уже|теперь|все-таки|всё-таки) )?|not (?P<no>{_PART}),? but )(?=(?P<meant>\S+))", re.I
)
_SLIP = (
    r"[\s.,;:!…)(–—-]*(?:нет[\s,]+)?(?:\b(?:ой|тьфу|стоп|вру|ошибся|ошиблась|вернее|точнее|простите|извините"
    r"|oops|sorry|no wait|wait no|i mean|actually)\b[\s.,!…–—-]*(?:\b(?:нет|вру|no|i mean)\b[\s.,!…–—-]*)?)+"
)
_NUMBER_SLIP = re.compile(rf"(?P<unit> (?!(?:нет|ой|тьфу|вру|вернее|точнее|sorry|actually|no)\b)[^\W\d_]+)?{_SLIP}(?:(?:уже|не|на) )?", re.I)
_WORD_SLIP = re.compile(rf"\b(?P<preposition>во?|на|по|со?|из|у|к|in|on|at) \w+{_SLIP}(?=(?P<again>во?|на|по|со?|из|у|к|in|on|at) \w)", re.I)
_NO_CONTRAST = frozenset("только просто столько то так очень совсем слишком знаю not only just".split())
_NO_NAMES = frozenset({"i", "i'm", "i've"})
_AROUND = ',.;:!?»«"()'
_SAME = {"во": "в", "со": "с"}


def corrected(text: str) -> str:
    """`text` with each value that the user takes back left out; contrasts of more than DENIED_WORDS words or of verbs stay."""
    text = _NOT_BUT.sub(_meant, text)
    text = _WORD_SLIP.sub(lambda m: "" if _same(m["preposition"]) == _same(m["again"]) else m[0], text)
    values = quantities(text)
    for wrong, right in reversed(list(zip(values, values[1:]))):
        text = _without(text, wrong, right)
    return text


def _meant(match: re.Match[str]) -> str:
    """What stays of «не X, а »: nothing where X and what follows are of one kind, else all of it."""
    denied = (match["denied"] or match["no"]).split()
    if len(denied) > DENIED_WORDS or not _of_one_kind(denied[0].strip(_AROUND), match["meant"].strip(_AROUND)):
        return match[0]
    return match["lead"] or ""


def _of_one_kind(denied: str, meant: str) -> bool:
    """Whether two words may stand in one place: numbers, the same preposition or form, or one part of speech in one case.

    «Не муж, а золото» and other predicates stay whole: two nominatives are of one kind only where both are names.
    """
    one, other = normalise(denied), normalise(meant)
    if not one or not other or one in _NO_CONTRAST:
        return False
    if one == other or quantities(one) and quantities(other):
        return True
    names = denied[0].isupper() and meant[0].isupper() and other not in _NO_NAMES
    if quantities(one) or quantities(other) or one.isascii() or other.isascii():
        return names and one.isascii() and other.isascii()
    tag = morphology().parse(one)[0].tag
    if tag.POS not in ("NOUN", "ADJF") or tag.case == "nomn" and not names:
        return False
    return any(parse.tag.POS == tag.POS and parse.tag.case == tag.case for parse in morphology().parse(other))


def _without(text: str, wrong: Quantity, right: Quantity) -> str:
    """`text` without `wrong` where it is taken back for `right`; the unit and the thousands that only `wrong` has move on."""
    slip = _NUMBER_SLIP.fullmatch(text, wrong.end, right.start)
    if slip is None or None not in (wrong.unit, right.unit) and wrong.unit != right.unit:
        return text
    unit = (slip["unit"] or "") if right.unit is None else ""
    scale = SCALE.search(text, wrong.start, wrong.end) if right.bare and not wrong.bare else None
    return text[: wrong.start] + text[right.start : right.end] + (scale[0] if scale else "") + unit + text[right.end :]


def _same(preposition: str) -> str:
    word = preposition.lower()
    return _SAME.get(word, word)
