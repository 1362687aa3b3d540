"""Any OpenAI-compatible server; vLLM's own for development.  The only module that knows the protocol.

On the standard library: the image has no client that is promised to stay, and a request is one POST.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

from .base import Chat, DeadlineError, EngineError, estimated_tokens
from .replies import checked

__all__ = ["OpenAiEngine", "opener_for"]

CHARS_PER_TOKEN = 2.0  # of an unknown tokenizer on Russian, where the server has no /tokenize
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 8.0
_AGAIN = frozenset([408, 409, 425, 429, 500, 502, 503, 504])
_LOCAL = frozenset(["127.0.0.1", "localhost", "::1"])


class OpenAiEngine:
    """Chat completions of one model on one server.

    `model` may be "" where the server serves exactly one.  The key, where one is needed, comes from the environment
    variable GIGAMEMORY_ENGINE_KEY, so that it gets into no manifest.  Raises EngineError with the fix in its message.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        context_tokens: int,
        seed: int,
        timeout_seconds: float,
        retries: int,
        concurrency: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = url.rstrip("/")
        if urllib.parse.urlsplit(self._base).scheme not in ("http", "https"):
            raise EngineError(f"engine_url must start with http:// or https://, not {url!r}")
        if not self._base.endswith("/v1"):
            self._base += "/v1"
        self._opener = opener_for(self._base)
        self._seed, self._timeout, self._retries, self._sleep = seed, timeout_seconds, retries, sleep
        self._pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="openai")
        self._plain = False  # set when the server refuses parameters that OpenAI's own protocol lacks
        self._tokenize: bool | None = None  # whether the server counts tokens; unknown before the first try
        self.model, served = self._find_model(model)
        self.context_tokens = min(context_tokens, served) if served else context_tokens
        self.served_tokens = served

    def generate(
        self, chats: Sequence[Chat], max_tokens: int, choice: Sequence[str] | None = None, json_schema: Mapping[str, Any] | None = None
    ) -> list[str]:
        """See ChatEngine.  The server cuts nothing: prompts must fit, which the packing of the context sees to."""
        extra = _constraint(choice, json_schema)
        bodies = [{"messages": self._fitted(chat, max_tokens), "max_tokens": max_tokens} for chat in chats]
        return [checked(reply, choice, json_schema) for reply in self._pool.map(lambda body: self._complete(body, extra), bodies)]

    def count_tokens(self, text: str) -> int:
        """vLLM's /tokenize counts; elsewhere a high estimate."""
        if self._tokenize is not False:
            try:
                body = {"model": self.model, "prompt": text, "add_special_tokens": False}
                reply = self._post(self._base.removesuffix("/v1") + "/tokenize", body)
                self._tokenize = True
                return int(reply["count"])
            except _Refused:
                self._tokenize = False
            except (KeyError, TypeError, ValueError):
                self._tokenize = False
        return estimated_tokens(text, CHARS_PER_TOKEN)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _complete(self, body: dict[str, Any], extra: dict[str, Any]) -> str:
        body = {"model": self.model, "temperature": 0.0, "seed": self._seed, **body}
        url = self._base + "/chat/completions"
        try:
            reply = self._post(url, {**body, **({} if self._plain else extra)})
        except _Refused as refusal:
            if not extra or self._plain or refusal.status not in (400, 422):
                raise
            reply = self._post(url, body)  # the check of the reply has to do
            self._plain = True
        try:
            return reply["choices"][0]["message"]["content"] or ""
        except (KeyError, IndexError, TypeError) as error:
            raise EngineError(f"{url} answered in another format: {json.dumps(reply, ensure_ascii=False)[:200]}") from error

    def _fitted(self, chat: Chat, max_tokens: int) -> list[dict[str, str]]:
        """`chat` with the middle of its longest message cut, so that prompt and reply fit the context."""
        messages = [dict(message) for message in chat]
        template = 64 + 16 * len(messages)  # marks around the messages; GigaChat's template adds a block after each user turn
        over = sum(len(m["content"]) for m in messages) + template + max_tokens - self.context_tokens
        if over <= 0:  # even at a token a character
            return messages
        longest = max(messages, key=lambda m: len(m["content"]))
        room = self.context_tokens - max_tokens - template - sum(self.count_tokens(m["content"]) for m in messages if m is not longest)
        text = longest["content"]
        while text and (tokens := self.count_tokens(text)) > max(room, 0):
            keep = int(len(text) * max(room, 0) / tokens * 0.95)
            text = text[: keep // 2] + text[len(text) - (keep - keep // 2) :] if keep else ""
        longest["content"] = text
        return messages

    def _find_model(self, wanted: str) -> tuple[str, int | None]:
        url = self._base + "/models"
        try:
            cards = {card["id"]: card.get("max_model_len") for card in self._request(url, None)["data"]}
        except _Refused as refusal:
            if refusal.status in (401, 403):
                raise EngineError(f"{url} wants a key; put it into GIGAMEMORY_ENGINE_KEY") from refusal
            raise EngineError(f"{url} answered {refusal.status}: no OpenAI-compatible server; check GIGAMEMORY_ENGINE_URL") from refusal
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"{url} speaks another API; an OpenAI-compatible server is needed (make serve MODEL=folder)") from error
        if not wanted and len(cards) == 1:
            wanted = next(iter(cards))
        if wanted not in cards:
            raise EngineError(f"{self._base} serves no model {wanted!r}; it serves: {', '.join(sorted(cards)) or 'none'} (GIGAMEMORY_ENGINE_MODEL)")
        return wanted, cards[wanted]

    def _post(self, url: str, body: Mapping[str, Any]) -> Any:
        return self._request(url, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))

    def _request(self, url: str, body: bytes | None) -> Any:
        """The JSON reply; passing faults are tried again with doubling waits.  Raises _Refused, EngineError."""
        wait = FIRST_WAIT_SECONDS
        for left in range(self._retries, -1, -1):
            try:
                with self._opener.open(self._prepared(url, body), timeout=self._timeout) as response:
                    return json.loads(response.read())
            except urllib.error.HTTPError as error:
                with error:
                    text = error.read(2000).decode("utf-8", "replace")
                if error.code not in _AGAIN:
                    raise _Refused(url, error.code, text) from error
                fault, asked = f"{error.code} {text[:200]}", error.headers.get("Retry-After", "")
            except TimeoutError as error:  # a second wait of this length would not fit the deadline
                raise DeadlineError(f"{url}: no reply within {self._timeout:.0f} s") from error
            except json.JSONDecodeError as error:
                raise EngineError(f"{url} answered with something that is no JSON: is it an OpenAI-compatible server?") from error
            except (OSError, HTTPException) as error:
                if isinstance(getattr(error, "reason", None), TimeoutError):
                    raise DeadlineError(f"{url}: no reply within {self._timeout:.0f} s") from error
                fault, asked = f"{type(error).__name__}: {error}", ""
            if left:
                self._sleep(min(float(asked) if asked.isdigit() else wait, LONGEST_WAIT_SECONDS))
                wait *= 2
        raise EngineError(f"{url} failed {self._retries + 1} times, last: {fault}; is the server up? (make serve MODEL=folder)")

    def _prepared(self, url: str, body: bytes | None) -> urllib.request.Request:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get("GIGAMEMORY_ENGINE_KEY"):
            headers["Authorization"] = f"Bearer {key}"
        return urllib.request.Request(url, data=body, headers=headers)


def opener_for(url: str) -> urllib.request.OpenerDirector:
    """An opener for one server; a local one is asked directly, whatever proxy the environment names."""
    local = urllib.parse.urlsplit(url).hostname in _LOCAL
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []))


class _Refused(EngineError):
    """The server says no for good."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__(f"{url} refused the request ({status}): {text[:300]}")
        self.status = status


def _constraint(choice: Sequence[str] | None, json_schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """Request fields; each vLLM ignores the name of the other's version silently, hence both for a choice."""
    if choice is not None:
        return {"structured_outputs": {"choice": list(choice)}, "guided_choice": list(choice)}
    if json_schema is not None:
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(json_schema)}}}
    return {}
