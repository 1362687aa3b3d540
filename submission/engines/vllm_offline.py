"""vLLM in this process: the contest's way.  The only module that knows vLLM.

One code base for 0.9.2 (the contest's image) and for current versions; what differs is asked for in `_constraint` and `_no_padding`.
Signatures were compared with the 0.9.2 wheel; tests/test_engines_vllm.py keeps them.
"""

from __future__ import annotations

import gc
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import Chat, EngineError, truncated
from .replies import checked

__all__ = ["VllmEngine", "check_model_folder", "memory_problem"]

GIB = 1 << 30
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "tiktoken.model")
_TEMPLATES = ("chat_template.jinja", "chat_template.json")


class VllmEngine:
    """vLLM's LLM class on one model folder.  Raises EngineError with the fix in its message."""

    def __init__(
        self,
        model_path: str,
        *,
        context_tokens: int,
        gpu_memory_share: float,
        seed: int,
        tensor_parallel: int = 1,
        pipeline_parallel: int = 1,
        load_format: str = "auto",
        enforce_eager: bool = False,
    ) -> None:
        config = check_model_folder(Path(model_path), weights=load_format != "dummy")
        self.context_tokens = min(context_tokens, int(config.get("max_position_embeddings", context_tokens)))
        weights = sum(file.stat().st_size for pattern in ("*.safetensors", "*.bin") for file in Path(model_path).glob(pattern)) / GIB
        if problem := memory_problem(_gpu_gib(), gpu_memory_share, weights / (tensor_parallel * pipeline_parallel)):
            raise EngineError(problem)
        try:
            from vllm import LLM
        except ImportError as error:
            raise EngineError(f"vllm cannot be imported ({error}); install it or set GIGAMEMORY_ENGINE=extractive") from error
        self._seed = seed
        self._errors = _foreign_errors()
        try:
            self._llm = LLM(
                model=model_path,
                trust_remote_code=True,  # GigaChat's tokenizer is code in the model folder
                max_model_len=self.context_tokens,
                gpu_memory_utilization=gpu_memory_share,
                enable_prefix_caching=True,
                seed=seed,
                tensor_parallel_size=tensor_parallel,
                pipeline_parallel_size=pipeline_parallel,
                load_format=load_format,
                enforce_eager=enforce_eager,
                dtype="bfloat16",
                **_no_padding(),
            )
        except self._errors as error:
            raise EngineError(_load_problem(error, model_path, gpu_memory_share, self.context_tokens)) from error
        self._tokenizer = self._llm.get_tokenizer()
        if not getattr(self._tokenizer, "chat_template", None):
            self.close()
            raise EngineError(f"{model_path}: the tokenizer has no chat template; an instruct model is needed")

    def generate(
        self, chats: Sequence[Chat], max_tokens: int, choice: Sequence[str] | None = None, json_schema: Mapping[str, Any] | None = None
    ) -> list[str]:
        """See ChatEngine.  Token ids go in: the rendered template must not be tokenised a second time."""
        from vllm import SamplingParams
        from vllm.inputs import TokensPrompt

        if not chats:
            return []
        limit = self.context_tokens - max_tokens
        try:
            prompts = [TokensPrompt(prompt_token_ids=truncated(self._ids(chat), limit)) for chat in chats]
            sampling = SamplingParams(temperature=0.0, max_tokens=max_tokens, seed=self._seed, **_constraint(choice, json_schema))
            outputs = self._llm.generate(prompts, sampling_params=sampling, use_tqdm=False)
        except self._errors as error:
            raise EngineError(f"vllm: {_described(error)}") from error
        return [checked(output.outputs[0].text, choice, json_schema) for output in outputs]

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def close(self) -> None:
        """vLLM has no shutdown of its own: stop the engine process, then drop what holds GPU memory."""
        llm, self._llm = self._llm, None
        core = getattr(getattr(llm, "llm_engine", None), "engine_core", None)
        if hasattr(core, "shutdown"):
            core.shutdown()
        del llm, core
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _ids(self, chat: Chat) -> list[int]:
        # return_dict=False: transformers 5 returns a mapping otherwise
        return self._tokenizer.apply_chat_template(list(chat), add_generation_prompt=True, tokenize=True, return_dict=False)


def _constraint(choice: Sequence[str] | None, json_schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keyword of SamplingParams for a constraint: `structured_outputs`, before 0.11 `guided_decoding`."""
    if choice is None and json_schema is None:
        return {}
    wanted = {"choice": list(choice)} if choice is not None else {"json": dict(json_schema)}
    try:
        from vllm.sampling_params import StructuredOutputsParams
    except ImportError:
        from vllm.sampling_params import GuidedDecodingParams

        return {"guided_decoding": GuidedDecodingParams(**wanted)}
    return {"structured_outputs": StructuredOutputsParams(**wanted)}


def _no_padding() -> dict[str, Any]:
    """Engine options that forbid white space between JSON tokens: a weak model pads with it up to max_tokens."""
    from vllm.engine.arg_utils import EngineArgs

    if "structured_outputs_config" in EngineArgs.__dataclass_fields__:
        return {"structured_outputs_config": {"backend": "xgrammar", "disable_any_whitespace": True}}
    return {"guided_decoding_backend": "xgrammar", "guided_decoding_disable_any_whitespace": True}


def _foreign_errors() -> tuple[type[BaseException], ...]:
    """What vLLM and torch raise; an out-of-memory error of CUDA is a RuntimeError."""
    from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

    return (RuntimeError, ValueError, OSError, MemoryError, AssertionError, TypeError, EngineDeadError, EngineGenerateError)


def check_model_folder(folder: Path, *, weights: bool) -> dict[str, Any]:
    """The folder's config.json.  Raises EngineError for a folder from which no chat model can be loaded."""
    if not folder.is_dir():
        raise EngineError(f"no model folder at {folder}")
    names = {file.name for file in folder.iterdir()}
    if not names:
        raise EngineError(f"the model folder {folder} is empty")
    if "config.json" not in names:
        raise EngineError(f"{folder} has no config.json: not a model folder in the format of transformers")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise EngineError(f"{folder}/config.json is no JSON: {error}") from error
    if not names & set(_TOKENIZERS) and not any(name.startswith("tokenization_") for name in names):
        raise EngineError(f"{folder} has no tokenizer (looked for {', '.join(_TOKENIZERS)})")
    if not names & set(_TEMPLATES) and not _template_in_config(folder):
        raise EngineError(f"{folder} has no chat template (looked for {', '.join(_TEMPLATES)} and in tokenizer_config.json)")
    if weights and not any(name.endswith((".safetensors", ".bin", ".pt", ".gguf")) for name in names):
        raise EngineError(f"{folder} has no weights; finish the download, or set load_format to dummy for capacity measurements")
    return config


def _template_in_config(folder: Path) -> bool:
    path = folder / "tokenizer_config.json"
    try:
        return path.is_file() and bool(json.loads(path.read_text(encoding="utf-8")).get("chat_template"))
    except json.JSONDecodeError as error:
        raise EngineError(f"{path} is no JSON: {error}") from error


def memory_problem(gpu_gib: tuple[float, float] | None, share: float, weights_gib: float) -> str | None:
    """What is wrong with the memory plan, or None.  `gpu_gib` is (total, free) of one GPU, None without one."""
    if gpu_gib is None:
        return None
    total, free = gpu_gib
    wanted = total * share
    numbers = f"GPU memory: {total:.1f} GiB in all, {free:.1f} free, gpu_memory_share {share} asks for {wanted:.1f}, weights {weights_gib:.1f}"
    if wanted > free:
        return f"{numbers}; free the GPU or set GIGAMEMORY_GPU_MEMORY_SHARE to {max(0.0, free / total - 0.02):.2f} or less"
    if weights_gib > wanted:
        return f"{numbers}; the weights do not fit: raise GIGAMEMORY_GPU_MEMORY_SHARE or GIGAMEMORY_TENSOR_PARALLEL"
    return None


def _gpu_gib() -> tuple[float, float] | None:
    """(total, free) GiB of the first GPU by nvidia-smi: asking torch would start CUDA before vLLM forks."""
    command = ["nvidia-smi", "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
        total, free = done.stdout.splitlines()[0].split(",")
        return float(total) / 1024, float(free) / 1024
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _load_problem(error: BaseException, model_path: str, share: float, context_tokens: int) -> str:
    text = _described(error)
    hint = ""
    if any(sign in text for sign in ("memory", "KV cache", "cache blocks", "Engine core initialization failed")):
        # the engine's process keeps the numbers to itself: they stand in its output, not in this error
        hint = (
            f"; the cause is in the output above, most often too little memory: gpu_memory_share is {share} "
            f"and context_tokens {context_tokens}: change GIGAMEMORY_GPU_MEMORY_SHARE "
            "or lower GIGAMEMORY_CONTEXT_TOKENS"
        )
    return f"vllm cannot load {model_path}: {text}{hint}"


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:400] if str(error).strip() else 'no message'}"
