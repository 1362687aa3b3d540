"""Settings: every tunable of the submission, with its unit and shipped default.

Values come, later ones winning, from the defaults here, a TOML file (its path in `GIGAMEMORY_SETTINGS`) and
environment variables `GIGAMEMORY_<NAME>` with the field's name in capitals.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

PREFIX = "GIGAMEMORY_"
ENGINES = ("auto", "extractive", "vllm", "openai", "transformers")


@dataclass(frozen=True)
class Settings:
    """All tunables.  Raises ValueError, naming the field, when a value is out of range."""

    strict: bool = False  # re-raise what the boundary would otherwise log and answer around
    recall_k: int = 12  # turns that the reader sees
    encoder: str = ""  # a sentence-transformers or transformers folder; "": the built-in word vectors
    question_prefix: str = ""  # put before questions, where the encoder's folder does not say ("query: " for e5)
    passage_prefix: str = ""  # the same before turns
    reranker: str = ""  # a cross-encoder folder that orders the best rerank_k turns anew; "": none
    rerank_k: int = 40
    dense_device: str = "auto"  # of FAISS: auto (the GPU where it sees one), cpu or gpu
    dense_temp_memory_mib: int = 256  # GPU scratch memory of FAISS, which vLLM cannot have
    dense_float16: bool = False  # GPU vectors at half precision
    reader_k: int = 40  # turns that the extractive reader chooses from
    cross_turns: int = 12  # the best of them, which the built-in cross-encoder reads before the extractive reader answers; 0: none
    abstain_below: float = 0.55  # probability (0..1) that there is an answer, under which the extractive reader declines

    engine: str = "auto"  # auto, extractive, vllm, openai or transformers; auto: vLLM where there is a model folder and vLLM
    engine_url: str = "http://127.0.0.1:8000/v1"  # of an OpenAI-compatible server
    engine_model: str = ""  # name on the server ("": the only one there), or a model folder that goes before the constructor's
    engine_retries: int = 3  # further tries after 429, 5xx and broken connections
    engine_concurrency: int = 16  # requests under way at once
    prompt_budget_tokens: int = 9000  # of the answer's whole prompt
    long_context_tokens: int = 16_000  # the same where not all user turns fit into the usual budget and time allows
    max_answer_tokens: int = 64
    context_tokens: int = 0  # context that vLLM is loaded with; 0: what the budgets above need
    gpu_memory_share: float = 0.85  # of the GPU for vLLM; the rest is for FAISS and an encoder
    tensor_parallel: int = 1  # GPUs
    pipeline_parallel: int = 1  # GPUs
    load_format: str = "auto"  # dummy: random weights, for capacity measurements
    enforce_eager: bool = False  # no CUDA graphs: loads faster, runs slower
    seed: int = 0
    support_check: bool = False  # a second call that asks whether the evidence says what the answer says
    model_extraction: bool = False  # facts drawn by the model, a call a session
    call_deadline_seconds: float = 60.0  # of one call of the engine
    total_seconds: float = 25_200.0  # the contest's 7 hours for all answers; 0: no limit
    margin_seconds: float = 1800.0  # of these, left for answers without the model
    expected_dialogues: int = 1600  # over which the time is shared out

    forget_on_request: bool = True  # «забудь, что я говорил про ...» erases the turns that it names
    store_path: str = ""  # a SQLite file that dialogues live in; "": process memory alone
    rule_facts: bool = True  # facts drawn by rules: they raise the turns that state them
    rule_facts_in_prompt: bool = False  # the same as lines for the model; not measured with one
    plan_ttl_turns: int = 60  # after which a plan that is not spoken of has run out
    topic_boost: float = 0.0  # weight of topic agreement between question and turn in recall
    surprise_weight: float = 0.0  # 0..1: how far turns that repeat earlier ones are weighed down in recall
    decay_half_life_turns: float = 0.0  # of the weight of older turns in recall; 0: no decay
    session_summaries: bool = False  # old sessions shown to the model as extractive summaries

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ValueError(f"engine must be one of {', '.join(ENGINES)}, not {self.engine!r}")
        for name in (
            "engine_concurrency", "max_answer_tokens", "tensor_parallel", "pipeline_parallel", "expected_dialogues", "prompt_budget_tokens",
            "recall_k", "reader_k", "rerank_k",
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in (
            "engine_retries", "long_context_tokens", "context_tokens", "total_seconds", "margin_seconds",
            "cross_turns", "plan_ttl_turns", "topic_boost", "decay_half_life_turns",
        ):  # fmt: skip
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        if not 0.0 <= self.surprise_weight <= 1.0:
            raise ValueError(f"surprise_weight must lie between 0 and 1, not {self.surprise_weight}")
        if not 0.0 < self.gpu_memory_share <= 1.0:
            raise ValueError(f"gpu_memory_share must lie above 0 and at most at 1, not {self.gpu_memory_share}")
        if self.call_deadline_seconds <= 0:
            raise ValueError(f"call_deadline_seconds must be above 0, not {self.call_deadline_seconds}")
        if self.total_seconds and self.margin_seconds >= self.total_seconds:
            raise ValueError(f"margin_seconds ({self.margin_seconds}) must be below total_seconds ({self.total_seconds})")
        if self.dense_device not in ("auto", "cpu", "gpu"):
            raise ValueError(f"dense_device must be auto, cpu or gpu, not {self.dense_device!r}")
        if not 0.0 <= self.abstain_below <= 1.0:
            raise ValueError(f"abstain_below must lie between 0 and 1, not {self.abstain_below}")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Defaults, then the TOML file, then the environment; unknown TOML names are an error."""
        environment = os.environ if environment is None else environment
        known = {field.name: field for field in fields(cls)}
        values: dict[str, Any] = {}
        path = environment.get(PREFIX + "SETTINGS")
        if path:
            for name, value in _read_toml(Path(path)).items():
                if name not in known:
                    raise ValueError(f"{path}: unknown setting {name!r}; known: {', '.join(known)}")
                values[name] = _converted(name, value, known[name].type, path)
        for name, field in known.items():
            text = environment.get(PREFIX + name.upper())
            if text is not None:
                values[name] = _converted(name, text, field.type, PREFIX + name.upper())
        return replace(cls(), **values)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"settings file {path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"settings file {path}: {error}") from error


def _converted(name: str, value: Any, type_name: Any, source: str) -> Any:
    """`value` as the field's type; the annotations are strings because of the __future__ import."""
    try:
        if type_name == "bool":
            if isinstance(value, bool):
                return value
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[str(value).lower()]
        return {"int": int, "float": float, "str": str}[type_name](value)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{source}: {name} must be of type {type_name}, not {value!r}") from error
