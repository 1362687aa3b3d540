"""BEAM (Tavakoli et al. 2025) as given in the contest's schema, with a rubric a question and evidence by session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .contest import load_contest
from .dates import iso_date
from .dialogue import DataSet, Dialogue, Question


def read_beam(path: Path) -> DataSet:
    """Dialogues numbered from 1; a question's category is its id without the number ("abstention_0")."""
    dialogues = [_renumbered(number, dialogue) for number, dialogue in enumerate(load_contest(path), 1)]
    without = sum(not q.evidence_sessions and q.type != "no_info" for d in dialogues for q in d.questions)
    return DataSet("beam", dialogues, {"question without usable evidence": without})


def _renumbered(number: int, dialogue: Dialogue) -> Dialogue:
    sessions = tuple(replace(session, date=iso_date(session.date)) for session in dialogue.sessions)
    return Dialogue(number, sessions, tuple(_categorised(dialogue.id, question) for question in dialogue.questions))


def _categorised(dialogue_id: int | str, question: Question) -> Question:
    category = question.category or str(question.id).rpartition("_")[0]
    return replace(question, id=f"{dialogue_id}-{question.id}", category=category)
