"""Replies kept in a file, so that a run which was killed does not generate them again.  For measuring, not for the contest."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .base import Chat, ChatEngine

__all__ = ["VARIABLE", "KeptEngine", "kept"]

VARIABLE = "GIGAMEMORY_CALLS"  # the environment variable that names the file


def kept(engine: ChatEngine | None) -> ChatEngine | None:
    """The engine with its replies kept where VARIABLE says so, else the engine as it is."""
    path = os.environ.get(VARIABLE)
    return KeptEngine(engine, Path(path)) if engine and path else engine


class KeptEngine:
    """Any engine; a request equal to an earlier one is answered from the file.

    The file has a JSON object a line: {key, stage, seconds, prompt_tokens, completion_tokens, estimated, reply}.  The
    stage is `extract` where the reply is constrained to a schema, else `answer`; the seconds of a batch are shared out
    evenly; a prompt's tokens are those of its texts without the template.  A torn last line is cut off.
    """

    def __init__(self, engine: ChatEngine, path: Path) -> None:
        self._engine = engine
        self._file = path.open("ab+")
        self._replies: dict[str, str] = {}
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        self._file.truncate(whole)
        for line in content[:whole].splitlines():
            record = json.loads(line)
            self._replies[record["key"]] = record["reply"]

    @property
    def context_tokens(self) -> int:
        return self._engine.context_tokens

    def generate(
        self, chats: Sequence[Chat], max_tokens: int, choice: Sequence[str] | None = None, json_schema: Mapping[str, Any] | None = None
    ) -> list[str]:
        """See ChatEngine; equal chats of a batch are generated once."""
        keys = [_key(chat, max_tokens, choice, json_schema) for chat in chats]
        missing = {key: chat for key, chat in zip(keys, chats) if key not in self._replies}
        if missing:
            started = time.perf_counter()
            replies = self._engine.generate(list(missing.values()), max_tokens, choice, json_schema)
            seconds = (time.perf_counter() - started) / len(missing)
            stage = "extract" if json_schema is not None else "answer"
            for (key, chat), reply in zip(missing.items(), replies):
                self._append(
                    {
                        "key": key,
                        "stage": stage,
                        "seconds": round(seconds, 6),
                        "prompt_tokens": sum(self.count_tokens(message["content"]) for message in chat),
                        "completion_tokens": self.count_tokens(reply),
                        "estimated": False,
                        "reply": reply,
                    }
                )
                self._replies[key] = reply
        return [self._replies[key] for key in keys]

    def count_tokens(self, text: str) -> int:
        return self._engine.count_tokens(text)

    def close(self) -> None:
        self._file.close()
        self._engine.close()

    def _append(self, record: dict[str, Any]) -> None:
        self._file.write((json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        self._file.flush()


def _key(chat: Chat, max_tokens: int, choice: Sequence[str] | None, json_schema: Mapping[str, Any] | None) -> str:
    content = json.dumps([[dict(m) for m in chat], max_tokens, choice and list(choice), json_schema], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
