"""baselines.bridge, child, loopback and peer_memory: a peer in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from fakes import record, session, write_data
from scripted import Say, serving

from baselines.bridge import PeerError, PeerProcess, peer_python
from baselines.peer_memory import PeerMemory
from eval.datasets import load_contest
from eval.journal import read_journal
from eval.runner import run_system
from eval.systems import SYSTEMS, SystemSpec, build_system
from submission import SubmitModelWithMemory
from submission.contract import Message


class StandInMemory(PeerMemory):
    """The stand-in behind the contest's interface."""

    name = "stand-in"
    module = "tests.peer_stand_in"

    def __init__(self, model_path=None, seconds=20.0):
        super().__init__(model_path, seconds=seconds)


class NotingMemory(StandInMemory):
    """The stand-in as a peer that writes its own memories."""

    with_model = True


class ImpatientMemory(StandInMemory):
    def __init__(self, model_path=None):
        super().__init__(model_path, seconds=0.5)


@pytest.fixture(autouse=True)
def own_python(monkeypatch):
    """The stand-in needs no environment of its own; the reader always answers, as it is not what is tested."""
    monkeypatch.setenv("GIGAMEMORY_ABSTAIN_BELOW", "0")
    monkeypatch.setattr("baselines.peer_memory.peer_python", lambda name: Path(sys.executable))


@pytest.fixture
def memory():
    made = StandInMemory()
    yield made
    made.close()


def said(memory, *texts, dialogue=1, date=None):
    for text in texts:
        message = Message("user", text, "s1")
        message.date = date
        memory.write_to_memory([message], dialogue)


def test_what_is_written_comes_back_with_its_turn(memory):
    """Best first, ties by later turn; what the peer prints does not get into the pipe."""
    said(memory, "кот", "пёс", "ещё кот")
    assert [(2, "s1", "user", "ещё кот"), (0, "s1", "user", "кот"), (1, "s1", "user", "пёс")] == [h[:4] for h in memory.recall(1, "кот", 3)]


def test_dialogues_are_apart_and_clearing_leaves_nothing(memory):
    """Ids 1 and "1" differ; an unknown dialogue holds nothing."""
    said(memory, "кот", dialogue=1)
    said(memory, "пёс", dialogue="1")
    assert ["пёс"] == [h.text for h in memory.recall("1", "кот", 5)]
    memory.clear_memory(1)
    memory.clear_memory("never seen")
    assert [] == memory.recall(1, "кот", 5)


def test_a_date_stands_before_the_text(memory):
    """Where the data has dates."""
    said(memory, "кот", date="2024-01-10")
    assert ["2024-01-10: кот"] == [h.text for h in memory.recall(1, "кот", 1)]


def test_the_answer_is_read_by_our_reader(memory):
    """Same reader as the other baselines: a sentence, or the refusal."""
    said(memory, "Мою собаку зовут Тошка.")
    assert "Тошка" in memory.answer_to_question(1, "Как зовут мою собаку?")
    assert "нет такой информации" in memory.answer_to_question(2, "Как зовут мою собаку?")


@pytest.mark.parametrize(
    ("host", "reason"), [("192.0.2.1", "blocked"), ("example.com", "blocked"), ("2001:db8::1", "blocked"), ("127.0.0.1", "refused")]
)
def test_the_child_reaches_no_other_machine(memory, host, reason):
    """By address or by name; the loopback is open (port 1 refuses)."""
    with pytest.raises(PeerError, match=reason):
        memory.probe(host, 1)


def test_a_failure_is_reported_and_the_peer_lives_on(memory):
    """The message names peer, method and error."""
    with pytest.raises(PeerError, match="stand-in failed at 'write': ValueError: not this one"):
        said(memory, "fails")
    said(memory, "кот")
    assert 1 == len(memory.recall(1, "кот", 5))


def test_a_peer_that_dies_loses_its_dialogue_and_starts_again(memory):
    """The next dialogue gets a new child; the lost one can be cleared and used again."""
    with pytest.raises(PeerError, match="ended at 'write'"):
        said(memory, "dies")
    with pytest.raises(PeerError, match="ended while it held this dialogue"):
        memory.recall(1, "кот", 5)
    said(memory, "пёс", dialogue=2)
    assert 1 == len(memory.recall(2, "пёс", 5))
    memory.clear_memory(1)
    said(memory, "кот", dialogue=1)
    assert 1 == len(memory.recall(1, "кот", 5))


def test_a_peer_that_hangs_is_recorded_and_the_run_goes_on(tmp_path):
    """Its dialogue's questions get the error, the next dialogue is answered."""
    lines = [
        {"id": number, "sessions": [{"id": 1, "messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "да"}]}],
         "questions": [{"id": 1, "question": "Как зовут мою собаку?", "ans": "Тошка"}]}
        for number, text in ((1, "hangs"), (2, "Мою собаку зовут Тошка."))
    ]  # fmt: skip
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run_system(SystemSpec("stand-in", f"{__name__}:ImpatientMemory", ""), load_contest(path), tmp_path, strict=False)
    first, second = read_journal(tmp_path / "predictions.jsonl")
    assert "stand-in did not finish 'write' within 0.5 s and was ended" in first["error"]
    assert second["error"] is None
    assert "Тошка" in second["answer"]


def test_a_peer_that_cannot_start_says_why():
    """The error of its constructor."""
    with pytest.raises(PeerError, match="RuntimeError: no such peer"):
        PeerProcess("stand-in", Path(sys.executable), "tests.peer_stand_in", {"broken": True})


def test_keys_of_the_environment_do_not_reach_a_peer(monkeypatch):
    """Telemetry is off, and no key or proxy is inherited."""
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    process = PeerProcess("stand-in", Path(sys.executable), "tests.peer_stand_in", {})
    environment = Path(f"/proc/{process._process.pid}/environ").read_text().split("\0")
    process.close()
    assert {"OPENAI_API_KEY=none", "MEM0_TELEMETRY=False", "GRAPHITI_TELEMETRY_ENABLED=false", "LANGSMITH_TRACING=false"} <= set(environment)
    assert not [entry for entry in environment if "proxy" in entry.lower() and not entry.startswith("NO_PROXY")]


def test_an_environment_that_is_missing_names_the_command():
    """peer_python itself, and a system of that name."""
    with pytest.raises(PeerError, match="make peers-nobody"):
        peer_python("nobody")


@pytest.mark.parametrize("name", ["mem0", "langmem", "graphiti"])
def test_a_peer_with_a_model_asks_for_an_endpoint(name):
    """Before anything is started."""
    with pytest.raises(Exception, match="GIGAMEMORY_ENGINE=openai"):
        build_system(SYSTEMS[name])


def test_a_peers_turns_are_read_by_the_model_of_the_settings(monkeypatch):
    """The same prompt as the submission's on the same dialogue; the answer has a support, and the counters say who gave it."""
    turns = [Message("user", "Мою собаку зовут Тошка.", 1), Message("assistant", "Хорошо.", 1)]
    with serving(Say("Вашу собаку зовут Тошка.")) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        for system in (StandInMemory(), SubmitModelWithMemory()):
            system.write_to_memory(turns, 1)
            assert "Вашу собаку зовут Тошка." == system.answer_to_question(1, "Как зовут мою собаку?")
            assert 1.0 == system.last_support and 1 == system.counters["model"]
            system.close()
        assert 2 == len(server.requests) and server.requests[0] == server.requests[1]


def test_what_a_peer_wrote_with_a_model_is_read_as_it_stands(monkeypatch):
    """As facts, without the turns that it was drawn from."""
    with serving(Say("Тошка.")) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        memory = NotingMemory()
        memory.write_to_memory([Message("user", "Мою собаку зовут Тошка.", 1), Message("assistant", "Славное имя.", 1)], 1)
        memory.answer_to_question(1, "Как зовут мою собаку?")
        memory.close()
        read = server.requests[-1]["messages"][-1]["content"]
    assert "note: Мою собаку зовут Тошка." in read and "Разговор" not in read


def test_a_write_that_a_model_spoils_loses_its_pair_alone(monkeypatch):
    """It is counted; a dialogue none of whose writes came through is an error when it is asked, until it is cleared."""
    with serving(Say("Тошка.")) as server:
        monkeypatch.setenv("GIGAMEMORY_ENGINE", "openai")
        monkeypatch.setenv("GIGAMEMORY_ENGINE_URL", server.url)
        memory = NotingMemory()
        said(memory, "кот", "fails", dialogue=1)
        assert ["note: кот"] == [h.text for h in memory.recall(1, "кот", 5)]
        said(memory, "fails", dialogue=2)
        with pytest.raises(PeerError, match="no write came through, last: stand-in failed at 'write': ValueError: not this one"):
            memory.recall(2, "кот", 5)
        assert 2 == memory.counters["failed_writes"]
        memory.clear_memory(2)
        assert [] == memory.recall(2, "кот", 5)
        memory.close()


def test_a_score_that_is_no_number_is_zero(memory):
    """A cosine with a question of unknown words is one."""
    said(memory, "кот")
    assert [0.0] == [h.score for h in memory.recall(1, "??", 5)]


def test_a_peer_that_hangs_at_clearing_is_recorded_and_the_run_goes_on(tmp_path):
    """With the deadline, in the dialogue's record; its answers count, and the next dialogue gets a new child."""
    texts = {1: "hangs at the end", 2: "Мою собаку зовут Тошка."}
    data = write_data(tmp_path / "d.jsonl", *(record(n, sessions=[session(1, text, "да")]) for n, text in texts.items()))
    run_system(SystemSpec("stand-in", f"{__name__}:ImpatientMemory", ""), load_contest(data), tmp_path, strict=False)
    first, second = read_journal(tmp_path / "ingestions.jsonl")
    assert "stand-in did not finish 'clear' within 0.5 s and was ended" in first["clear_error"] and "clear_error" not in second
    assert [None, None] == [p["error"] for p in read_journal(tmp_path / "predictions.jsonl")]


def test_every_peer_target_has_an_extra():
    """pyproject.toml and Makefile name the same peers."""
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = {spec.path.split(".")[1].split("_")[0] for spec in SYSTEMS.values() if spec.peer}
    assert {"mem0", "langmem", "graphiti"} == names
    assert all(f"\n{name} = [" in extras for name in names)
