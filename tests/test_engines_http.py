"""The HTTP engine against scripted servers: order, bounds, retries, and errors that say what to do."""

from __future__ import annotations

import json
import socket
import time

import pytest
from scripted import Say, serving

from submission.engines.base import DeadlineError, EngineError
from submission.engines.openai_http import OpenAiEngine
from submission.engines.selection import build_engine
from submission.settings import Settings

CHAT = [{"role": "user", "content": "вопрос"}]


def connect(url, model="", **changed):
    options = {"context_tokens": 32_768, "seed": 3, "timeout_seconds": 5.0, "retries": 2, "concurrency": 4, "sleep": lambda seconds: None, **changed}
    return OpenAiEngine(url, model, **options)


def test_replies_keep_the_order():
    """Replies come in the order of the chats though the first ones take longest."""

    def echo(body):
        number = body["messages"][0]["content"]
        time.sleep(0.05 * (4 - int(number)) if int(number) < 4 else 0)
        return number

    with serving(Say(echo)) as server:
        engine = connect(server.url)
        assert engine.generate([[{"role": "user", "content": str(i)}] for i in range(8)], 8) == list("01234567")
        engine.close()


def test_concurrency_is_bounded():
    """Of 12 chats never more than 4 are under way at once, and at some time 4 are."""
    with serving(Say("a", delay=0.05)) as server:
        engine = connect(server.url)
        assert engine.generate([CHAT] * 12, 8) == ["a"] * 12
        engine.close()
    assert server.most_under_way == 4


def test_request():
    """Greedy, seeded, with the model's name; the key comes from the environment and is nowhere else."""
    with serving(Say("a")) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIGAMEMORY_ENGINE_KEY", "s3cret")
        engine = connect(server.url.removesuffix("/v1"))
        engine.generate([CHAT], 8)
        engine.close()
    assert server.requests == [{"messages": CHAT, "max_tokens": 8, "model": "giga", "temperature": 0.0, "seed": 3, "_key": "Bearer s3cret"}]


def test_waits_double_and_follow_the_server():
    """Waits between tries are 0.5 s, 1 s; a Retry-After goes before them."""
    waits = []
    script = [Say(status=500), Say(status=500), Say("a"), Say(status=429, Retry_After="3"), Say("b")]
    with serving(*script) as server:
        engine = connect(server.url, sleep=waits.append)
        assert [engine.generate([CHAT], 8) for _ in range(2)] == [["a"], ["b"]]
        engine.close()
    assert waits == [0.5, 1.0, 3.0]


def test_gives_up_after_the_retries():
    """Three tries, then an error with the last status."""
    with serving(Say(status=502, raw=b"bad gateway")) as server:
        engine = connect(server.url)
        with pytest.raises(EngineError, match="failed 3 times, last: 502 bad gateway"):
            engine.generate([CHAT], 8)
        engine.close()
    assert len(server.requests) == 3


def test_timeout_is_not_tried_again():
    """A hang costs one timeout, not three."""
    with serving(Say("a", delay=1.0)) as server:
        engine = connect(server.url, timeout_seconds=0.2)
        started = time.perf_counter()
        with pytest.raises(DeadlineError, match="no reply within"):
            engine.generate([CHAT], 8)
        assert time.perf_counter() - started < 0.8
        engine.close()


def test_refused_constraint_is_sent_plain():
    """A server that knows no `structured_outputs` gets the request without, from then on; the reply is checked all the same."""
    with serving(Say(status=400, raw=b"unknown field"), Say("Да, конечно"), Say("возможно")) as server:
        engine = connect(server.url)
        assert engine.generate([CHAT], 8, choice=("да", "нет")) == ["да"]
        assert engine.generate([CHAT], 8, choice=("да", "нет")) == [""]
        engine.close()
    assert ["structured_outputs" in request for request in server.requests] == [True, False, False]


def test_ignored_schema_is_noticed():
    """A server that ignores the schema silently gives no reply: "" and not its free text."""
    schema = {"type": "object", "required": ["facts"]}
    with serving(Say("Собаку зовут Тошка"), Say('Итак: {"facts": []}')) as server:
        engine = connect(server.url)
        assert [engine.generate([CHAT], 8, json_schema=schema) for _ in range(2)] == [[""], ['{"facts": []}']]
        engine.close()
    assert server.requests[0]["response_format"]["json_schema"]["schema"] == schema


def test_server_down():
    """A closed port: the message names the address and the way to start a server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with pytest.raises(EngineError, match=f"127.0.0.1:{port}/v1/models failed 3 times.*make serve"):
        connect(f"http://127.0.0.1:{port}/v1")


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (None, "answered 404: no OpenAI-compatible server; check GIGAMEMORY_ENGINE_URL"),
        ({"models": []}, "speaks another API"),
        (["giga"], "speaks another API"),
        (b"<html>", "something that is no JSON"),
        ({"data": []}, "serves no model 'giga'; it serves: none"),
        ({"data": [{"id": "b"}, {"id": "a"}]}, "serves no model 'giga'; it serves: a, b"),
    ],
)
def test_other_api_or_model(models, message):
    """A server of another kind or with other models is told apart, and lists what it serves."""
    with serving(models=models) as server, pytest.raises(EngineError, match=message):
        connect(server.url, "giga")


def test_bad_url():
    """An address without a scheme."""
    with pytest.raises(EngineError, match="must start with http"):
        connect("localhost:8000")


def test_shorter_context_than_asked():
    """A server with 4,096 tokens for a prompt of 9,000: the message has both and the setting: 4096 - 64 = 4032."""
    with serving(models={"data": [{"id": "giga", "max_model_len": 4096}]}) as server, pytest.raises(EngineError) as caught:
        build_engine(Settings(engine="openai", engine_url=server.url), None)
    assert "context of 4096 tokens" in str(caught.value)
    assert "ask for 9064; set GIGAMEMORY_PROMPT_BUDGET_TOKENS to 4032" in str(caught.value)


def test_over_long_prompt_is_cut_in_its_middle():
    """Of 40,000 words (a token each) 32,000 or so are sent: the beginning, the end, the other messages whole."""
    chat = [{"role": "system", "content": "правила"}, {"role": "user", "content": "начало " + "слово " * 40_000 + "конец"}]
    with serving(Say("a")) as server:
        engine = connect(server.url)
        assert engine.generate([chat], 64) == ["a"]
        engine.close()
    system, user = (message["content"] for message in server.requests[0]["messages"])
    assert system == "правила"
    assert user.startswith("начало") and user.endswith("конец")
    assert 28_000 < len(user.split()) <= 32_768 - 64


def test_tokens_are_estimated_high_where_the_server_counts_none():
    """Without /tokenize a token is taken to be two characters: 7 characters are 4 tokens."""
    with serving(tokenize=False) as server:
        engine = connect(server.url)
        assert (engine.count_tokens("собакам"), engine.count_tokens("")) == (4, 0)
        engine.close()


def test_no_chats():
    """An empty batch asks nothing."""
    with serving() as server:
        engine = connect(server.url)
        assert engine.generate([], 8) == []
        engine.close()
    assert server.requests == []


def test_surrogates_and_marks_travel():
    """Text with quotes, marks and a lone surrogate makes a valid request."""
    with serving(Say("a")) as server:
        engine = connect(server.url)
        assert engine.generate([[{"role": "user", "content": '"\\ <s> \ud800 😀'}]], 8) == ["a"]
        engine.close()
    assert json.dumps(server.requests[0]["messages"])
