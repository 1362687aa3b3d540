"""Word pieces of English text: the vocabulary of a BERT model, as ids (greedy longest match first, Wu et al. 2016)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

START, SEPARATOR, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST = 100  # characters of a word; longer ones are unknown


class WordPieces:
    """Splits texts into the pieces of a vocabulary; `ids` of equal texts are kept."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """`pieces` in the order of their ids; one that goes on within a word begins with ##."""
        self._id_of = {piece: number for number, piece in enumerate(pieces)}
        self.start, self.separator, self._unknown = (self._id_of[mark] for mark in (START, SEPARATOR, UNKNOWN))
        self._of_word = lru_cache(maxsize=50_000)(self._split)

    def ids(self, text: str) -> tuple[int, ...]:
        """Ids of the pieces of all words and signs; letters in lower case, without accents."""
        plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        return tuple(number for word in _WORD.findall(plain) for number in self._of_word(word))

    def _split(self, word: str) -> tuple[int, ...]:
        found: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST:
            mark = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in self._id_of), None)
            if end is None:
                return (self._unknown,)
            found.append(self._id_of[mark + word[start:end]])
            start = end
        return tuple(found) or (self._unknown,)
