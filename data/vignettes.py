"""Vignettes: short lives told to an assistant, with questions, to train on or, the plain ones, to measure with (see data/README.md).

`read_vignettes` gives each as a Persona without facts, which data/dialogues.py composes with distractors.  Everything
wrong is reported as `file:line: what was expected`.

    python -m data.vignettes [FILE...]      check the files and print the table of the data set card
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .personas import QUESTION_TYPES, REFUSALS, DataError, Persona, Question, Quote, Session, matches, normalise_answer

TYPES = {"one": "fact_equal_session", "many": "info_consolidation", "now": "info_updating", "before": "info_updating", "none": "no_info"}
CHANGES = ("now", "before")
DECLINES = "нет (такой |этой )?информации|не (знаю|упомина|говорил|указ|сообщ|рассказ|известно)|неизвестно|нет данных"
EARLIER = (
    r"(?s)^(?!.*(раньше|ранее|прежн|до этого|до того|был[аио]?\b|уже не|больше не|вместо|\bа не\b)).*({})"  # a past value told as such is no mistake
)
LANGUAGE = "ru"
HARD, PLAIN = "vignettes", "plain"  # folders: asked in other words than told; told and asked in plain words

COLUMNS = ("theme", "vignettes", "sessions", "user turns", "characters", "questions", *QUESTION_TYPES, "no word shared")
NO_INFO_QUESTIONS = 4  # of a vignette, at least

_HEAD = re.compile(r"# ([a-z0-9_]+): (.+)")
_FACT = re.compile(r"\{(\d+) ([^{}]+)\}")
_ROLES = {"u: ": "user", "a: ": "assistant"}


class _Draft(NamedTuple):
    """A vignette that is being read; `place` is the `file:line` of its head."""

    place: str
    id: str
    about: str
    sessions: list[list[tuple[str, str]]]
    facts: dict[str, Quote]
    questions: list[Question]
    asked: set[str]  # the questions as bare words


def vignette_files(folder: Path, part: str = HARD) -> list[Path]:
    """Every file of one part of the data folder, sorted; none when there is no such folder."""
    return sorted((folder / part / LANGUAGE).glob("*.txt"))


def read_vignettes(*paths: Path) -> list[Persona]:
    """All vignettes of the files, as personas; raises DataError with every problem found."""
    drafts: list[_Draft] = []
    problems: list[str] = []
    for path in paths:
        _read_file(path, drafts, problems)
    places: dict[str, str] = {}
    for draft in drafts:
        problems += [f"{draft.place}: {text}" for text in _incomplete(draft)]
        if (before := places.setdefault(draft.id, draft.place)) != draft.place:
            problems.append(f"{draft.place}: the id {draft.id!r} was used in {before}; give the vignette another")
    if problems:
        raise DataError(problems)
    return [
        Persona(d.id, LANGUAGE, d.about, tuple(Session(_session(i), tuple(turns)) for i, turns in enumerate(d.sessions)), (), tuple(d.questions))
        for d in drafts
    ]


def _read_file(path: Path, drafts: list[_Draft], problems: list[str]) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        problems.append(f"{path}:1: cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError as error:
        problems.append(f"{path}:1: expected UTF-8 text: {error}")
        return
    draft = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            if head := _HEAD.fullmatch(line):
                draft = _Draft(f"{path}:{number}", head[1], head[2], [], {}, [], set())
                drafts.append(draft)
            elif draft is None:
                raise ValueError("expected a head: # id: who")
            else:
                _read_line(draft, line)
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")


def _incomplete(draft: _Draft) -> Iterator[str]:
    for number, turns in enumerate(draft.sessions, 1):
        if not turns or len(turns) % 2:
            yield f"session {number} of {draft.id!r} must end with a line 'a: '"
    none = sum(q.question_type == TYPES["none"] for q in draft.questions)
    if none < NO_INFO_QUESTIONS:
        yield f"{draft.id!r} has {none} questions of the kind none; write at least {NO_INFO_QUESTIONS}"


def _read_line(draft: _Draft, line: str) -> None:
    if line.strip() == "--":
        draft.sessions.append([])
    elif role := _ROLES.get(line[:3]):
        _read_turn(draft, role, line[3:].strip())
    elif line.startswith("? "):
        draft.questions.append(_question(draft, [part.strip() for part in line[2:].split(" | ")]))
    else:
        raise ValueError(f"expected a line that begins with '# ', '--', 'u: ', 'a: ' or '? ', not {line[:40]!r}")


def _read_turn(draft: _Draft, role: str, text: str) -> None:
    if not draft.sessions:
        raise ValueError("expected -- before the first turn")
    turns = draft.sessions[-1]
    if role != ("assistant" if len(turns) % 2 else "user"):
        raise ValueError("roles alternate, the user first")
    for number, said in _FACT.findall(text):
        if number in draft.facts:
            raise ValueError(f"the fact {number} occurs twice")
        draft.facts[number] = Quote(_session(len(draft.sessions) - 1), len(turns), said)
    plain = _FACT.sub(r"\2", text)
    if "{" in plain or "}" in plain:
        raise ValueError("a fact is marked as {number text}")
    turns.append((role, plain))


def _question(draft: _Draft, parts: list[str]) -> Question:
    kind, *numbers = parts[0].split()
    if kind not in TYPES:
        raise ValueError(f"expected one of {', '.join(TYPES)}, not {kind!r}")
    if len(parts) != (2 if kind == "none" else 4) or not all(parts):
        raise ValueError("expected 'kind numbers | question | answer | patterns', for none 'none numbers | question'")
    if [n.startswith("<") for n in numbers] != sorted(n.startswith("<") for n in numbers):
        raise ValueError("write < before each older fact, after the newest")
    evidence, older = (tuple(_fact(draft, n.lstrip("<")) for n in numbers if n.startswith("<") == old) for old in (False, True))
    _check_evidence(kind, evidence, older)
    if (asked := _plain(parts[1])) in draft.asked:
        raise ValueError(f"{draft.id!r} asks this twice: {parts[1]!r}")
    draft.asked.add(asked)
    identity = f"q{len(draft.questions) + 1:02}"
    if kind == "none":
        return Question(identity, parts[1], TYPES[kind], REFUSALS[LANGUAGE], evidence, (DECLINES,), (), ())
    wanted, _, unwanted = parts[3].partition(" ! ")
    accept = tuple(pattern.strip() for pattern in wanted.split(" & "))
    if kind == "now" and not unwanted:
        raise ValueError("now has a pattern of the older value after ' ! '")
    try:
        question = Question(identity, parts[1], TYPES[kind], parts[2], evidence, accept, _reject(kind, unwanted.strip(), evidence), older)
        _check_patterns(question)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return question


def _reject(kind: str, unwanted: str, evidence: tuple[Quote, ...]) -> tuple[str, ...]:
    """The pattern as a question has it.  Where the fact itself tells a change by both values, the answer may do so too."""
    if not unwanted or kind in CHANGES and any(matches((unwanted,), (), quote.quote) for quote in evidence):
        return ()
    return (EARLIER.format(unwanted) if kind == "now" else unwanted,)


def _check_evidence(kind: str, evidence: tuple[Quote, ...], older: tuple[Quote, ...]) -> None:
    sessions = {quote.session for quote in evidence}
    if not evidence:
        raise ValueError("expected the number of a fact")
    if kind == "one" and len(sessions) > 1:
        raise ValueError("the facts of one lie in one session; write many")
    if kind == "many" and len(sessions) < 2:
        raise ValueError("the facts of many lie in two sessions or more; write one")
    if (kind == "now") != bool(older):
        raise ValueError("now, and no other kind, has the number of an older fact after <")
    if older and max(older)[:2] >= max(evidence)[:2]:
        raise ValueError("the fact after < must be told before the newest")


def _check_patterns(question: Question) -> None:
    answer = question.ans
    if any("ё" in pattern.lower() for pattern in question.accept + question.reject):
        raise ValueError("patterns are searched in text without ё; write е")
    if not matches(question.accept, (), answer):
        raise ValueError(f"the answer fails its own patterns: {answer!r}")
    if not matches(question.accept, question.reject, answer):
        raise ValueError(f"the pattern after ! is found in the answer: {answer!r}")
    if any(matches(question.accept, question.reject, refusal) for refusal in REFUSALS.values()):
        raise ValueError("a refusal passes these patterns; make one of them narrower")
    if matches((DECLINES,), (), answer):
        raise ValueError(f"the answer reads as a refusal; say it in other words: {answer!r}")
    if stale := [quote.quote for quote in question.superseded if matches(question.accept, question.reject, quote.quote)]:
        raise ValueError(f"the older fact passes as an answer; make a pattern narrower: {stale[0]!r}")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise_answer(text)))


def _fact(draft: _Draft, number: str) -> Quote:
    if number not in draft.facts:
        raise ValueError(f"no fact {number!r} above")
    return draft.facts[number]


def _session(number: int) -> str:
    return f"s{number + 1:02}"


def table(files: dict[str, list[Persona]]) -> Iterator[str]:
    """A Markdown table, one line a theme (a file's name) and one for all."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|---|" + "---:|" * (len(COLUMNS) - 1)
    rows = {theme: _counts(vignettes) for theme, vignettes in files.items()}
    for theme, row in rows.items():
        yield f"| {theme} | " + " | ".join(map(str, row)) + " |"
    yield "| **all** | " + " | ".join(f"**{sum(column)}**" for column in zip(*rows.values())) + " |"


def _counts(vignettes: Sequence[Persona]) -> list[int]:
    from .counts import shares_no_word  # which imports prepare.py, which imports this file

    turns = [turn for v in vignettes for session in v.sessions for turn in session.messages]
    questions = [q for v in vignettes for q in v.questions]
    types = Counter(q.question_type for q in questions)
    said = [sum(role == "user" for role, _ in turns), sum(len(content) for _, content in turns)]
    free = sum(shares_no_word(q) for q in questions)
    return [len(vignettes), sum(len(v.sessions) for v in vignettes), *said, len(questions), *(types[kind] for kind in QUESTION_TYPES), free]


def main(paths: Sequence[str]) -> int:
    """Print a table of the files (by default one of each part of ours); 2 with every problem when there is one."""
    listed = [[Path(path) for path in paths]] if paths else [vignette_files(Path(__file__).parent, part) for part in (HARD, PLAIN)]
    try:
        read_vignettes(*(file for files in listed for file in files))  # together, for the ids
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n\n".join("\n".join(table({path.stem: read_vignettes(path) for path in files})) for files in listed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
