"""The mechanism of HippoRAG (Gutierrez et al. 2024, arXiv 2405.14831; OSU-NLP-Group/HippoRAG) without its model.

Kept: a graph of phrase nodes and passages, synonymy edges between phrases whose vectors are similar (0.8), query
phrases linked to nodes, personalised PageRank with damping 0.5 from them, weighted by node specificity, and passages
ranked by what reaches them.
Different: phrases are lemmas of a turn's content words where the original lets a model extract triples (so there are
no relation edges; words meet in the turns that hold them), specificity is BM25's idf where it is the inverse number of
passages, and synonymy edges start at the query's words alone, as every other one only spreads mass inside a passage.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from submission.memory.turns import Turn
from submission.recall.encoders import Encoder
from submission.recall.lexical import Bm25
from submission.recall.text import content_lemmas

from .stored import StoredTurns

SYNONYM_SIMILARITY = 0.8
DAMPING = 0.5  # the chance of going on; the original's value
ROUNDS = 20


class WordGraph:
    """Words and turns of one dialogue, joined where a turn holds a word."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._numbers: dict[str, int] = {}
        self._edges: list[tuple[int, int, float]] = []  # word, turn, count
        self._lexical = Bm25()
        self._rows = np.zeros((0, encoder.dim), dtype=np.float32)

    def __len__(self) -> int:
        return len(self._lexical)

    def add(self, texts: list[str]) -> None:
        """Append turns."""
        for text in texts:
            words = content_lemmas(text)
            for word, count in Counter(words).items():
                self._edges.append((self._numbers.setdefault(word, len(self._numbers)), len(self._lexical), count))
            self._lexical.add(words)
        fresh = list(self._numbers)[len(self._rows) :]
        if fresh:
            self._rows = np.vstack([self._rows, self._encoder.encode_passages(fresh)])

    def scores(self, question: str) -> np.ndarray:
        """What of the walk from the question's words ends in each turn, (n_turns,); zeros where it meets none."""
        from scipy.sparse import coo_matrix

        start = self._start(content_lemmas(question))
        if not start.any():
            return np.zeros(len(self))
        words, turns, counts = (np.asarray(column) for column in zip(*self._edges))
        links = coo_matrix((counts.astype(float), (words, turns)), shape=(len(self._numbers), len(self))).tocsr()
        out_of_words = 1 / np.asarray(links.sum(axis=1)).ravel()
        into_words = 1 / np.maximum(np.asarray(links.sum(axis=0)).ravel(), 1e-9)
        start = start / start.sum()
        mass, reached = start, np.zeros(len(self))
        for _ in range(ROUNDS):
            reached = links.T @ (mass * out_of_words)
            mass = (1 - DAMPING) * start + DAMPING * (links @ (reached * into_words))
        return reached

    def _start(self, asked: list[str]) -> np.ndarray:
        """Where the walk starts again: the question's words and their synonyms, rare ones more."""
        start = np.zeros(len(self._numbers))
        names = list(self._numbers)
        for word, row in zip(asked, self._encoder.encode_questions(asked) if asked else ()):
            if word in self._numbers:
                start[self._numbers[word]] += self._lexical.idf(word)
            similar = self._rows @ row
            for place in np.flatnonzero(similar >= SYNONYM_SIMILARITY):
                if names[place] != word:
                    start[place] += similar[place] * self._lexical.idf(names[place])
        return start


class HippoRagStyleMemory(StoredTurns):
    """Ranks turns by personalised PageRank."""

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None) -> None:
        super().__init__(model_path, encoder)
        self._graphs: dict[str, WordGraph] = {}

    def clear_memory(self, dialogue_id: str) -> None:
        super().clear_memory(dialogue_id)
        self._graphs.pop(dialogue_id, None)

    def score_turns(self, dialogue_id: str, turns: list[Turn], question: str) -> list[float]:
        graph = self._graphs.setdefault(dialogue_id, WordGraph(self._encoder))
        graph.add([turn.text for turn in turns[len(graph) :]])
        return graph.scores(question).tolist()
