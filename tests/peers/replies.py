"""What a model would say to each peer, in the form that the peer asks for: a script for tests/scripted.py."""

from __future__ import annotations

import json

from scripted import Say

FACT = "Собаку пользователя зовут Тошка"
ANSWER = "Вашу собаку зовут Тошка."
USAGE = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
_SCHEMAS = {
    "ExtractedEntities": {"extracted_entities": [{"name": n, "entity_type_id": 0, "episode_indices": [0]} for n in ("Пользователь", "Тошка")]},
    "ExtractedEdges": {"edges": [{"source_entity_name": "Пользователь", "target_entity_name": "Тошка", "relation_type": "OWNS", "fact": FACT}]},
    "NodeResolutions": {"entity_resolutions": []},
    "EdgeDuplicate": {"duplicate_facts": [], "contradicted_facts": []},
    "SummarizedEntities": {"summaries": []},
    "BatchEdgeTimestamps": {"timestamps": [{}]},
}


def extracting() -> Say:
    """Every conversation yields the one FACT, as JSON (mem0), as a tool call (langmem) or by schema (graphiti); a request
    without a form is the reader's and gets ANSWER.  Each costs USAGE."""
    return Say(raw=lambda request: json.dumps(_completion(_message(request))).encode())


def drawn(request: dict) -> bool:
    """Whether a request is a peer's for memories, not the reader's for an answer."""
    return bool(request.get("tools") or request.get("response_format"))


def _completion(message: dict) -> dict:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice], "usage": USAGE}


def _message(request: dict) -> dict:
    if tools := request.get("tools"):
        name = next(t["function"]["name"] for t in tools if "memory" in t["function"]["name"].lower())
        call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": json.dumps({"content": FACT})}}
        return {"content": "", "tool_calls": [call]}
    kind = request.get("response_format", {})
    if kind.get("type") == "json_schema":
        return {"content": json.dumps(_SCHEMAS.get(kind["json_schema"]["name"], {}))}
    return {"content": json.dumps({"memory": [{"id": "0", "text": FACT, "attributed_to": "user"}]}) if drawn(request) else ANSWER}
