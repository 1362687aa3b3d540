"""Runs one system over dialogues and keeps every answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from .datasets import Dialogue, Question
from .errors import UserError
from .journal import Journal, read_journal
from .replay import flatten, write_dialogue
from .retrieval import DEFAULT_KS
from .systems import SystemSpec, build_system

logger = logging.getLogger(__name__)

PREDICTIONS, INGESTIONS = "predictions.jsonl", "ingestions.jsonl"


def run_system(spec: SystemSpec, dialogues: Sequence[Dialogue], folder: Path, *, strict: bool) -> None:
    """Answer every question that `folder` holds no prediction for yet.

    A system that raises is recorded as an error of the questions concerned and the run goes on; with `strict`
    it stops with the dialogue's id.
    """
    done = {(r["dialogue_id"], r["question_id"]) for r in read_journal(folder / PREDICTIONS)}
    todo = [(dialogue, questions) for dialogue in dialogues if (questions := [q for q in dialogue.questions if (dialogue.id, q.id) not in done])]
    if not todo:
        return
    system = build_system(spec)
    predictions, ingestions = Journal(folder / PREDICTIONS), Journal(folder / INGESTIONS)
    bar = tqdm(total=sum(len(questions) for _, questions in todo), desc=spec.name, unit="q", disable=None)
    try:
        for dialogue, questions in todo:
            for part, asked, places in _haystacks(spec, dialogue, questions):
                for record in _replay(system, part, asked, places, ingestions, strict):
                    predictions.append(record)
                    bar.update()
    finally:
        bar.close()
        predictions.close()
        ingestions.close()


def _haystacks(spec: SystemSpec, dialogue: Dialogue, questions: list[Question]) -> Iterator[tuple[Dialogue, list[Question], Sequence]]:
    """(what is written, the questions then asked, the dialogue's own index of each turn written).

    That is the dialogue with all its questions; for an oracle one haystack of evidence a question.
    """
    whole = {turn[:2]: index for index, turn in enumerate(flatten(dialogue))}
    if not spec.oracle:
        yield dialogue, questions, range(len(whole))
        return
    for question in questions:
        kept = Dialogue(dialogue.id, tuple(s for s in dialogue.sessions if s.id in question.evidence_sessions), (question,))
        yield kept, [question], [whole.get(turn[:2]) for turn in flatten(kept)]


def _replay(system: Any, dialogue: Dialogue, questions: list[Question], places: Sequence, ingestions: Journal, strict: bool) -> Iterator[dict]:
    try:
        try:
            writes = write_dialogue(system, dialogue.id, flatten(dialogue))
            index_seconds = _timed(getattr(system, "index_dialogue", None), dialogue.id)[1]
        except Exception as error:
            if strict:
                raise UserError(f"dialogue {dialogue.id!r}: writing failed: {_described(error)}") from error
            yield from (_record(dialogue, question, error=_described(error)) for question in questions)
            return
        seconds = {"write_seconds": [round(s, 7) for s in writes], "index_seconds": index_seconds}
        ingestions.append({"dialogue_id": dialogue.id, "turns": len(places), **seconds})
        for question in questions:
            yield _answer(system, dialogue, question, places, sum(writes) + (index_seconds or 0.0), strict)
    finally:
        try:
            system.clear_memory(dialogue.id)
        except Exception as error:
            if strict:
                raise UserError(f"dialogue {dialogue.id!r}: clearing failed: {_described(error)}") from error
            logger.warning("dialogue %r: clearing failed: %s", dialogue.id, _described(error))


def _answer(system: Any, dialogue: Dialogue, question: Question, places: Sequence, written: float, strict: bool) -> dict:
    """The record of one question; `recall` is asked after the answer, so that it cannot warm anything up for it."""
    try:
        answer, answer_seconds = _timed(system.answer_to_question, dialogue.id, question.text)
        if not isinstance(answer, str):
            raise TypeError(f"answer_to_question returned {type(answer).__name__}, not str")
        hits, recall_seconds = _timed(getattr(system, "recall", None), dialogue.id, question.text, max(DEFAULT_KS))
        found = None if hits is None else [{"index": places[h.index], "session_id": h.session_id, "score": round(h.score, 6)} for h in hits]
    except Exception as error:
        if strict:
            raise UserError(f"dialogue {dialogue.id!r}, question {question.id!r}: answering failed: {_described(error)}") from error
        return _record(dialogue, question, error=_described(error))
    return _record(
        dialogue,
        question,
        answer=answer,
        answer_time=round(written + answer_seconds, 6),
        recall_seconds=recall_seconds,
        answer_seconds=answer_seconds,
        hits=found,
    )


def _record(dialogue: Dialogue, question: Question, answer: str = "", error: str | None = None, **measured: Any) -> dict:
    return {"dialogue_id": dialogue.id, "question_id": question.id, "question": question.text, "answer": answer, "error": error, **measured}


def _timed(function: Any, *arguments: Any) -> tuple[Any, float | None]:
    """The function's value and its seconds; (None, None) where a system has no such method."""
    if function is None:
        return None, None
    started = time.perf_counter()
    value = function(*arguments)
    return value, time.perf_counter() - started


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
