"""Small real stand-ins for tests: memory systems with the contest's interface, and records in its format."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple


class FakeHit(NamedTuple):
    index: int
    session_id: Any
    role: str
    text: str
    score: float


class EchoMemory:
    """Answers with the last user message; `calls` holds every call as (method, dialogue id, contents)."""

    def __init__(self, model_path: str | None = None) -> None:
        self.messages: dict[Any, list] = {}
        self.calls: list[tuple] = []

    def write_to_memory(self, messages: list, dialogue_id: Any) -> None:
        self.calls.append(("write", dialogue_id, [m.content for m in messages]))
        self.messages.setdefault(dialogue_id, []).extend(messages)

    def clear_memory(self, dialogue_id: Any) -> None:
        self.calls.append(("clear", dialogue_id, []))
        self.messages.pop(dialogue_id, None)

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        self.calls.append(("answer", dialogue_id, [question]))
        said = [m.content for m in self.messages.get(dialogue_id, ()) if m.role == "user"]
        return said[-1] if said else "У меня нет такой информации"


class OrderMemory(EchoMemory):
    """Recalls turns in the order of writing, with falling scores."""

    def recall(self, dialogue_id: Any, question: str, k: int) -> list[FakeHit]:
        messages = self.messages.get(dialogue_id, ())
        return [FakeHit(i, m.session_id, m.role, m.content, 1 / (i + 1)) for i, m in enumerate(messages)][:k]


class FailingMemory(OrderMemory):
    """Raises where a message says `write fails`, a question `answer fails`; clearing dialogue `clear fails` raises."""

    def write_to_memory(self, messages: list, dialogue_id: Any) -> None:
        if any("write fails" in m.content for m in messages):
            raise RuntimeError("no room")
        super().write_to_memory(messages, dialogue_id)

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        if "answer fails" in question:
            raise RuntimeError("no words")
        if "answers a number" in question:
            return 7
        return super().answer_to_question(dialogue_id, question)

    def clear_memory(self, dialogue_id: Any) -> None:
        super().clear_memory(dialogue_id)
        if dialogue_id == "clear fails":
            raise RuntimeError("no broom")


class TellingMemory(OrderMemory):
    """Says more of its answers than it must; its first memory is a note of its own, with a score that is no number."""

    last_support, last_facts = 0.5, ["собака: Тошка"]

    def __init__(self, model_path: str | None = None) -> None:
        super().__init__(model_path)
        self.counters = {"writes": 0}

    def write_to_memory(self, messages: list, dialogue_id: Any) -> None:
        self.counters["writes"] += 1
        super().write_to_memory(messages, dialogue_id)

    def recall(self, dialogue_id: Any, question: str, k: int) -> list[FakeHit]:
        first, *rest = super().recall(dialogue_id, question, k)
        return [first._replace(text="есть собака", score=float("nan")), *rest]


class ClosedMemory(FailingMemory):
    """Tells by a new file, named in the environment, that it was closed; a second time is an error."""

    def close(self) -> None:
        Path(os.environ["GIGAMEMORY_TEST_MARK"]).touch(exist_ok=False)


class AskingMemory(OrderMemory):
    """Answers with what the endpoint in the environment says to the question; each write and each answer is a call."""

    def write_to_memory(self, messages: list, dialogue_id: Any) -> None:
        self._ask(f"{dialogue_id}: {messages[0].content}")
        super().write_to_memory(messages, dialogue_id)

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        return self._ask(question)

    def _ask(self, text: str) -> str:
        from submission.engines.openai_http import OpenAiEngine

        url = os.environ["GIGAMEMORY_ENGINE_URL"]
        engine = OpenAiEngine(url, "", context_tokens=4096, seed=0, timeout_seconds=60, retries=3, concurrency=1)
        try:
            return engine.generate([[{"role": "user", "content": text}]], 8)[0]
        finally:
            engine.close()


class DyingMemory(OrderMemory):
    """Its process is killed by a question that holds `die`, every time."""

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        if "die" in question:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().answer_to_question(dialogue_id, question)


class OnceMemory(OrderMemory):
    """Its process is killed by the first question that holds `die`; a file in the environment marks that it was."""

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        mark = Path(os.environ["GIGAMEMORY_TEST_MARK"])
        if "die" in question and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().answer_to_question(dialogue_id, question)


class FilingMemory(OrderMemory):
    """Writes 1,000 bytes into a temporary file for each pair, and leaves it there."""

    def write_to_memory(self, messages: list, dialogue_id: Any) -> None:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(b"x" * 1000)
        super().write_to_memory(messages, dialogue_id)


class SlowMemory(EchoMemory):
    """Takes 50 ms for an answer, so that a run can be stopped in its middle."""

    def answer_to_question(self, dialogue_id: Any, question: str) -> str:
        time.sleep(0.05)
        return super().answer_to_question(dialogue_id, question)


class UnbuildableMemory(EchoMemory):
    """Its constructor raises, as the submission's does where a model is missing."""

    def __init__(self, model_path: str | None = None) -> None:
        raise RuntimeError("no model at /nowhere: pass a folder")


def session(identity: Any, *contents: str, first: str = "user") -> dict[str, Any]:
    """A session whose messages alternate between the roles."""
    roles = ("user", "assistant") if first == "user" else ("assistant", "user")
    return {"id": identity, "messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(contents)]}


def record(identity: Any = 1, **changed: Any) -> dict[str, Any]:
    """A valid record of two sessions with one question, its fields replaced by `changed`; a field set to ... is left out."""
    fields = {
        "id": identity,
        "sessions": [session(1, "моя собака Тошка", "Хорошее имя!"), session(2, "как варить суп", "Долго.")],
        "question": "Как зовут мою собаку?",
        "question_type": "fact_equal_session",
        "ans": "Вашу собаку зовут Тошка.",
        "ans_session_ids": [1],
        "evidence": [{"session_id": 1, "message_index": 0, "quote": "собака Тошка"}],
        "accept": ["тошк"],
        "reject": [],
        **changed,
    }
    return {name: value for name, value in fields.items() if value is not ...}


def write_data(path: Path, *records: Any) -> Path:
    """A data set of `records`, one a line; bytes are written as they are."""
    path.write_bytes(b"".join(r + b"\n" if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records))
    return path
