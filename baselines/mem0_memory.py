"""mem0ai 2.x (mem0ai/mem0), the library itself, in an environment of its own: make peers-mem0.

`Mem0RawMemory` stores messages as they are (`infer=False`): the same store and search, no model.  `Mem0Memory` lets
mem0 extract memories with the model of the settings' OpenAI-compatible server, whose replies must be able to be JSON.
Embeddings come from our encoder, the vector store is FAISS with cosine, one store a dialogue, threshold 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from submission.settings import Settings

from .child import serve
from .peer_memory import PeerMemory


class Mem0RawMemory(PeerMemory):
    """mem0 without a model: every message is a memory."""

    name = "mem0"
    module = "baselines.mem0_memory"
    options = {"infer": False}


class Mem0Memory(Mem0RawMemory):
    """mem0 as its users run it: memories extracted by a model, two messages a call."""

    options = {"infer": True}

    def model_options(self, settings: Settings) -> dict[str, Any]:
        if settings.engine != "openai":
            raise ValueError("mem0 extracts with a model: set GIGAMEMORY_ENGINE=openai and GIGAMEMORY_ENGINE_URL")
        return {"llm_url": settings.engine_url, "llm_model": settings.engine_model}


class Mem0Child:
    """Runs inside the child; one Memory a dialogue."""

    def __init__(self, config: dict) -> None:
        from mem0 import Memory

        self._config = config
        self._make = Memory.from_config
        self._stores: dict[str, Any] = {}

    def write(self, user: str, messages: list[dict]) -> None:
        store = self._store(user)
        if not self._config["infer"]:
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
        if store:
            store.delete_all(user_id=user)
            store.close()

    def _store(self, user: str) -> Any:
        if user not in self._stores:
            folder = Path(self._config["folder"]) / user
            folder.mkdir(exist_ok=True)
            self._stores[user] = self._make(_mem0_config(self._config, folder))
        return self._stores[user]


def _mem0_config(config: dict, folder: Path) -> dict:
    llm = {"model": config.get("llm_model") or "none", "openai_base_url": config.get("llm_url", config["embed_url"]), "api_key": "none"}
    embedder = {"model": "encoder", "embedding_dims": config["dim"], "openai_base_url": config["embed_url"], "api_key": "none"}
    store = {"collection_name": "memories", "path": str(folder / "faiss"), "embedding_model_dims": config["dim"], "distance_strategy": "cosine"}
    return {
        "llm": {"provider": "openai", "config": {**llm, "temperature": 0.0}},
        "embedder": {"provider": "openai", "config": embedder},
        "vector_store": {"provider": "faiss", "config": store},
        "history_db_path": str(folder / "history.db"),
    }


if __name__ == "__main__":
    serve(Mem0Child)
