"""Which vignettes training leaves out, so that what comes after can be fitted on them."""

from __future__ import annotations

import argparse

Fold = tuple[int, int]  # K and N: of numbered things K, K + N, K + 2N ...
UNREAD: Fold = (3, 4)  # the vignettes that the cross-encoder of the reader is not trained on


def fold(text: str) -> Fold:
    """`K/N` of the command line; an argparse type."""
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and int(number) < int(of)):
        raise argparse.ArgumentTypeError(f"expected K/N with K from 0 to N - 1, such as 0/2, not {text!r}")
    return int(number), int(of)
