"""What every data set becomes: a dialogue of sessions, and questions with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

QUESTION_TYPES = ("fact_equal_session", "info_consolidation", "info_updating", "no_info")
NO_INFO = "no_info"


class Message(NamedTuple):
    role: str
    content: str


@dataclass(frozen=True)
class Session:
    id: int | str
    messages: tuple[Message, ...]
    date: str | None = None


class Evidence(NamedTuple):
    """A turn by its place in its session as the data set gives it."""

    session_id: int | str
    message_index: int
    quote: str = ""


@dataclass(frozen=True)
class Question:
    """One question with what is needed to judge an answer to it.

    `evidence_sessions` holds every session that the data set names, also where no turn is known.
    """

    id: int | str
    text: str
    type: str | None = None
    gold: str | None = None
    evidence: tuple[Evidence, ...] = ()
    evidence_sessions: tuple[int | str, ...] = ()
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    superseded: tuple[Evidence, ...] = ()
    date: str | None = None


@dataclass(frozen=True)
class Dialogue:
    id: int | str
    sessions: tuple[Session, ...]
    questions: tuple[Question, ...]
