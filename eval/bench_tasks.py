"""Data sets as retrieval tasks: documents written one after the other, questions, and which documents answer them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from .datasets import DataSet, Dialogue, Question, load_dataset
from .datasets.dialogue import NO_INFO
from .datasets.longmemeval import ABSTENTION
from .replay import flatten, positions


class Document(NamedTuple):
    """One turn as every ranker gets it."""

    session: int | str
    role: str
    text: str
    date: str | None


class Query(NamedTuple):
    """A question with the sessions and the documents (by position) that answer it; an empty set leaves the unit out."""

    id: int | str
    text: str
    category: str
    sessions: frozenset
    documents: frozenset[int]


class Haystack(NamedTuple):
    """One fresh index: its documents, `written` so many at a time, and its questions."""

    id: int | str
    documents: tuple[Document, ...]
    written: int
    queries: tuple[Query, ...]


@dataclass(frozen=True)
class Task:
    """A benchmark under one protocol; `convention` is what a reader of its figures has to know."""

    name: str
    convention: str
    official_dcg: bool
    ks: tuple[int, ...]
    haystacks: tuple[Haystack, ...]
    excluded: dict[str, int]

    @property
    def is_russian(self) -> bool:
        """Whether most letters of the questions are Cyrillic."""
        letters = [c for h in self.haystacks for q in h.queries for c in q.text.lower() if c.isalpha()]
        return 2 * sum("а" <= c <= "я" or c == "ё" for c in letters) > len(letters)


NOTHING_USABLE = "question without usable evidence"  # counted again where the question is left out
KS = (1, 3, 5, 10, 40)
LONGMEMEVAL_KS = (1, 3, 5, 10, 30, 50)  # src/retrieval/run_retrieval.py


def load_tasks(path: Path, limit: int | None = None) -> list[Task]:
    """The tasks that a file gives, one a protocol; with `limit` only its first dialogues."""
    data = load_dataset(path)
    data = data._replace(dialogues=data.dialogues[:limit])
    if data.format == "longmemeval":
        return [_longmemeval_official(data), _longmemeval_vendors(data)]
    if data.format == "locomo":
        return [_locomo(data, True), _locomo(data, False)]
    return [_contest(data, path.stem)]


def _longmemeval_official(data: DataSet) -> Task:
    """Wu et al. 2024, src/retrieval: documents are user turns; a session without a marked user turn is no gold."""
    excluded = Counter({"abstention": 0, "no user-side target": 0})
    haystacks = []
    for dialogue in data.dialogues:
        [question] = dialogue.questions
        if ABSTENTION in str(question.id):
            excluded["abstention"] += 1
            continue
        documents, place = _user_turns(dialogue)
        marked = {(e.session_id, e.message_index) for e in question.evidence}
        gold = frozenset(place[turn] for turn in marked if turn in place)
        if not gold:
            excluded["no user-side target"] += 1
            continue
        query = Query(question.id, question.text, question.category or "", frozenset(documents[i].session for i in gold), gold)
        haystacks.append(Haystack(dialogue.id, documents, 1, (query,)))
    about = "official protocol: user turns only, fresh index a question, DCG as in its eval_utils.py"
    return Task("LongMemEval official", about, True, LONGMEMEVAL_KS, tuple(haystacks), dict(excluded))


def _longmemeval_vendors(data: DataSet) -> Task:
    """What vendors quote: any session that the file names counts, abstention questions too."""
    excluded: Counter[str] = Counter()
    haystacks = []
    for dialogue in data.dialogues:
        [question] = dialogue.questions
        if not question.evidence_sessions:
            excluded["no evidence session"] += 1
            continue
        query = Query(question.id, question.text, question.category or "", frozenset(question.evidence_sessions), frozenset())
        haystacks.append(Haystack(dialogue.id, _user_turns(dialogue)[0], 1, (query,)))
    about = "vendors' variant: all questions, every session named as evidence; not comparable with the official protocol"
    return Task("LongMemEval vendors", about, False, LONGMEMEVAL_KS, tuple(haystacks), dict(excluded))


def _user_turns(dialogue: Dialogue) -> tuple[tuple[Document, ...], dict]:
    documents, place = [], {}
    for session in dialogue.sessions:
        for index, message in enumerate(session.messages):
            if message.role == "user":
                place[session.id, index] = len(documents)
                documents.append(Document(session.id, "user", message.content, session.date))
    return tuple(documents), place


def _locomo(data: DataSet, adversarial: bool) -> Task:
    excluded = Counter({reason: count for reason, count in data.unusable.items() if reason != NOTHING_USABLE})
    haystacks = []
    for dialogue in data.dialogues:
        documents, place = [], {}
        for session in dialogue.sessions:
            for index, message in enumerate(session.messages):
                place[session.id, index] = len(documents)
                documents.append(Document(session.id, "user", f"{_day(session.date)}{message.content}", session.date))
        queries = _queries(dialogue, place, excluded, lambda question: adversarial or question.type != NO_INFO)
        haystacks.append(Haystack(dialogue.id, tuple(documents), 1, queries))
    name = "LoCoMo" if adversarial else "LoCoMo without category 5"
    about = "every turn as: session day, speaker, text, image caption; " + ("all five categories" if adversarial else "categories 1-4")
    return Task(name, about, False, KS, tuple(haystacks), dict(+excluded))


def _day(date: str | None) -> str:
    """`8 May 2023 `, as people write it; empty where the date is not known."""
    if not date:
        return ""
    day = datetime.fromisoformat(date)
    return f"{day.day} {day:%B %Y} "


def _contest(data: DataSet, stem: str) -> Task:
    """The contest's loop: all turns, in twos; questions without an answer in the dialogue are left out."""
    excluded = Counter({reason: count for reason, count in data.unusable.items() if reason != NOTHING_USABLE})
    haystacks = []
    for dialogue in data.dialogues:
        turns = flatten(dialogue)
        documents = tuple(Document(t.session_id, t.role, t.content, t.date) for t in turns)
        queries = _queries(dialogue, positions(turns), excluded, lambda question: question.type != NO_INFO)
        haystacks.append(Haystack(dialogue.id, documents, 2, queries))
    about = "user and assistant turns as the contest's loop writes them; no_info left out"
    return Task(stem, about, False, KS, tuple(haystacks), dict(+excluded))


def _queries(dialogue: Dialogue, place: dict, excluded: Counter[str], wanted: Callable[[Question], bool]) -> tuple[Query, ...]:
    return tuple(_usable(dialogue, place, excluded, wanted))


def _usable(dialogue: Dialogue, place: dict, excluded: Counter[str], wanted: Callable[[Question], bool]) -> Iterator[Query]:
    written = {session for session, _ in place}
    for question in dialogue.questions:
        sessions = frozenset(s for s in question.evidence_sessions if s in written)
        if not wanted(question):
            excluded["no_info"] += 1
        elif not sessions:
            excluded["no evidence in the dialogue"] += 1
        else:
            turns = frozenset(place[turn[:2]] for turn in question.evidence if turn[:2] in place)
            excluded["no turn evidence (sessions only)"] += not turns
            yield Query(question.id, question.text, question.category or question.type or "", sessions, turns)
