"""Re-ranking by what a turn is worth to memory: topic agreement, surprise and age; all of it off unless Settings say so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..recall.encoders import Encoder
from ..settings import Settings
from .lifecycle import decay, surprise
from .profile import TopicTagger
from .turns import Turn


class MemoryWeights:
    """What is added to the recall scores of one dialogue's turns; grows with them."""

    def __init__(self, settings: Settings, encoder: Encoder, tagger: TopicTagger | None) -> None:
        """`tagger` is shared by all dialogues; None where topics do not count."""
        self._settings, self._encoder, self._tagger = settings, encoder, tagger
        self._texts: list[str] = []
        self._vectors = np.zeros((0, encoder.dim), dtype=np.float32)
        self._tags: np.ndarray | None = None

    def add(self, turns: Sequence[Turn]) -> None:
        """Take in further turns; only the user's count, a reply repeats them."""
        texts = [turn.text if turn.is_user else "" for turn in turns]
        self._texts += texts
        self._vectors = np.concatenate([self._vectors, self._encoder.encode_passages(texts)])
        self._tags = None

    def adjustment(self, question: str) -> np.ndarray:
        """(n_turns,) float32, to be added to scores."""
        n, settings = len(self._texts), self._settings
        added = np.zeros(n, dtype=np.float32)
        if self._tagger:
            if self._tags is None:
                self._tags = self._tagger.scores(self._texts)
            added += settings.topic_boost * self._tagger.boost(question, self._tags)
        if settings.surprise_weight:
            added += settings.surprise_weight * np.log(surprise(self._vectors))
        if settings.decay_half_life_turns:
            added += np.log(decay(np.arange(n), n, settings.decay_half_life_turns))
        return added


def weights_wanted(settings: Settings) -> bool:
    """Whether any of the re-rankings is switched on."""
    return bool(settings.topic_boost or settings.surprise_weight or settings.decay_half_life_turns)
