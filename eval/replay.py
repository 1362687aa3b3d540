"""The organisers' loop: how a dialogue reaches a system (ai-forever/memory_aij2025, src/)."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from .datasets import Dialogue

NO_REPLY = "<нет ответа>"


class FlatTurn(NamedTuple):
    """A turn as it is written; `message_index` is its place in the data set's session, None when added here."""

    session_id: int | str
    message_index: int | None
    role: str
    content: str
    date: str | None


def flatten(dialogue: Dialogue) -> list[FlatTurn]:
    """All turns that get written, in order.

    A session's leading assistant turn is dropped and a closing user turn gets an assistant turn `<нет ответа>`.
    Turns are written in twos by parity over the whole list, so that an odd last turn is never written.
    """
    turns: list[FlatTurn] = []
    for session in dialogue.sessions:
        kept = [FlatTurn(session.id, i, m.role, m.content, session.date) for i, m in enumerate(session.messages)]
        if kept[0].role == "assistant":
            kept = kept[1:]
        if kept and kept[-1].role == "user":
            kept.append(FlatTurn(session.id, None, "assistant", NO_REPLY, session.date))
        turns.extend(kept)
    return turns[: len(turns) - len(turns) % 2]


def pairs(turns: list[FlatTurn], together: int = 2) -> list[list[FlatTurn]]:
    """Consecutive twos of a flattened dialogue (or as many `together`)."""
    return [turns[i : i + together] for i in range(0, len(turns), together)]


def positions(turns: list[FlatTurn]) -> dict[tuple[int | str, int], int]:
    """(session id, message index) -> index of the turn in the dialogue, which is what a Hit carries."""
    return {(t.session_id, t.message_index): i for i, t in enumerate(turns) if t.message_index is not None}


def write_dialogue(system: Any, dialogue_id: int | str, turns: list[FlatTurn], together: int = 2) -> list[float]:
    """Write all pairs (or so many turns `together`) into `system`; returns the seconds of each write."""
    from submission.contract import Message

    seconds = []
    for pair in pairs(turns, together):
        messages = [_message(Message, turn) for turn in pair]
        started = time.perf_counter()
        system.write_to_memory(messages, dialogue_id)
        seconds.append(time.perf_counter() - started)
    return seconds


def _message(message_class: type, turn: FlatTurn) -> Any:
    """The contest's message; the date, which its class does not know, travels as an attribute."""
    message = message_class(turn.role, turn.content, turn.session_id)
    message.date = turn.date
    return message
