"""Which clauses hold the evidence of a question: the labels that the reader is fitted on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .datasets import Question

QUOTE_SHARE = 0.6  # of the shorter one's words that a clause and an evidence quote must share


def quotes(question: Question, places: Mapping[tuple[Any, int], int]) -> list[tuple[int, str]]:
    """(turn, quote) of the question's evidence; `places`: (session id, message index) -> turn."""
    return [(places[e.session_id, e.message_index], e.quote) for e in question.evidence if (e.session_id, e.message_index) in places]


def holds(clause: Any, answering: Sequence[tuple[int, str]]) -> bool:
    """Whether a clause (submission.reading.clauses.Clause) says what one of the (turn, quote) pairs quotes."""
    for place, quote in answering:
        if clause.chosen and place in (clause.hit.index - 1, clause.hit.index + 1):
            return True
        said, quoted = (set(re.findall(r"\w+", text.lower())) for text in (clause.text, quote))
        if not clause.chosen and place == clause.hit.index and said and quoted and len(said & quoted) >= QUOTE_SHARE * min(len(said), len(quoted)):
            return True
    return False
