"""Pieces of a text that tell one thing each: sentences, long ones split at commas and dashes."""

from __future__ import annotations

import re
from functools import lru_cache

from .text import sentences

LONG_CHARS = 64  # a sentence above this is split, so that two facts fit in one answer
SHORT_CHARS = 22  # a piece under this stays with its neighbour

_BREAK = re.compile(r"(?<=[,;:])\s+|\s+[-–—]\s+|(?<=\))\s+")


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """Sentences of `text`, long ones split further; no empty ones."""
    found: list[str] = []
    for sentence in sentences(text):
        if len(sentence) <= LONG_CHARS:
            found.append(sentence)
            continue
        start = len(found)
        for part in _BREAK.split(sentence):
            if len(found) > start and (len(found[-1]) < SHORT_CHARS or len(part) < SHORT_CHARS) and len(found[-1]) + len(part) < LONG_CHARS * 2:
                found[-1] += " " + part
            elif part.strip():
                found.append(part.strip())
    return tuple(found)
