"""Systems under test, found by name; nothing of them is imported before it is asked for."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Any

from .errors import UserError


@dataclass(frozen=True)
class SystemSpec:
    """Where a system's class is and what it gets to see.

    An `oracle` gets every question's dialogue cut to the evidence sessions.  A `peer` is another project's library in
    an environment of its own (make peers-NAME).
    """

    name: str
    path: str  # module:Class
    about: str
    oracle: bool = False
    peer: bool = False


_SUBMISSION = "submission:SubmitModelWithMemory"

SYSTEMS = {
    spec.name: spec
    for spec in (
        SystemSpec("submission", _SUBMISSION, "this project"),
        SystemSpec("oracle", _SUBMISSION, "the submission's reader on the evidence sessions alone: its ceiling", oracle=True),
        SystemSpec("bm25", "baselines.bm25:Bm25Memory", "BM25 over lemmas of all turns"),
        SystemSpec("tfidf", "baselines.tfidf:TfidfMemory", "TF-IDF over word forms (scikit-learn)"),
        SystemSpec("dense", "baselines.dense:DenseMemory", "cosine of the shared encoder on all turns"),
        SystemSpec("rrf", "baselines.rrf:RrfMemory", "reciprocal rank fusion of bm25 and dense"),
        SystemSpec("user_turns", "baselines.user_turns:UserTurnsMemory", "all user turns, newest first"),
        SystemSpec("last_turns", "baselines.last_turns:LastTurnsMemory", "as much of the dialogue's end as fits"),
        SystemSpec("memgpt_style", "baselines.memgpt_style:MemgptStyleMemory", "paging between a small core and an archive, after MemGPT"),
        SystemSpec("cortex_style", "baselines.cortex_style:CortexStyleMemory", "typed memories with decay and reinforcement, after Cortex"),
        SystemSpec("hipporag_style", "baselines.hipporag_style:HippoRagStyleMemory", "personalised PageRank over words and turns, after HippoRAG"),
        SystemSpec("mat_style", "baselines.mat_style:MatStyleMemory", "surprise gate, forgetting, consolidation"),
        SystemSpec("mem0_raw", "baselines.mem0_memory:Mem0RawMemory", "mem0ai without a model (infer=False)", peer=True),
        SystemSpec("mem0", "baselines.mem0_memory:Mem0Memory", "mem0ai, memories extracted by a model", peer=True),
        SystemSpec("langmem_raw", "baselines.langmem_memory:LangmemRawMemory", "langmem's store without its manager", peer=True),
        SystemSpec("langmem", "baselines.langmem_memory:LangmemMemory", "langmem, memories managed by a model", peer=True),
        SystemSpec("graphiti_raw", "baselines.graphiti_memory:GraphitiRawMemory", "graphiti on kuzu, full-text search of episodes", peer=True),
        SystemSpec("graphiti", "baselines.graphiti_memory:GraphitiMemory", "graphiti on kuzu, facts extracted by a model", peer=True),
        SystemSpec("abstain", "baselines.abstain:AbstainMemory", "always declines: the floor"),
    )
}


def find_systems(names: str) -> list[SystemSpec]:
    """Specs for a comma-separated list.  Raises UserError that lists the known names."""
    specs = []
    for name in dict.fromkeys(n.strip() for n in names.split(",") if n.strip()):
        if name not in SYSTEMS:
            raise UserError(f"unknown system {name!r}; known: {', '.join(SYSTEMS)}")
        specs.append(SYSTEMS[name])
    if not specs:
        raise UserError(f"no system named; known: {', '.join(SYSTEMS)}")
    return specs


def build_system(spec: SystemSpec, model_path: str | None = None, encoder: Any = None) -> Any:
    """An instance of the system's class, built as the contest's runner builds it.  Raises UserError when it refuses.

    An `encoder` goes to the classes whose constructor takes one, so that systems can share it.
    """
    module, _, name = spec.path.partition(":")
    try:
        made = getattr(importlib.import_module(module), name)
        shared = {"encoder": encoder} if encoder is not None and "encoder" in inspect.signature(made).parameters else {}
        return made(model_path, **shared)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{spec.name} cannot be built: {error}") from error
