"""mem0ai 2.x (mem0ai/mem0), the library itself, in an environment of its own: make peers-mem0.

`Mem0RawMemory` stores messages as they are (`infer=False`): the same store and search, no model.  `Mem0Memory` lets
mem0 extract memories with the model of the settings' OpenAI-compatible server, whose replies must be able to be JSON.
Embeddings come from our encoder, the vector store is FAISS with cosine, one store a dialogue, threshold 0,
the least that it takes: memories with a negative similarity are never found.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from .child import serve
from .peer_memory import PeerMemory


class Mem0RawMemory(PeerMemory):
    """mem0 without a model: every message is a memory."""

    name = "mem0"
    module = "baselines.mem0_memory"


class Mem0Memory(Mem0RawMemory):
    """mem0 as its users run it: memories extracted by a model, two messages a call."""

    with_model = True


class Mem0Child:
    """Runs inside the child; one Memory a dialogue."""

    def __init__(self, config: dict) -> None:
        from mem0 import Memory

        self._config = config
        self._make = Memory.from_config
        self._stores: dict[str, Any] = {}

    def write(self, user: str, messages: list[dict]) -> None:
        store = self._store(user)
        if not self._config["with_model"]:
            for m in messages:
                store.add([{"role": m["role"], "content": m["text"]}], user_id=user, metadata={"index": m["index"]}, infer=False)
            return
        listed = [{"role": m["role"], "content": m["text"]} for m in messages]
        store.add(listed, user_id=user, metadata={"index": messages[0]["index"]})

    def recall(self, user: str, question: str, k: int) -> list[dict]:
        if user not in self._stores:
            return []
        found = self._stores[user].search(question, filters={"user_id": user}, top_k=k, threshold=0.0)["results"]
        return [{"index": m["metadata"]["index"], "text": m["memory"], "score": m["score"]} for m in found]

    def clear(self, user: str) -> None:
        store = self._stores.pop(user, None)
        if store:  # whole: delete_all writes the index anew for every memory, minutes for a long dialogue
            store.close()
            shutil.rmtree(self._folder(user))

    def _store(self, user: str) -> Any:
        if user not in self._stores:
            self._folder(user).mkdir(exist_ok=True)
            self._stores[user] = self._make(_mem0_config(self._config, self._folder(user)))
        return self._stores[user]

    def _folder(self, user: str) -> Path:
        return Path(self._config["folder"]) / user


def _mem0_config(config: dict, folder: Path) -> dict:
    llm = {"model": config["model"], "openai_base_url": config["url"], "api_key": "none", "max_tokens": config["reply_tokens"]}
    embedder = {"model": "encoder", "embedding_dims": config["dim"], "openai_base_url": config["url"], "api_key": "none"}
    store = {"collection_name": "memories", "path": str(folder / "faiss"), "embedding_model_dims": config["dim"], "distance_strategy": "cosine"}
    return {
        "llm": {"provider": "openai", "config": {**llm, "temperature": 0.0}},
        "embedder": {"provider": "openai", "config": embedder},
        "vector_store": {"provider": "faiss", "config": store},
        "history_db_path": str(folder / "history.db"),
    }


if __name__ == "__main__":
    serve(Mem0Child)
