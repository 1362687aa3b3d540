"""What all engines share: cutting, checked replies, the deadline."""

from __future__ import annotations

import threading
import time

import pytest

from submission.engines.base import DeadlineError, EngineError, estimated_tokens, truncated
from submission.engines.deadline import GuardedEngine
from submission.engines.replies import checked, fits

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2}, "c": {"enum": ["x"]}},
    "required": ["n"],
}


def test_truncated_drops_the_middle():
    """Of ten ids in five places: two of the head and three of the tail."""
    assert truncated(range(10), 5) == [0, 1, 7, 8, 9]
    assert truncated(range(3), 3) == [0, 1, 2]
    assert truncated(range(9), 1) == [8]


def test_truncated_needs_room():
    """A reply as long as the context leaves no prompt."""
    with pytest.raises(ValueError, match="lower max_answer_tokens"):
        truncated([1], 0)


def test_estimated_tokens_round_up():
    """7 / 2 = 3.5 -> 4."""
    assert [estimated_tokens(text, 2.0) for text in ("", "а", "абвгдеж")] == [0, 1, 4]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("да", "да"), (" Да.", "да"), ("НЕТ, не сказано", "нет"), ("<think>нет?</think>да", "да"), ("дача", ""), ("возможно, да", ""), ("", "")],
)
def test_checked_choice(reply, expected):
    """The reply's first word decides, whatever its case."""
    assert checked(reply, ("да", "нет"), None) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('{"n": 1}', '{"n": 1}'),
        ('Вот: {"n": 1, "tags": ["а"]} готово', '{"n": 1, "tags": ["а"]}'),
        ('{"m": 2} {"n": 3}', '{"n": 3}'),
        ('```json\n{"n": 1}\n```', '{"n": 1}'),
        ('{"n": 1', ""),
        ('{"n": "1"}', ""),
        ('{"n": true}', ""),
        ("[" * 100_000, ""),
        ("", ""),
    ],
)
def test_checked_json(reply, expected):
    """The first JSON value that fits is cut out of the prose; nothing else passes."""
    assert checked(reply, None, SCHEMA) == expected


def test_unconstrained_reply_is_unchanged():
    """Without a constraint nothing is cut."""
    assert checked(" как есть {", None, None) == " как есть {"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"n": 1, "tags": ["a", "b"]}, True),
        ({"n": 1, "tags": ["a", "b", "c"]}, False),
        ({"n": 1, "tags": [1]}, False),
        ({"n": 1, "c": "y"}, False),
        ([], False),
    ],
)
def test_fits(value, expected):
    """Types, enums, items and their number."""
    assert fits(value, SCHEMA) is expected


class Slow:
    """An engine that waits until it is let go, or fails."""

    context_tokens = 100

    def __init__(self) -> None:
        self.go = threading.Event()
        self.calls = 0

    def generate(self, chats, max_tokens, choice=None, json_schema=None):
        self.calls += 1
        if max_tokens == 0:
            raise EngineError("no room")
        self.go.wait(10)
        return ["ok"] * (len(chats) if max_tokens > 1 else 0)

    def count_tokens(self, text):
        return len(text)

    def close(self):
        self.go.set()


CHAT = [{"role": "user", "content": "x"}]


def test_deadline():
    """A hung call costs its deadline once; the next calls fail at once; when it comes back the engine works again."""
    slow = Slow()
    engine = GuardedEngine(slow)
    with pytest.raises(DeadlineError, match="no reply within 0.1 s"):
        engine.generate([CHAT], 8, deadline_seconds=0.1)
    started = time.perf_counter()
    with pytest.raises(DeadlineError, match="still busy"):
        engine.generate([CHAT], 8, deadline_seconds=5.0)
    assert time.perf_counter() - started < 1.0
    assert slow.calls == 1
    slow.go.set()
    for _ in range(200):
        try:
            assert engine.generate([CHAT, CHAT], 8, deadline_seconds=5.0) == ["ok", "ok"]
            break
        except DeadlineError:
            time.sleep(0.01)
    else:
        pytest.fail("the engine did not recover")


def test_errors_reach_the_caller():
    """The engine's own error comes through; a batch of another length is one."""
    slow = Slow()
    slow.go.set()
    engine = GuardedEngine(slow)
    with pytest.raises(EngineError, match="no room"):
        engine.generate([CHAT], 0)
    with pytest.raises(EngineError, match="0 replies to 1 chats"):
        engine.generate([CHAT], 1)
    assert (engine.context_tokens, engine.count_tokens("abc")) == (100, 3)


def test_concurrent_callers_wait_for_one_another():
    """Two callers of a healthy engine both get their replies, one call at a time."""
    slow = Slow()
    slow.go.set()
    engine = GuardedEngine(slow)
    results = []
    threads = [threading.Thread(target=lambda: results.append(engine.generate([CHAT], 8))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [["ok"]] * 8
