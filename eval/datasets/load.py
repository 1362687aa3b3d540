"""Finds out which data set a file is and reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import UserError
from . import beam, locomo, longmemeval, rumba
from .contest import load_contest, read_records
from .dialogue import DataSet

FORMATS = ("contest", "beam", "longmemeval", "locomo", "rumba")


def load_dataset(path: Path) -> DataSet:
    """Read `path`, whichever of FORMATS it is in; JSON Lines or one JSON array of records.

    Ids of dialogues and sessions are replaced by numbers outside the contest's own format, as a data set's ids can
    name the answer.  Raises UserError when the format is not known or a record is not as its format says.
    """
    listed = _array(path) if _starts_with(path, b"[") else None
    kind = find_format(path) if listed is None else detect_format(listed[0])
    if kind == "contest":
        return DataSet(kind, load_contest(path), {})
    if kind == "beam":
        return beam.read_beam(path)
    if kind is None:
        raise UserError(f"{path}: expected one of the formats {', '.join(FORMATS)}; the first record is none of them")
    records = [record for _, record in read_records(path)] if listed is None else listed
    read = {"longmemeval": longmemeval.read_longmemeval, "locomo": locomo.read_locomo, "rumba": rumba.read_rumba}[kind]
    try:
        return read(records)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise UserError(f"{path}: read as {kind}, but a record is not as that format says: {type(error).__name__}: {error}") from error


def find_format(path: Path) -> str | None:
    """The format of a file by its first record; None when it is none of FORMATS.  Raises UserError when it is no JSON."""
    if _starts_with(path, b"["):
        return detect_format(_array(path)[0])
    return detect_format(next((record for _, record in read_records(path)), None))


def detect_format(record: Any) -> str | None:
    """The format of a file whose first record is `record`; None when it is none of FORMATS."""
    if not isinstance(record, dict):
        return None
    if "haystack_sessions" in record:
        return "longmemeval"
    if isinstance(record.get("conversation"), dict) and "qa" in record:
        return "locomo"
    if isinstance(record.get("conversation"), list):
        return "rumba"
    if not isinstance(record.get("sessions"), list):
        return None
    questions = record.get("questions")
    with_rubric = isinstance(questions, list) and any(isinstance(q, dict) and "rubric" in q and "category" not in q for q in questions)
    return "beam" if with_rubric else "contest"


def _starts_with(path: Path, sign: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip().startswith(sign)
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error


def _array(path: Path) -> list:
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"{path}: expected a JSON array: {error}") from error
    if not records:
        raise UserError(f"{path}: expected at least one record")
    return records
