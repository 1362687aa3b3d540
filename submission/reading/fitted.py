"""The fitted numbers of the reader without a model; `python -m eval.fit_reader --write` makes weights.json."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .abstain import ABSTAIN_SIGNALS
from .evidence import SIGNALS

WEIGHTS = Path(__file__).parent / "weights.json"


class Fitted(NamedTuple):
    """Weights of evidence (len(SIGNALS),) and of abstention (len(ABSTAIN_SIGNALS),) with its bias."""

    evidence: np.ndarray
    abstain: np.ndarray
    bias: float


@lru_cache(maxsize=1)
def shipped() -> Fitted:
    """The weights that ship.  Raises ValueError where the file does not name the signals that there are."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    for part, names in (("evidence", SIGNALS), ("abstain", ABSTAIN_SIGNALS)):
        if set(stored[part]) != set(names):
            raise ValueError(f"{WEIGHTS.name}: {part} names other signals than the code; run python -m eval.fit_reader --write")
    rows = [
        np.asarray([stored[part][name] for name in names], dtype=np.float32) for part, names in (("evidence", SIGNALS), ("abstain", ABSTAIN_SIGNALS))
    ]
    return Fitted(rows[0], rows[1], float(stored["bias"]))
