"""What the real peers share: a child process, our encoder and engine behind one address, the shared reader and a deadline."""

from __future__ import annotations

import hashlib
import logging
import math
import weakref
from typing import Any

from submission.contract import Message, ModelWithMemory
from submission.memory.turns import TurnLog
from submission.recall.encoders import Encoder
from submission.recall.recall import Hit
from submission.settings import Settings

from .bridge import CALL_SECONDS, PeerError, PeerProcess, peer_python
from .endpoint import PeerEndpoint
from .shared_reader import SharedReader

MODEL_PATIENCE = 5  # times the deadline, for a peer that asks a model, some several times a write
REPLY_TOKENS = 4096  # of what a peer lets its model write at once; a quarter of the context where that is less

logger = logging.getLogger(__name__)


class PeerMemory(ModelWithMemory):
    """A peer behind the contest's interface.  Subclasses name the environment, the child's module and its options.

    A peer that hangs or dies raises PeerError; its dialogue is lost and the next one gets a new child.  A write that fails
    because of what the model said loses its pair alone and is counted (`failed_writes`), as in the peers' own scripts; a
    dialogue none of whose writes came through raises PeerError when asked.  Encoder, engine, reader and budget are those
    of the other baselines.  The memories of a peer without a model are the turns themselves, so that the reader sees the
    replies around them too; what a peer `with_model` wrote is read as it stands.  The date of a session stands before a
    turn's text.  Raises ValueError where a peer `with_model` has no server to ask.
    """

    name: str
    module: str
    with_model = False

    def __init__(self, model_path: str | None = None, encoder: Encoder | None = None, seconds: float = CALL_SECONDS) -> None:
        self._python = peer_python(self.name)
        settings = Settings.load()
        if self.with_model and settings.engine != "openai":
            raise ValueError(
                f"{self.name} draws memories with a model: --engine openai --url URL, or GIGAMEMORY_ENGINE=openai and GIGAMEMORY_ENGINE_URL"
            )
        self._reader = SharedReader(model_path, encoder)
        self.counters = self._reader.counters
        self._seconds = seconds * (MODEL_PATIENCE if self.with_model else 1)
        self._logs: dict[Any, TurnLog] = {}
        self._lost: set[Any] = set()
        self._kept: set[Any] = set()  # dialogues with a write that came through
        self._failed: dict[Any, str] = {}  # and with one that did not: the last error
        self._endpoint = PeerEndpoint(self._reader.encoder, settings.engine_url if self.with_model else "")
        weakref.finalize(self, self._endpoint.close)
        self._config = {
            "with_model": self.with_model,
            "url": self._endpoint.url,
            "dim": self._reader.encoder.dim,
            "model": self._reader.model,
            "reply_tokens": min(REPLY_TOKENS, (self._reader.served_tokens or 4 * REPLY_TOKENS) // 4),
        }
        self._peer: PeerProcess | None = None
        self._start()

    def write_to_memory(self, messages: list[Message], dialogue_id: str) -> None:
        log = self._logs.setdefault(dialogue_id, TurnLog())
        first = len(log)
        log.append(messages)
        written = [
            {"index": t.index, "session": t.session_id, "role": t.role, "text": f"{t.date}: {t.text}" if t.date else t.text, "date": t.date}
            for t in log.since(first)
            if t.text.strip()
        ]
        if not written:
            return
        try:
            self._call("write", dialogue_id, messages=written)
            self._kept.add(dialogue_id)
        except PeerError as error:
            if not self.with_model or dialogue_id in self._lost:
                raise
            self.counters["failed_writes"] += 1
            self._failed[dialogue_id] = str(error)
            logger.warning("dialogue %r: %s", dialogue_id, error)

    def clear_memory(self, dialogue_id: str) -> None:
        known = self._logs.pop(dialogue_id, None) is not None
        self._failed.pop(dialogue_id, None)
        self._kept.discard(dialogue_id)
        if dialogue_id in self._lost:
            self._lost.discard(dialogue_id)
        elif known:
            self._call("clear", dialogue_id)

    def recall(self, dialogue_id: str, question: str, k: int) -> list[Hit]:
        """The peer's best memories; one that the peer wrote itself has the index of the turn it was drawn from."""
        if dialogue_id not in self._logs:
            return []
        if dialogue_id in self._failed and dialogue_id not in self._kept:
            raise PeerError(f"no write came through, last: {self._failed[dialogue_id]}")
        found = self._call("recall", dialogue_id, question=question, k=k)
        log = self._logs[dialogue_id]
        hits = [Hit(m["index"], log[m["index"]].session_id, log[m["index"]].role, m["text"], _finite(m["score"])) for m in found]
        return sorted(hits, key=lambda hit: (-hit.score, -hit.index))

    def answer_to_question(self, dialogue_id: str, question: str) -> str:
        log = self._logs.get(dialogue_id, ())
        hits = self.recall(dialogue_id, question, min(self._reader.k, max(len(log), 1)))
        return self._reader.read_notes(question, hits) if self.with_model else self._reader.read(question, hits, log)

    @property
    def last_support(self) -> float | None:
        """The reader's, 0..1, of the last answer; the harness sorts answers by it."""
        return self._reader.support

    def close(self) -> None:
        """End the child and its endpoint, and give back the engine."""
        if self._peer:
            self._peer.close()
        self._endpoint.close()
        self._reader.close()

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


def _finite(score: float) -> float:
    """The score; 0 for the NaN that a cosine with a question of unknown words gives."""
    return float(score) if math.isfinite(score) else 0.0


def _user(dialogue_id: Any) -> str:
    """A name that every peer takes; ids 1 and "1" stay apart."""
    return "d" + hashlib.sha256(repr(dialogue_id).encode("utf-8", "replace")).hexdigest()[:16]
