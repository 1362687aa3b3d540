"""Surprise gate, forgetting and consolidation, after memory at test time (Titans, Behrouz et al. 2024, arXiv 2501.00663).

Kept: what is surprising given the memory is written strongly, surprise has momentum (the turns after a surprising one
are written more strongly too), a forgetting gate weakens what is there in proportion to how much is new, and what
comes again is consolidated.
Different: Titans updates the weights of a network by the gradient of its loss; here memory is a list of turns with
strengths, surprise is one minus the largest cosine with what is stored, a repetition moves the strength of the older
turn to the newer, and a strength changes a turn's rank but never removes it.  No facts, no language model.
"""

from __future__ import annotations

import numpy as np

from submission.memory.turns import NO_REPLY, Turn
from submission.recall.encoders import Encoder

from .dense import DenseMemory

MOMENTUM = 0.5  # of the last turn's surprise that carries over
FORGETTING = 0.002  # of all strengths, lost to a turn of full surprise
SAME = 0.92  # cosine from which a turn repeats an older one
RANK_WEIGHT = 0.1  # of the log strength beside the cosine


class Strengths:
    """How strongly each turn of one dialogue is held; (n_turns,) positive."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self._surprise = 0.0

    def add(self, rows: np.ndarray) -> None:
        """Take in the turns of `rows` that are not here yet; (n_turns, dim) L2-normalised, all turns so far."""
        values = np.asarray(self.values, dtype=np.float64)
        for place in range(len(values), len(rows)):
            similar = rows[:place] @ rows[place]
            nearest = int(similar.argmax()) if place else 0
            closest = float(similar[nearest]) if place else 0.0
            self._surprise = MOMENTUM * self._surprise + (1 - MOMENTUM) * (1 - max(closest, 0.0))
            values *= 1 - FORGETTING * self._surprise
            strength = 0.5 + self._surprise
            if closest >= SAME:
                strength += values[nearest]
                values[nearest] *= 0.5
            values = np.append(values, strength)
        self.values = values.tolist()


class MatStyleMemory(DenseMemory):
    """Ranks turns by cosine and strength."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._strengths: dict[str, Strengths] = {}

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._strengths.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        cosines = np.asarray(super().score_turns(dialogue_id, turns, question))
        if not len(cosines):
            return []
        strengths = self._strengths.setdefault(dialogue_id, Strengths())
        strengths.add(self._rows[dialogue_id])
        said = np.asarray([turn.text != NO_REPLY for turn in turns])
        return np.where(said, cosines + RANK_WEIGHT * np.log(strengths.values), -1.0).tolist()
