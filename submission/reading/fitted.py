"""The fitted numbers of the reader without a model; `python -m eval.fit_reader --write` makes weights.json."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .abstain import ABSTAIN_SIGNALS, CROSS_ABSTAIN_SIGNALS
from .evidence import CROSS_SIGNALS, SIGNALS

WEIGHTS = Path(__file__).parent / "weights.json"
FIRST, CLOSE = "first", "close"  # without the cross-encoder, and with it
NAMES = {FIRST: (SIGNALS, ABSTAIN_SIGNALS), CLOSE: (SIGNALS + CROSS_SIGNALS, ABSTAIN_SIGNALS + CROSS_ABSTAIN_SIGNALS)}


class Fitted(NamedTuple):
    """Weights of evidence (n_signals,) and of abstention (n_abstain_signals,) with its bias."""

    evidence: np.ndarray
    abstain: np.ndarray
    bias: float


class Fits(NamedTuple):
    """`first` chooses what the cross-encoder reads, and answers where there is none; `close` answers after it."""

    first: Fitted
    close: Fitted


@lru_cache(maxsize=1)
def shipped() -> Fits:
    """The weights that ship.  Raises ValueError where the file does not name the signals that there are."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Fits(*(_fitted(stored[part], *names) for part, names in NAMES.items()))


def _fitted(stored: dict, *names: tuple[str, ...]) -> Fitted:
    rows = []
    for part, expected in zip(("evidence", "abstain"), names):
        if set(stored[part]) != set(expected):
            raise ValueError(f"{WEIGHTS.name}: {part} names other signals than the code; run python -m eval.fit_reader --write")
        rows.append(np.asarray([stored[part][name] for name in expected], dtype=np.float32))
    return Fitted(*rows, float(stored["bias"]))
