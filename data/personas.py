"""Hand-written material: personas (sessions, facts, questions) and distractor sessions.

One file is one persona or one set of distractors, as JSON Lines; the first field of every line, `kind`, says
what it holds: `persona`, `session`, `fact` or `question` (see data/README.md).  `read_persona` and
`read_distractors` return frozen records; everything wrong is reported as `file:line: field: what was expected`.

    python -m data.personas FILE...        check files and print what they hold
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

TAGS = frozenset("changes spread relative_date negation correction relative assistant_confirmed forget plan_cancelled joke pasted".split())
QUESTION_TYPES = ("fact_equal_session", "info_consolidation", "info_updating", "no_info")
REFUSALS = {"ru": "У меня нет такой информации", "en": "I don't have that information"}


class DataError(ValueError):
    """Something is wrong with hand-written data; `problems` holds one line each."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


class Quote(NamedTuple):
    session: str
    message_index: int
    quote: str


@dataclass(frozen=True)
class Session:
    id: str
    messages: tuple[tuple[str, str], ...]  # (role, content)
    date: str | None = None


@dataclass(frozen=True)
class Fact:
    id: str
    subject: str
    attribute: str
    value: str
    session: str
    message_index: int
    tags: tuple[str, ...] = ()
    supersedes: str | None = None


@dataclass(frozen=True)
class Question:
    id: str
    question: str
    question_type: str
    ans: str
    evidence: tuple[Quote, ...]
    accept: tuple[str, ...]
    reject: tuple[str, ...]
    superseded: tuple[Quote, ...]


@dataclass(frozen=True)
class Persona:
    id: str
    language: str
    about: str
    sessions: tuple[Session, ...]
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]


def normalise_answer(text: str) -> str:
    """The form in which patterns are searched: lower case, `ё` as `е`."""
    return text.lower().replace("ё", "е")


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise_answer(text)))


def matches(accept: tuple[str, ...], reject: tuple[str, ...], answer: str) -> bool:
    """Whether every accept pattern and no reject pattern is found in `answer`."""
    text = normalise_answer(answer)
    return all(re.search(p, text, re.I) for p in accept) and not any(re.search(p, text, re.I) for p in reject)


def read_persona(path: Path) -> Persona:
    """Read and check one persona; raises DataError with every problem found."""
    return _Reader(path).persona()


def read_distractors(path: Path) -> tuple[Session, ...]:
    """Read and check one file of distractor sessions; raises DataError with every problem found."""
    return _Reader(path).distractors()


class _Reader:
    """Collects records and problems of one file, so that a writer sees all mistakes at once."""

    def __init__(self, path: Path):
        self.path = path
        self.problems: list[str] = []
        self.lines: list[tuple[int, dict]] = []
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError([f"{path}:1: (file): expected UTF-8 text: {error}"]) from error
        except OSError as error:
            raise DataError([f"{path}:1: (file): cannot be read: {error.strerror}"]) from error
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                self.problem(number, "(line)", f"expected one JSON object: {error.msg} at column {error.colno}")
                continue
            if isinstance(record, dict):
                self.lines.append((number, record))
            else:
                self.problem(number, "(line)", f"expected one JSON object, not {type(record).__name__}")

    def problem(self, number: int, field: str, text: str) -> None:
        self.problems.append(f"{self.path}:{number}: {field}: {text}")

    def finish(self) -> None:
        if self.problems:
            raise DataError(self.problems)

    def distractors(self) -> tuple[Session, ...]:
        sessions: dict[str, Session] = {}
        for number, record in self.lines:
            if record.get("kind") != "session":
                self.problem(number, "kind", "expected 'session'")
                continue
            session = self.session(number, record)
            if session is None:
                continue
            if session.id in sessions:
                self.problem(number, "id", f"{session.id!r} occurs twice")
            sessions[session.id] = session
        self.finish()
        return tuple(sessions.values())

    def persona(self) -> Persona:
        head: dict = {}
        sessions: dict[str, Session] = {}
        facts: dict[str, Fact] = {}
        questions: dict[str, Question] = {}
        for number, record in self.lines:
            kind = record.get("kind")
            if kind == "persona":
                if head:
                    self.problem(number, "kind", "a file holds one persona")
                head = record
                for field in ("id", "language", "about"):
                    self.text(number, record, field)
                if str(record.get("language")) not in REFUSALS:
                    self.problem(number, "language", f"expected one of {', '.join(REFUSALS)}")
            elif kind == "session":
                session = self.session(number, record)
                last = max((s.date for s in sessions.values() if s.date), default="")
                if session and session.date and session.date <= last:
                    self.problem(number, "date", f"session dates must strictly increase; {session.date} comes after {last}")
                self.collect(number, session, sessions)
            elif kind == "fact":
                self.collect(number, self.fact(number, record, sessions, facts), facts)
            elif kind == "question":
                self.collect(number, self.question(number, record, head, sessions, questions), questions)
            else:
                self.problem(number, "kind", "expected persona, session, fact or question")
        if not head:
            self.problem(1, "kind", "a persona line is missing")
        self.finish()
        parts = (tuple(part.values()) for part in (sessions, facts, questions))
        return Persona(head["id"], head["language"], head["about"], *parts)

    def collect(self, number: int, item, into: dict) -> None:
        if item is None:
            return
        if item.id in into:
            self.problem(number, "id", f"{item.id!r} occurs twice")
        into[item.id] = item

    def text(self, number: int, record: dict, field: str, label: str = "") -> str:
        value = record.get(field)
        if not isinstance(value, str) or not value.strip():
            self.problem(number, label or field, "expected a non-empty string")
            return ""
        return value

    def strings(self, number: int, record: dict, field: str) -> tuple[str, ...]:
        value = record.get(field, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.problem(number, field, "expected a list of non-empty strings")
            return ()
        return tuple(value)

    def session(self, number: int, record: dict) -> Session | None:
        before = len(self.problems)
        identity = self.text(number, record, "id")
        messages = record.get("messages")
        if not isinstance(messages, list) or not messages:
            self.problem(number, "messages", "expected a non-empty list")
            return None
        turns = []
        for index, message in enumerate(messages):
            where = f"messages[{index}]"
            if not isinstance(message, dict):
                self.problem(number, where, "expected an object with role and content")
                continue
            expected = "user" if index % 2 == 0 else "assistant"
            if message.get("role") != expected:
                self.problem(number, f"{where}.role", f"expected {expected!r} (roles alternate, user first)")
            turns.append((expected, self.text(number, message, "content", f"{where}.content")))
        day = record.get("date")
        if day is not None and not _is_date(day):
            self.problem(number, "date", f"expected YYYY-MM-DD, not {day!r}")
        if len(self.problems) > before:
            return None
        return Session(identity, tuple(turns), day)

    def place(self, number: int, field: str, record: dict, sessions: dict[str, Session]) -> str | None:
        """The content of the turn that `record` names, or None after noting why there is none."""
        session = sessions.get(str(record.get("session")))
        if session is None:
            self.problem(number, f"{field}.session", f"no such session: {record.get('session')!r}")
            return None
        index = record.get("message_index")
        if type(index) is not int or not 0 <= index < len(session.messages):
            self.problem(number, f"{field}.message_index", f"expected 0 to {len(session.messages) - 1}")
            return None
        return session.messages[index][1]

    def fact(self, number: int, record: dict, sessions: dict, facts: dict) -> Fact | None:
        before = len(self.problems)
        values = {f: self.text(number, record, f) for f in ("id", "subject", "attribute", "value")}
        tags = self.strings(number, record, "tags")
        if unknown := sorted(set(tags) - TAGS):
            self.problem(number, "tags", f"unknown {unknown[0]!r}; expected some of {', '.join(sorted(TAGS))}")
        self.place(number, "fact", record, sessions)
        supersedes = record.get("supersedes")
        if supersedes is not None and (not isinstance(supersedes, str) or supersedes not in facts):
            self.problem(number, "supersedes", f"no earlier fact {supersedes!r}")
        if len(self.problems) > before:
            return None
        return Fact(session=record["session"], message_index=record["message_index"], tags=tags, supersedes=supersedes, **values)

    def quotes(self, number: int, record: dict, field: str, sessions: dict) -> tuple[Quote, ...]:
        value = record.get(field, [])
        if not isinstance(value, list):
            self.problem(number, field, "expected a list of objects with session, message_index and quote")
            return ()
        quotes = []
        for index, item in enumerate(value):
            where = f"{field}[{index}]"
            if not isinstance(item, dict):
                self.problem(number, where, "expected an object with session, message_index and quote")
                continue
            content = self.place(number, where, item, sessions)
            quote = self.text(number, item, "quote")
            if content is not None and quote and quote not in content:
                self.problem(number, f"{where}.quote", f"not found in {item['session']}[{item['message_index']}]: {quote!r}")
            quotes.append(Quote(str(item.get("session")), item.get("message_index"), quote))
        return tuple(quotes)

    def question(self, number: int, record: dict, head: dict, sessions: dict, questions: dict) -> Question | None:
        before = len(self.problems)
        values = {f: self.text(number, record, f) for f in ("id", "question", "question_type", "ans")}
        kind, answer = values["question_type"], values["ans"]
        if kind not in QUESTION_TYPES:
            self.problem(number, "question_type", f"expected one of {', '.join(QUESTION_TYPES)}")
        accept, reject = self.strings(number, record, "accept"), self.strings(number, record, "reject")
        if not accept:
            self.problem(number, "accept", "expected at least one pattern")
        broken = False
        for field, patterns in (("accept", accept), ("reject", reject)):
            for pattern in patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    broken = True
                    self.problem(number, field, f"{pattern!r} is no regular expression: {error}")
        if not broken:
            if not matches(accept, reject, answer):
                self.problem(number, "accept", f"the gold answer does not pass its own patterns: {answer!r}")
            refusal = REFUSALS.get(str(head.get("language")), "")
            if kind != "no_info" and any(matches(accept, reject, text) for text in REFUSALS.values()):
                self.problem(number, "accept", "a refusal passes these patterns")
            if kind == "no_info" and answer.rstrip(".") not in REFUSALS.values():
                self.problem(number, "ans", f"a no_info question has the gold answer {refusal!r}")
        evidence = self.quotes(number, record, "evidence", sessions)
        if not evidence:
            self.problem(number, "evidence", "expected at least one quote (for no_info the near miss)")
        superseded = self.quotes(number, record, "superseded", sessions)
        if any(_plain(values["question"]) == _plain(q.question) for q in questions.values()):
            self.problem(number, "question", "the same question occurs twice")
        if len(self.problems) > before:
            return None
        return Question(evidence=evidence, accept=accept, reject=reject, superseded=superseded, **values)


def describe(persona: Persona) -> str:
    """Counts of one persona in a few words."""
    by_type = Counter(q.question_type for q in persona.questions)
    tags = Counter(tag for fact in persona.facts for tag in fact.tags)
    characters = sum(len(c) for s in persona.sessions for _, c in s.messages)
    return (
        f"{persona.id}: {len(persona.sessions)} sessions, {characters} characters, {len(persona.facts)} facts "
        f"({', '.join(f'{t} {n}' for t, n in sorted(tags.items()))}), {len(persona.questions)} questions "
        f"({', '.join(f'{t} {n}' for t, n in sorted(by_type.items()))})"
    )


def main(paths: list[str]) -> int:
    """Check each file; 2 when any has a problem."""
    status = 0
    for path in map(Path, paths):
        try:
            if "distractors" in path.parts:
                sessions = read_distractors(path)
                print(f"{path.name}: {len(sessions)} sessions, {sum(len(c) for s in sessions for _, c in s.messages)} characters")
            else:
                print(describe(read_persona(path)))
        except DataError as error:
            print(error, file=sys.stderr)
            status = 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
