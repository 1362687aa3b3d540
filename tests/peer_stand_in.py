"""A peer for the tests of the bridge: remembers words, puts "note: " before them where it has a model, and hangs, dies, fails or
prints on request."""

from __future__ import annotations

import os
import time

from baselines.child import serve


class StandIn:
    def __init__(self, config: dict) -> None:
        if config.get("broken"):
            raise RuntimeError("no such peer")
        self._prefix = "note: " if config.get("with_model") else ""
        self._texts: dict[str, list[dict]] = {}

    def write(self, user: str, messages: list[dict]) -> None:
        for message in messages:
            if message["text"] == "hangs":
                time.sleep(60)
            if "dies" in message["text"]:
                os._exit(3)
            if "fails" in message["text"]:
                raise ValueError("not this one")
            print("peers print things")
        self._texts.setdefault(user, []).extend(messages)

    def recall(self, user: str, question: str, k: int) -> list[dict]:
        return [
            {"index": m["index"], "text": self._prefix + m["text"], "score": float("nan") if question == "??" else float(question in m["text"])}
            for m in self._texts.get(user, [])
        ][:k]

    def clear(self, user: str) -> None:
        if any("hangs at the end" in message["text"] for message in self._texts.pop(user, ())):
            time.sleep(60)


if __name__ == "__main__":
    serve(StandIn)
