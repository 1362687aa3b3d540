"""The reader without a model: from recalled turns to one short answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..recall.encoders import Encoder
from ..recall.recall import Hit
from ..settings import Settings
from .abstain import abstain_signals, answerable
from .clauses import clauses_of
from .evidence import Matcher
from .fitted import Fits, shipped
from .phrasing import worded
from .question import asked

NO_INFORMATION = "У меня нет такой информации"
NO_INFORMATION_ENGLISH = "I don't have that information"


class Answer(NamedTuple):
    """An answer with its support (0..1) and the index of the turn it was read from (None: none)."""

    text: str
    support: float
    source: int | None


class ExtractiveReader:
    """Answers with the best supported clauses of the hits, or declines; no model."""

    def __init__(self, encoder: Encoder, abstain_below: float, cross_turns: int = Settings.cross_turns, fits: Fits | None = None) -> None:
        """`abstain_below`: probability (0..1) that the evidence answers, under which it declines; `cross_turns`: how many turns the
        cross-encoder reads, 0 for none."""
        self._matcher = Matcher(encoder)
        self._abstain_below = abstain_below
        self._cross_turns = cross_turns
        self._fits = fits

    def read(self, question: str, hits: Sequence[Hit], facts: Sequence[Any] = ()) -> Answer:
        """The answer to `question`; the refusal, in the question's language, when the support is under the threshold.

        `hits` are best first; replies among them tell which option the user picked.  `facts` (memory.lookup.FactHit,
        best first) raise the turns that they were drawn from.
        """
        ask = asked(question)
        refusal = NO_INFORMATION_ENGLISH if ask.english else NO_INFORMATION
        clauses = clauses_of(hits)
        if not clauses:
            return Answer(refusal, 0.0, None)
        fits = self._fits or shipped()
        fitted = fits.first
        signals = self._matcher.signals(question, ask, clauses, facts)
        scores = signals @ fitted.evidence
        if self._cross_turns:
            fitted = fits.close
            signals = np.concatenate([signals, self._matcher.read_closely(question, clauses, scores, self._cross_turns)], axis=1)
            scores = signals @ fitted.evidence
        of_evidence = abstain_signals(signals, scores, clauses, ask, len(facts), self._matcher.cohort_match(question))
        support = answerable(of_evidence, fitted.abstain, fitted.bias)
        found = worded(question, ask, clauses, scores)
        if support < self._abstain_below or found is None:
            return Answer(refusal, support, None)
        text, rests_on = found
        return Answer(text, support, rests_on.hit.index)


def with_replies(hits: Sequence[Hit], turns: Sequence[Any], hidden: Collection[int] = ()) -> list[Hit]:
    """`hits` and, after them, the assistant's turns around each user turn, but none of those in `hidden`.

    `turns` are all of the dialogue, in their order.
    """
    known = {hit.index for hit in hits}
    around = dict.fromkeys(
        i for hit in hits if hit.role == "user" for i in (hit.index - 1, hit.index + 1) if 0 <= i < len(turns) and i not in known and i not in hidden
    )
    added = [turns[i] for i in around if turns[i].role != "user"]
    return [*hits, *(Hit(t.index, t.session_id, t.role, t.text, float("-inf")) for t in added)]
