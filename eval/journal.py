"""A run's folder: append-only records that survive a kill at any moment."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import UserError


class Journal:
    """JSON Lines file to which whole records are appended and flushed.

    A torn last line, left by a kill in the middle of a write, is cut off when the file is opened again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if path.is_file():
                _cut_torn_line(path)
            self._file = path.open("ab")
        except OSError as error:
            raise _unwritable(path, error) from error

    def append(self, record: dict[str, Any]) -> None:
        """Write one record through to the operating system; raises UserError on a full disk."""
        try:
            self._file.write(json_line(record))
            self._file.flush()
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what could not be flushed was reported by `append`
            self._file.close()


def json_line(record: dict[str, Any]) -> bytes:
    """One line of UTF-8 JSON; lone surrogates, which UTF-8 has no form for, become question marks."""
    return (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Records of a journal in order; nothing when there is no file.  A torn last line is ignored."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield json.loads(line)
            except ValueError as error:
                raise UserError(f"{path}:{number}: (line): expected a record: {error}; remove the line and use --resume") from error


def write_json(path: Path, value: Any) -> None:
    """Replace a JSON file as a whole, never leaving half of it."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace a text file as a whole, never leaving half of it."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(text.encode("utf-8", "replace"))
        os.replace(part, path)
    except OSError as error:
        raise _unwritable(path, error) from error


def make_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _cut_torn_line(path: Path) -> None:
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(f"{path}: cannot be written: {error.strerror}; make room or choose another --out, then use --resume")
