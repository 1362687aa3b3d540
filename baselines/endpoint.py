"""The one address that a peer knows: an OpenAI-compatible server on 127.0.0.1 for our encoder and the settings' model.

A peer's own process is kept from the network and gets no key; what it asks the model goes through here, marked with the
stage that it belongs to, so that a ledger on the way can tell it from the answers (eval/call_keeper.py).
"""

from __future__ import annotations

import base64
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from submission.engines.openai_http import opener_for
from submission.recall.encoders import Encoder

__all__ = ["STAGE_HEADER", "PeerEndpoint"]

STAGE_HEADER = "X-GigaMemory-Stage"
STAGE = "write"  # all that a peer asks a model for is part of writing: answers are read by our reader
FORWARD_SECONDS = 300.0


class PeerEndpoint:
    """Serves in threads until `close`: /embeddings by `encoder`, /chat/completions by the server at `model_url` ("": none).

    The protocol has no side of a text, so all are encoded as passages.  `counted` has requests, texts and chats.
    """

    def __init__(self, encoder: Encoder, model_url: str = "") -> None:
        self._server = _Server(encoder, model_url)
        self.counted = self._server.counted
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and give back the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, encoder: Encoder, model_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.encoder, self.lock = encoder, threading.Lock()  # encoders are not promised to be thread-safe
        self.counted = {"requests": 0, "texts": 0, "chats": 0}
        self.model_url = model_url and model_url.rstrip("/").removesuffix("/v1") + "/v1/chat/completions"
        self.opener = opener_for(model_url)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that was ended in the middle of a request is no error here."""

    def embed(self, request: Mapping[str, Any]) -> bytes:
        texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
        with self.lock:
            rows = self.encoder.encode_passages(texts)
            self.counted["requests"] += 1
            self.counted["texts"] += len(texts)
        as_text = request.get("encoding_format") == "base64"
        data = [{"object": "embedding", "index": i, "embedding": _coded(row, as_text)} for i, row in enumerate(rows)]
        return json.dumps({"object": "list", "model": "encoder", "data": data, "usage": {"prompt_tokens": 0, "total_tokens": 0}}).encode()

    def forward(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the model's reply; 502 where its server cannot be reached."""
        with self.lock:
            self.counted["chats"] += 1
        headers = {"Content-Type": "application/json", STAGE_HEADER: STAGE}
        if key := os.environ.get("GIGAMEMORY_ENGINE_KEY"):
            headers["Authorization"] = f"Bearer {key}"
        try:
            with self.opener.open(urllib.request.Request(self.model_url, body, headers), timeout=FORWARD_SECONDS) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except (OSError, HTTPException) as error:
            return 502, json.dumps({"error": {"message": f"{self.model_url}: {error}"}}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/embeddings"):
            self._reply(200, self.server.embed(json.loads(body)))
        elif self.path.endswith("/chat/completions") and self.server.model_url:
            self._reply(*self.server.forward(body))
        else:
            self._reply(404, b"{}")

    def log_message(self, *_: Any) -> None:
        pass

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _coded(row: np.ndarray, as_text: bool) -> str | list[float]:
    return base64.b64encode(row.astype("<f4").tobytes()).decode() if as_text else row.tolist()
