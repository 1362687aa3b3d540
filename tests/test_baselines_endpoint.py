"""baselines.endpoint: the one address that a peer knows, for embeddings and for the settings' model."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request

import numpy as np
import pytest
from scripted import Say, serving

from baselines import endpoint as endpoint_module
from baselines.endpoint import PeerEndpoint
from eval import call_keeper
from eval.calls import kept_calls, read_calls
from eval.ledger import build_ledger


class TwoNumbers:
    """The lengths of a text and of its first word; never zero."""

    dim = 2

    def encode_passages(self, texts):
        return np.asarray([[len(t), len(t.split()[0])] for t in texts], dtype=np.float32)

    encode_questions = encode_passages


@pytest.fixture
def endpoints():
    """Makes endpoints for peers, which are closed at the end."""
    made = []

    def make(url):
        made.append(PeerEndpoint(TwoNumbers(), url))
        return made[-1]

    yield make
    for endpoint in made:
        endpoint.close()


def ask_model(endpoint, text):
    body = json.dumps({"model": "giga", "messages": [{"role": "user", "content": text}], "response_format": {"type": "json_object"}}).encode()
    with urllib.request.urlopen(urllib.request.Request(endpoint.url + "/chat/completions", body), timeout=30) as reply:
        return json.load(reply)["choices"][0]["message"]["content"]


@pytest.mark.parametrize("coding", ["float", "base64"])
def test_the_embeddings_endpoint_speaks_openai(coding):
    """One text or many, as numbers or as base64 of float32."""
    server = PeerEndpoint(TwoNumbers())
    try:
        for texts, expected in (("ab cd", [[5, 2]]), (["a", "b cd"], [[1, 1], [4, 1]])):
            body = json.dumps({"input": texts, "encoding_format": coding}).encode()
            with urllib.request.urlopen(urllib.request.Request(server.url + "/embeddings", body), timeout=5) as reply:
                found = [entry["embedding"] for entry in json.load(reply)["data"]]
            rows = [np.frombuffer(base64.b64decode(f), dtype="<f4").tolist() for f in found] if coding == "base64" else found
            assert expected == rows
        assert {"requests": 2, "texts": 3, "chats": 0} == server.counted
    finally:
        server.close()


def test_what_a_peer_asks_a_model_is_the_cost_of_writing(endpoints, tmp_path):
    """It goes to the settings' server with the key that the peer does not have; the run's journal says at which stage."""
    assert endpoint_module.STAGE_HEADER == call_keeper.STAGE_HEADER
    with serving(Say("да")) as server, kept_calls(tmp_path, server.url) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIGAMEMORY_ENGINE_KEY", "k")
        endpoint = endpoints(url)
        assert "да" == ask_model(endpoint, "раз")
        assert ["Bearer k"] == [request["_key"] for request in server.requests]
    [call] = read_calls(tmp_path)
    assert "write" == call["stage"] and call["prompt_tokens"] > 0
    ledger = build_ledger([], [], [call], correct=0, judge_seconds=0.0)
    assert (1, 0) == (ledger["stages"]["write"]["model_calls"], ledger["stages"]["extract"]["model_calls"])
    assert 1 == endpoint.counted["chats"]


@pytest.mark.parametrize(("script", "status"), [(Say(status=429), 429), (Say(drop=True), 502)])
def test_a_fault_of_the_model_reaches_the_peer(endpoints, script, status):
    """As the server put it, or as a bad gateway; the peer's client tries again or fails, as it would anywhere."""
    with serving(script) as server:
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask_model(endpoints(server.url), "раз")
        with caught.value:
            assert status == caught.value.code


def test_a_peer_without_a_model_finds_none(endpoints):
    """Its address serves embeddings alone."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask_model(endpoints(""), "раз")
    with caught.value:
        assert 404 == caught.value.code
