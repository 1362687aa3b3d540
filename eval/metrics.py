"""Retrieval metrics over a ranking of ids and a set of relevant ones; all lie between 0 and 1."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence


def recall_any(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """1 when at least one relevant id is among the first k."""
    return float(any(item in relevant for item in ranking[:k]))


def recall_all(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """1 when all relevant ids are among the first k."""
    return float(set(relevant) <= set(ranking[:k]))


def recall_mean(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Share of the relevant ids among the first k."""
    return len(set(relevant) & set(ranking[:k])) / len(set(relevant))


def ndcg(ranking: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Binary NDCG with discount 1 / log2(rank + 1); the ideal ranks all relevant ids first."""
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranking[:k], 1) if item in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(set(relevant)), k) + 1))
    return gain / ideal


def reciprocal_rank(ranking: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """1 / rank of the first relevant id; 0 when there is none."""
    return next((1 / rank for rank, item in enumerate(ranking, 1) if item in relevant), 0.0)
