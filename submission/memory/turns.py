"""Turns of a dialogue, kept as they were said: the source of truth from which all else is derived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

USER, ASSISTANT = "user", "assistant"
NO_REPLY = "<нет ответа>"  # the runner puts it where a session ends with a user turn


@dataclass(frozen=True)
class Turn:
    """One message of one role; `index` counts all turns of the dialogue from 0 in the order of writing."""

    index: int
    session_id: Any
    role: str
    text: str
    date: str | None = None

    @property
    def is_user(self) -> bool:
        return self.role == USER


class TurnLog:
    """Append-only list of one dialogue's turns."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def __len__(self) -> int:
        return len(self._turns)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self._turns)

    def __getitem__(self, index: int) -> Turn:
        return self._turns[index]

    def append(self, messages: Iterable[Any]) -> None:
        """Add messages (anything with role, content and session_id) in their order."""
        for message in messages:
            self._turns.append(
                Turn(
                    len(self._turns),
                    getattr(message, "session_id", None),
                    str(message.role),
                    writable(message.content),
                    getattr(message, "date", None),
                )
            )

    def since(self, index: int) -> list[Turn]:
        """Turns from `index` on."""
        return self._turns[index:]


def writable(content: Any) -> str:
    """`content` as text that any file and tokenizer takes: no lone surrogates, no NULs; None is empty."""
    if content is None:
        return ""
    text = content if isinstance(content, str) else str(content)
    if text.isascii():
        return text.replace("\0", " ")
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
