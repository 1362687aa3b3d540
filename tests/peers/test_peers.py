"""baselines: mem0ai, langmem and graphiti themselves, on a small Russian dialogue, without and with a model."""

from __future__ import annotations

import json
import os

import pytest
from fakes import record, write_data
from peers.replies import ANSWER, FACT, drawn, extracting
from scripted import serving

from baselines.bridge import PeerError
from eval.cli import main
from eval.systems import SYSTEMS, build_system
from submission.contract import Message

pytestmark = pytest.mark.skipif(not os.environ.get("GIGAMEMORY_TEST_PEERS"), reason="slow; make test-peers installs the peers and runs them")

RAW = ["mem0_raw", "langmem_raw", "graphiti_raw"]
WITH_MODEL = ["mem0", "langmem", "graphiti"]
TURNS = [("user", "Мою собаку зовут Тошка."), ("assistant", "Хорошая собака."), ("user", "Как варить борщ?"), ("assistant", "Со свёклой.")]


@pytest.fixture
def endpoint(monkeypatch):
    """A scripted OpenAI-compatible server that the settings name."""
    with serving(extracting(), models={"data": [{"id": "scripted", "max_model_len": 32_768}]}) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        yield server


def filled(name):
    memory = build_system(SYSTEMS[name])
    for i in range(0, len(TURNS), 2):
        memory.write_to_memory([Message(role, text, f"s{i}") for role, text in TURNS[i : i + 2]], 1)
    return memory


@pytest.mark.parametrize("name", RAW)
def test_a_peer_without_a_model_finds_the_turn_and_answers(name, monkeypatch):
    """Recall names the turn, the reader reads it, another dialogue sees nothing, and clearing leaves nothing."""
    monkeypatch.setenv("GIGAMEMORY_ABSTAIN_BELOW", "0")
    memory = filled(name)
    first = memory.recall(1, "Как зовут собаку?", 4)[0]
    assert (0, "s0", "user", TURNS[0][1]) == first[:4]
    assert "Тошка" in memory.answer_to_question(1, "Как зовут мою собаку?")
    others = ["Люблю чай.", "Пора спать.", "Идёт дождь."]
    memory.write_to_memory([Message("user", text, "s9") for text in others], 2)
    found = [h.text for h in memory.recall(2, "Люблю чай или собаку?", 4)]
    assert ("Люблю чай.", set()) == (found[0], set(found) - set(others))
    memory.clear_memory(1)
    assert [] == memory.recall(1, "Как зовут собаку?", 4)
    memory.close()


@pytest.mark.parametrize("name", RAW)
def test_a_peer_reaches_no_other_machine(name):
    """Asserted inside the child that runs the peer."""
    memory = build_system(SYSTEMS[name])
    for host in ("192.0.2.1", "api.openai.com"):
        with pytest.raises(PeerError, match="blocked"):
            memory.probe(host, 443)
    memory.close()


@pytest.mark.parametrize("name", WITH_MODEL)
def test_a_peer_with_a_model_keeps_what_the_model_extracts(name, endpoint):
    """The memory is the model's, it points to the turns it was drawn from, it is recalled, and the reader sees it alone."""
    memory = filled(name)
    found = memory.recall(1, "Как зовут собаку?", 4)
    assert FACT in [h.text for h in found]
    assert {h.index for h in found} <= {0, 2}
    assert endpoint.requests and all(drawn(request) for request in endpoint.requests)
    assert ANSWER == memory.answer_to_question(1, "Как зовут собаку?")
    read = endpoint.requests[-1]["messages"][-1]["content"]
    assert FACT in read and TURNS[0][1] not in read and TURNS[2][1] not in read
    assert {"scripted"} == {request["model"] for request in endpoint.requests}
    memory.close()


@pytest.mark.parametrize("name", WITH_MODEL)
def test_one_command_runs_a_peer_with_a_model(name, endpoint, tmp_path):
    """`eval run --engine openai --url ...`: every question is answered by the model, and the ledger has what writing cost."""
    data = write_data(tmp_path / "d.jsonl", record(1), record(2))
    assert 0 == main(["run", "--system", name, "--data", str(data), "--out", str(tmp_path / "out"), "--engine", "openai", "--url", endpoint.url])
    summary = json.loads((tmp_path / "out" / name / "summary.json").read_bytes())
    assert (2, 0) == (summary["n"], summary["errors"])
    stages = summary["ledger"]["stages"]
    writes = [request for request in endpoint.requests if drawn(request)]
    assert (len(writes), 100 * len(writes), 7 * len(writes)) == tuple(
        stages["write"][n] for n in ("model_calls", "prompt_tokens", "completion_tokens")
    )
    assert len(endpoint.requests) - len(writes) == stages["answer"]["model_calls"] > 0
    assert 0 == stages["extract"]["model_calls"]
