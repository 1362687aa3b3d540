"""Loads data/glosses: what Russian words mean, in a few English words."""

from __future__ import annotations

import re
from pathlib import Path

from .errors import UserError

_LEMMA = re.compile(r"[а-я-]+")
_GLOSS = re.compile(r"[^\t]*[A-Za-z][^\t]*")


def load_glosses(path: Path) -> dict[str, str]:
    """Lemma -> gloss.  Raises UserError with file and line for a wrong line or a lemma that comes twice."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        lemma, _, gloss = line.partition("\t")
        if not (_LEMMA.fullmatch(lemma) and _GLOSS.fullmatch(gloss)):
            raise UserError(f"{path.name}, line {number}: expected a Russian lemma (lower case, no ё), a tab and an English gloss: {line[:60]!r}")
        if lemma in found:
            raise UserError(f"{path.name}, line {number}: {lemma!r} has a gloss already")
        found[lemma] = gloss
    return found
