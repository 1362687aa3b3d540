"""RUMBA, the Russian benchmark of user memory: one row a question, each with its whole conversation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from .dates import iso_date
from .dialogue import NO_INFO, DataSet, Dialogue, Message, Question, Session

NO_SUCH_INFORMATION = "No such information."  # the gold answer where the conversation does not hold it; its evidence is a near miss


def read_rumba(rows: Iterable[dict]) -> DataSet:
    """Rows of one conversation become one dialogue; dialogues and sessions are numbered from 1, sessions by date.

    Rows may come wrapped as a data set viewer gives them ({"row": {...}}).  Evidence names sessions, no turns.
    """
    unusable: Counter[str] = Counter()
    grouped: dict[str, list[dict]] = {}
    for row in rows:
        row = row.get("row", row)
        key = json.dumps([row["user_id"], row["conversation_idx"], row["conversation"]], ensure_ascii=False, sort_keys=True)
        grouped.setdefault(key, []).append(row)
    dialogues = [_dialogue(number, group, unusable) for number, group in enumerate(grouped.values(), 1)]
    return DataSet("rumba", dialogues, dict(+unusable))


def _dialogue(number: int, rows: list[dict], unusable: Counter[str]) -> Dialogue:
    listed = [s for s in rows[0]["conversation"] if s["conversation"]]
    unusable["session without messages"] += len(rows[0]["conversation"]) - len(listed)
    listed.sort(key=lambda session: iso_date(session.get("session_datetime")) or "")
    numbers = {str(session["session_idx"]): place for place, session in enumerate(listed, 1)}
    sessions = tuple(
        Session(place, tuple(Message(m["role"], m["message"]) for m in session["conversation"]), iso_date(session.get("session_datetime")))
        for place, session in enumerate(listed, 1)
    )
    return Dialogue(number, sessions, tuple(_question(row, numbers, unusable) for row in rows))


def _question(row: dict, numbers: dict[str, int], unusable: Counter[str]) -> Question:
    named = [str(item) for item in row.get("evidence") or ()]
    known = [numbers[item] for item in named if item in numbers]
    unusable["evidence that names no session"] += len(named) - len(known)
    unusable["question without usable evidence"] += not known
    parts = (row.get("category"), row.get("subcategory"), row.get("subsubcategory"))
    return Question(
        id=row["id"],
        text=row["question"],
        type=NO_INFO if str(row["answer"]).strip() == NO_SUCH_INFORMATION else None,
        gold=str(row["answer"]),
        evidence_sessions=tuple(dict.fromkeys(known)),
        date=iso_date(row.get("question_date")),
        category="/".join(str(part) for part in parts if part) or None,
    )
