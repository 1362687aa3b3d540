"""submission.engines.kept: replies that a killed run does not generate again."""

from __future__ import annotations

import pytest

from eval.calls import calls_in_doubt, read_calls
from submission.engines.kept import KeptEngine, kept


class Echo:
    """Says the chat's last text backwards and counts a token a character."""

    context_tokens = 100

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closed = False

    def generate(self, chats, max_tokens, choice=None, json_schema=None):
        self.asked += [chat[-1]["content"] for chat in chats]
        return [chat[-1]["content"][::-1] for chat in chats]

    def count_tokens(self, text):
        return len(text)

    def close(self):
        self.closed = True


def chat(text):
    return [{"role": "user", "content": text}]


@pytest.fixture
def engine(tmp_path):
    made = KeptEngine(Echo(), tmp_path / "calls.jsonl")
    yield made
    made.close()


def test_an_equal_request_is_generated_once(engine, tmp_path):
    """In a batch, in a later call and by another process's engine; the order of the replies is that of the chats."""
    assert ["ab", "dc", "ab"] == engine.generate([chat("ba"), chat("cd"), chat("ba")], 8)
    assert ["dc", "fe"] == engine.generate([chat("cd"), chat("ef")], 8)
    assert ["ba", "cd", "ef"] == engine._engine.asked
    second = KeptEngine(Echo(), tmp_path / "calls.jsonl")
    assert ["ab"] == second.generate([chat("ba")], 8)
    assert [] == second._engine.asked
    second.close()


def test_other_limits_and_constraints_are_other_requests(engine):
    """max_tokens, choice and schema belong to the key."""
    engine.generate([chat("ba")], 8)
    engine.generate([chat("ba")], 9)
    engine.generate([chat("ba")], 8, choice=["да"])
    engine.generate([chat("ba")], 8, json_schema={"type": "object"})
    assert 4 == len(engine._engine.asked)


def test_the_ledger_reads_its_file(engine, tmp_path):
    """Tokens by the engine's own count; a schema is the stage of extraction."""
    engine.generate([chat("abc")], 8)
    engine.generate([chat("abcd")], 8, json_schema={"type": "object"})
    found = [(c["stage"], c["prompt_tokens"], c["completion_tokens"], c["estimated"]) for c in read_calls(tmp_path)]
    assert [("answer", 3, 3, False), ("extract", 4, 4, False)] == found
    assert 0 == calls_in_doubt(tmp_path)


def test_a_torn_line_is_generated_again(tmp_path):
    """What a kill left behind is cut off, and the file goes on behind the last whole line."""
    path = tmp_path / "calls.jsonl"
    first = KeptEngine(Echo(), path)
    first.generate([chat("ba"), chat("cd")], 8)
    first.close()
    path.write_bytes(path.read_bytes()[:-9])
    second = KeptEngine(Echo(), path)
    assert ["ab", "dc"] == second.generate([chat("ba"), chat("cd")], 8)
    assert ["cd"] == second._engine.asked
    second.close()
    assert 2 == len(list(read_calls(tmp_path)))


def test_without_the_variable_an_engine_stays_as_it_is(tmp_path, monkeypatch):
    """And no engine stays none."""
    engine = Echo()
    assert engine is kept(engine)
    monkeypatch.setenv("GIGAMEMORY_CALLS", str(tmp_path / "calls.jsonl"))
    assert kept(None) is None
    wrapped = kept(engine)
    assert 100 == wrapped.context_tokens
    wrapped.close()
    assert engine.closed
