"""One shared store of many turns: build, search and recall loss of each kind of index, beside plain faiss.

Vectors are realistic in their clusters: turns of real dialogues, encoded, each mixed with another one and some noise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .timing import Spread, seconds, spread

K = 10
MIX, NOISE = 0.6, 0.25  # share of the second turn (at most) and length of the noise, where the turn itself has length 1
TURNS_A_DIALOGUE = 500
QUERIES = 200
BYTES_A_DIMENSION = {"flat": 4.0, "ivf": 4.0, "ivf_sq8": 1.0, "ivf_pq": 2.25}


class StoreRow(NamedTuple):
    """One kind of index; loss is the share of the exact top K that it did not find."""

    name: str
    build_seconds: float
    bytes_a_turn: float
    search: Spread
    within_dialogue: Spread | None
    loss: float


def measure_store(passages: np.ndarray, questions: np.ndarray, turns: int, report: Callable[[str], None] = lambda _: None) -> list[StoreRow]:
    """The kinds of SharedIndex and plain faiss over `turns` vectors made of `passages` (n, dim); queries of `questions` (m, dim)."""
    from submission.recall.dense import KINDS

    rows = mixed(passages, turns, seed=0)
    queries = mixed(questions, QUERIES, seed=1)
    report(f"plain faiss over {turns} vectors")
    exact, limit = _plain(rows, queries)
    return [limit, *(_kind(kind, rows, queries, exact, report) for kind in KINDS)]


def _plain(rows: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, StoreRow]:
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    built = seconds(lambda: index.add(rows))
    return index.search(queries, K)[1], StoreRow("faiss IndexFlatIP", built, 4.0 * rows.shape[1], _timed(index.search, queries), None, 0.0)


def _kind(kind: str, rows: np.ndarray, queries: np.ndarray, exact: np.ndarray, report: Callable[[str], None]) -> StoreRow:
    from submission.recall.dense import DenseOptions, SharedIndex

    report(f"{kind} over {len(rows)} vectors")
    index = SharedIndex(rows.shape[1], DenseOptions(kind=kind))
    started = time.perf_counter()
    index.add(rows, (np.arange(len(rows)) // TURNS_A_DIALOGUE).tolist())
    index.search(queries[:1], K)  # builds what is pending
    built = time.perf_counter() - started
    got = index.search(queries, K)[1]
    loss = 1 - float(np.mean([len(set(a) & set(b)) / K for a, b in zip(exact, got)]))
    dialogues = [(i * 7919) % len(rows) // TURNS_A_DIALOGUE for i in range(len(queries))]
    inside = spread(seconds(lambda i=i, d=d: index.search(queries[i : i + 1], K, d)) for i, d in enumerate(dialogues))
    bytes_a_turn = rows.shape[1] * BYTES_A_DIMENSION[kind] + 8.0  # and its number
    return StoreRow(f"SharedIndex {kind}", built, bytes_a_turn, _timed(index.search, queries), inside, loss)


def mixed(rows: np.ndarray, n: int, seed: int) -> np.ndarray:
    """n rows of unit length, each one of `rows` plus part of another one plus noise, (n, dim) float32."""
    random = np.random.default_rng(seed)
    rows = rows[np.abs(rows).sum(axis=1) > 0]
    made = np.empty((n, rows.shape[1]), dtype=np.float32)
    for start in range(0, n, 50_000):  # little memory beside the result
        part = made[start : start + 50_000]
        first, second = random.integers(0, len(rows), (2, len(part)))
        noise = random.standard_normal(part.shape, dtype=np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        part[:] = rows[first] + random.uniform(0, MIX, (len(part), 1)).astype(np.float32) * rows[second] + noise
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return made


def _timed(search: Callable[[np.ndarray, int], Any], queries: np.ndarray) -> Spread:
    return spread(seconds(lambda i=i: search(queries[i : i + 1], K)) for i in range(len(queries)))


def describe_store(rows: Sequence[StoreRow], turns: int) -> list[str]:
    """A Markdown table with the ratio of each search to plain faiss; nothing for no rows."""
    if not rows:
        return []
    limit = rows[0].search
    lines = [
        f"| {turns:,} turns in one store | build | bytes a turn | search p50 | p95 | to faiss (p95) | within a dialogue p95 | loss against exact |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        inside = f"{1000 * row.within_dialogue.p95:.2f} ms" if row.within_dialogue else ""
        lines.append(
            f"| {row.name} | {row.build_seconds:.1f} s | {row.bytes_a_turn:.0f} | {1000 * row.search.p50:.2f} ms | {1000 * row.search.p95:.2f} ms "
            f"| {row.search.p95 / limit.p95:.3f} | {inside} | {100 * row.loss:.2f} points |"
        )
    return lines
