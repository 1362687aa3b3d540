"""Times of repeated work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np


class Spread(NamedTuple):
    """Median and 95th percentile of `n` durations in seconds."""

    p50: float
    p95: float
    n: int


def spread(seconds: Iterable[float]) -> Spread:
    """Raises ValueError for no durations."""
    found = list(seconds)
    if not found:
        raise ValueError("no durations to describe")
    return Spread(float(np.percentile(found, 50)), float(np.percentile(found, 95)), len(found))


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
