"""Rows of unit length."""

from __future__ import annotations

import numpy as np


def normalised(rows: np.ndarray) -> np.ndarray:
    """Rows (..., dim) scaled to unit length, float32; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
