"""The offline LLM class, through the same code that the contest runs."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest

from submission.contract import Message
from submission.engines.deadline import GuardedEngine
from submission.engines.governor import TimeGovernor
from submission.engines.selection import build_engine
from submission.memory.model_extract import REPLY_TOKENS, ModelExtractor
from submission.memory.turns import TurnLog
from submission.reading.fact_lines import fact_lines
from submission.reading.model_reader import ModelReader
from submission.reading.prompts import FACTS_SCHEMA, facts_chat
from submission.reading.reader import Answer
from submission.settings import Settings

SETTINGS = Settings(
    engine="auto",
    gpu_memory_share=0.3,
    context_tokens=6144,
    prompt_budget_tokens=5000,
    long_context_tokens=0,
    max_answer_tokens=16,
    enforce_eager=True,
    support_check=True,
)
CHAT = [{"role": "system", "content": "Ответь."}, {"role": "user", "content": "как зовут мою собаку"}]


@pytest.fixture(scope="module")
def engine(tiny):
    """`auto` with a model folder and vLLM installed is vLLM."""
    started = time.perf_counter()
    engine = build_engine(SETTINGS, str(tiny))
    print(f"\nLLM loaded in {time.perf_counter() - started:.1f} s")
    yield engine
    engine.close()


def test_batch_of_64(engine):
    """64 chats give 64 texts; equal chats at both ends of the batch give equal ones, so the order is kept."""
    other = [{"role": "user", "content": "купил лодку"}]
    started = time.perf_counter()
    replies = engine.generate([other, *[CHAT] * 62, other], 16)
    print(f"\nbatch of 64 x 16 tokens: {time.perf_counter() - started:.2f} s")
    assert len(replies) == 64
    assert replies[0] == replies[63] != replies[1]


def test_choice(engine):
    """Every reply is one of the choices."""
    assert set(engine.generate([CHAT] * 8, 8, choice=("да", "нет"))) <= {"да", "нет"}


def test_json(engine):
    """A random model's reply fits the schema: the constraint is the engine's, not luck."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "y"]}}, "required": ["a"], "additionalProperties": False}
    assert all(json.loads(reply)["a"] in "xy" for reply in engine.generate([CHAT] * 4, 32, json_schema=schema))


def test_over_long_prompt(engine):
    """A prompt of 20 times the context gets a reply, as its middle is cut."""
    assert len(engine.generate([[{"role": "user", "content": "слово " * 20_000}]], 16)) == 1


def test_count_tokens_is_the_tokenizers(engine):
    """Tokens of two texts joined by a special-token-free space add up to at least either's."""
    assert engine.count_tokens("") == 0
    assert engine.count_tokens("собака") < engine.count_tokens("собака и кошка")


def test_whole_pipeline(engine):
    """Reader, support check and fact extraction on a real engine: an answer for every question, each accounted for."""
    log = TurnLog()
    log.append([Message("user", "мою собаку зовут Тошка", 1), Message("assistant", "Хорошо", 1)])
    counters: Counter[str] = Counter()
    guarded, governor = GuardedEngine(engine), TimeGovernor(0, 1, 60.0)
    plan = governor.plan()
    asked = []

    def ask(chats):
        asked.extend(chats)
        return guarded.generate(chats, REPLY_TOKENS, json_schema=FACTS_SCHEMA)

    facts = fact_lines(ModelExtractor(facts_chat).book(1, list(log), ask), list(log), 60)
    reader = ModelReader(guarded, SETTINGS, governor, counters)
    answers = [reader.read("Как зовут мою собаку?", list(log), [0], facts, plan, lambda: Answer("Тошка", 0.5, 0)) for _ in range(3)]
    assert all(answer.text for answer in answers)
    assert counters["model"] + counters["fallback_garbage"] == 3
    assert len(asked) == 1


def test_facts_schema_is_accepted(engine):
    """vLLM compiles the schema of the extraction; cut off at max_tokens it is no JSON and comes back empty."""
    [reply] = engine.generate([facts_chat(["мою собаку зовут Тошка"])], 16, json_schema=FACTS_SCHEMA)
    assert reply == "" or "facts" in json.loads(reply)
