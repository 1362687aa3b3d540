"""What derived memory is worth over time: surprise, decay, plans that run out, summaries of old sessions.

Weights re-rank; they never remove a turn.  Turn indexes are those of the dialogue; time is order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..recall.text import content_lemmas, is_pasted, sentences
from .facts import CURRENT, Fact, FactBook
from .turns import Turn


def surprise(vectors: np.ndarray, floor: float = 0.5) -> np.ndarray:
    """Write weight of each turn, (n_turns,) float32 in [floor, 1]: how new it is against all turns before it.

    `vectors` is (n_turns, dim) float32, rows L2-normalised; the first turn and turns without words (zero rows) weigh 1
    and `floor`.  Novelty is 1 - the largest cosine with an earlier turn, as in surprise-gated memories.
    """
    n = len(vectors)
    weights = np.full(n, floor, dtype=np.float32)
    for i in range(n):
        if not vectors[i].any():
            continue
        nearest = float((vectors[:i] @ vectors[i]).max()) if i else 0.0
        weights[i] = floor + (1 - floor) * (1 - min(max(nearest, 0.0), 1.0))
    return weights


def decay(turns: np.ndarray, now: int, half_life_turns: float, floor: float = 0.5) -> np.ndarray:
    """Weight of turns by age, in (floor, 1]: half of what lies above `floor` is gone after `half_life_turns`."""
    ages = np.maximum(now - np.asarray(turns, dtype=np.float64), 0.0)
    return (floor + (1 - floor) * 0.5 ** (ages / half_life_turns)).astype(np.float32)


def fact_weight(fact: Fact, now: int, half_life_turns: float) -> float:
    """Confidence, raised by repetition (that is in the confidence), lowered by age; ended facts count half."""
    aged = float(decay(np.asarray([fact.turns[-1] if fact.turns else 0]), now, half_life_turns)[0])
    return fact.confidence * aged * (1.0 if fact.status == CURRENT else 0.5)


def live_facts(book: FactBook, now: int, plan_ttl_turns: int) -> list[Fact]:
    """Current facts without plans that were last spoken of more than `plan_ttl_turns` turns before `now`."""
    return [f for f in book.query(status=CURRENT) if f.attribute != "plan" or now - f.turns[-1] <= plan_ttl_turns]


class Summary(NamedTuple):
    """Sentences of a session's user turns, each with the index of its turn."""

    session_id: Any
    sentences: tuple[tuple[int, str], ...]

    @property
    def turns(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(turn for turn, _ in self.sentences))


def summarise_sessions(turns: Sequence[Turn], keep_last: int, max_chars: int = 600) -> list[Summary]:
    """Extractive summaries of all sessions but the last `keep_last`, oldest first; a session without own words has none.

    Sentences are ranked by the rarity of their lemmas over the dialogue's user turns per lemma (so that what is said
    once survives), then put back in order; questions and pasted text are left out.
    """
    own = [t for t in turns if t.is_user and not is_pasted(t.text)]
    frequency = Counter(lemma for t in own for lemma in set(content_lemmas(t.text)))
    order = list(dict.fromkeys(t.session_id for t in turns))
    result = []
    for session in order[: max(0, len(order) - keep_last)]:
        candidates = [(t.index, n, s) for t in own if t.session_id == session for n, s in enumerate(sentences(t.text)) if not s.endswith("?")]
        ranked = sorted(candidates, key=lambda c: (-_rarity(c[2], frequency, len(own)), c[0], c[1]))
        chosen, used = [], 0
        for candidate in ranked:
            if used + len(candidate[2]) <= max_chars:
                chosen.append(candidate)
                used += len(candidate[2])
        if chosen:
            result.append(Summary(session, tuple((index, text) for index, _, text in sorted(chosen))))
    return result


def _rarity(sentence: str, frequency: Counter, n: int) -> float:
    lemmas = set(content_lemmas(sentence))
    return sum(np.log((n + 1) / (frequency[w] + 0.5)) for w in lemmas) / (len(lemmas) + 2) if lemmas else 0.0
