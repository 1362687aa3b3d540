"""eval.calls and eval.call_keeper: model calls that are kept and paid once."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest
from scripted import Say, serving

from eval.calls import calls_in_doubt, kept_calls, read_calls
from eval.errors import UserError

USAGE = {"choices": [{"message": {"content": "да"}}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}


def post(url, path="/chat/completions", **body):
    request = urllib.request.Request(url + path, data=json.dumps(body).encode(), headers={"Authorization": "Bearer k"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as response:
        return json.loads(response.read())


def ask(text, **more):
    return {"model": "giga", "messages": [{"role": "user", "content": text}], **more}


def test_an_equal_request_is_paid_once_and_another_one_anew(tmp_path):
    """Within a run and in the next one; the key passes through, and the keeper ends with its run."""
    with serving(Say(raw=json.dumps(USAGE).encode())) as server:
        for _ in range(2):
            with kept_calls(tmp_path, server.url) as url:
                assert USAGE == post(url, **ask("раз")) == post(url, **ask("раз"))
                post(url, **ask("два"))
        assert ["раз", "два"] == [r["messages"][0]["content"] for r in server.requests]
        assert {"Bearer k"} == {r["_key"] for r in server.requests}
    assert not (tmp_path / "keeper.json").exists()


def test_the_journal_says_what_a_call_cost(tmp_path):
    """Tokens as the server counts them, else estimated; a constraint to JSON, or tools, is the stage of extraction."""
    with serving(Say(raw=json.dumps(USAGE).encode()), Say("да")) as server, kept_calls(tmp_path, server.url) as url:
        post(url, **ask("раз"))
        post(url, **ask("два", response_format={"type": "json_object"}))
    first, second = read_calls(tmp_path)
    assert ("answer", 7, 2, False) == tuple(first[name] for name in ("stage", "prompt_tokens", "completion_tokens", "estimated"))
    assert ("extract", True) == (second["stage"], second["estimated"]) and second["prompt_tokens"] > 10
    assert first["seconds"] > 0 and "reply" not in first


def test_equal_requests_at_once_are_one_call(tmp_path):
    """The second waits for the first one's reply."""
    with serving(Say("да", delay=0.3)) as server, kept_calls(tmp_path, server.url) as url:
        threads = [threading.Thread(target=post, args=(url,), kwargs=ask("раз")) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 == len(server.requests)


def test_a_fault_is_passed_on_and_not_kept(tmp_path):
    """The client tries again, as it would without a keeper; a dead endpoint is a 502."""
    with serving(Say(status=503, Retry_After="3"), Say("да")) as server, kept_calls(tmp_path, server.url) as url:
        with pytest.raises(urllib.error.HTTPError) as caught:
            post(url, **ask("раз"))
        with caught.value:
            assert (503, "3") == (caught.value.code, caught.value.headers["Retry-After"])
        assert "да" == post(url, **ask("раз"))["choices"][0]["message"]["content"]
    with kept_calls(tmp_path, server.url) as url:
        with pytest.raises(urllib.error.HTTPError) as caught:
            post(url, **ask("два"))
        with caught.value:
            assert 502 == caught.value.code
    assert 0 == calls_in_doubt(tmp_path)


def test_what_is_no_generation_passes_through(tmp_path):
    """The list of models and the count of tokens are asked each time."""
    with serving(Say("да")) as server, kept_calls(tmp_path, server.url) as url:
        assert {"count": 2} == post(url.removesuffix("/v1"), "/tokenize", prompt="раз два")
    assert [] == list(read_calls(tmp_path))


def test_only_the_keepers_own_death_leaves_a_call_in_doubt(tmp_path):
    """It is counted, and the next run starts a new keeper."""
    with serving(Say("да", delay=0.5)) as server:
        with kept_calls(tmp_path, server.url) as url:
            thread = threading.Thread(target=_quietly, args=(url,))
            thread.start()
            while not server.requests:
                time.sleep(0.01)
            os.kill(json.loads((tmp_path / "keeper.json").read_bytes())["pid"], signal.SIGKILL)
            thread.join()
        assert 1 == calls_in_doubt(tmp_path)
        with kept_calls(tmp_path, server.url) as url:
            post(url, **ask("раз"))
        assert 2 == len(server.requests)


def test_a_keeper_that_cannot_write_is_a_message(tmp_path):
    """With its own last words."""
    (tmp_path / "calls.jsonl").mkdir()
    with pytest.raises(UserError, match="the call keeper did not start"), kept_calls(tmp_path, "http://127.0.0.1:9/v1"):
        pass


def _quietly(url):
    with pytest.raises((OSError, urllib.error.URLError)):
        post(url, **ask("раз"))
