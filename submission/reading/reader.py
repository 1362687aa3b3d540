"""Readers: from recalled turns to one short answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..recall.encoders import Encoder
from ..recall.recall import Hit
from ..recall.text import content_lemmas, is_pasted, sentences
from .person import second_person

NO_INFORMATION = "У меня нет такой информации"
MAX_ANSWER_CHARS = 240  # the contest asks for one short sentence


class Answer(NamedTuple):
    """An answer with its support (0..1) and the index of the turn it was read from (None: none)."""

    text: str
    support: float
    source: int | None


class ExtractiveReader:
    """Answers with the best supported sentence of the hits, or declines; no model."""

    def __init__(self, encoder: Encoder, abstain_below: float) -> None:
        self._encoder = encoder
        self._abstain_below = abstain_below

    def read(self, question: str, hits: Sequence[Hit]) -> Answer:
        """The answer to `question` from `hits`; the refusal when the support is under the threshold."""
        candidates = [
            (hit.index, sentence)
            for hit in hits
            if hit.role == "user" and not is_pasted(hit.text)
            for sentence in sentences(hit.text)
            if len(sentence) <= MAX_ANSWER_CHARS and not sentence.endswith("?")
        ]
        if not candidates:
            return Answer(NO_INFORMATION, 0.0, None)
        query = self._encoder.encode_questions([question])[0]
        cosines = self._encoder.encode_passages([sentence for _, sentence in candidates]) @ query
        asked = set(content_lemmas(question))
        covered = np.asarray([len(asked & set(content_lemmas(s))) / max(len(asked), 1) for _, s in candidates])
        support = np.clip(0.7 * cosines + 0.3 * covered, 0.0, 1.0)
        best = max(range(len(candidates)), key=lambda i: (round(float(support[i]), 6), candidates[i][0]))
        index, sentence = candidates[best]
        if support[best] < self._abstain_below:
            return Answer(NO_INFORMATION, float(support[best]), None)
        return Answer(second_person(sentence), float(support[best]), index)
