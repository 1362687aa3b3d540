"""Writes any data set in the contest's format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..journal import make_folder
from .dialogue import Dialogue, Evidence, Message, Question


def write_contest(dialogues: list[Dialogue], path: Path) -> Path:
    """Write one dialogue a line with ids 1, 2, ... for dialogues, sessions and questions; returns the file of ids.

    That second file, `path` with the suffix `.ids.json`, maps the new question ids to those of the source, so that
    nothing in the first can tell a system which session holds the answer or that there is none.
    """
    make_folder(path.parent)
    source_ids: dict[str, Any] = {}
    with path.open("w", encoding="utf-8") as file:
        for number, dialogue in enumerate(dialogues, 1):
            file.write(json.dumps(_record(number, dialogue), ensure_ascii=False) + "\n")
            source_ids[str(number)] = {"id": dialogue.id, "questions": {str(i): q.id for i, q in enumerate(dialogue.questions, 1)}}
    ids = path.with_suffix(".ids.json")
    ids.write_text(json.dumps(source_ids, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return ids


def _record(number: int, dialogue: Dialogue) -> dict:
    numbers = {session.id: place for place, session in enumerate(dialogue.sessions, 1)}
    sessions = [_present(id=numbers[s.id], date=s.date, messages=[_message(m) for m in s.messages]) for s in dialogue.sessions]
    return {"id": number, "sessions": sessions, "questions": [_question(i, q, numbers) for i, q in enumerate(dialogue.questions, 1)]}


def _message(message: Message) -> dict:
    return _present(role=message.role, content=message.content, speaker=message.speaker, caption=message.caption)


def _question(number: int, question: Question, numbers: dict) -> dict:
    return _present(
        id=number,
        question=question.text,
        ans=question.gold,
        question_type=question.type,
        category=question.category,
        question_date=question.date,
        ans_session_ids=[numbers[s] for s in question.evidence_sessions],
        evidence=[_turn(e, numbers) for e in question.evidence],
        accept=list(question.accept),
        reject=list(question.reject),
        superseded=[_turn(e, numbers) for e in question.superseded],
        rubric=list(question.rubric),
    )


def _turn(evidence: Evidence, numbers: dict) -> dict:
    return _present(session_id=numbers[evidence.session_id], message_index=evidence.message_index, quote=evidence.quote)


def _present(**fields: Any) -> dict:
    """Without what is not known."""
    return {name: value for name, value in fields.items() if value not in (None, "", []) or name in ("messages", "content")}
