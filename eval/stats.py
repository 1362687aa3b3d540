"""Statistics of proportions."""

from __future__ import annotations

import math
from typing import NamedTuple

Z_95 = 1.959963984540054


class Proportion(NamedTuple):
    """A share with its 95 % Wilson interval and the number of trials."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def wilson(successes: int, n: int, z: float = Z_95) -> Proportion:
    """Wilson score interval (Wilson 1927); all None for n = 0."""
    if n == 0:
        return Proportion(None, None, None, 0)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Proportion(share, max(0.0, centre - half), min(1.0, centre + half), n)
