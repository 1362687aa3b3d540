"""The real peers: slow tests, each collected only where its environment is there (make test-peers)."""

from __future__ import annotations

import os

import pytest

collect_ignore_glob = [] if os.environ.get("GIGAMEMORY_TEST_PEERS") else ["test_*"]


@pytest.fixture
def endpoint(monkeypatch):
    """A scripted OpenAI-compatible server that the settings name; `endpoint.requests` holds what it was asked."""
    from scripted_endpoint import ScriptedEndpoint

    server = ScriptedEndpoint()
    monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
    monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
    monkeypatch.setenv("GIGAMEMORY_ENGINE_MODEL", "scripted")
    yield server
    server.close()
