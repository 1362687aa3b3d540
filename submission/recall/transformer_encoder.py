"""Any sentence-transformers or transformers folder as an Encoder; the only module that runs such a model for vectors."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

logger = logging.getLogger(__name__)

POOLINGS = ("mean", "cls", "lasttoken")
DEFAULT_MAX_TOKENS = 512
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
_LFS_POINTER = b"version https://git-lfs"


class FolderPlan(NamedTuple):
    """What a model folder says about its own use."""

    pooling: str
    max_tokens: int | None
    question_prefix: str
    passage_prefix: str


class TransformerEncoder:
    """Encodes with the model in `folder`, on the GPU where there is one.

    Pooling, length and prefixes are read from the folder (modules.json, 1_Pooling, sentence_bert_config.json and the
    prompts of config_sentence_transformers.json); the arguments override them, as for e5, whose folder does not name
    its `query: ` and `passage: `.  Nothing is downloaded and no code of the folder is run.
    Raises ValueError, naming the file, for a folder that is missing, incomplete or of an unsupported kind.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        question_prefix: str | None = None,
        passage_prefix: str | None = None,
        pooling: str | None = None,
        max_tokens: int | None = None,
        batch_size: int = 32,
        device: str | None = None,
    ) -> None:
        self.folder = Path(folder)
        plan = read_plan(self.folder)
        self.pooling = pooling or plan.pooling
        if self.pooling not in POOLINGS:
            raise ValueError(f"{self.folder}: pooling must be one of {', '.join(POOLINGS)}, not {self.pooling!r}")
        self._question_prefix = plan.question_prefix if question_prefix is None else question_prefix
        self._passage_prefix = plan.passage_prefix if passage_prefix is None else passage_prefix
        self._batch_size = batch_size
        self._tokenizer, self._model = _load(self.folder)
        self.max_tokens = max_tokens or plan.max_tokens or _longest(self._tokenizer, self._model)
        self.dim = int(self._model.config.hidden_size)
        self._move(device)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised; an empty text gives a zero row."""
        return self._encode(self._passage_prefix, texts)

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """(n_texts, dim) float32, rows L2-normalised; an empty text gives a zero row."""
        return self._encode(self._question_prefix, texts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: len(texts[i]))  # little padding
        for start in range(0, len(order), self._batch_size):
            chosen = order[start : start + self._batch_size]
            rows[chosen] = self._batch([prefix + texts[i] for i in chosen])
        if not np.isfinite(rows).all():
            raise RuntimeError(f"{self.folder}: the model gave vectors that are not finite")
        return rows

    def _batch(self, texts: list[str]) -> np.ndarray:
        import torch

        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt")
        try:
            return self._pooled(tokens)
        except torch.cuda.OutOfMemoryError:
            logger.warning("the GPU has too little memory for %s; encoding goes on on the CPU", self.folder)
            self._move("cpu")
            return self._pooled(tokens)

    def _pooled(self, tokens: Any) -> np.ndarray:
        import torch

        with torch.inference_mode():
            tokens = tokens.to(self._device)
            hidden = self._model(**tokens).last_hidden_state.float()  # (batch, tokens, dim)
            mask = tokens["attention_mask"].unsqueeze(-1).float()
            if self.pooling == "cls":
                pooled = hidden[:, 0]
            elif self.pooling == "lasttoken":
                places = torch.arange(mask.shape[1], device=mask.device)
                last = (mask[:, :, 0] * places).argmax(dim=1)  # padding may stand on either side
                pooled = hidden[torch.arange(len(hidden), device=hidden.device), last]
            else:
                pooled = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
            return torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()

    def _move(self, device: str | None) -> None:
        import torch

        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._model.to(self._device)
        except torch.cuda.OutOfMemoryError:
            logger.warning("the GPU has too little memory for %s; encoding runs on the CPU", self.folder)
            self._device = "cpu"
            self._model.to(self._device)


def read_plan(folder: Path) -> FolderPlan:
    """How the model in `folder` is to be used.  Raises ValueError naming the file that is missing or wrong."""
    if not folder.is_dir():
        raise ValueError(f"encoder folder {folder} does not exist")
    config = _json(folder / "config.json", required=True)
    if "model_type" not in config:
        raise ValueError(f"{folder / 'config.json'}: no model_type, so this is no transformers model")
    _check_present(folder, _WEIGHTS)
    _check_present(folder, _TOKENIZERS)
    modules = _json(folder / "modules.json") or []
    names = [(module["type"].rsplit(".", 1)[-1], module["path"]) for module in modules]
    unknown = [name for name, _ in names if name not in ("Transformer", "Pooling", "Normalize")]
    if unknown:
        raise ValueError(f"{folder / 'modules.json'}: module {unknown[0]} is not supported")
    place = next((path for name, path in names if name == "Pooling"), "1_Pooling")
    prompts = (_json(folder / "config_sentence_transformers.json") or {}).get("prompts") or {}
    return FolderPlan(
        pooling=_pooling(_json(folder / place / "config.json", required="Pooling" in dict(names)) or {}),
        max_tokens=(_json(folder / "sentence_bert_config.json") or {}).get("max_seq_length"),
        question_prefix=_first(prompts, "query", "search_query"),
        passage_prefix=_first(prompts, "passage", "document", "search_document"),
    )


def _pooling(config: dict) -> str:
    if isinstance(config.get("pooling_mode"), str):
        return config["pooling_mode"]
    known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls", "pooling_mode_lasttoken": "lasttoken"}
    chosen = [known.get(name, name) for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    return "+".join(chosen) or "mean"


def _first(prompts: dict, *names: str) -> str:
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _json(path: Path, required: bool = False) -> Any:
    if not path.exists() and not required:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing: the encoder folder is incomplete") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is no JSON ({error}): the encoder folder is incomplete") from error


def _check_present(folder: Path, names: tuple[str, ...]) -> None:
    found = next((folder / name for name in names if (folder / name).exists()), None)
    if found is None:
        raise ValueError(f"{folder} holds none of {', '.join(names)}: the encoder folder is incomplete")
    with found.open("rb") as file:
        if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
            raise ValueError(f"{found} is a Git LFS pointer, not the file itself: fetch it with git lfs pull")
    if found.name.endswith(".index.json"):
        for shard in sorted(set(_json(found)["weight_map"].values())):
            if not (folder / shard).exists():
                raise ValueError(f"{folder / shard} is missing: {found.name} names it")
    if found.suffix == ".safetensors":
        _check_whole(found)


def _check_whole(path: Path) -> None:
    """A safetensors file begins with the length of its header (8 bytes, little endian), which says where data ends."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header_bytes = int.from_bytes(file.read(8), "little")
        if size < 8 or header_bytes > size - 8:
            raise ValueError(f"{path} is cut off ({size} bytes): copy it again")
        header = json.loads(file.read(header_bytes))
    end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    if 8 + header_bytes + end > size:
        raise ValueError(f"{path} is cut off ({size} of {8 + header_bytes + end} bytes): copy it again")


def _load(folder: Path) -> tuple[Any, Any]:
    try:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise RuntimeError("an encoder folder needs the packages torch and transformers; pip install 'gigamemory[bench]'") from error
    try:
        transformers_logging.disable_progress_bar()
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model = AutoModel.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # transformers raises whatever the broken file makes it raise
        raise ValueError(f"{folder}: the model cannot be loaded: {type(error).__name__}: {error}") from error
    return tokenizer, model.eval()


def _longest(tokenizer: Any, model: Any) -> int:
    return min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", DEFAULT_MAX_TOKENS), DEFAULT_MAX_TOKENS)
