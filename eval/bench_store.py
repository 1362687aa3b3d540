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
    import faiss
    from submission.recall.dense import KINDS, DenseOptions, SharedIndex

    rows = mixed(passages, turns, seed=0)
    queries = mixed(questions, QUERIES, seed=1)
    dialogues = (np.arange(turns) // TURNS_A_DIALOGUE).tolist()
    report(f"plain faiss over {turns} vectors")
    started = time.perf_counter()
    plain = faiss.IndexFlatIP(rows.shape[1])
    plain.add(rows)
    built = time.perf_counter() - started
    exact = plain.search(queries, K)[1]
    found = [StoreRow("faiss IndexFlatIP", built, 4.0 * rows.shape[1], _timed(lambda q: plain.search(q, K), queries), None, 0.0)]
    del plain
    for kind in KINDS:
        report(f"{kind} over {turns} vectors")
        index = SharedIndex(rows.shape[1], DenseOptions(kind=kind))
        started = time.perf_counter()
        index.add(rows, dialogues)
        index.search(queries[:1], K)  # builds what is pending
        built = time.perf_counter() - started
        got = index.search(queries, K)[1]
        loss = 1 - float(np.mean([len(set(a) & set(b)) / K for a, b in zip(exact, got)]))
        inside = spread([seconds(lambda i=i: index.search(queries[i : i + 1], K, dialogues[(i * 7919) % turns])) for i in range(len(queries))])
        bytes_a_turn = rows.shape[1] * (1.0 if kind == "ivf_sq8" else 4.0) + 8.0  # and its number
        found.append(StoreRow(f"SharedIndex {kind}", built, bytes_a_turn, _timed(lambda q: index.search(q, K), queries), inside, loss))
    return found


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


def _timed(search: Callable[[np.ndarray], Any], queries: np.ndarray) -> Spread:
    return spread([seconds(lambda i=i: search(queries[i : i + 1])) for i in range(len(queries))])


def describe_store(rows: Sequence[StoreRow], turns: int) -> list[str]:
    """A Markdown table with the ratio of each search to plain faiss."""
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
