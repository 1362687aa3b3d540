"""What every engine offers, and what it fails with.

An engine knows nothing of memory or of questions: chats go in, texts come out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Chat = Sequence[Mapping[str, str]]  # messages with role (system, user, assistant) and content

__all__ = ["Chat", "ChatEngine", "DeadlineError", "EngineError", "estimated_tokens", "truncated"]


class EngineError(RuntimeError):
    """The engine could not be built or did not answer; the message says what to do."""


class DeadlineError(EngineError):
    """A call did not come back in its time."""


class ChatEngine(Protocol):
    """Greedy text generation with an optional constraint."""

    context_tokens: int  # prompt and reply together never exceed it

    def generate(
        self, chats: Sequence[Chat], max_tokens: int, choice: Sequence[str] | None = None, json_schema: Mapping[str, Any] | None = None
    ) -> list[str]:
        """One reply a chat, in the same order; [] for no chats.

        With `choice` a reply is one of these words, with `json_schema` a compact JSON text that fits the schema (never
        both); a reply that breaks its constraint comes back as "".  An over-long prompt loses its middle.
        Raises EngineError when the batch as a whole fails.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` alone, without the template's; never too few where it has to be estimated."""
        ...

    def close(self) -> None:
        """Give back memory and connections; the engine cannot be used afterwards."""
        ...


def estimated_tokens(text: str, chars_per_token: float) -> int:
    """Tokens of `text` where no tokenizer is at hand; round up."""
    return math.ceil(len(text) / chars_per_token)


def truncated(ids: Sequence[int], limit_tokens: int) -> list[int]:
    """`ids` cut to `limit_tokens` by dropping the middle.

    The beginning holds the instruction and the end the question, both of which the reply needs.
    Raises ValueError when the limit is below 1.
    """
    if limit_tokens < 1:
        raise ValueError(f"no room for a prompt: limit of {limit_tokens} tokens; lower max_answer_tokens or raise context_tokens")
    if len(ids) <= limit_tokens:
        return list(ids)
    head = limit_tokens // 2
    return [*ids[:head], *ids[len(ids) - (limit_tokens - head) :]]
