"""An OpenAI-compatible endpoint on localhost that answers as its script says: what a model or a bad server would do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Say:
    """One scripted outcome of a chat request: a reply after `delay` seconds, a raw body, a status, or a broken connection.

    `text` and `raw` may be functions of the request's body.
    """

    def __init__(
        self,
        text: str | Callable[[dict], str] = "",
        *,
        status: int = 200,
        raw: bytes | Callable[[dict], bytes] | None = None,
        delay: float = 0.0,
        drop: bool = False,
        **headers: str,
    ):
        self.text, self.status, self.raw, self.delay, self.drop, self.headers = text, status, raw, delay, drop, headers


class ScriptedServer(ThreadingHTTPServer):
    """`script` is used up one chat request at a time, its last entry for ever; `requests` holds the bodies received."""

    daemon_threads = True

    def __init__(self, script: list[Say], models: Any, tokenize: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.models, self.tokenize = list(script), models, tokenize
        self.requests: list[dict] = []
        self.lock = threading.Lock()
        self.under_way = self.most_under_way = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that left are part of the script."""


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._send(200 if self.server.models is not None else 404, self.server.models)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        if self.path == "/tokenize":
            self._send(200, {"count": len(body["prompt"].split())}) if server.tokenize else self._send(404, {})
            return
        with server.lock:
            server.requests.append({**body, "_key": self.headers.get("Authorization")})
            say = server.script.pop(0) if len(server.script) > 1 else server.script[0]
            server.under_way += 1
            server.most_under_way = max(server.most_under_way, server.under_way)
        time.sleep(say.delay)
        with server.lock:
            server.under_way -= 1
        if say.drop:
            self.connection.close()
            return
        text = say.text(body) if callable(say.text) else say.text
        raw = say.raw(body) if callable(say.raw) else say.raw
        reply = raw if raw is not None else {"choices": [{"message": {"role": "assistant", "content": text}}]}
        self._send(say.status, reply, say.headers)

    def _send(self, status: int, body: Any, headers: dict | None = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


ONE_MODEL = {"data": [{"id": "giga", "max_model_len": 32_768}]}


@contextmanager
def serving(*script: Say, models: Any = ONE_MODEL, tokenize: bool = True) -> Iterator[ScriptedServer]:
    """A running scripted server."""
    server = ScriptedServer(list(script) or [Say("")], models, tokenize)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
