"""LongMemEval (Wu et al. 2024, xiaowu0162/LongMemEval): one haystack a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .dates import iso_date
from .dialogue import NO_INFO, DataSet, Dialogue, Evidence, Message, Question, Session

ABSTENTION = "_abs"  # in a question id: the haystack does not hold the answer

_TYPES = {
    "single-session-user": "fact_equal_session",
    "single-session-assistant": "fact_equal_session",
    "single-session-preference": "fact_equal_session",
    "multi-session": "info_consolidation",
    "temporal-reasoning": "info_consolidation",
    "knowledge-update": "info_updating",
}


def read_longmemeval(records: Iterable[dict]) -> DataSet:
    """Each record becomes a dialogue of its own, numbered from 1.

    Session ids hold the label ("answer_...") and are replaced by numbers from 1 in the order of their dates, which
    the file does not always keep.  `evidence_sessions` are the sessions with that label, `evidence` the turns of
    either role marked `has_answer`.  Question ids stay: a system never sees them.
    """
    unusable: Counter[str] = Counter()
    dialogues = [_dialogue(number, record, unusable) for number, record in enumerate(records, 1)]
    return DataSet("longmemeval", dialogues, dict(+unusable))


def _dialogue(number: int, record: dict, unusable: Counter[str]) -> Dialogue:
    dated = [(iso_date(date), name, messages) for date, name, messages in _haystack(record)]
    dated.sort(key=lambda item: item[0] or "")
    sessions, named, evidence = [], [], []
    for date, name, messages in dated:
        if not messages:
            unusable["session without messages"] += 1
            continue
        identity = len(sessions) + 1
        sessions.append(Session(identity, tuple(Message(m["role"], m["content"]) for m in messages), date))
        if "answer" in name:
            named.append(identity)
            evidence += [Evidence(identity, i, m["content"]) for i, m in enumerate(messages) if m.get("has_answer")]
    unusable["evidence session that is not in the haystack"] += len(set(record["answer_session_ids"]) - {name for _, name, _ in dated})
    abstains = ABSTENTION in record["question_id"]
    question = Question(
        id=record["question_id"],
        text=record["question"],
        type=NO_INFO if abstains else _TYPES.get(record["question_type"]),
        gold=str(record["answer"]),
        evidence=tuple(evidence),
        evidence_sessions=tuple(named),
        date=iso_date(record.get("question_date")),
        category=record["question_type"] + (ABSTENTION if abstains else ""),
    )
    return Dialogue(number, tuple(sessions), (question,))


def _haystack(record: dict) -> list[tuple[str, str, list[dict]]]:
    return list(zip(record["haystack_dates"], record["haystack_session_ids"], record["haystack_sessions"]))
