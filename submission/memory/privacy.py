"""Privacy: what forget requests change in a dialogue, and redaction of personal data in text and logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import NamedTuple

from .forget_request import FORGET, find_forget_request, kept_news
from .forgetting import turns_to_forget
from .turns import Turn, TurnLog

__all__ = ["Forgotten", "forget_at", "forget_in", "redact", "redacting_logger"]

FORGOTTEN, NOT_FOUND, TOO_BROAD = "forgotten", "not_found", "too_broad"


class Forgotten(NamedTuple):
    """What became of a request: its status and the new texts, by index, of the turns that it changes ("" for all but news)."""

    status: str
    texts: dict[int, str]

    def reply(self, english: bool = False) -> str:
        """What to tell the user."""
        return _REPLIES[self.status][english]


_REPLIES = {
    FORGOTTEN: ("Хорошо, я это забыл и больше не буду к этому возвращаться.", "All right, I have forgotten that and won't bring it up again."),
    NOT_FOUND: ("Я не нашёл, что забыть: такого в моей памяти нет.", "I found nothing to forget: there is no such thing in my memory."),
    TOO_BROAD: ("Скажите точнее, что именно забыть: я забываю только то, что названо.", "Please say what exactly: I only forget what is named."),
}


def forget_in(log: TurnLog, added: Sequence[Turn]) -> tuple[dict[int, str], list[Forgotten]]:
    """New texts of turns that requests in the turns `added`, about to follow `log`, change; and what became of each request.

    A request reaches back from its own turn only: what is said later counts again.  The request's turn, but for news in it,
    and its reply are forgotten with what it names; a request that finds nothing changes nothing.
    """
    texts: dict[int, str] = {}
    outcomes = []
    turns: list[Turn] = []
    for turn in added:
        before = turn.index - 1
        if not turn.is_user and _is_touched(before, log, texts) and _before(before, log, added).is_user:
            texts[turn.index] = ""
            continue
        request = find_forget_request(turn.text) if turn.is_user else None
        if request is None:
            continue
        turns = [*log, *added]
        turns = [t._replace_text(texts[t.index]) if t.index in texts else t for t in turns]
    return texts, outcomes
