"""The mechanism of Cortex (prem-research/cortex) without its Chroma server and its model.

Kept, with its constants: a short-term memory of the last 20 notes beside a long-term one; links between notes of
similarity 0.65 and more, at most five a note; smart collections, which exist from ten notes on, of which the best four
are searched, the score being 0.7 of the note's similarity and 0.3 of its collection's.
Different: a model names Cortex's collections and decides on links and merges; here a note joins the nearest collection
by the similarity of its centre, a link needs no more than its similarity, and no note is merged or rewritten.  The
recency weight, 0 by default there, is left out.
"""

from __future__ import annotations

import numpy as np

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder

from .dense import DenseMemory

SHORT_TERM = 20
LINK_SIMILARITY, LINKS = 0.65, 5
COLLECTION_NOTES, COLLECTIONS_SEARCHED = 10, 4
NOTE_WEIGHT, COLLECTION_WEIGHT = 0.7, 0.3
JOIN_SIMILARITY = 0.5  # ours: where the original asks a model
LINK_SHARE = 0.5  # of a linked note's score that reaches its neighbour; ours, the original appends linked notes


class Collections:
    """Groups of notes that grow; a note belongs to one."""

    def __init__(self, dim: int) -> None:
        self._sums = np.zeros((0, dim), dtype=np.float32)
        self.members: list[int] = []  # note -> collection

    def add(self, row: np.ndarray) -> None:
        """Put a note into the nearest collection, or into one of its own."""
        similar = self.centres() @ row if len(self._sums) else np.zeros(0)
        if len(similar) and similar.max() >= JOIN_SIMILARITY:
            place = int(similar.argmax())
            self._sums[place] += row
        else:
            place = len(self._sums)
            self._sums = np.vstack([self._sums, row])
        self.members.append(place)

    def centres(self) -> np.ndarray:
        """(n_collections, dim), rows L2-normalised."""
        return self._sums / np.maximum(np.linalg.norm(self._sums, axis=1, keepdims=True), 1e-9)


class CortexStyleMemory(DenseMemory):
    """Ranks turns by themselves, their collection and their linked notes."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._collections: dict[str, Collections] = {}

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._collections.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        own = np.asarray(super().score_turns(dialogue_id, turns, question), dtype=np.float32)
        if not len(own):
            return []
        rows = self._rows[dialogue_id]
        groups = self._collections.setdefault(dialogue_id, Collections(self._encoder.dim))
        for row in rows[len(groups.members) :]:
            groups.add(row)
        scores = self._with_collections(own, groups, question)
        scores = np.maximum(scores, LINK_SHARE * self._linked(rows, scores))
        scores[-SHORT_TERM:] = np.maximum(scores[-SHORT_TERM:], own[-SHORT_TERM:])  # short-term notes stand on their own
        return scores.tolist()

    def _with_collections(self, own: np.ndarray, groups: Collections, question: str) -> np.ndarray:
        members = np.asarray(groups.members)
        fit = groups.centres() @ self._encoder.encode_questions([question])[0]
        large = np.flatnonzero(np.bincount(members, minlength=len(fit)) >= COLLECTION_NOTES)
        searched = large[np.argsort(-fit[large], kind="stable")][:COLLECTIONS_SEARCHED]
        inside = np.isin(members, searched)
        return np.where(inside, NOTE_WEIGHT * own + COLLECTION_WEIGHT * fit[members], own)

    def _linked(self, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """For every note the best score among the notes it is linked with; only the 50 best notes pass theirs on."""
        reached = np.zeros_like(scores)
        for note in np.argsort(-scores, kind="stable")[:50]:
            similar = rows @ rows[note]
            similar[note] = 0.0
            near = np.argsort(-similar, kind="stable")[:LINKS]
            near = near[similar[near] >= LINK_SIMILARITY]
            reached[near] = np.maximum(reached[near], scores[note])
        return reached
