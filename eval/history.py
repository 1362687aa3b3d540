"""Accuracy and latency over commits, from summaries that were stored when the runs were made."""

from __future__ import annotations

import html
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import plots
from .errors import UserError
from .html_report import TEMPLATES
from .journal import Journal, read_journal, write_text
from .report import load_runs

HISTORY = Path(__file__).with_name("history.jsonl")
# title, field of an entry, label of the axis, factor
_DRAWN = (("Accuracy", "accuracy", "accuracy", 1), ("Latency", "answer_p50_seconds", "ms for an answer, median", 1000))
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>History</title>"""


def add_run(folder: Path, file: Path = HISTORY) -> list[str]:
    """Append the finished runs in `folder`, a line a system; returns what was done, in words.

    A commit's system on the same data with the same judge is there once: it is not added again.  Raises UserError for
    a run made outside a commit or with changes that are in none, as nobody could make its numbers again.
    """
    known = {_identity(entry) for entry in read_journal(file)}
    entries = []
    for run in load_runs([folder]):
        if not run.complete:
            raise UserError(f"{run.folder}: the run is not finished; --resume it first")
        code = run.manifest["code"]
        if not code["commit"] or code["dirty"]:
            raise UserError(f"{run.folder}: was made with code that is in no commit; commit and run again")
        ended = datetime.fromtimestamp((run.folder / "summary.json").stat().st_mtime, timezone.utc)
        entries.append(
            {
                "date": ended.date().isoformat(),
                "commit": code["commit"],
                "system": run.manifest["system"],
                "data": run.manifest["data"]["file"],
                "data_sha256": run.manifest["data"]["sha256"],
                "judge": run.manifest["judge"],
                "engine": run.manifest["engine"],
                "n": run.summary["n"],
                "accuracy": run.accuracy["value"],
                "low": run.accuracy["low"],
                "high": run.accuracy["high"],
                "answer_p50_seconds": run.summary["latency_seconds"]["answer"]["p50"],
                "answer_p95_seconds": run.summary["latency_seconds"]["answer"]["p95"],
            }
        )
    journal = Journal(file)
    said = []
    for entry in entries:
        new = _identity(entry) not in known
        if new:
            journal.append(entry)
        said.append(f"{entry['system']} at {entry['commit'][:8]}: {'added' if new else 'is there already'}")
    journal.close()
    return said


def write_history(file: Path, out: Path) -> str:
    """Draw the history as one HTML page; returns what was written, in words.  Raises UserError for an empty history."""
    entries = list(read_journal(file))
    if not entries:
        raise UserError(f"{file}: nothing in it yet; add a run with: python -m eval history --add RUNFOLDER")
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for entry in entries:
        groups.setdefault((entry["data"], entry["data_sha256"], entry["judge"], entry["engine"]), []).append(entry)
    parts = []
    for number, ((data, digest, judge, engine), found) in enumerate(groups.items()):
        title = f"{data} ({digest[:8]}), n = {found[-1]['n']}, judge {judge}, engine {engine}"
        figures = []
        for what, field, label, scale in _DRAWN:
            labels, series = _series(found, field, scale)
            svg = plots.draw_history(labels, series, label, f"{field}{number}", bounded=field == "accuracy")
            figures.append(f"<figure><figcaption>{what}</figcaption>{svg}</figure>")
        parts.append(f'<section><h2>{html.escape(title)}</h2><div class="grid">{"".join(figures)}</div></section>')
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    write_text(out, f"{_HEAD}<style>{style}</style></head><body><h1>History</h1>{''.join(parts)}</body></html>\n")
    return f"{out}: {len(entries)} results of {len({e['commit'] for e in entries})} commits"


def _series(entries: list[dict[str, Any]], field: str, scale: float) -> tuple[list[str], dict[str, list[float | None]]]:
    """Commits in the order in which they were added, and a value a commit for each system."""
    commits = list(dict.fromkeys(entry["commit"] for entry in entries))
    series: dict[str, list[float | None]] = {}
    for entry in entries:
        values = series.setdefault(entry["system"], [None] * len(commits))
        value = entry[field]
        values[commits.index(entry["commit"])] = None if value is None else value * scale
    return [commit[:7] for commit in commits], series


def _identity(entry: dict[str, Any]) -> tuple:
    return tuple(entry[name] for name in ("commit", "system", "data_sha256", "judge", "engine"))
