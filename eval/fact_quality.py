"""How well extracted facts agree with the facts a persona's writer noted, turn by turn."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import UserError

NOT_FACTS = frozenset({"joke", "pasted"})  # what the writer marked as no fact about the user


@dataclass
class Quality:
    """Counts over personas.

    recall: share of noted facts, in user turns, neither joke nor pasted, that some extracted value of the same turn
    shares a lemma with.  precision: share of extracted facts that share a lemma with a noted fact of the same turn;
    a floor, since writers do not note all that is said.  leaks: noted jokes and pasted texts that were taken as facts.
    """

    noted: int = 0
    found: int = 0
    extracted: int = 0
    supported: int = 0
    no_facts: int = 0
    leaked: int = 0
    by_attribute: Counter = field(default_factory=Counter)
    supported_by_attribute: Counter = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.noted if self.noted else 0.0

    @property
    def precision(self) -> float:
        return self.supported / self.extracted if self.extracted else 0.0


def measure_personas(paths: Sequence[Path], memory: str = "submission.memory") -> Quality:
    """Counts over persona files; raises UserError when one cannot be read."""
    quality = Quality()
    for path in paths:
        _add_persona(path, quality, memory)
    return quality


def _add_persona(path: Path, quality: Quality, memory: str) -> None:
    extract, facts, turns_module = (importlib.import_module(f"{memory}.{name}") for name in ("extract", "facts", "turns"))
    sessions, noted = _read(path)
    turns, places = [], {}
    for session, messages in sessions.items():
        for i, message in enumerate(messages):
            places[session, i] = len(turns)
            turns.append(turns_module.Turn(len(turns), session, message["role"], message["content"]))
    book = facts.FactBook()
    book.add(extract.RuleExtractor().extract(turns))
    extracted: dict[int, list[Any]] = {}
    for fact in book:
        for turn in fact.turns:
            extracted.setdefault(turn, []).append((fact, facts.value_lemmas(fact.value)))
    wanted: dict[int, list[tuple[dict, frozenset[str]]]] = {}
    for fact in noted:
        place = places[fact["session"], fact["message_index"]]
        if turns[place].is_user:
            wanted.setdefault(place, []).append((fact, facts.value_lemmas(f"{fact['value']} {'' if fact['subject'] == 'user' else fact['subject']}")))
    for place, facts_there in wanted.items():
        for fact, lemmas in facts_there:
            hit = any(lemmas & own for _, own in extracted.get(place, ()))
            line = f"{path.stem}:{place} {fact['subject']} {fact['attribute']} = {fact['value']}"
            if NOT_FACTS & set(fact.get("tags", ())):
                quality.no_facts += 1
                quality.leaked += hit
                quality.leaks += [line] if hit else []
                continue
            quality.noted += 1
            quality.found += hit
            quality.missed += [] if hit else [f"{line}   <- {turns[place].text[:160]!r}"]
    for place, found in extracted.items():
        for fact, own in found:
            supported = any(own & lemmas for noted_fact, lemmas in wanted.get(place, ()) if not NOT_FACTS & set(noted_fact.get("tags", ())))
            attribute = fact.attribute.partition(":")[0]
            quality.extracted += 1
            quality.supported += supported
            quality.by_attribute[attribute] += 1
            quality.supported_by_attribute[attribute] += supported
            if not supported:
                quality.unsupported.append(f"{path.stem}:{place} {fact.subject} {fact.attribute} = {fact.value}   <- {fact.quote[:160]!r}")


def _read(path: Path) -> tuple[dict[str, list[dict]], list[dict]]:
    sessions: dict[str, list[dict]] = {}
    noted: list[dict] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            if record["kind"] == "session":
                sessions[record["id"]] = record["messages"]
            elif record["kind"] == "fact":
                noted.append(record)
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise UserError(f"{path}:{number}: (line): expected a persona record: {error}") from error
    return sessions, noted


def describe_quality(quality: Quality, details: bool = False) -> str:
    """The counts as text, a line an attribute; with `details` also what was missed, unsupported and leaked."""
    lines = [
        f"recall {quality.recall:.3f} ({quality.found}/{quality.noted})"
        f"   precision >= {quality.precision:.3f} ({quality.supported}/{quality.extracted})"
        f"   jokes and pasted texts taken as facts {quality.leaked}/{quality.no_facts}",
    ]
    for attribute, n in quality.by_attribute.most_common():
        lines.append(f"  {attribute:12} {quality.supported_by_attribute[attribute]:4} supported of {n:4}")
    if details:
        for title, part in (("missed", quality.missed), ("unsupported", quality.unsupported), ("leaked", quality.leaks)):
            lines += [title, *(f"  {line}" for line in part)]
    return "\n".join(lines) + "\n"
