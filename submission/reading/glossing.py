"""Russian word by word in English, as far as an English encoder needs it: «работал сварщиком» is "did work as welder".

Each word gives the gloss of its lemma, and what its ending says that English says with a word of its own: who acts, when,
and the case where no preposition tells it.  What has no gloss is transliterated, so that a name stays the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from ..recall.text import is_russian, morphology, normalise

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+(?:-[^\W\d_]+)*|\?")
_CASES = {"datv": "to", "gent": "of", "ablt": "as"}
_CASE_TOLD = frozenset({"PREP", "ADJF", "NUMR", "NPRO", "PRTF"})  # parts of speech after which a noun's case is no news
_SUBJECTS = {"sing": "i", "plur": "we"}
_SUBJECTS_SAID = frozenset({"я", "мы"})
_NAMES = frozenset({"Name", "Surn", "Geox"})
_LATIN = dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sch  y  e yu ya".split(" ")))


class _Gloss(NamedTuple):
    """A token in English: what its ending says, its meaning, its part of speech and case (None: not Russian or none)."""

    ending: tuple[str, ...]
    meaning: str
    part: str | None
    case: str | None


class Glossing:
    """Reads texts by a table of glosses; English words stay as they are."""

    def __init__(self, glosses: Mapping[str, str]) -> None:
        """`glosses`: normalised lemma -> lower-case English words."""
        self._glosses = glosses
        self._gloss = lru_cache(maxsize=100_000)(self._looked_up)

    def english(self, text: str) -> str:
        """`text` in English words and numbers; of the signs only the question mark is kept."""
        found: list[str] = []
        before, part_before = "", None
        for token in _TOKEN.findall(normalise(text)):
            if token == "?":
                found.append(token)
                before, part_before = token, None
                continue
            gloss = self._gloss(token)
            ending = gloss.ending[1:] if before in _SUBJECTS_SAID and gloss.ending[:1] in (("i",), ("we",)) else gloss.ending
            if gloss.part == "NOUN" and gloss.case in _CASES and part_before not in _CASE_TOLD:
                ending = (_CASES[gloss.case],)
            found += [*ending, gloss.meaning]
            before, part_before = token, gloss.part
        return " ".join(found)

    def _looked_up(self, token: str) -> _Gloss:
        if not is_russian(token):
            return _Gloss((), token, None, None)
        parse = morphology().parse(token)[0]
        tag = parse.tag
        meaning = self._glosses.get(normalise(parse.normal_form)) or self._glosses.get(token)
        if meaning is None and "-" in token:
            meaning = " ".join(self._gloss(part).meaning for part in token.split("-"))
        if meaning is None:
            meaning = transliterated(normalise(parse.normal_form) if _NAMES & tag.grammemes else token)
        return _Gloss(_ending(tag), meaning, tag.POS, tag.case)


def _ending(tag) -> tuple[str, ...]:
    """What the form of a verb or adverb says in words of its own."""
    if tag.POS == "COMP":
        return ("more",)
    if tag.POS != "VERB":
        return ()
    if tag.mood == "impr":
        return ("please",)
    if tag.tense == "past":
        return ("did",)
    subject = (_SUBJECTS[tag.number],) if tag.person == "1per" else ()
    return (*subject, "will") if tag.tense == "futr" else subject


def transliterated(token: str) -> str:
    """A normalised Russian token in Latin letters."""
    return "".join(_LATIN.get(letter, letter) for letter in token)
