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

KINDS = ("flat", "ivf", "ivf_sq8")


@dataclass(frozen=True)
class DenseOptions:
    """Where and how vectors are searched.  Raises ValueError for an unknown device or kind."""

    device: str = "auto"  # auto: the GPU where faiss sees one; cpu; gpu
    gpu_temp_memory_bytes: int = 256 << 20  # FAISS's scratch, which vLLM cannot have
    gpu_float16: bool = False  # half the memory for a small loss of precision
    kind: str = "flat"  # of a SharedIndex: flat is exact; ivf; ivf_sq8 (a quarter of the memory)
    probes: int = 32  # inverted lists looked at

    def __post_init__(self) -> None:
        if self.device not in ("auto", "cpu", "gpu"):
            raise ValueError(f"dense device must be auto, cpu or gpu, not {self.device!r}")
        if self.kind not in KINDS:
            raise ValueError(f"dense kind must be one of {', '.join(KINDS)}, not {self.kind!r}")


class DenseIndex:
    """Exact inner product over rows that are added once."""

    def __init__(self, dim: int, options: DenseOptions | None = None) -> None:
        import faiss

        self.dim = dim
        self._index = _placed(faiss.IndexFlatIP(dim), options or DenseOptions())

    def __len__(self) -> int:
        return self._index.ntotal

    def add(self, rows: np.ndarray) -> None:
        """Append (n, dim) float32 rows.  Raises ValueError on another dimension or on values that are no numbers."""
        if len(rows):
            self._index.add(_checked(rows, self.dim))

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Inner product of one (dim,) query with every row, (n,) float32, in the rows' order."""
        scores = np.zeros(len(self), dtype=np.float32)
        if len(self):
            found, rows = self._index.search(_checked(query[None, :], self.dim), len(self))
            scores[rows[0]] = found[0]
        return scores


class SharedIndex:
    """Rows of many dialogues; searched as a whole (approximately for the ivf kinds) or within one dialogue (exactly)."""

    def __init__(self, dim: int, options: DenseOptions | None = None) -> None:
        self.dim = dim
        self._options = options or DenseOptions()
        self._pending: list[np.ndarray] = []
        self._rows_of: dict[Any, list[int]] = {}
        self._index: Any = None
        self._total = 0

    def __len__(self) -> int:
        return self._total

    def add(self, rows: np.ndarray, dialogue_ids: Sequence[Any]) -> None:
        """Append (n, dim) rows with the dialogue of each.  The ivf kinds are trained on what is there at the first search."""
        rows = _checked(rows, self.dim)
        for offset, dialogue in enumerate(dialogue_ids):
            self._rows_of.setdefault(dialogue, []).append(self._total + offset)
        self._total += len(rows)
        self._pending.append(rows)

    def remove(self, dialogue_id: Any) -> int:
        """Take a dialogue's rows out; returns how many there were.  Numbers of other rows stay as they are."""
        import faiss

        rows = self._rows_of.pop(dialogue_id, [])
        if rows:
            self._build()
            # remove_ids of a flat index renumbers, so all kinds are wrapped in an IndexIDMap2
            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(rows, dtype=np.int64)))
        return len(rows)

    def search(self, queries: np.ndarray, k: int, dialogue_id: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Scores and row numbers, twice (n_queries, k), by falling score; row -1 where there are fewer than k.

        With a dialogue id only its rows are searched, all of them.
        """
        import faiss

        self._build()
        queries = _checked(queries, self.dim)
        if dialogue_id is None:
            return self._index.search(queries, k)
        selector = faiss.IDSelectorBatch(np.asarray(self._rows_of.get(dialogue_id, []), dtype=np.int64))
        if self._options.kind == "flat":
            return self._index.search(queries, k, params=faiss.SearchParameters(sel=selector))
        lists = faiss.extract_index_ivf(self._index.index).nlist
        return self._index.search(queries, k, params=faiss.SearchParametersIVF(sel=selector, nprobe=lists))

    def _build(self) -> None:
        """Move pending rows into the index, making and training it first where there is none."""
        import faiss

        if not self._pending and self._index is not None:
            return
        rows = np.concatenate(self._pending) if self._pending else np.zeros((0, self.dim), np.float32)
        self._pending = []
        if self._index is None:
            self._index = faiss.IndexIDMap2(self._empty_index(rows))
        if len(rows):
            self._index.add_with_ids(rows, np.arange(self._total - len(rows), self._total, dtype=np.int64))

    def _empty_index(self, sample: np.ndarray) -> Any:
        import faiss

        kind = self._options.kind
        if kind == "flat":
            return faiss.IndexFlatIP(self.dim)
        lists = max(1, min(4096, int(np.sqrt(max(len(sample), 1)))))
        quantizer = faiss.IndexFlatIP(self.dim)
        metric = faiss.METRIC_INNER_PRODUCT
        if kind == "ivf":
            index = faiss.IndexIVFFlat(quantizer, self.dim, lists, metric)
        else:
            index = faiss.IndexIVFScalarQuantizer(quantizer, self.dim, lists, faiss.ScalarQuantizer.QT_8bit, metric)
        index.nprobe = self._options.probes
        chosen = np.random.default_rng(0).choice(len(sample), min(len(sample), 64 * lists), replace=False)
        index.train(sample[np.sort(chosen)])
        return index


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
