"""A linter for data sets in the contest's format: what a file holds, and the mistakes that make its scores wrong.

A mistake is a line `file:line: field: what is wrong`.  Checked are, question by question: the record loads;
evidence names a turn that exists, that holds the quote and that the organisers' loop writes; the gold answer
passes its own patterns and a refusal passes them only where the answer is not in the dialogue; no question is
asked twice; of an updated value no old statement follows the newest.  Irregular sessions and word overlap are
reported and are no mistakes.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from .datasets import QUESTION_TYPES, Dialogue, Evidence, Message, Question, Session, find_format, load_dataset
from .datasets.contest import read_dialogue, read_records
from .datasets.dialogue import NO_INFO
from .errors import UserError
from .judges import CORRECT, judge_patterns
from .replay import flatten, positions

__all__ = ["Inspection", "Overlap", "describe", "inspect_file", "word_overlap"]

REFUSALS = ("У меня нет такой информации", "I don't have that information")
TURN_LISTS = ("evidence", "superseded")


@dataclass(frozen=True)
class Inspection:
    """The dialogues of `path` that could be read and every mistake found, in file order."""

    path: Path
    dialogues: tuple[Dialogue, ...]
    mistakes: tuple[str, ...]


class Overlap(NamedTuple):
    """Questions with evidence turns; how many share no content lemma with the quotes, with the whole turns."""

    n: int
    free_of_quotes: int
    free_of_turns: int


def inspect_file(path: Path) -> Inspection:
    """Read `path` as far as it goes.  A record that cannot be read is a mistake, the others are still checked.

    Of the public data sets' own formats only what their loaders could not use is reported, as counts.
    """
    if _is_foreign(path):
        data = load_dataset(path)
        return Inspection(path, tuple(data.dialogues), tuple(f"{path}: {reason}: {count}" for reason, count in data.unusable.items() if count))
    dialogues: list[Dialogue] = []
    mistakes: list[str] = []
    lines: dict[str, int] = {}
    records = read_records(path)
    while True:
        try:
            line, record = next(records)
        except StopIteration:
            break
        except UserError as error:  # not JSON: nothing after it can be read
            mistakes.append(str(error))
            break
        mistakes += [f"{path}:{line}: {text}" for text in _drop_unresolved(record)]
        try:
            dialogue = read_dialogue(path, line, record)
        except UserError as error:
            mistakes.append(str(error))
            continue
        if (before := lines.setdefault(str(dialogue.id), line)) != line:
            mistakes.append(f"{path}:{line}: id: {dialogue.id!r} was used in line {before}")
        single = "questions" not in record
        mistakes += [f"{path}:{line}: {text}" for text in _check(dialogue, single)]
        dialogues.append(dialogue)
    if not dialogues and not mistakes:
        mistakes.append(f"{path}:1: (line): expected at least one record")
    return Inspection(path, tuple(dialogues), tuple(mistakes))


def _is_foreign(path: Path) -> bool:
    try:
        return find_format(path) in ("longmemeval", "locomo", "rumba")
    except UserError:  # not JSON: said with its line below
        return False


def _drop_unresolved(record: Any) -> list[str]:
    """Take evidence of turns that do not exist out of `record`, so that the rest loads; returns what was wrong."""
    if not isinstance(record, dict) or not isinstance(record.get("sessions"), list):
        return []
    sizes = {}
    for session in record["sessions"]:
        if isinstance(session, dict) and isinstance(session.get("id"), (int, str)) and isinstance(session.get("messages"), list):
            sizes[session["id"]] = len(session["messages"])
    single = "questions" not in record
    questions = [record] if single else record["questions"]
    found = []
    for number, question in enumerate(questions if isinstance(questions, list) else []):
        where = "" if single else f"questions[{number}]."
        for name in TURN_LISTS:
            items = question.get(name) if isinstance(question, dict) else None
            if not isinstance(items, list):
                continue
            wrong = [i for i, item in enumerate(items) if isinstance(item, dict) and not _resolves(item, sizes)]
            found += [f"{where}{name}[{i}]: no turn {items[i].get('message_index')!r} in session {items[i].get('session_id')!r}" for i in wrong]
            question[name] = [item for i, item in enumerate(items) if i not in wrong]
    return found


def _resolves(item: dict, sizes: dict) -> bool:
    session_id, index = item.get("session_id"), item.get("message_index")
    if not isinstance(session_id, (int, str)) or not isinstance(index, int):
        return False
    return 0 <= index < sizes.get(session_id, 0)


def _check(dialogue: Dialogue, single: bool) -> Iterator[str]:
    contents = {(s.id, i): m.content for s in dialogue.sessions for i, m in enumerate(s.messages)}
    written = positions(flatten(dialogue))
    asked: dict[str, int] = {}
    for number, question in enumerate(dialogue.questions):
        where = "" if single else f"questions[{number}]."
        first = asked.setdefault(_plain(question.text), number)
        if first != number:
            yield f"{where}question: the same question as questions[{first}]: {question.text!r}"
        for name, turns in ((name, getattr(question, name)) for name in TURN_LISTS):
            for index, turn in enumerate(turns):
                place = f"{where}{name}[{index}]"
                if turn.quote not in contents[turn[:2]]:
                    yield f"{place}.quote: not in session {turn.session_id!r}, message {turn.message_index}: {turn.quote!r}"
                if turn[:2] not in written:
                    yield f"{place}: the organisers' loop never writes session {turn.session_id!r}, message {turn.message_index}"
        yield from (where + text for text in _check_patterns(question))
        yield from (where + text for text in _check_order(question, written))


def _check_patterns(question: Question) -> Iterator[str]:
    if not question.accept and not question.reject:
        return
    if question.gold is not None:
        verdict = judge_patterns(question, question.gold)
        if verdict.label != CORRECT:
            yield f"accept: the gold answer {question.gold!r} fails: {verdict.reason}"
    passing = [refusal for refusal in REFUSALS if judge_patterns(question, refusal).label == CORRECT]
    if question.type != NO_INFO and passing:
        yield f"accept: a refusal passes as an answer: {passing[0]!r}"


def _check_order(question: Question, written: dict) -> Iterator[str]:
    newest = max((written.get(turn[:2], -1) for turn in question.evidence), default=None)
    for index, turn in enumerate(question.superseded if newest is not None else ()):
        if written.get(turn[:2], -1) > newest:
            yield f"superseded[{index}]: said after the newest evidence"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("ё", "е")))


def word_overlap(dialogues: Iterable[Dialogue]) -> Overlap:
    """Content words are compared by lemma (Russian) or stem (English); questions without evidence turns are left out."""
    from submission.recall.text import STOP_LEMMAS, lemmas

    def words(texts: Iterable[str]) -> set[str]:
        return {word for text in texts for word in lemmas(text)} - STOP_LEMMAS

    n = quotes = turns = 0
    for dialogue in dialogues:
        contents = {(s.id, i): m.content for s in dialogue.sessions for i, m in enumerate(s.messages)}
        for question in dialogue.questions:
            if not question.evidence:
                continue
            asked = words([question.text])
            n += 1
            quotes += not asked & words(turn.quote or contents[turn[:2]] for turn in question.evidence)
            turns += not asked & words(contents[turn[:2]] for turn in question.evidence)
    return Overlap(n, quotes, turns)


def irregular(session: Session) -> bool:
    """Whether the loop would change the session: it starts with the assistant, ends with the user, or a role follows itself."""
    roles = [message.role for message in session.messages]
    return roles[0] == "assistant" or roles[-1] == "user" or any(a == b for a, b in zip(roles, roles[1:]))


def describe(inspection: Inspection) -> str:
    """The counts as aligned lines, then every mistake."""
    dialogues = inspection.dialogues
    rows = _counts(dialogues) if dialogues else []
    width = max((len(name) for name, _ in rows), default=0)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    return "\n".join([str(inspection.path), *lines, f"mistakes: {len(inspection.mistakes)}", *inspection.mistakes]) + "\n"


def _counts(dialogues: tuple[Dialogue, ...]) -> list[tuple[str, str]]:
    questions = [q for d in dialogues for q in d.questions]
    sessions = [s for d in dialogues for s in d.sessions]
    turns = [m for s in sessions for m in s.messages]
    types = Counter(q.type or "(none)" for q in questions)
    overlap = word_overlap(dialogues)
    odd = sum(irregular(s) for s in sessions)
    rows = [
        ("dialogues", str(len(dialogues))),
        ("questions", f"{len(questions)}: " + ", ".join(f"{t} {types[t]}" for t in (*QUESTION_TYPES, "(none)") if types[t])),
        ("with gold / evidence turns / patterns", " / ".join(str(sum(bool(x) for x in c)) for c in _columns(questions))),
        ("evidence turns by role", ", ".join(f"{r} {n}" for r, n in sorted(_evidence_roles(dialogues).items())) or "none"),
        ("no word shared with evidence quotes", _share(overlap.free_of_quotes, overlap.n)),
        ("no word shared with evidence turns", _share(overlap.free_of_turns, overlap.n)),
        ("sessions a dialogue", _spread(len(d.sessions) for d in dialogues)),
        ("pairs a dialogue", _spread(len(flatten(d)) // 2 for d in dialogues)),
        ("characters a dialogue", _spread(sum(len(m.content) for s in d.sessions for m in s.messages) for d in dialogues)),
        ("characters a session", _spread(sum(len(m.content) for m in s.messages) for s in sessions)),
        ("messages a session", _spread(len(s.messages) for s in sessions)),
    ]
    total = sum(len(m.content) for m in turns)
    for role in ("user", "assistant"):
        lengths = [len(m.content) for m in turns if m.role == role]
        rows.append((f"characters of the {role}", _share(sum(lengths), total)))
        rows.append((f"characters a turn of the {role}", _spread(lengths)))
    rows.append(("irregular sessions", _share(odd, len(sessions))))
    return rows


def _columns(questions: list[Question]) -> tuple[list, list, list]:
    return [q.gold for q in questions], [q.evidence for q in questions], [q.accept for q in questions]


def _evidence_roles(dialogues: tuple[Dialogue, ...]) -> Counter:
    found: Counter = Counter()
    for dialogue in dialogues:
        messages = {s.id: s.messages for s in dialogue.sessions}
        found.update(_turn(messages, e).role for q in dialogue.questions for e in q.evidence)
    return found


def _turn(messages: dict, evidence: Evidence) -> Message:
    return messages[evidence.session_id][evidence.message_index]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.3f})" if whole else "none"


def _spread(values: Iterable[int]) -> str:
    """min / median / max and mean."""
    listed = list(values)
    if not listed:
        return "none"
    return f"{min(listed)} / {statistics.median(listed):g} / {max(listed)} (min / median / max), mean {statistics.mean(listed):.1f}"
