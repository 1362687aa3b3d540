"""Loads data/attributes: how people ask about, and tell, one personal attribute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .errors import UserError

_HEAD = re.compile(r"#(\*?) ([a-z0-9_]+): (.+)")
_ANSWER = re.compile(r"\[([^\[\]]+)\]")
_KINDS = {"? ": "questions", "+ ": "messages", "- ": "near_misses", "~ ": "words"}


class Message(NamedTuple):
    """A message that tells the attribute's value; `start` and `end` enclose the answer in `text`."""

    text: str
    start: int
    end: int


class Attribute(NamedTuple):
    """`near_misses` are messages of the same topic that do not tell the value, `words` typical words of the messages."""

    id: str
    name: str
    many: bool  # usually has several values
    questions: tuple[str, ...]
    messages: tuple[Message, ...]
    near_misses: tuple[str, ...]
    words: tuple[str, ...]


def load_attributes(paths: Iterable[Path]) -> list[Attribute]:
    """The attributes of all files; blocks with one id are joined.  Raises UserError with file and line for a wrong line."""
    found: dict[str, Attribute] = {}
    for path in paths:
        for attribute in _blocks(path):
            if known := found.get(attribute.id):
                attribute = known._replace(**{part: getattr(known, part) + getattr(attribute, part) for part in _KINDS.values()})
            found[attribute.id] = attribute
    return list(found.values())


def _blocks(path: Path) -> list[Attribute]:
    blocks: list[Attribute] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{path.name}, line {number}"
        if not line.strip():
            continue
        if head := _HEAD.fullmatch(line):
            blocks.append(Attribute(head[2], head[3], bool(head[1]), (), (), (), ()))
            continue
        part, text = _KINDS.get(line[:2]), line[2:].strip()
        if part is None or not blocks:
            raise UserError(f"{where}: a line begins with one of # ? + - ~ and a space, and a # line comes first: {line[:60]!r}")
        more = tuple(text.split()) if part == "words" else (_message(text, where),) if part == "messages" else (text,)
        blocks[-1] = blocks[-1]._replace(**{part: getattr(blocks[-1], part) + more})
    return blocks


def _message(text: str, where: str) -> Message:
    answers = list(_ANSWER.finditer(text))
    if len(answers) != 1:
        raise UserError(f"{where}: a message has one answer in [brackets], not {len(answers)}")
    start = answers[0].start()
    return Message(_ANSWER.sub(r"\1", text), start, start + len(answers[0][1]))
