"""Vectors of an encoder kept on disk, so that a benchmark of a hundred thousand turns encodes them once."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .journal import make_folder


class CachedEncoder:
    """An Encoder that asks `encoder` only for texts which the file does not hold.

    `name` tells encoders apart; change it when the model, its prefixes or its pooling change.
    """

    def __init__(self, encoder: Any, name: str, folder: Path) -> None:
        self.dim = encoder.dim
        self._encoder = encoder
        self._name = name
        make_folder(folder)
        self._file = sqlite3.connect(folder / "embeddings.sqlite")
        self._file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID")

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised."""
        return self._rows("passage", texts, self._encoder.encode_passages)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised."""
        return self._rows("question", texts, self._encoder.encode_questions)

    def close(self) -> None:
        self._file.close()

    def _rows(self, side: str, texts: Sequence[str], encode: Callable) -> np.ndarray:
        keys = [hashlib.sha256(f"{self._name}\0{side}\0{text}".encode("utf-8", "replace")).digest() for text in texts]
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        missing: dict[bytes, list[int]] = {}
        for i, key in enumerate(keys):
            found = self._file.execute("SELECT row FROM vectors WHERE key = ?", (key,)).fetchone()
            if found is None:
                missing.setdefault(key, []).append(i)
            else:
                rows[i] = np.frombuffer(found[0], dtype=np.float32)
        if missing:
            fresh = encode([texts[places[0]] for places in missing.values()])
            with self._file:
                self._file.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", ((k, r.tobytes()) for k, r in zip(missing, fresh)))
            for places, row in zip(missing.values(), fresh):
                rows[places] = row
        return rows
