"""Real vLLM: these tests are collected only where vLLM is installed (make test-vllm)."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

if find_spec("vllm") is None:
    collect_ignore_glob = ["test_*"]

os.environ.update(VLLM_CPU_KVCACHE_SPACE="1", HF_HUB_OFFLINE="1", VLLM_NO_USAGE_STATS="1", DO_NOT_TRACK="1", VLLM_LOGGING_LEVEL="ERROR")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A tiny random model in a folder whose name is not ASCII."""
    from tiny_model import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("модель") / "крошка")
