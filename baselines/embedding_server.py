"""An OpenAI-compatible /v1/embeddings on 127.0.0.1, so that every peer shares our encoder."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from submission.recall.encoders import Encoder


class EmbeddingServer:
    """Serves `encoder` in a thread until `close`; the protocol has no side, so all texts are encoded as passages."""

    def __init__(self, encoder: Encoder) -> None:
        lock = threading.Lock()  # encoders are not promised to be thread-safe
        counted = self.counted = {"requests": 0, "texts": 0}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self.path.endswith("/embeddings"):
                    self.send_error(404)
                    return
                texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
                with lock:
                    rows = encoder.encode_passages(texts)
                    counted["requests"] += 1
                    counted["texts"] += len(texts)
                as_text = request.get("encoding_format") == "base64"
                data = [{"object": "embedding", "index": i, "embedding": _coded(row, as_text)} for i, row in enumerate(rows)]
                body = json.dumps({"object": "list", "model": "encoder", "data": data, "usage": {"prompt_tokens": 0, "total_tokens": 0}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _coded(row: np.ndarray, as_text: bool) -> str | list[float]:
    return base64.b64encode(row.astype("<f4").tobytes()).decode() if as_text else row.tolist()
