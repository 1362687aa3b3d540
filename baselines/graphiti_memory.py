"""graphiti-core 0.31 on kuzu (getzep/graphiti, the engine of Zep), in an environment of its own: make peers-graphiti.

`GraphitiRawMemory` stores messages as episodes and searches them by graphiti's full-text search: no model, and no
vectors either, as graphiti embeds only what a model extracts.  `GraphitiMemory` lets graphiti extract entities and
dated facts with the model of the settings' OpenAI-compatible server and recalls facts (full text and vectors fused by
RRF, its default recipe).  One in-memory database a dialogue; embeddings come from our encoder.
"""

from __future__ import annotations

import asyncio
import os
import warnings
from datetime import datetime, timedelta, timezone
from typing import Any

from .child import serve
from .peer_memory import PeerMemory

# of turns whose data set has no dates: graphiti has to know which came first
_FIRST_DAY = datetime(2024, 1, 1, tzinfo=timezone.utc)


class GraphitiRawMemory(PeerMemory):
    """graphiti's episodes without a model."""

    name = "graphiti"
    module = "baselines.graphiti_memory"


class GraphitiMemory(GraphitiRawMemory):
    """graphiti as its users run it: a model draws a graph of facts, two messages an episode."""

    with_model = True


class GraphitiChild:
    """Runs inside the child; one Graphiti and one kuzu database a dialogue."""

    def __init__(self, config: dict) -> None:
        os.environ |= {"EMBEDDING_DIM": str(config["dim"]), "SEMAPHORE_LIMIT": "2"}
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        self._config = config
        self._loop = asyncio.new_event_loop()
        self._graphs: dict[str, Any] = {}
        self._turns: dict[str, int] = {}  # episode's uuid -> turn
        self._clients = _make_clients(config)

    def write(self, user: str, messages: list[dict]) -> None:
        self._loop.run_until_complete(self._write(user, messages))

    def recall(self, user: str, question: str, k: int) -> list[dict]:
        return self._loop.run_until_complete(self._recall(user, question, k)) if user in self._graphs else []

    def clear(self, user: str) -> None:
        self._graphs.pop(user, None)

    async def _write(self, user: str, messages: list[dict]) -> None:
        from graphiti_core.nodes import EpisodeType, EpisodicNode

        graph = await self._graph(user)
        if self._config["with_model"]:
            body = "\n".join(f"{m['role']}: {m['text']}" for m in messages)
            result = await graph.add_episode(str(messages[0]["index"]), body, "chat", _moment(messages[0]), EpisodeType.message, user)
            self._turns[result.episode.uuid] = messages[0]["index"]
            return
        for m in messages:
            text = f"{m['role']}: {m['text']}"
            kept = {"source": EpisodeType.message, "source_description": "chat", "valid_at": _moment(m)}
            node = EpisodicNode(name=str(m["index"]), group_id=user, content=text, created_at=_moment(m), **kept)
            await node.save(graph.driver)
            self._turns[node.uuid] = m["index"]

    async def _recall(self, user: str, question: str, k: int) -> list[dict]:
        from graphiti_core.search.search_config import EpisodeSearchConfig, EpisodeSearchMethod, SearchConfig
        from graphiti_core.search.search_config_recipes import EDGE_HYBRID_SEARCH_RRF

        if self._config["with_model"]:
            found = await self._graphs[user].search_(question, EDGE_HYBRID_SEARCH_RRF.model_copy(update={"limit": k}), [user])
            facts = [(max(self._turns[e] for e in edge.episodes), _dated(edge), s) for edge, s in zip(found.edges, found.edge_reranker_scores)]
            return [{"index": index, "text": text, "score": score} for index, text, score in facts]
        config = SearchConfig(episode_config=EpisodeSearchConfig(search_methods=[EpisodeSearchMethod.bm25]), limit=k)
        found = await self._graphs[user].search_(question, config, [user])
        hits = zip(found.episodes, found.episode_reranker_scores)
        return [{"index": self._turns[e.uuid], "text": e.content.partition(": ")[2], "score": s} for e, s in hits]

    async def _graph(self, user: str) -> Any:
        if user not in self._graphs:
            from graphiti_core import Graphiti
            from graphiti_core.driver.driver import GraphProvider
            from graphiti_core.driver.kuzu_driver import KuzuDriver
            from graphiti_core.graph_queries import get_fulltext_indices

            driver = KuzuDriver(db=":memory:")
            driver._database = user  # graphiti reads it, the driver for kuzu does not set it
            for query in get_fulltext_indices(GraphProvider.KUZU):
                await driver.execute_query(query)
            self._graphs[user] = Graphiti(graph_driver=driver, **self._clients)
        return self._graphs[user]


def _make_clients(config: dict) -> dict[str, Any]:
    from graphiti_core.cross_encoder.client import CrossEncoderClient
    from graphiti_core.embedder.openai import OpenAIEmbedder, OpenAIEmbedderConfig
    from graphiti_core.llm_client.config import LLMConfig
    from graphiti_core.llm_client.openai_generic_client import OpenAIGenericClient

    class KeepOrder(CrossEncoderClient):
        """Graphiti insists on a reranker; no recipe used here asks it."""

        async def rank(self, query: str, passages: list[str]) -> list[tuple[str, float]]:
            return [(passage, 1 / place) for place, passage in enumerate(passages, 1)]

    llm = LLMConfig(api_key="none", model=config["model"], base_url=config["url"], temperature=0.0)
    embedder = OpenAIEmbedderConfig(embedding_model="encoder", api_key="none", base_url=config["url"], embedding_dim=config["dim"])
    return {
        "llm_client": OpenAIGenericClient(config=llm, max_tokens=config["reply_tokens"], structured_output_mode="json_schema"),
        "embedder": OpenAIEmbedder(config=embedder),
        "cross_encoder": KeepOrder(),
    }


def _dated(edge: Any) -> str:
    """The fact, with the day on which it stopped being true."""
    return edge.fact + (f" (until {edge.invalid_at:%Y-%m-%d})" if edge.invalid_at else "")


def _moment(message: dict) -> datetime:
    if message["date"]:
        return datetime.fromisoformat(message["date"]).replace(tzinfo=timezone.utc)
    return _FIRST_DAY + timedelta(minutes=message["index"])


if __name__ == "__main__":
    serve(GraphitiChild)
