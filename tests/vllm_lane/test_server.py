"""vLLM's server, started by the code of `make serve`, through the HTTP engine."""

from __future__ import annotations

import json
import threading
import time

import pytest

from eval.journal import read_journal
from eval.serve import Server, free_port, serve_command
from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.engines.base import EngineError
from submission.engines.openai_http import OpenAiEngine
from submission.settings import Settings

CHAT = [{"role": "system", "content": "Ответь."}, {"role": "user", "content": "как зовут мою собаку"}]
NEEDED = {"prompt_budget_tokens": 5000, "long_context_tokens": 0, "max_answer_tokens": 16}


@pytest.fixture(scope="module")
def started(tiny, tmp_path_factory):
    """A function that starts a server and waits until it is ready."""

    def start() -> Server:
        port = free_port()
        return Server(serve_command(str(tiny), "tiny", port, 8192), port, tmp_path_factory.mktemp("server") / "log")

    return start


@pytest.fixture(scope="module")
def server(started):
    begun = time.perf_counter()
    with started() as server:
        print(f"\nserver ready in {time.perf_counter() - begun:.1f} s")
        yield server


@pytest.fixture
def engine(server):
    engine = connect(server)
    yield engine
    engine.close()


def connect(server: Server, model: str = "") -> OpenAiEngine:
    return OpenAiEngine(server.url, model, context_tokens=8192, seed=0, timeout_seconds=60, retries=1, concurrency=16, sleep=lambda seconds: None)


def test_finds_the_model_and_its_context(engine):
    """The one model served is taken, with its context."""
    assert (engine.model, engine.served_tokens) == ("tiny", 8192)


def test_wrong_model_lists_what_is_served(server):
    """The message names the model that is there."""
    with pytest.raises(EngineError, match="serves no model 'gigachat'; it serves: tiny"):
        connect(server, "gigachat")


def test_batch_of_64(engine):
    """64 chats give 64 texts."""
    begun = time.perf_counter()
    assert len(engine.generate([CHAT] * 64, 16)) == 64
    print(f"\nbatch of 64 x 16 tokens over HTTP: {time.perf_counter() - begun:.2f} s")


def test_choice(engine):
    """Every reply is one of the choices, though the model is random."""
    assert set(engine.generate([CHAT] * 4, 8, choice=("да", "нет"))) <= {"да", "нет"}
    assert "" not in engine.generate([CHAT], 8, choice=("да", "нет"))


def test_json(engine):
    """Every reply fits the schema."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "y"]}}, "required": ["a"], "additionalProperties": False}
    assert all(json.loads(reply)["a"] in "xy" for reply in engine.generate([CHAT] * 4, 32, json_schema=schema))


def test_over_long_prompt(engine):
    """A prompt of 10 times the context gets a reply, as its middle is cut with the server's own tokenizer."""
    assert len(engine.generate([[{"role": "user", "content": "слово " * 14_000}]], 16)) == 1


def test_two_concurrent_evaluations(server, child, sample, tmp_path):
    """Two evaluations at once on one server both answer every question."""
    environment = {f"GIGAMEMORY_{name.upper()}": str(value) for name, value in NEEDED.items()}
    arguments = ["-m", "eval", "run", "--system", "submission", "--engine", "openai", "--url", server.url, "--model", "tiny", "--data", sample]
    begun = time.perf_counter()
    runs = [child(*arguments, "--out", tmp_path / name, env=environment) for name in "ab"]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    records = [list(read_journal(tmp_path / name / "submission" / "predictions.jsonl")) for name in "ab"]
    print(f"\ntwo evaluations of {len(records[0])} questions: {time.perf_counter() - begun:.1f} s")
    assert len(records[0]) == len(records[1]) > 0
    assert [r["error"] for run in records for r in run if r["error"] or not r["answer"]] == []


def test_server_killed_in_the_middle(started):
    """A server that dies during a call and stays dead: every question is still answered, and each is counted."""
    with started() as server:
        settings = Settings(engine="openai", engine_url=server.url, engine_retries=0, strict=True, **NEEDED)
        system = SubmitModelWithMemory(None, settings)
        system.write_to_memory([Message("user", "мою собаку зовут Тошка", 1), Message("assistant", "Хорошо", 1)], 1)
        answers = [system.answer_to_question(1, "Как зовут мою собаку?") for _ in range(2)]
        threading.Timer(0.3, server.kill).start()
        engine = connect(server)
        with pytest.raises(EngineError, match="is the server up"):
            while True:
                engine.generate([CHAT] * 64, 64)
        engine.close()
        answers += [system.answer_to_question(1, "Как зовут мою собаку?") for _ in range(6)]
        system.close()
    assert all(answers)
    fallbacks = {name: n for name, n in system.counters.items() if name.startswith("fallback")}
    assert system.counters["model"] + sum(fallbacks.values()) == 8
    assert fallbacks["fallback_error"] == 4  # then the engine counts as dead and is only probed
    assert fallbacks["fallback_skipped"] == 2
