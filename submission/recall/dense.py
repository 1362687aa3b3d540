"""Dense search in FAISS, on the GPU where there is one: the only module that knows faiss.

`DenseIndex` holds one dialogue and is exact.  `SharedIndex` holds the turns of many dialogues, up to millions, and trades a
little recall for speed; a search within one dialogue is exact there too and never sees another dialogue's rows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

logger = logging.getLogger(__name__)

KINDS = ("flat", "ivf", "ivf_sq8", "ivf_pq")
PROBES = {"flat": 0, "ivf": 64, "ivf_sq8": 64, "ivf_pq": 400}  # of 1,000 lists for a million rows; measured by `make bench`
REFINED = 1000  # of ivf_pq's candidates, compared with the query once more at half precision
PQ_CODES = 16  # of four bits, each to be learnt from a row at least
SIMD_WIDTH = 16  # FAISS compares 8-bit rows many times faster where their length is a multiple of this
BLOCK_ROWS = 2048  # FAISS gives no more hits a search on the GPU, and `DenseIndex.scores` wants every row


@dataclass(frozen=True)
class DenseOptions:
    """Where and how vectors are searched.  Raises ValueError for an unknown device or kind."""

    device: str = "auto"  # auto: the GPU where faiss sees one; cpu; gpu
    gpu_temp_memory_bytes: int = 256 << 20  # FAISS's scratch, which vLLM cannot have
    gpu_float16: bool = False  # half the memory for a small loss of precision
    kind: str = "flat"  # of a SharedIndex: flat is exact; ivf; ivf_sq8 (a quarter of the memory); ivf_pq (half of it, the fastest)
    probes: int = 0  # inverted lists looked at; 0: what PROBES has for the kind

    def __post_init__(self) -> None:
        if self.device not in ("auto", "cpu", "gpu"):
            raise ValueError(f"dense device must be auto, cpu or gpu, not {self.device!r}")
        if self.kind not in KINDS:
            raise ValueError(f"dense kind must be one of {', '.join(KINDS)}, not {self.kind!r}")


class DenseIndex:
    """Exact inner product over rows that are added in turn, on the device of the options.

    Rows are kept on the CPU too: a GPU that has no room for a block loses nothing.
    """

    def __init__(self, dim: int, options: DenseOptions | None = None) -> None:
        self.dim = dim
        self._options = options or DenseOptions()
        self._blocks: list[Any] = []  # on the CPU, all but the last of BLOCK_ROWS rows
        self._searched: list[Any] = []  # the same blocks, or their copies on the GPU

    def __len__(self) -> int:
        return sum(block.ntotal for block in self._blocks)

    def add(self, rows: np.ndarray) -> None:
        """Append (n, dim) float32 rows.  Raises ValueError on another dimension or on values that are no numbers."""
        import faiss

        if not len(rows):
            return
        rows = _checked(rows, self.dim)
        while len(rows):
            if not self._blocks or self._blocks[-1].ntotal == BLOCK_ROWS:
                self._blocks.append(faiss.IndexFlatIP(self.dim))
                self._searched.append(None)
            part = rows[: BLOCK_ROWS - self._blocks[-1].ntotal]
            self._blocks[-1].add(part)
            self._searched[-1] = _placed(self._blocks[-1], self._options)
            rows = rows[len(part) :]

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Inner product of one (dim,) query with every row, (n,) float32, in the rows' order."""
        query = _checked(query[None, :], self.dim)
        scores = np.zeros(len(self), dtype=np.float32)
        for number, block in enumerate(self._searched):
            found, rows = block.search(query, block.ntotal)
            scores[number * BLOCK_ROWS + rows[0]] = found[0]
        return scores


class SharedIndex:
    """Rows of many dialogues; searched as a whole (approximately for the ivf kinds) or within one dialogue (exactly, but for the
    rounding of ivf_sq8 and ivf_pq).  Always on the CPU: FAISS cannot filter on the GPU.
    """

    def __init__(self, dim: int, options: DenseOptions | None = None) -> None:
        self.dim = dim
        self._options = options or DenseOptions()
        if self._options.kind == "ivf_pq" and dim % 2:
            raise ValueError(f"ivf_pq needs an even dimension, not {dim}")
        self._width = -(-dim // SIMD_WIDTH) * SIMD_WIDTH if self._options.kind == "ivf_sq8" else dim  # of the rows in FAISS
        self._pending: list[tuple[np.ndarray, np.ndarray]] = []  # row numbers (n,) and rows (n, dim)
        self._rows_of: dict[Any, list[int]] = {}
        self._index: Any = None
        self._added = 0  # rows ever: numbers are not used again
        self._half = np.zeros((0, dim), dtype=np.float16)  # of ivf_pq: all rows by number, with room to grow

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows_of.values())

    def add(self, rows: np.ndarray, dialogue_ids: Sequence[Any]) -> None:
        """Append (n, dim) rows with the dialogue of each.  The ivf kinds are trained on what is there at the first search.

        Raises ValueError on another dimension, values that are no numbers, or another number of dialogue ids than rows.
        """
        rows = _checked(rows, self.dim)
        if len(rows) != len(dialogue_ids):
            raise ValueError(f"{len(rows)} rows need as many dialogue ids, not {len(dialogue_ids)}")
        for number, dialogue in enumerate(dialogue_ids, self._added):
            self._rows_of.setdefault(dialogue, []).append(number)
        self._pending.append((np.arange(self._added, self._added + len(rows), dtype=np.int64), rows))
        self._added += len(rows)

    def remove(self, dialogue_id: Any) -> int:
        """Take a dialogue's rows out; returns how many there were.  Numbers of other rows stay as they are."""
        import faiss

        gone = np.asarray(self._rows_of.pop(dialogue_id, []), dtype=np.int64)
        if len(gone):
            self._pending = [(numbers[kept], rows[kept]) for numbers, rows in self._pending for kept in [~np.isin(numbers, gone)]]
            if self._index is not None:
                self._index.remove_ids(faiss.IDSelectorBatch(gone))
            self._half[gone[gone < len(self._half)]] = 0.0
        return len(gone)

    def search(self, queries: np.ndarray, k: int, dialogue_id: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Scores and row numbers, twice (n_queries, k), by falling score; row -1 and score -inf where there are fewer than k.

        With a dialogue id only its rows are searched, all of them.  Raises ValueError when k is below 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        queries = _checked(queries, self.dim)
        rows = np.asarray(self._rows_of.get(dialogue_id, []), dtype=np.int64)
        if not len(self) or (dialogue_id is not None and not len(rows)):
            return np.full((len(queries), k), -np.inf, np.float32), np.full((len(queries), k), -1, np.int64)
        self._build()
        if self._options.kind == "ivf_pq":
            return self._refined(queries, k, rows if dialogue_id is not None else None)
        scores, found = self._index.search(_widened(queries, self._width), k, params=self._parameters(rows if dialogue_id is not None else None))
        return np.where(found < 0, -np.inf, scores).astype(np.float32), found

    def _parameters(self, rows: np.ndarray | None) -> Any:
        import faiss

        if rows is None:
            return None
        selector = faiss.IDSelectorBatch(rows)
        if self._options.kind == "flat":
            return faiss.SearchParameters(sel=selector)
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nlist)

    def _refined(self, queries: np.ndarray, k: int, rows: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Candidates, or the given rows, ordered by their inner product at half precision."""
        scores, found = np.full((len(queries), k), -np.inf, np.float32), np.full((len(queries), k), -1, np.int64)
        if rows is None and len(self) <= REFINED:
            rows = np.sort(np.concatenate([np.asarray(listed, dtype=np.int64) for listed in self._rows_of.values()]))
        candidates = self._index.search(queries, max(k, REFINED))[1] if rows is None else [rows] * len(queries)
        for place, (query, numbers) in enumerate(zip(queries, candidates)):
            numbers = numbers[numbers >= 0]
            values = self._half[numbers].astype(np.float32) @ query
            order = np.argsort(-values, kind="stable")[:k]
            scores[place, : len(order)], found[place, : len(order)] = values[order], numbers[order]
        return scores, found

    def _build(self) -> None:
        """Move pending rows into the index, making and training it first where there is none."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        numbers, rows = (np.concatenate(parts) for parts in zip(*pending))
        if self._index is None:
            self._index = self._empty_index(rows)
        self._index.add_with_ids(_widened(rows, self._width), numbers)
        if self._options.kind == "ivf_pq":
            if len(self._half) < self._added:
                half = np.zeros((max(self._added, 2 * len(self._half)), self.dim), dtype=np.float16)
                half[: len(self._half)] = self._half
                self._half = half
            self._half[numbers] = rows

    def _empty_index(self, sample: np.ndarray) -> Any:
        import faiss

        kind, metric = self._options.kind, faiss.METRIC_INNER_PRODUCT
        if kind == "flat":
            return faiss.IndexIDMap2(faiss.IndexFlatIP(self.dim))  # which alone has no numbers of its own
        lists = max(1, min(4096, int(np.sqrt(len(sample)))))
        quantizer = faiss.IndexFlatIP(self._width)
        if kind == "ivf":
            index = faiss.IndexIVFFlat(quantizer, self._width, lists, metric)
        elif kind == "ivf_sq8":
            index = faiss.IndexIVFScalarQuantizer(quantizer, self._width, lists, faiss.ScalarQuantizer.QT_8bit, metric)
        else:  # two dimensions in four bits
            index = faiss.IndexIVFPQFastScan(quantizer, self._width, lists, self._width // 2, 4, metric)
            index.pq.cp.min_points_per_centroid = 1
        index.nprobe = min(lists, self._options.probes or PROBES[kind])
        index.cp.min_points_per_centroid = 1  # FAISS would print a warning for small stores
        index.cp.niter = 10  # half of FAISS's time for the same loss
        chosen = np.sort(np.random.default_rng(0).choice(len(sample), min(len(sample), 64 * lists), replace=False))
        chosen = np.resize(chosen, max(len(chosen), PQ_CODES))  # a store of a few rows repeats them
        index.train(_widened(sample[chosen], self._width))
        return index


def _widened(rows: np.ndarray, width: int) -> np.ndarray:
    """Rows with zeros behind them up to `width`; inner products stay as they are."""
    return rows if rows.shape[1] == width else np.pad(rows, ((0, 0), (0, width - rows.shape[1])))


def _checked(rows: np.ndarray, dim: int) -> np.ndarray:
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dim:
        raise ValueError(f"the index holds vectors of dimension {dim}, but the encoder gives {rows.shape[-1]}: rebuild the index with this encoder")
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise ValueError(f"row {bad} of the encoder's output is not finite (NaN or infinite)")
    return rows


def _placed(index: Any, options: DenseOptions) -> Any:
    """The index on the chosen device; on the CPU, with one warning, where the GPU cannot take it."""
    import faiss

    gpus = getattr(faiss, "get_num_gpus", lambda: 0)()
    if options.device == "cpu" or (options.device == "auto" and not gpus):
        return index
    try:
        if not gpus:
            raise RuntimeError("faiss sees no GPU")
        copy = faiss.GpuClonerOptions()
        copy.useFloat16 = options.gpu_float16
        return faiss.index_cpu_to_gpu(_gpu_resources(options.gpu_temp_memory_bytes), 0, index, copy)
    except RuntimeError as error:
        _warn_once(str(error).splitlines()[0])
        return index


@lru_cache(maxsize=1)
def _gpu_resources(temp_memory_bytes: int) -> Any:
    """One set of resources for all indexes: each would take its own scratch memory."""
    import faiss

    resources = faiss.StandardGpuResources()
    resources.setTempMemory(temp_memory_bytes)
    return resources


@lru_cache(maxsize=1)
def _warn_once(reason: str) -> None:
    logger.warning("dense search goes on on the CPU: %s", reason)
