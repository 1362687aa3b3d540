"""Mistyped Russian words: what was probably meant is put beside them, for matching only.

A lower-case word that neither the word vectors nor the dictionary know is taken for the known word one letter away that is
likeliest: common, and reached by a common slip (a noisy channel: Kernighan, Church and Gale 1990).  Candidates are all
strings one edit away (Norvig 2007): some six hundred look-ups, and no index of the vocabulary to build and to keep.
Capitalised words are left alone, as they may be names, and so are short ones, which have too many neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .names import full_names
from .text import is_known, normalise
from .word_vectors import shipped_vectors

LETTERS = 5, 24  # least and most, of a word that is looked at
LARGEST_INFORMATION = 16.0  # nats, of what it may be taken for: the rarest words of the vectors are often mistyped themselves
NATS_OF_RARE_SLIP = 4.0  # a common slip makes up for a word so much rarer

_WORD = re.compile(rf"(?<![\w-])[а-яё]{{{LETTERS[0]},{LETTERS[1]}}}(?![\w-])")
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_ROWS = "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"  # of the keyboard
_BY_EAR = ("о", "а"), ("е", "и"), ("и", "ы"), ("д", "т"), ("б", "п"), ("г", "к"), ("з", "с"), ("в", "ф"), ("ж", "ш"), ("э", "е")
_COMMON_SLIPS = frozenset(
    pair for a, b in (*_BY_EAR, *((row[i], row[i + 1]) for row in _ROWS for i in range(len(row) - 1))) for pair in ((a, b), (b, a))
)


def mended(text: str) -> str:
    """`text` with the word that was probably meant behind each mistyped one: «моя сабака» gives «моя сабака собака»."""
    return _WORD.sub(lambda match: match[0] + _addition(match[0]), text)


@lru_cache(maxsize=100_000)
def _addition(word: str) -> str:
    meant = likeliest(normalise(word))
    return f" {meant}" if meant else ""


def likeliest(token: str) -> str | None:
    """What an unknown normalised word was probably meant to be; None for a known word and where nothing known is near."""
    words = shipped_vectors()
    if words.surface_id(token) is not None or is_known(token) or full_names(token):
        return None
    slips = [(candidate, cost, i) for candidate, cost in _edits(token) if (i := words.surface_id(candidate)) is not None]
    information = words.information([i for _, _, i in slips])
    costs = [(float(nats) + cost, candidate) for (candidate, cost, _), nats in zip(slips, information) if nats <= LARGEST_INFORMATION]
    return min(costs)[1] if costs else None


def _edits(word: str) -> Iterator[tuple[str, float]]:
    """All strings one edit away, each with what that slip costs; some come twice."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:], 0.0
        if tail:
            yield head + tail[1:], 0.0 if head.endswith(tail[0]) else NATS_OF_RARE_SLIP
            for letter in _LETTERS:
                yield head + letter + tail[1:], 0.0 if (letter, tail[0]) in _COMMON_SLIPS else NATS_OF_RARE_SLIP
        if head:  # nobody forgets the first letter
            for letter in _LETTERS:
                yield head + letter + tail, 0.0
