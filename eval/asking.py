"""One dialogue through one system: written, asked and cleared, with a record of each step."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .datasets import Dialogue, Question
from .errors import UserError
from .ledger import folder_bytes, gpu_bytes, peak_rss_bytes
from .replay import FlatTurn, flatten, positions, write_dialogue
from .retrieval import DEFAULT_KS
from .systems import SystemSpec

logger = logging.getLogger(__name__)

PREDICTIONS, INGESTIONS = "predictions.jsonl", "ingestions.jsonl"
SHOWN_CHARS = 300  # of a memory or fact that a system wrote itself, for the report


class Work(NamedTuple):
    """A dialogue and those of its questions that are still open."""

    dialogue: Dialogue
    questions: Sequence[Question]


class Kept(NamedTuple):
    """A record and the journal that it belongs in."""

    journal: str
    record: dict[str, Any]


def ask_dialogue(spec: SystemSpec, system: Any, work: Work, *, strict: bool, scratch: Path) -> Iterator[Kept]:
    """The ingestion's record and one a question, in their order.

    A system that raises is recorded as an error of the questions concerned; with `strict` it is a UserError with the
    dialogue's id.  `scratch` is the folder in which the system keeps files, whose size is recorded.
    """
    for part, asked, places in _haystacks(spec, work):
        yield from _replay(system, part, asked, places, spec.oracle, strict, scratch)


def failed_record(dialogue: Dialogue, question: Question, error: str) -> Kept:
    """The record of a question that got no answer."""
    return Kept(PREDICTIONS, _record(dialogue, question, error=error))


def _haystacks(spec: SystemSpec, work: Work) -> Iterator[tuple[Dialogue, Sequence[Question], Sequence]]:
    """(what is written, the questions then asked, the dialogue's own index of each turn written).

    That is the dialogue with all its questions; for an oracle one haystack of evidence a question.
    """
    dialogue = work.dialogue
    whole = {turn[:2]: index for index, turn in enumerate(flatten(dialogue))}
    if not spec.oracle:
        yield dialogue, work.questions, range(len(whole))
        return
    for question in work.questions:
        kept = Dialogue(dialogue.id, tuple(s for s in dialogue.sessions if s.id in question.evidence_sessions), (question,))
        yield kept, [question], [whole.get(turn[:2]) for turn in flatten(kept)]


def _replay(
    system: Any, dialogue: Dialogue, questions: Sequence[Question], places: Sequence, alone: bool, strict: bool, scratch: Path
) -> Iterator[Kept]:
    turns = flatten(dialogue)
    before = _counters(system)
    try:
        try:
            writes = write_dialogue(system, dialogue.id, turns)
            index_seconds = _timed(getattr(system, "index_dialogue", None), dialogue.id)[1]
        except Exception as error:
            if strict:
                raise UserError(f"dialogue {dialogue.id!r}: writing failed: {_described(error)}") from error
            yield from (failed_record(dialogue, question, _described(error)) for question in questions)
            return
        ingestion = {
            "dialogue_id": dialogue.id,
            **({"question_id": questions[0].id} if alone else {}),
            "turns": len(places),
            "write_seconds": [round(s, 7) for s in writes],
            "index_seconds": index_seconds,
            "peak_rss_bytes": peak_rss_bytes(),
            "gpu_bytes": gpu_bytes(),
            "disk_bytes": folder_bytes(scratch) + _store_bytes(system),
            **_counted(system, before),
        }
        yield Kept(INGESTIONS, ingestion)
        for question in questions:
            yield Kept(PREDICTIONS, _answer(system, dialogue, question, turns, places, sum(writes) + (index_seconds or 0.0), strict))
    finally:
        failure = _clear(system, dialogue, strict)
    if failure:  # takes the first record's place
        yield Kept(INGESTIONS, {**ingestion, "clear_error": failure})


def _clear(system: Any, dialogue: Dialogue, strict: bool) -> str | None:
    """What went wrong, in words; None where nothing did."""
    try:
        system.clear_memory(dialogue.id)
    except Exception as error:
        if strict:
            raise UserError(f"dialogue {dialogue.id!r}: clearing failed: {_described(error)}") from error
        logger.warning("dialogue %r: clearing failed: %s", dialogue.id, _described(error))
        return _described(error)
    return None


def _answer(
    system: Any, dialogue: Dialogue, question: Question, turns: list[FlatTurn], places: Sequence, written: float, strict: bool
) -> dict[str, Any]:
    """The record of one question; `recall` is asked after the answer, so that it cannot warm anything up for it.

    A system may say more of its last answer: `last_support` (0..1), `last_facts` (texts that it used), `counters`.
    """
    before = _counters(system)
    try:
        answer, answer_seconds = _timed(system.answer_to_question, dialogue.id, question.text)
        if not isinstance(answer, str):
            raise TypeError(f"answer_to_question returned {type(answer).__name__}, not str")
        counted = _counted(system, before)
        support, facts = getattr(system, "last_support", None), getattr(system, "last_facts", None)
        hits, recall_seconds = _timed(getattr(system, "recall", None), dialogue.id, question.text, max(DEFAULT_KS))
        found = None if hits is None else [_hit_record(hit, turns, places) for hit in hits]
        ranks = None if hits is None else _evidence_ranks(system, dialogue, question, turns, places, hits)
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
        evidence=ranks,
        **({"support": round(float(support), 6)} if support is not None else {}),
        **({"facts": [fact[:SHOWN_CHARS] for fact in facts]} if facts else {}),
        **counted,
    )


def _hit_record(hit: Any, turns: list[FlatTurn], places: Sequence) -> dict[str, Any]:
    """A hit with its turn's place in the dialogue; with its text where that is the system's own, not the turn's."""
    own = {} if turns[hit.index].content.strip() in hit.text else {"text": hit.text[:SHOWN_CHARS]}
    return {"index": places[hit.index], "session_id": hit.session_id, "score": round(hit.score, 6) if math.isfinite(hit.score) else None, **own}


def _counters(system: Any) -> dict[str, int]:
    return dict(getattr(system, "counters", None) or {})


def _counted(system: Any, before: dict[str, int]) -> dict[str, dict[str, int]]:
    """{"counters": what has been counted since}, {} where nothing has."""
    counted = {name: n - before.get(name, 0) for name, n in _counters(system).items() if n != before.get(name, 0)}
    return {"counters": counted} if counted else {}


def _evidence_ranks(system: Any, dialogue: Dialogue, question: Question, turns: list[FlatTurn], places: Sequence, hits: Sequence) -> list[list]:
    """[index, rank from 1] of every evidence turn; rank None where all that the system recalls lacks it, index None
    where the turn is never written.  Asks for more than `hits` only where these do not hold all evidence."""
    index_of = positions(turns)
    wanted = [index_of.get(e[:2]) for e in question.evidence]
    rank_of = _ranks(hits)
    if any(i is not None and i not in rank_of for i in wanted) and len(hits) == max(DEFAULT_KS) < len(turns):
        rank_of = _ranks(system.recall(dialogue.id, question.text, len(turns)))
    return [[None if i is None else places[i], rank_of.get(i)] for i in wanted]


def _store_bytes(system: Any) -> int:
    """Size of the file that the system's settings name as its store, with SQLite's files beside it."""
    path = getattr(getattr(system, "settings", None), "store_path", "")
    return sum(p.stat().st_size for p in Path(path).parent.glob(Path(path).name + "*")) if path else 0


def _ranks(hits: Sequence) -> dict[int, int]:
    ranks: dict[int, int] = {}
    for rank, hit in enumerate(hits, 1):
        ranks.setdefault(hit.index, rank)
    return ranks


def _record(dialogue: Dialogue, question: Question, answer: str = "", error: str | None = None, **measured: Any) -> dict[str, Any]:
    return {"dialogue_id": dialogue.id, "question_id": question.id, "question": question.text, "answer": answer, "error": error, **measured}


def _timed(method: Any, *arguments: Any) -> tuple[Any, float | None]:
    """The method's value and its seconds; (None, None) where the system has no such method."""
    if method is None:
        return None, None
    started = time.perf_counter()
    value = method(*arguments)
    return value, time.perf_counter() - started


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
