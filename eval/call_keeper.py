"""A small server between the systems and an OpenAI-compatible endpoint that keeps every reply: python -m eval.call_keeper.

It lives in a process of its own, so that a call under way when the run is killed still ends in the journal: the run that
goes on gets the reply from there, and no call is paid twice.  Only the keeper's own death can lose a reply; the calls
then in doubt are the `started` lines without an end.  Standard library only, as it starts with every run.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import math
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .journal import Journal, read_journal, write_json

CALLS, KEEPER, LOCK = "calls.jsonl", "keeper.json", "keeper.lock"
LINGER_SECONDS = 20.0  # that it waits for a new run after the last one is gone
UPSTREAM_SECONDS = 600.0
CHARS_PER_TOKEN = 2.0  # where the server counts no tokens
STAGE_HEADER = "X-GigaMemory-Stage"  # by which baselines/endpoint.py marks what a peer asks while it writes
_PAID = ("/chat/completions", "/completions")
_LOCAL = frozenset(["127.0.0.1", "localhost", "::1"])


class Keeper(ThreadingHTTPServer):
    """Answers from `folder`/calls.jsonl what was asked before, word for word; asks `upstream` for the rest.

    Equal requests under way at once are one call.  Only replies with status 200 are kept.  The journal has two lines a
    call: {key, started}, then {key, failed} or {key, stage, model, prompt_tokens, completion_tokens, estimated, seconds,
    reply}.  `stage` is the keeper's own where it has one, else what STAGE_HEADER says (`write`, of peers), else `extract`
    where the request constrains the reply to JSON or offers tools, else `answer`.
    """

    daemon_threads = True

    def __init__(self, folder: Path, upstream: str, stage: str | None) -> None:
        self.replies = {r["key"]: r["reply"] for r in read_journal(folder / CALLS) if "reply" in r}
        self.journal = Journal(folder / CALLS)
        self.folder, self.stage = str(folder), stage
        self.lock = threading.Lock()
        self.under_way: dict[str, threading.Event] = {}
        self.runs: set[int] = set()
        self.linger_seconds = LINGER_SECONDS
        self.closing = False
        self.upstream = upstream.rstrip("/").removesuffix("/v1")
        local = urllib.parse.urlsplit(self.upstream).hostname in _LOCAL
        self.opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []))
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error here."""

    def kept_reply(self, path: str, body: dict[str, Any], headers: dict[str, str], stage: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """The reply from the journal, or from the endpoint and then into the journal."""
        key = hashlib.sha256(f"{path}\n{json.dumps(body, sort_keys=True)}".encode()).hexdigest()
        while True:
            with self.lock:
                if key in self.replies:
                    return 200, {}, json.dumps(self.replies[key], ensure_ascii=False).encode("utf-8", "replace")
                event = self.under_way.get(key)
                if event is None:
                    event = self.under_way[key] = threading.Event()
                    self.journal.append({"key": key, "started": round(time.time(), 3)})
                    break
            event.wait()
        try:
            started = time.perf_counter()
            status, given, data = self.forward(path, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), headers)
            seconds = round(time.perf_counter() - started, 6)
            reply = _json(data) if status == 200 else None
            with self.lock:
                if reply is None:
                    self.journal.append({"key": key, "failed": status})
                else:
                    self.journal.append({"key": key, **_cost(body, reply, self.stage or stage), "seconds": seconds, "reply": reply})
                    self.replies[key] = reply
            return status, given, data
        finally:
            with self.lock:
                del self.under_way[key]
            event.set()

    def forward(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers worth passing on and body of the endpoint's reply; 502 where it cannot be reached."""
        request = urllib.request.Request(self.upstream + path, data=body, headers=headers)
        try:
            with self.opener.open(request, timeout=UPSTREAM_SECONDS) as response:
                return response.status, {}, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k: v for k, v in error.headers.items() if k.lower() == "retry-after"}, error.read()
        except (OSError, HTTPException) as error:
            return 502, {}, json.dumps({"error": f"{self.upstream}: {error}"}).encode()

    def watch(self) -> None:
        """End when no run has been alive, and no call under way, for LINGER_SECONDS; at once after the last run left."""
        alone_since = time.monotonic()
        while not self.closing:
            time.sleep(0.1)
            with self.lock:
                self.runs = {pid for pid in self.runs if _alive(pid)}
                if self.runs or self.under_way:
                    alone_since = time.monotonic()
                elif time.monotonic() - alone_since >= self.linger_seconds:
                    self.closing = True
        self.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: Keeper
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._reply(*self.server.forward(self.path, None, self._passed()))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/keeper/"):
            self._reply(*self._command(json.loads(raw)))
            return
        body = _json(raw)
        if isinstance(body, dict) and self.path.endswith(_PAID) and not body.get("stream"):
            self._reply(*self.server.kept_reply(self.path, body, self._passed(), self.headers.get(STAGE_HEADER)))
        else:
            self._reply(*self.server.forward(self.path, raw, self._passed()))

    def _command(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """attach {pid}: a run says that it is there; leave {pid}: it is done, and the keeper ends with the last run."""
        server = self.server
        with server.lock:
            if server.closing or request["folder"] != server.folder:
                return 503, {}, b"{}"
            if self.path == "/keeper/attach":
                server.runs.add(request["pid"])
                server.linger_seconds = LINGER_SECONDS
            elif self.path == "/keeper/leave":
                server.runs.discard(request["pid"])
                server.linger_seconds = 0.0
        return 200, {}, b"{}"

    def _passed(self) -> dict[str, str]:
        return {k: v for k, v in self.headers.items() if k.lower() in ("authorization", "content-type")}

    def _reply(self, status: int, headers: dict[str, str], data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the client may be gone; its reply is kept
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)


def _cost(body: dict[str, Any], reply: Any, stage: str | None) -> dict[str, Any]:
    usage = reply.get("usage") if isinstance(reply, dict) else None
    if isinstance(usage, dict) and isinstance(usage.get("prompt_tokens"), int):
        tokens, estimated = (usage["prompt_tokens"], usage.get("completion_tokens") or 0), False
    else:
        prompt = json.dumps(body.get("messages", body.get("prompt", "")), ensure_ascii=False)
        written = json.dumps(reply.get("choices", "") if isinstance(reply, dict) else "", ensure_ascii=False)
        tokens, estimated = (math.ceil(len(prompt) / CHARS_PER_TOKEN), math.ceil(len(written) / CHARS_PER_TOKEN)), True
    extracts = bool(body.get("response_format") or body.get("tools") or body.get("guided_json"))
    stage = stage or ("extract" if extracts else "answer")
    return {"stage": stage, "model": body.get("model"), "prompt_tokens": tokens[0], "completion_tokens": tokens[1], "estimated": estimated}


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(folder: Path, upstream: str, stage: str | None) -> None:
    """Serve until the last run is gone; one keeper a folder, and its port stands in keeper.json."""
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keeper = Keeper(folder, upstream, stage)
        write_json(folder / KEEPER, {"port": keeper.server_port, "pid": os.getpid(), "upstream": upstream})
        threading.Thread(target=keeper.watch, daemon=True).start()
        keeper.serve_forever(0.05)
        (folder / KEEPER).unlink(missing_ok=True)
        keeper.journal.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
