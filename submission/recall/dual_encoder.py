"""The dual encoder: questions about the user, and messages that answer them, as vectors that lie close to each other.

It is a bag of words with learned weights, trained on data/attributes and data/vignettes (`make train-recall`): each word has its
vector, mapped by a learned matrix, and where it was seen in training a learned vector of its own; a learned gate says how
much the word counts.  Questions and messages have maps and gates of their own, so that «питомец» in a question lies near
«щенок» in a message (dual encoder: Gillick et al. 2018; in-batch negatives: Karpukhin et al. 2020).  The same word vectors
are also compared one by one (late interaction: Khattab and Zaharia 2020), so that a long message is not diluted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .text import tokens, word
from .unit_rows import normalised
from .word_vectors import DIM, WordVectors, shipped_vectors

DUAL_ENCODER = Path(__file__).parent / "assets" / "dual_encoder.npz"
WORDS_KEPT = 50_000  # of each side, 3 KiB a word
COHORT_STEPS = 300  # a length of 1 in the stored cohort: no entry of a row comes near 127 of them


class Side(NamedTuple):
    """The parameters for questions or for messages, of `members` models trained alike and `dim` dimensions each.

    `maps` (members, n_inputs, dim), `own` (n_words + 1, members, dim) with a last row of zeros for unknown words, `gate_maps`
    (members, n_inputs), `own_gates` (n_words + 1, members), `gates` (members, 2): offset and weight of a word's information.
    """

    maps: np.ndarray
    own: np.ndarray
    gate_maps: np.ndarray
    own_gates: np.ndarray
    gates: np.ndarray


class Words(NamedTuple):
    """Words of one side: `units` (n_words, members * dim) float32 have length 1, `gates` (n_words,) float32, above 0, say how
    much each counts."""

    units: np.ndarray
    gates: np.ndarray


class DualEncoder:
    """Cosines between questions and messages, `questions(...) @ messages(...).T`, and between their words."""

    def __init__(self, words: WordVectors, vocabulary: dict[str, int], question: Side, message: Side, cohort: np.ndarray | None = None) -> None:
        """`vocabulary` gives the rows of the sides' `own`; `cohort` (n_messages, dim) are messages of other people, None: of nobody."""
        self._words, self._vocabulary = words, vocabulary
        self._sides = {"question": question, "message": message}
        self._kept: dict[str, dict[str, tuple[np.ndarray, np.ndarray, np.float32]]] = {"question": {}, "message": {}}
        self._members, _, self._member_dim = question.maps.shape
        self.dim = self._members * self._member_dim  # of all members together
        self._cohort = np.zeros((1, self.dim), np.float32) if cohort is None else cohort

    def questions(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised; a text without words gives a zero row."""
        return self._encoded(texts, "question")

    def messages(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised; a text without words gives a zero row."""
        return self._encoded(texts, "message")

    def cohort_match(self, question: str) -> float:
        """Largest cosine of a question with what other people told: how close an answer to such a question comes.

        A match is worth what it is above this (score normalisation by a cohort, as in speaker verification: Auckenthaler et
        al. 2000): general questions match nothing closely, and questions about what everybody tells match a lot.
        """
        return float((self._cohort @ self.questions([question])[0]).max())

    def question_words(self, found: Sequence[str]) -> Words:
        """Of normalised tokens."""
        return self._of_words(found, "question")

    def message_words(self, found: Sequence[str]) -> Words:
        """Of normalised tokens."""
        return self._of_words(found, "message")

    def _encoded(self, texts: Sequence[str], side: str) -> np.ndarray:
        found = [tokens(text) for text in texts]
        self._look_up([token for text in found for token in text], side)
        kept = self._kept[side]
        rows = np.zeros((len(texts), self._members, self._member_dim), dtype=np.float32)
        for row, text in zip(rows, found):
            if text:
                row += np.sum([kept[token][0] for token in text], axis=0)
        return self._joined(rows)

    def _of_words(self, found: Sequence[str], side: str) -> Words:
        self._look_up(found, side)
        if not found:
            return Words(np.zeros((0, self.dim), np.float32), np.zeros(0, np.float32))
        return Words(*(np.stack(part) for part in zip(*(self._kept[side][token][1:] for token in found))))

    def _look_up(self, found: Sequence[str], side: str) -> None:
        """Make sure that the words are among those kept."""
        kept = self._kept[side]
        if len(kept) > WORDS_KEPT:
            kept.clear()
        if fresh := list(dict.fromkeys(token for token in found if token not in kept)):
            kept.update(zip(fresh, zip(*self._computed(fresh, self._sides[side]))))

    def _computed(self, words: Sequence[str], side: Side) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the words add to their texts' sums, (n_words, members, dim) float32, their units and their gates."""
        ids = [self._words.id(token) for token in words]
        known = [place for place, i in enumerate(ids) if i is not None]
        vectors, information = np.zeros((len(words), DIM), np.float32), np.zeros(len(words), np.float32)
        vectors[known] = self._words.vectors([ids[place] for place in known])
        information[known] = self._words.information([ids[place] for place in known])
        own = np.asarray([self._vocabulary.get(vocabulary_name(token), -1) for token in words], dtype=np.int64)
        gates = vectors @ side.gate_maps.T + side.own_gates[own] + side.gates[:, 0] + side.gates[:, 1] * information[:, None]
        gates = np.logaddexp(0.0, gates).astype(np.float32)  # (n_words, members)
        rows = (np.einsum("wd,mde->wme", vectors, side.maps, optimize=True) + side.own[own]).astype(np.float32)
        return rows * gates[:, :, None], self._joined(rows), gates.mean(axis=1)

    def _joined(self, rows: np.ndarray) -> np.ndarray:
        """(n, members, dim) of each member -> (n, members * dim), the mean of whose members' cosines is their product."""
        return (normalised(rows) / np.sqrt(self._members)).reshape(len(rows), self.dim).astype(np.float32)


def vocabulary_name(token: str) -> str:
    """Under which the vocabulary knows a normalised token: its lemma; for a number how many characters it has, 4 at most."""
    return f"<{min(len(token), 4)}>" if token[0].isdigit() else word(token).lemma


@lru_cache(maxsize=1)
def shipped_dual_encoder() -> DualEncoder:
    """The one instance that all parts share."""
    return load_dual_encoder(DUAL_ENCODER)


def load_dual_encoder(path: Path) -> DualEncoder:
    """What eval/train_dual_encoder.py stored.  Raises ValueError naming the file when it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return restored(stored)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} cannot be read ({error}); make train-recall makes it again") from error


def restored(stored: Mapping[str, np.ndarray]) -> DualEncoder:
    """From the arrays of a file; `cohort` may be missing.  Raises KeyError for another array."""
    vocabulary = {w: i for i, w in enumerate(bytes(stored["vocabulary"]).decode("utf-8").split("\n"))}
    cohort = stored["cohort"].astype(np.float32) / COHORT_STEPS if "cohort" in stored else None
    return DualEncoder(shipped_vectors(), vocabulary, _side(stored, "question"), _side(stored, "message"), cohort)


def _side(stored: Mapping[str, np.ndarray], side: str) -> Side:
    own = stored[f"{side}_own"].astype(np.float32) * stored[f"{side}_own_scale"].astype(np.float32)
    own_gates = stored[f"{side}_own_gates"].astype(np.float32)
    return Side(
        stored[f"{side}_maps"].astype(np.float32),
        np.concatenate([own, np.zeros_like(own[:1])]),
        stored[f"{side}_gate_maps"].astype(np.float32),
        np.concatenate([own_gates, np.zeros_like(own_gates[:1])]),
        stored[f"{side}_gates"].astype(np.float32),
    )
