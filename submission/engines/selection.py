"""Which engine the settings ask for."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

from ..settings import Settings
from .base import ChatEngine, EngineError

__all__ = ["CONTEXT_MARGIN_TOKENS", "build_engine"]

CONTEXT_MARGIN_TOKENS = 512  # beyond the largest prompt and its reply: rounding, and the template's marks

logger = logging.getLogger(__name__)


def build_engine(settings: Settings, model_path: str | None) -> ChatEngine | None:
    """The engine of `settings.engine`, None for the extractive reader alone.  Raises EngineError with the fix.

    `auto` takes vLLM where `model_path` is a model folder and vLLM is installed; else no engine, with one line in the log.
    """
    name = settings.engine
    if name == "auto":
        name = "vllm" if model_path and (Path(model_path) / "config.json").is_file() and find_spec("vllm") else "extractive"
        logger.info("engine auto: %s (model folder %s)", name, model_path)
    if name == "extractive":
        return None
    context = settings.context_tokens or (
        max(settings.prompt_budget_tokens, settings.long_context_tokens) + settings.max_answer_tokens + CONTEXT_MARGIN_TOKENS
    )
    if name == "openai":
        return _server(settings, context)
    folder = settings.engine_model or model_path
    if not folder:
        raise EngineError(f"engine {name} needs a model folder: GIGAMEMORY_ENGINE_MODEL, or the constructor's model_path")
    if name == "vllm":
        from .vllm_offline import VllmEngine

        return VllmEngine(
            folder,
            context_tokens=context,
            gpu_memory_share=settings.gpu_memory_share,
            seed=settings.seed,
            tensor_parallel=settings.tensor_parallel,
            pipeline_parallel=settings.pipeline_parallel,
            load_format=settings.load_format,
            enforce_eager=settings.enforce_eager,
        )
    from .transformers_local import TransformersEngine

    return TransformersEngine(folder, context_tokens=context, seed=settings.seed)


def _server(settings: Settings, context: int) -> ChatEngine:
    from .openai_http import OpenAiEngine

    engine = OpenAiEngine(
        settings.engine_url,
        settings.engine_model,
        context_tokens=context,
        seed=settings.seed,
        timeout_seconds=settings.call_deadline_seconds,
        retries=settings.engine_retries,
        concurrency=settings.engine_concurrency,
    )
    needed = settings.prompt_budget_tokens + settings.max_answer_tokens
    if engine.context_tokens < needed:
        raise EngineError(
            f"{settings.engine_url} serves {engine.model!r} with a context of {engine.context_tokens} tokens, but prompt_budget_tokens and "
            f"max_answer_tokens ask for {needed}; set GIGAMEMORY_PROMPT_BUDGET_TOKENS to "
            f"{max(0, engine.context_tokens - settings.max_answer_tokens)} or serve a longer context"
        )
    return engine
