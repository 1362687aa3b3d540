"""What every data set becomes: a dialogue of sessions, and questions with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

QUESTION_TYPES = ("fact_equal_session", "info_consolidation", "info_updating", "no_info")
NO_INFO = "no_info"


class Message(NamedTuple):
    """What is written of one turn; `speaker` and `caption` repeat parts of `content` where a data set has them."""

    role: str
    content: str
    speaker: str | None = None
    caption: str | None = None


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

    `evidence_sessions` holds every session that the data set names, also where no turn is known.  `type` is one of
    QUESTION_TYPES, `category` the data set's own word for it; `rubric` is what a good answer has to state.
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
    category: str | None = None
    rubric: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialogue:
    id: int | str
    sessions: tuple[Session, ...]
    questions: tuple[Question, ...]


class DataSet(NamedTuple):
    """A file's dialogues, its format, and how often what in it could not be used (reason -> count)."""

    format: str
    dialogues: list[Dialogue]
    unusable: dict[str, int]
