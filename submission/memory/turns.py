"""Turns of a dialogue, kept as they were said: the source of truth from which all else is derived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
    """One dialogue's turns, append-only but for what the user asks to forget.

    A forgotten turn keeps its place; its text is gone.  `touched` are the indexes whose text a forget request took, whole
    (`forgotten`) or but for a remainder.
    """

    def __init__(self, turns: Iterable[Turn] = (), touched: Iterable[int] = ()) -> None:
        self._turns: list[Turn] = list(turns)
        self.touched: frozenset[int] = frozenset(touched)

    def __len__(self) -> int:
        return len(self._turns)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self._turns)

    def __getitem__(self, index: int) -> Turn:
        return self._turns[index]

    @property
    def forgotten(self) -> frozenset[int]:
        """Indexes of turns that must not reach an answer, a hit or a fact."""
        return frozenset(index for index in self.touched if not self._turns[index].text)

    def append(self, messages: Iterable[Any]) -> None:
        """Add messages (anything with role, content and session_id) in their order."""
        self.extend(self.numbered(messages))

    def numbered(self, messages: Iterable[Any]) -> list[Turn]:
        """Messages as the turns that they would be if added next."""
        return [
            Turn(index, getattr(message, "session_id", None), str(message.role), writable(message.content), getattr(message, "date", None))
            for index, message in enumerate(messages, len(self._turns))
        ]

    def extend(self, turns: Iterable[Turn]) -> None:
        """Add turns that `numbered` gave."""
        self._turns.extend(turns)

    def rewrite(self, texts: Mapping[int, str]) -> list[Turn]:
        """Replace texts, by turn index, at the user's request; "" forgets the turn.  Returns the turns as they are now."""
        for index, text in texts.items():
            self._turns[index] = replace(self._turns[index], text=text)
        self.touched |= texts.keys()
        return [self._turns[index] for index in sorted(texts)]

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
