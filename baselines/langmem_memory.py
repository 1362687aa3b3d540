"""langmem 0.0.30 (langchain-ai/langmem), the library itself, in an environment of its own: make peers-langmem.

`LangmemRawMemory` puts every message into langmem's store (LangGraph's InMemoryStore with an index) and searches it:
no model.  `LangmemMemory` lets the memory store manager, with deletion enabled, decide with the model of the settings'
OpenAI-compatible server what to keep; the server must know tool calls (`make serve TOOLS=hermes`).  Embeddings come from our encoder.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from .child import serve
from .peer_memory import PeerMemory


class LangmemRawMemory(PeerMemory):
    """langmem's store without its manager: every message is a memory."""

    name = "langmem"
    module = "baselines.langmem_memory"


class LangmemMemory(LangmemRawMemory):
    """langmem as its users run it: a manager writes, updates and deletes memories, two messages a call."""

    with_model = True


class LangmemChild:
    """Runs inside the child; one store, a namespace a dialogue."""

    def __init__(self, config: dict) -> None:
        from langgraph.store.memory import InMemoryStore

        self._url = config["url"]
        self._store = InMemoryStore(index={"dims": config["dim"], "embed": self._embed, "fields": ["$"]})
        self._manager = self._make_manager(config) if config["with_model"] else None
        self._latest: dict[str, int] = {}  # first turn of the last write, for memories whose making left no trace

    def write(self, user: str, messages: list[dict]) -> None:
        if self._manager is None:
            for m in messages:
                self._store.put(("memories", user), f"{m['index']:08}", {"content": m["text"]})
            return
        before = {item.key: item.updated_at for item in self._items(user)}
        said = [{"role": m["role"], "content": m["text"]} for m in messages]
        self._manager.invoke({"messages": said}, config={"configurable": {"langgraph_user_id": user}})
        for item in self._items(user):
            if before.get(item.key) != item.updated_at:
                self._latest[f"{user}/{item.key}"] = messages[0]["index"]

    def recall(self, user: str, question: str, k: int) -> list[dict]:
        found = self._store.search(("memories", user), query=question, limit=k)
        return [{"index": self._turn(user, item.key), "text": _text(item.value), "score": item.score or 0.0} for item in found]

    def clear(self, user: str) -> None:
        for item in self._items(user):
            self._store.delete(("memories", user), item.key)

    def _items(self, user: str) -> list[Any]:
        return self._store.search(("memories", user), limit=10**6)

    def _turn(self, user: str, key: str) -> int:
        return int(key) if self._manager is None else self._latest[f"{user}/{key}"]

    def _make_manager(self, config: dict) -> Any:
        from langchain_openai import ChatOpenAI
        from langmem import create_memory_store_manager

        llm = ChatOpenAI(model=config["model"], base_url=config["url"], api_key="none", temperature=0.0, max_tokens=config["reply_tokens"])
        return create_memory_store_manager(llm, namespace=("memories", "{langgraph_user_id}"), store=self._store, enable_deletes=True)

    def _embed(self, texts: list[str]) -> list[list[float]]:
        body = json.dumps({"input": list(texts)}).encode()
        request = urllib.request.Request(self._url + "/embeddings", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return [entry["embedding"] for entry in json.load(reply)["data"]]


def _text(value: Any) -> str:
    """The words of a memory; the manager wraps them as {"kind", "content": {"content"}}."""
    while isinstance(value, dict) and "content" in value:
        value = value["content"]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    serve(LangmemChild)
