"""Finds runs of eight words that our texts share with other texts, and with one another.

    python -m data.leaks FOLDER_OR_FILE...      runs of data/ that also occur in these third-party files
    python -m data.leaks                        only runs that occur in two of our personas, distractors or vignettes

A word is a run of letters, in lower case, ё as е; numbers and signs are no words, so that lists of figures and code
do not count.  JSON files give their strings, vignettes what is said and asked, other files their text.  Exit status 1 when a run is shared.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.errors import UserError

from .personas import DataError
from .vignettes import HARD, PLAIN, read_vignettes, vignette_files

RUN_WORDS = 8
ROOT = Path(__file__).parent
TEXT_SUFFIXES = (".json", ".jsonl", ".txt", ".md", ".csv", ".tsv")
PATTERN_FIELDS = ("accept", "reject")  # regular expressions, not texts; many questions share them

_WORD = re.compile(r"[^\W\d_]+")


class Shared(NamedTuple):
    """One run of words, a place of ours and the other place (`file:line: id`, of a vignette `file: id`)."""

    run: str
    ours: str
    other: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print shared runs; 0 when there are none, 1 when there are, 2 for a file that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m data.leaks", description="Finds runs of words shared with other texts.")
    parser.add_argument("others", nargs="*", type=Path, metavar="FOLDER_OR_FILE")
    parser.add_argument("--material", type=Path, default=ROOT, help="folder with dev, distractors, sample and vignettes, default data")
    options = parser.parse_args(arguments)
    try:
        ours = own_runs(options.material)
        inner = shared_within(options.material)
        files = [path for place in options.others for path in text_files(place)]
        outer = [found for path in files for found in shared_with(path, ours)]
    except (DataError, UserError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for title, found in (("between our own files", inner), (f"with {len(files)} other files", outer)):
        print(f"runs of {RUN_WORDS} words shared {title}: {len(found)} (of {len(ours)} different runs of ours)")
        for shared in found:
            print(f"  {shared.ours} = {shared.other}: {shared.run}")
    return 1 if inner or outer else 0


def own_runs(folder: Path) -> dict[str, str]:
    """Every run of our texts -> the first place where it stands."""
    runs: dict[str, str] = {}
    for path in _own_files(folder):
        for place, text in _own_texts(path):
            for run in word_runs(text):
                runs.setdefault(run, place)
    return runs


def shared_within(folder: Path) -> list[Shared]:
    """Runs in two different ones of our personas, distractor sessions and vignettes."""
    first: dict[str, tuple[str, str]] = {}
    found: dict[tuple[str, str], Shared] = {}
    for path in _own_files(folder):
        if path.parent.name == "sample":
            continue
        for place, text in _own_texts(path):
            source = str(path) if path.parent.parent.name == "dev" else place
            for run in word_runs(text):
                other, before = first.setdefault(run, (source, place))
                if other != source:
                    found.setdefault((before, place), Shared(run, before, place))
    return list(found.values())


def shared_with(path: Path, ours: dict[str, str]) -> list[Shared]:
    """Runs of ours in another file, one for each pair of places."""
    found: dict[tuple[str, str], Shared] = {}
    for place, text in texts(path):
        for run in word_runs(text):
            if run in ours:
                found.setdefault((ours[run], place), Shared(run, ours[run], place))
    return list(found.values())


def word_runs(text: str) -> Iterator[str]:
    """All runs of RUN_WORDS words of `text`; shorter texts have none."""
    words = _WORD.findall(text.lower().replace("ё", "е"))
    for start in range(len(words) - RUN_WORDS + 1):
        yield " ".join(words[start : start + RUN_WORDS])


def text_files(place: Path) -> list[Path]:
    """`place` itself, or the text files below it, sorted.  Raises UserError when there are none."""
    if place.is_file():
        return [place]
    files = sorted(path for path in place.rglob("*") if path.suffix in TEXT_SUFFIXES and path.is_file())
    if not files:
        raise UserError(f"{place}: expected a file, or a folder with {', '.join(TEXT_SUFFIXES)} files")
    return files


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """(place, text) of every string in a JSON or JSON Lines file, of the whole text of another file."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read: {error}") from error
    if path.suffix not in (".json", ".jsonl"):
        yield f"{path}:1", content
        return
    lines = content.split("\n") if path.suffix == ".jsonl" else [content]
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}:{number}: (line): expected JSON: {error.msg}") from error
        identity = f": {record['id']}" if isinstance(record, dict) and "id" in record else ""
        for text in _strings(record):
            yield f"{path}:{number}{identity}", text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in PATTERN_FIELDS:
                yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _own_files(folder: Path) -> list[Path]:
    jsonl = [path for part in ("dev", "distractors", "sample") for path in sorted((folder / part).rglob("*.jsonl"))]
    return jsonl + vignette_files(folder, HARD) + vignette_files(folder, PLAIN)


def _own_texts(path: Path) -> Iterator[tuple[str, str]]:
    """As `texts`, of a vignette one place for all turns, questions and answers, patterns and numbers left out."""
    if path.suffix != ".txt":
        yield from texts(path)
        return
    for persona in read_vignettes(path):
        place = f"{path}: {persona.id}"
        yield from ((place, content) for session in persona.sessions for _, content in session.messages)
        yield from ((place, text) for question in persona.questions for text in (question.question, question.ans))


if __name__ == "__main__":
    sys.exit(main())
