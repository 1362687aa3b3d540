"""What the real peers share: a child process, our encoder, our reader and a deadline."""

from __future__ import annotations

import hashlib
import weakref
from typing import Any

from submission.contract import Message, ModelWithMemory
from submission.memory.turns import TurnLog
from submission.reading.reader import ExtractiveReader
from submission.recall.encoders import Encoder, WordVectorEncoder
from submission.recall.recall import Hit
from submission.settings import Settings

from .bridge import CALL_SECONDS, PeerError, PeerProcess, peer_python
from .embedding_server import EmbeddingServer


class PeerMemory(ModelWithMemory):
    """A peer behind the contest's interface.  Subclasses name the environment, the child's module and its options.

    A peer that hangs or dies raises PeerError; its dialogue is lost and the next one gets a new child.  The reader,
    the number of hits and the encoder are those of the other baselines.  The date of a session stands before its text.
    """

    name: str
    module: str
    options: dict[str, Any] = {}

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None, seconds: float = CALL_SECONDS) -> None:
        self._python = peer_python(self.name)
        settings = Settings.load()
        self._encoder = encoder or WordVectorEncoder()
        self._reader = ExtractiveReader(self._encoder, settings.abstain_below)
        self._k = settings.recall_k
        self._seconds = seconds
        self._logs: dict[Any, TurnLog] = {}
        self._lost: set[Any] = set()
        model = self.model_options(settings)
        self._server = EmbeddingServer(self._encoder)
        self._config = {**self.options, **model, "embed_url": self._server.url, "dim": self._encoder.dim}
        self._peer: PeerProcess | None = None
        self._start()
        weakref.finalize(self, self._server.close)

    def model_options(self, settings: Settings) -> dict[str, Any]:
        """Where the peer finds its language model; {} for one that uses none."""
        return {}

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        log = self._logs.setdefault(dialogue_id, TurnLog())
        first = len(log)
        log.append(messages)
        written = [
            {"index": t.index, "session": t.session_id, "role": t.role, "text": f"{t.date}: {t.text}" if t.date else t.text, "date": t.date}
            for t in log.since(first)
            if t.text.strip()
        ]
        if written:
            self._call("write", dialogue_id, messages=written)

    def clear_memory(self, dialogue_id: str) -> None:
        known = self._logs.pop(dialogue_id, None) is not None
        if dialogue_id in self._lost:
            self._lost.discard(dialogue_id)
        elif known:
            self._call("clear", dialogue_id)

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The peer's best memories; one that the peer wrote itself has the index of the turn it was drawn from."""
        if dialogue_id not in self._logs:
            return []
        found = self._call("recall", dialogue_id, question=question, k=k)
        log = self._logs[dialogue_id]
        hits = [Hit(m["index"], log[m["index"]].session_id, log[m["index"]].role, m["text"], float(m["score"])) for m in found]
        return sorted(hits, key=lambda hit: (-hit.score, -hit.index))

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        return self._reader.read(question, self.recall(dialogue_id, question, self._k)).text

    def close(self) -> None:
        """End the child and the embeddings' server."""
        if self._peer:
            self._peer.close()

    def probe(self, host: str, port: int) -> str:
        """What a connection from inside the child comes to; raises PeerError when it is blocked."""
        return self._peer.call("probe", self._seconds, host=host, port=port)

    def _start(self) -> PeerProcess:
        self._peer = PeerProcess(self.name, self._python, self.module, self._config)
        weakref.finalize(self, self._peer.close)
        return self._peer

    def _call(self, method: str, dialogue_id: Any, **arguments: Any) -> Any:
        if dialogue_id in self._lost:
            raise PeerError(f"{self.name} was ended while it held this dialogue")
        peer = self._peer if self._peer and self._peer.alive else self._start()
        try:
            return peer.call(method, self._seconds, user=_user(dialogue_id), **arguments)
        except PeerError:
            if not peer.alive:
                self._lost |= set(self._logs)
            raise


def _user(dialogue_id: Any) -> str:
    """A name that every peer takes; ids 1 and "1" stay apart."""
    return "d" + hashlib.sha256(repr(dialogue_id).encode("utf-8", "replace")).hexdigest()[:16]
