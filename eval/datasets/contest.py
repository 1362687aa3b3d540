"""The contest's format: JSON Lines, one dialogue a line, with one `question` or a list `questions`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import UserError
from .dialogue import QUESTION_TYPES, Dialogue, Evidence, Message, Question, Session

ROLES = ("user", "assistant")


def load_contest(path: Path) -> list[Dialogue]:
    """Read a file in the contest's format.

    Raises UserError `file:line: field: what was expected` at the first thing that is wrong.
    """
    dialogues = []
    seen: set[str] = set()
    for number, record in read_records(path):
        dialogue = read_dialogue(path, number, record)
        if str(dialogue.id) in seen:
            raise _Fields(path, number).error("id", f"an id that occurs once; {dialogue.id!r} was used before")
        seen.add(str(dialogue.id))
        dialogues.append(dialogue)
    if not dialogues:
        raise UserError(f"{path}:1: (line): expected at least one record")
    return dialogues


def read_dialogue(path: Path, line: int, record: Any) -> Dialogue:
    """Check one parsed record; `path` and `line` are for the message of the UserError."""
    return _Fields(path, line).dialogue(record)


def read_records(path: Path) -> Iterator[tuple[int, Any]]:
    """(line number, parsed JSON) of every line that is not blank.  Raises UserError at the first that is no JSON."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if not raw.strip():
                    continue
                try:
                    yield number, json.loads(raw.decode("utf-8"))
                except UnicodeDecodeError as error:
                    raise UserError(f"{path}:{number}: (line): expected UTF-8 text; byte {error.start} is not") from error
                except json.JSONDecodeError as error:
                    raise UserError(f"{path}:{number}: (line): expected JSON: {error.msg} at column {error.colno}") from error
                except ValueError as error:
                    raise UserError(f"{path}:{number}: (line): expected JSON with numbers of a sane length") from error
                except RecursionError as error:
                    raise UserError(f"{path}:{number}: (line): expected JSON nested less deeply") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


class _Fields:
    """Takes one record apart; every error names the file, the line and the field."""

    def __init__(self, path: Path, line: int):
        self.path, self.line = path, line

    def error(self, field: str, expected: str) -> UserError:
        return UserError(f"{self.path}:{self.line}: {field}: expected {expected}")

    def take(self, record: dict, name: str, where: str, kinds: type | tuple[type, ...], expected: str) -> Any:
        if name not in record:
            raise self.error(where + name, f"{expected}, but the field is missing")
        value = record[name]
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise self.error(where + name, f"{expected}, not {type(value).__name__}")
        return value

    def optional(self, record: dict, name: str, where: str, kinds: type | tuple[type, ...], expected: str) -> Any:
        return None if record.get(name) is None else self.take(record, name, where, kinds, expected)

    def objects(self, value: list, where: str) -> list[tuple[str, dict]]:
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.error(f"{where}[{index}]", f"an object, not {type(item).__name__}")
        return [(f"{where}[{index}].", item) for index, item in enumerate(value)]

    def dialogue(self, record: Any) -> Dialogue:
        if not isinstance(record, dict):
            raise self.error("(line)", f"an object, not {type(record).__name__}")
        identity = self.take(record, "id", "", (int, str), "an int or a string")
        listed = self.take(record, "sessions", "", list, "a list of sessions")
        if not listed:
            raise self.error("sessions", "at least one session")
        sessions = tuple(self.session(item, where) for where, item in self.objects(listed, "sessions"))
        by_id = {session.id: session for session in sessions}
        if len(by_id) < len(sessions):
            raise self.error("sessions", "session ids that occur once")
        if "questions" in record:
            items = self.objects(self.take(record, "questions", "", list, "a list of questions"), "questions")
            questions = tuple(self.question(item, where, by_id, None) for where, item in items)
            if not questions:
                raise self.error("questions", "at least one question")
            if len({str(q.id) for q in questions}) < len(questions):
                raise self.error("questions", "question ids that occur once")
        else:
            questions = (self.question(record, "", by_id, identity),)
        return Dialogue(identity, sessions, questions)

    def session(self, record: dict, where: str) -> Session:
        identity = self.take(record, "id", where, (int, str), "an int or a string")
        listed = self.take(record, "messages", where, list, "a list of messages")
        if not listed:
            raise self.error(where + "messages", "at least one message")
        messages = []
        for place, item in self.objects(listed, where + "messages"):
            role = self.take(item, "role", place, str, "'user' or 'assistant'")
            if role not in ROLES:
                raise self.error(place + "role", f"'user' or 'assistant', not {role!r}")
            messages.append(Message(role, self.take(item, "content", place, str, "a string")))
        return Session(identity, tuple(messages), self.optional(record, "date", where, str, "a date as a string"))

    def question(self, record: dict, where: str, sessions: dict, dialogue_id: Any) -> Question:
        text = self.take(record, "question", where, str, "a string")
        if not text.strip():
            raise self.error(where + "question", "a question, not an empty string")
        kind = self.optional(record, "question_type", where, str, "a question type")
        if kind is not None and kind not in QUESTION_TYPES:
            raise self.error(where + "question_type", f"one of {', '.join(QUESTION_TYPES)}, not {kind!r}")
        evidence = self.turns(record, "evidence", where, sessions)
        named = self.optional(record, "ans_session_ids", where, list, "a list of session ids") or []
        for index, session_id in enumerate(named):
            if not isinstance(session_id, (int, str)) or session_id not in sessions:
                raise self.error(f"{where}ans_session_ids[{index}]", f"the id of a session, not {session_id!r}")
        return Question(
            id=self.take(record, "id", where, (int, str), "an int or a string") if dialogue_id is None else dialogue_id,
            text=text,
            type=kind,
            gold=self.optional(record, "ans", where, str, "a string"),
            evidence=evidence,
            evidence_sessions=tuple(dict.fromkeys([*named, *(e.session_id for e in evidence)])),
            accept=self.patterns(record, "accept", where),
            reject=self.patterns(record, "reject", where),
            superseded=self.turns(record, "superseded", where, sessions),
            date=self.optional(record, "question_date", where, str, "a date as a string"),
            category=self.optional(record, "category", where, str, "a string"),
            rubric=tuple(str(line) for line in self.optional(record, "rubric", where, list, "a list of strings") or ()),
        )

    def turns(self, record: dict, name: str, where: str, sessions: dict) -> tuple[Evidence, ...]:
        listed = self.optional(record, name, where, list, "a list of turns") or []
        found = []
        for place, item in self.objects(listed, where + name):
            session_id = self.take(item, "session_id", place, (int, str), "the id of a session")
            if session_id not in sessions:
                raise self.error(place + "session_id", f"the id of a session, not {session_id!r}")
            index = self.take(item, "message_index", place, int, "an int")
            size = len(sessions[session_id].messages)
            if not 0 <= index < size:
                raise self.error(place + "message_index", f"0 to {size - 1}, not {index}")
            found.append(Evidence(session_id, index, self.optional(item, "quote", place, str, "a string") or ""))
        return tuple(found)

    def patterns(self, record: dict, name: str, where: str) -> tuple[str, ...]:
        listed = self.optional(record, name, where, list, "a list of regular expressions") or []
        for index, pattern in enumerate(listed):
            try:
                re.compile(pattern)
            except (re.error, TypeError) as error:
                raise self.error(f"{where}{name}[{index}]", f"a regular expression: {error}") from error
        return tuple(listed)
