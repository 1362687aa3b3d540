"""The far end of the bridge: a peer's own process that takes one JSON object a line and answers with one."""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, Protocol

from .loopback import block_network


class Peer(Protocol):
    """What a child wraps; values are JSON.  `user` stands for the dialogue, with letters and digits only."""

    def write(self, user: str, messages: list[dict]) -> None:
        """Store messages: {"index", "session", "role", "text", "date"}."""

    def recall(self, user: str, question: str, k: int) -> list[dict]:
        """The best memories first: {"index" (of a turn, or null), "session", "text", "score"}."""

    def clear(self, user: str) -> None:
        """Forget the dialogue."""


def serve(make: Callable[[dict], Peer]) -> None:
    """Run until standard input ends.  The network is blocked before `make` imports the peer.

    What the peer prints goes to standard error, as the pipe is ours.
    """
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    block_network()
    try:
        peer = make(json.loads(sys.argv[1]))
    except Exception as error:
        traceback.print_exc()
        _send(replies, {"error": f"{type(error).__name__}: {error}"})
        return
    _send(replies, {"value": "ready"})
    for line in sys.stdin:
        request = json.loads(line)
        method = _probe if request["method"] == "probe" else getattr(peer, request["method"])
        try:
            _send(replies, {"value": method(**request["arguments"])})
        except Exception as error:
            traceback.print_exc()
            _send(replies, {"error": f"{type(error).__name__}: {error}"})


def _probe(host: str, port: int) -> str:
    """What a connection from here comes to."""
    with socket.create_connection((host, port), timeout=5):
        return "connected"


def _send(file: Any, reply: dict) -> None:
    file.write(json.dumps(reply, ensure_ascii=False) + "\n")
    file.flush()
