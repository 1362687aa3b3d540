"""An OpenAI-compatible server on loopback whose replies are scripted, in the form that each peer asks for."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FACT = "Собаку пользователя зовут Тошка"
_SCHEMAS = {
    "ExtractedEntities": {"extracted_entities": [{"name": n, "entity_type_id": 0, "episode_indices": [0]} for n in ("Пользователь", "Тошка")]},
    "ExtractedEdges": {"edges": [{"source_entity_name": "Пользователь", "target_entity_name": "Тошка", "relation_type": "OWNS", "fact": FACT}]},
    "NodeResolutions": {"entity_resolutions": []},
    "EdgeDuplicate": {"duplicate_facts": [], "contradicted_facts": []},
    "SummarizedEntities": {"summaries": []},
    "BatchEdgeTimestamps": {"timestamps": [{}]},
}


class ScriptedEndpoint:
    """Every conversation yields the one FACT, as JSON (mem0), as a tool call (langmem) or by schema (graphiti)."""

    def __init__(self) -> None:
        requests = self.requests = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                requests.append(request)
                choice = {"index": 0, "message": {"role": "assistant", **_reply(request)}, "finish_reason": "stop"}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                body = json.dumps({"id": "x", "object": "chat.completion", "created": 0, "model": "scripted", "choices": [choice], "usage": usage})
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _reply(request: dict) -> dict:
    if tools := request.get("tools"):
        name = next(t["function"]["name"] for t in tools if "memory" in t["function"]["name"].lower())
        call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": json.dumps({"content": FACT})}}
        return {"content": "", "tool_calls": [call]}
    kind = request.get("response_format", {})
    if kind.get("type") == "json_schema":
        return {"content": json.dumps(_SCHEMAS.get(kind["json_schema"]["name"], {}))}
    return {"content": json.dumps({"memory": [{"id": "0", "text": FACT, "attributed_to": "user"}]})}
