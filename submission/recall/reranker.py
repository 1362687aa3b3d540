"""A cross-encoder as an optional second stage: reads the question together with each of the best turns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

MAX_TOKENS = 512
BATCH_SIZE = 32


class Reranker:
    """Any sequence-classification folder with one output (bge-reranker-v2-m3 and its like).

    Raises ValueError, naming the folder, when it cannot be loaded.
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise ValueError("a reranker needs torch and transformers: pip install -e '.[gpu]'") from error
        if not (Path(folder) / "config.json").is_file():
            raise ValueError(f"reranker folder {folder}: no config.json in it")
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
            self._model = AutoModelForSequenceClassification.from_pretrained(str(folder), local_files_only=True).eval().to(self._device)
        except (OSError, ValueError) as error:
            raise ValueError(f"reranker folder {folder}: {error}") from error

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Relevance of each text, (n_texts,) float32; larger is better."""
        import torch

        found = []
        for start in range(0, len(texts), BATCH_SIZE):
            batch = list(texts[start : start + BATCH_SIZE])
            inputs = self._tokenizer([question] * len(batch), batch, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
            with torch.inference_mode():
                found.append(self._model(**inputs.to(self._device)).logits[:, -1].float().cpu().numpy())
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)
