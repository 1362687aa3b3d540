"""The cross-encoder: reads a question and a passage together, and says of each clause whether it answers.

A small English sentence encoder (all-MiniLM-L6-v2, Apache-2.0), trained further on data/vignettes and data/attributes with
Russian read word by word in English (glossing.py); here its forward pass, in numpy.  The score of a clause is a logit: that of
"nothing here answers" is 0, so that the best clause's score also says whether there is an answer (null option: Devlin et al.
2019; cross-encoder: Nogueira and Cho 2019).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .glossing import Glossing
from .word_pieces import WordPieces

CROSS_ENCODER = Path(__file__).parent / "assets" / "cross_encoder.npz"
PASSAGE_PIECES = 72  # a longer passage is read in parts
QUESTION_PIECES = 40  # a longer question is cut
BATCH = 16  # passages at once
SILENT = -8.0  # score of a clause without words
MATRICES = ("attention_in", "attention_out", "feed_in", "feed_out")  # of a layer, each (n_inputs, n_outputs)
VECTORS = ("norm_attention", "norm_feed")  # of a layer: weights and offsets, (2, dim)
_EPSILON = 1e-12


class Layer(NamedTuple):
    """One transformer layer: a matrix with its offsets for each of MATRICES, weights and offsets for each of VECTORS."""

    matrices: dict[str, tuple[np.ndarray, np.ndarray]]
    norms: dict[str, np.ndarray]


class CrossEncoder:
    """Scores clauses in their passage against a question."""

    def __init__(
        self,
        glossing: Glossing,
        pieces: WordPieces,
        embeddings: np.ndarray,
        scale: np.ndarray,
        positions: np.ndarray,
        norm: np.ndarray,
        layers: Sequence[Layer],
        head: np.ndarray,
        attention_heads: int,
    ) -> None:
        """`embeddings` (n_pieces, dim) int8 times `scale` (n_pieces,); `positions` (2, n_positions, dim): of a piece of the
        question and of the passage; `norm` (2, dim); `head` (dim + 1,): weights and, last, the offset."""
        self._glossing, self._pieces = glossing, pieces
        self._embeddings, self._scale, self._positions, self._norm = embeddings, scale, positions, norm
        self._layers, self._head, self._attention_heads = layers, head, attention_heads
        self._ids = lru_cache(maxsize=20_000)(lambda text: pieces.ids(glossing.english(text)))

    def scores(self, question: str, passages: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Of each passage, given as its clauses, a logit of each clause, float32; SILENT for a clause without words."""
        asked = self._ids(question)[:QUESTION_PIECES]
        found = [np.full(len(passage), SILENT, dtype=np.float32) for passage in passages]
        parts = [(number, part) for number, passage in enumerate(passages) for part in self._parts(passage)]
        parts.sort(key=lambda part: sum(len(ids) for _, ids in part[1]))  # little padding
        for start in range(0, len(parts), BATCH):
            batch = parts[start : start + BATCH]
            logits = self._logits(asked, [[ids for _, ids in part] for _, part in batch])
            for (number, part), row in zip(batch, logits):
                at = len(asked) + 2
                for place, ids in part:
                    found[number][place] = row[at : at + len(ids)].mean()
                    at += len(ids)
        return found

    def _parts(self, passage: Sequence[str]) -> list[list[tuple[int, tuple[int, ...]]]]:
        """(place, ids) of the clauses that have words, in parts of PASSAGE_PIECES at most."""
        parts: list[list[tuple[int, tuple[int, ...]]]] = []
        room = 0
        for place, clause in enumerate(passage):
            ids = self._ids(clause)[:PASSAGE_PIECES]
            if not ids:
                continue
            if len(ids) > room:
                parts.append([])
                room = PASSAGE_PIECES
            parts[-1].append((place, ids))
            room -= len(ids)
        return parts

    def _logits(self, asked: Sequence[int], passages: Sequence[Sequence[Sequence[int]]]) -> np.ndarray:
        """(n_passages, n_positions) float32: of each piece of `[CLS] question [SEP] passage [SEP]`, padded at the end."""
        told = [[i for clause in passage for i in clause] for passage in passages]
        n = len(asked) + 3 + max(map(len, told))
        ids = np.zeros((len(told), n), dtype=np.int64)
        present = np.zeros((len(told), n), dtype=bool)
        for row, kept, passage in zip(ids, present, told):
            line = [self._pieces.start, *asked, self._pieces.separator, *passage, self._pieces.separator]
            row[: len(line)], kept[: len(line)] = line, True
        first = len(asked) + 2
        place = np.concatenate([self._positions[0, :first], self._positions[1, first:n]])
        states = _normed(self._embeddings[ids] * self._scale[ids][..., None] + place, self._norm)
        blocked = np.where(present, 0.0, -1e4).astype(np.float32)[:, None, None, :]
        for layer in self._layers:
            states = _normed(states + _attended(states, layer, self._attention_heads, blocked), layer.norms["norm_attention"])
            states = _normed(states + _product(_gelu(_product(states, layer, "feed_in")), layer, "feed_out"), layer.norms["norm_feed"])
        return states @ self._head[:-1] + self._head[-1]


def _attended(states: np.ndarray, layer: Layer, heads: int, blocked: np.ndarray) -> np.ndarray:
    """Self-attention of (n, t, dim)."""
    n, t, dim = states.shape
    asking, asked, told = _product(states, layer, "attention_in").reshape(n, t, 3, heads, dim // heads).transpose(2, 0, 3, 1, 4)
    shares = asking @ asked.swapaxes(-1, -2) / np.float32(np.sqrt(dim // heads)) + blocked
    shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return _product((shares @ told).swapaxes(1, 2).reshape(n, t, dim), layer, "attention_out")


def _product(states: np.ndarray, layer: Layer, name: str) -> np.ndarray:
    matrix, offsets = layer.matrices[name]
    n, t, dim = states.shape
    return (states.reshape(n * t, dim) @ matrix + offsets).reshape(n, t, -1)


def _gelu(x: np.ndarray) -> np.ndarray:
    """The usual approximation by tanh (Hendrycks and Gimpel 2016)."""
    return 0.5 * x * (1.0 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))


def _normed(x: np.ndarray, norm: np.ndarray) -> np.ndarray:
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + _EPSILON) * norm[0] + norm[1]


@lru_cache(maxsize=1)
def shipped_cross_encoder() -> CrossEncoder:
    """The one instance that all parts share."""
    return load_cross_encoder(CROSS_ENCODER)


def load_cross_encoder(path: Path) -> CrossEncoder:
    """What eval/train_cross_encoder.py stored.  Raises ValueError naming the file when it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return restored(stored)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} cannot be read ({error}); make train-reader makes it again") from error


def restored(stored: Mapping[str, np.ndarray]) -> CrossEncoder:
    """From the arrays of a file.  Raises KeyError for one that is missing."""
    glosses = dict(line.split("\t") for line in _text(stored["glosses"]))
    layers = []
    while f"attention_in_{len(layers)}" in stored:
        number = len(layers)
        matrices = {name: (_matrix(stored, f"{name}_{number}"), stored[f"{name}_{number}_offsets"].astype(np.float32)) for name in MATRICES}
        layers.append(Layer(matrices, {name: stored[f"{name}_{number}"].astype(np.float32) for name in VECTORS}))
    return CrossEncoder(
        Glossing(glosses),
        WordPieces(_text(stored["pieces"])),
        stored["embeddings"],
        stored["embeddings_scale"].astype(np.float32),
        stored["positions"].astype(np.float32),
        stored["norm"].astype(np.float32),
        layers,
        stored["head"].astype(np.float32),
        int(stored["attention_heads"]),
    )


def _text(stored: np.ndarray) -> list[str]:
    return bytes(stored).decode("utf-8").split("\n")


def _matrix(stored: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """8 bits times the scale of each column."""
    return stored[name].astype(np.float32) * stored[f"{name}_scale"].astype(np.float32)
