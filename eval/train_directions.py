"""Computes the directions that the built-in encoder removes from the word vectors (All-but-the-top, Mu and Viswanath 2018).

    python -m eval.train_directions [--write]

Mean and ten strongest principal directions of navec's 30,000 commonest words, each of unit length.  Without --write it
reports how far the stored ones are from these; 0 within a rounding error, and 1 as exit status beyond it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

WORDS = 30_000
DIRECTIONS = 10
TOLERANCE = 1e-4  # another BLAS sums in another order


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.train_directions")
    parser.add_argument("--write", action="store_true", help="store them in submission/recall/assets")
    options = parser.parse_args(arguments)
    from submission.recall.news_vectors import DIM, NewsVectors
    from submission.recall.news_vectors import DIRECTIONS as STORED

    nothing = np.zeros(DIM, np.float32), np.zeros((0, DIM), np.float32)
    words = NewsVectors(nothing)
    mean, components = principal_directions(words.raw(words.commonest(WORDS)), DIRECTIONS)
    if options.write:
        write_directions(STORED, mean, components)
        print(f"{STORED} written")
        return 0
    distance = distance_from(STORED, mean, components)
    print(f"{STORED}: largest difference {distance:.1e}")
    return int(distance > TOLERANCE)


def principal_directions(rows: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean (dim,) and the n strongest directions (n, dim) of the centred rows, float32; the largest entry of each is positive."""
    rows = rows.astype(np.float64)
    mean = rows.mean(axis=0)
    centred = rows - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    components = vectors[:, ::-1][:, :n].T
    largest = np.abs(components).argmax(axis=1)
    components = components * np.sign(components[np.arange(n), largest])[:, None]
    return mean.astype(np.float32), components.astype(np.float32)


def distance_from(path: Path, mean: np.ndarray, components: np.ndarray) -> float:
    """Largest difference of the means and of the projections onto the directions (their signs and order do not matter)."""
    with np.load(path) as stored:
        projections = (stored["components"].T @ stored["components"], components.T @ components)
        return float(max(np.abs(stored["mean"] - mean).max(), np.abs(projections[0] - projections[1]).max()))


def write_directions(path: Path, mean: np.ndarray, components: np.ndarray) -> None:
    """Store both arrays; equal arrays give equal bytes."""
    with path.open("wb") as file:
        np.savez(file, mean=mean, components=components)


if __name__ == "__main__":
    sys.exit(main())
