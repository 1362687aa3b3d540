"""Makes the table of gloss vectors that the recall stage ships (needs torch: the environment .venv/bench).

    python -m eval.train_glosses --out FILE [--encoder FOLDER]

An English sentence encoder reads the glosses of data/glosses and the words of its own vocabulary.  What all rows have in
common is taken out, the strongest directions of the rest are kept, and each row is scaled to unit length, in 8 bits.
Names of persons and of places without a gloss share one row each.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .bench_command import english_folder
from .glosses import load_glosses
from .train_directions import principal_directions

GLOSSES = Path(__file__).parents[1] / "data" / "glosses" / "ru.tsv"
SHARED = {"<name>": "first name of a person", "<place>": "name of a town"}  # by flag of submission.recall.text.Word
ZIPF_NATS = 2.4  # logarithm of the sum of 1 / rank over a vocabulary of this size
RAREST_NATS = 20.0  # of Russian words that the news vectors lack
BATCH = 256
_WORD = re.compile(r"[a-z]{2,}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.train_glosses")
    parser.add_argument("--out", type=Path, required=True, help="what ships is submission/recall/assets/gloss_vectors.npz")
    parser.add_argument("--encoder", type=Path, help="folder of an English encoder with a vocab.txt; default: all-MiniLM-L6-v2 of the extra bench")
    parser.add_argument("--glosses", type=Path, default=GLOSSES)
    options = parser.parse_args(arguments)
    from submission.recall.gloss_vectors import DIM
    from submission.recall.news_vectors import NewsVectors
    from submission.recall.transformer_encoder import TransformerEncoder

    folder = options.encoder or english_folder()
    if not (folder / "vocab.txt").is_file():
        parser.error(f"{folder} has no vocab.txt, from which the English words are read; name the folder of a BERT model")
    glosses, ranks = load_glosses(options.glosses), english_ranks((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())
    texts = {**SHARED, **glosses, **{stem: word for stem, (word, _) in ranks.items()}}
    vectors = TransformerEncoder(folder, batch_size=BATCH).encode_passages(list(texts.values()))
    store(options.out, list(texts), compressed(vectors, DIM), list(NewsVectors().ids), {stem: rank for stem, (_, rank) in ranks.items()})
    print(f"{options.out.name}: {len(glosses)} glosses, {len(ranks)} English words, {options.out.stat().st_size / 2**20:.1f} MiB")
    return 0


def english_ranks(vocabulary: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Stem -> its commonest word and that one's rank from 1, from word pieces sorted by frequency."""
    from submission.recall.text import lemma

    found: dict[str, tuple[str, int]] = {}
    for rank, whole in enumerate((piece for piece in vocabulary if _WORD.fullmatch(piece)), 1):
        found.setdefault(lemma(whole), (whole, rank))
    return found


def compressed(vectors: np.ndarray, dim: int) -> np.ndarray:
    """(n, dim) float32: the strongest directions of what the rows do not have in common, each row of unit length."""
    from submission.recall.unit_rows import normalised

    mean, components = principal_directions(vectors, dim)
    return normalised((vectors - mean) @ components.T)


def store(path: Path, names: Sequence[str], rows: np.ndarray, news_words: Sequence[str], ranks: Mapping[str, int]) -> None:
    """Write what submission.recall.gloss_vectors reads: the rows, named by flag or lemma, and which of them each word of the vocabulary has.

    `ranks` are those of the English names.
    """
    from submission.recall.gloss_vectors import NO_ROW

    row_of_name = {name: row for row, name in enumerate(names)}
    known = set(news_words)
    words = [name for name in names if name not in SHARED and name not in known]
    row_of = [_row(found, row_of_name) for found in news_words] + [row_of_name[found] for found in words]
    information = [_nats(found, ranks, np.nan) for found in news_words] + [_nats(found, ranks, RAREST_NATS) for found in words]
    scale = np.abs(rows).max(axis=0) / 127
    arrays: dict[str, Any] = {
        "words": np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8),
        "information": np.asarray(information, dtype=np.float16),
        "row_of": np.asarray([NO_ROW if row is None else row for row in row_of], dtype=np.int32),
        "rows": np.round(rows / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
    }
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _row(found: str, row_of: Mapping[str, int]) -> int | None:
    """Of a word of the news vectors: by its lemma, else by what it names."""
    from submission.recall.text import tokens, word

    if tokens(found) != [found]:  # a sign, or one of the vocabulary's own marks
        return None
    known = word(found)
    return next((row_of[name] for name in (known.lemma, *(f"<{flag}>" for flag in sorted(known.flags))) if name in row_of), None)


def _nats(found: str, ranks: Mapping[str, int], otherwise: float) -> float:
    """What an English word tells by Zipf's law; news in Russian hold too few of them to count."""
    from submission.recall.text import is_russian, tokens, word

    rank = None if is_russian(found) or tokens(found) != [found] else ranks.get(word(found).lemma)
    return np.log(rank) + ZIPF_NATS if rank else otherwise


if __name__ == "__main__":
    sys.exit(main())
