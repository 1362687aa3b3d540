"""A peer that draws memories with a model, through vLLM's own server: one command, as a user types it."""

from __future__ import annotations

import json

import pytest
from tiny_model import make_tiny_model

from baselines.bridge import ROOT
from eval.serve import Server, free_port, serve_command

CONTEXT_TOKENS = 65_536  # the byte-level tokenizer makes 33,000 of mem0's prompt


@pytest.mark.skipif(not (ROOT / ".venv" / "mem0").exists(), reason="mem0 is not installed (make peers-mem0)")
def test_mem0_draws_memories_through_vllm(child, sample, tmp_path):
    """No question fails, though a random model says nothing that mem0 could keep; the tokens of writing are in the ledger."""
    model, port = make_tiny_model(tmp_path / "tiny", CONTEXT_TOKENS), free_port()
    with Server(serve_command(str(model), "tiny", port, CONTEXT_TOKENS), port, tmp_path / "log") as server:
        arguments = ["--system", "mem0", "--engine", "openai", "--url", server.url, "--data", sample, "--limit", "1", "--out", tmp_path / "out"]
        run = child("-m", "eval", "run", *arguments)
        _, said = run.communicate(timeout=400)
        assert 0 == run.returncode, said
    summary = json.loads((tmp_path / "out" / "mem0" / "summary.json").read_bytes())
    assert (1, 0) == (summary["n"], summary["errors"])
    write, answer = (summary["ledger"]["stages"][stage] for stage in ("write", "answer"))
    assert write["calls"] == write["model_calls"] and write["prompt_tokens"] > 10_000 * write["model_calls"]
    assert 1 == answer["model_calls"]
