"""The fitted weights with which features add up to a turn's score.

assets/fusion.json holds one set of weights a profile (language of the question, built-in or own encoder) with its
provenance; `make train-recall` writes it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from .features import NAMES

FUSION = Path(__file__).parent / "assets" / "fusion.json"


@lru_cache(maxsize=8)
def shipped_weights(profile: str) -> np.ndarray:
    """Weights in the order of features.NAMES, (len(NAMES),) float32.  Raises ValueError for an unknown profile.

    Where no weights were fitted for an own encoder ("ru_encoder"), those of the built-in one ("ru") stand in.
    """
    profiles = json.loads(FUSION.read_text(encoding="utf-8"))["profiles"]
    if profile not in profiles:
        profile = profile.removesuffix("_encoder")
    if profile not in profiles:
        raise ValueError(f"{FUSION.name} has no profile {profile!r}; it has: {', '.join(profiles)}")
    weights = profiles[profile]["weights"]
    return np.asarray([weights.get(name, 0.0) for name in NAMES], dtype=np.float32)
