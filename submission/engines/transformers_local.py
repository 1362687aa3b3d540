"""Transformers in this process: small models, and machines without vLLM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import Chat, EngineError, truncated
from .replies import checked
from .vllm_offline import check_model_folder

__all__ = ["TransformersEngine"]


class TransformersEngine:
    """Greedy generation, one chat after another; a choice is the likeliest one, JSON is asked for and checked."""

    def __init__(self, model_path: str, *, context_tokens: int, seed: int) -> None:
        config = check_model_folder(Path(model_path), weights=True)
        self.context_tokens = min(context_tokens, int(config.get("max_position_embeddings", context_tokens)))
        try:
            import torch
            from safetensors import SafetensorError
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise EngineError(f"transformers and torch cannot be imported ({error}); install them or choose another engine") from error
        torch.manual_seed(seed)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model_path, trust_remote_code=True, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(model_path, trust_remote_code=True, local_files_only=True)
            self._model = model.to(self._device, torch.bfloat16).eval()  # the keyword for it changed its name
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise EngineError(f"transformers cannot load {model_path}: {type(error).__name__}: {error}") from error

    def generate(
        self, chats: Sequence[Chat], max_tokens: int, choice: Sequence[str] | None = None, json_schema: Mapping[str, Any] | None = None
    ) -> list[str]:
        """See ChatEngine."""
        limit = self.context_tokens - max_tokens
        try:
            if choice is not None:
                return [self._likeliest(truncated(self._ids(chat), limit), choice) for chat in chats]
            return [checked(self._greedy(truncated(self._ids(chat), limit), max_tokens), None, json_schema) for chat in chats]
        except RuntimeError as error:  # of torch, out of memory among them
            raise EngineError(f"transformers: {error}") from error

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def close(self) -> None:
        self._model = None

    def _ids(self, chat: Chat) -> list[int]:
        return self._tokenizer.apply_chat_template(list(chat), add_generation_prompt=True, tokenize=True, return_dict=False)

    def _greedy(self, ids: list[int], max_tokens: int) -> str:
        import torch

        batch = torch.tensor([ids], device=self._device)
        with torch.inference_mode():
            output = self._model.generate(
                batch,
                attention_mask=torch.ones_like(batch),
                max_new_tokens=max_tokens,
                do_sample=False,
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0,
            )
        return self._tokenizer.decode(output[0][len(ids) :], skip_special_tokens=True)

    def _likeliest(self, ids: list[int], choice: Sequence[str]) -> str:
        """The choice with the highest mean log-probability a token after the prompt; ties go to the first."""
        import torch

        scores = []
        for word in choice:
            tail = self._tokenizer.encode(word, add_special_tokens=False)
            with torch.inference_mode():
                logits = self._model(torch.tensor([ids + tail], device=self._device)).logits[0, len(ids) - 1 : -1].float()
            chosen = torch.log_softmax(logits, -1)[range(len(tail)), tail]
            scores.append(float(chosen.mean()))
        return choice[max(range(len(choice)), key=scores.__getitem__)]
