"""Finished runs side by side: the leaderboard as Markdown and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .attribution import render_attribution
from .compare import RunComparison, compare_runs
from .errors import UserError
from .journal import read_journal, write_text
from .judge_check import judge_quality
from .ledger import render_ledger, show_seconds
from .runner import PREDICTIONS
from .summary import SUMMARY, VERSION

LEADERBOARD = "leaderboard.md"
REFERENCE = "submission"  # the system that others are compared with, where it is among them

TYPES = {"fact_equal_session": "one session", "info_consolidation": "several", "info_updating": "updated", "no_info": "no info"}


class Run(NamedTuple):
    """One system's run.  `summary` is None for one that never ended; `name` is unique among those loaded together."""

    name: str
    folder: Path
    manifest: dict[str, Any]
    summary: dict[str, Any] | None
    answered: int

    @property
    def complete(self) -> bool:
        return self.summary is not None and self.summary["n"] == self.summary["questions"]

    @property
    def accuracy(self) -> dict[str, Any]:
        return self.summary["accuracy"]["overall"]


def load_runs(folders: Sequence[Path]) -> list[Run]:
    """Runs in `folders` (each of one system, or of several), best first and unfinished ones last.

    Runs of one system get their folder's name added.  Raises UserError, naming the runs, for different data sets or
    judges in one table, for files of another version and for none at all.
    """
    found = [path for folder in folders for path in _run_folders(folder)]
    if not found:
        first = folders[0]
        raise UserError(f"{first}: no run in it; make one with: python -m eval run --system submission --data FILE --out {first}")
    runs = [_load_run(folder) for folder in dict.fromkeys(path.resolve() for path in found)]
    for what, values in (
        ("data sets", {r.name: (r.manifest["data"]["sha256"], r.manifest["data"]["file"]) for r in runs}),
        ("judges", {r.name: (r.manifest["judge"], r.manifest["judge"]) for r in runs}),
    ):
        if len({digest for digest, _ in values.values()}) > 1:
            shown = ", ".join(f"{r.folder}: {values[r.name][1]}" for r in runs)
            raise UserError(f"runs of different {what} do not go into one table ({shown})")
    return sorted(_named_apart(runs), key=lambda run: (run.summary is None, -(run.accuracy["value"] or 0) if run.summary else 0, run.name))


def write_leaderboard(folder: Path) -> str:
    """The Markdown leaderboard of every system under `folder`, also written to leaderboard.md."""
    text = render_leaderboard(load_runs([folder]))
    write_text(folder / LEADERBOARD, text)
    return text


def compare_all(runs: Sequence[Run]) -> dict[str, RunComparison]:
    """Every judged run against the reference, by name; {} where that is not among them."""
    judged = [run for run in runs if run.summary and run.accuracy["n"]]
    reference = next((run for run in judged if run.manifest["system"] == REFERENCE), None)
    if reference is None:
        return {}
    return {run.name: compare_runs(reference.folder, run.folder) for run in judged if run is not reference}


def render_leaderboard(runs: Sequence[Run], compared: dict[str, RunComparison] | None = None) -> str:
    """A heading line, the table, what the judge is worth and, with `compared`, costs and failures."""
    manifest, judge = runs[0].manifest, runs[0].manifest["judge"]
    table = leaderboard_rows(runs, compared)
    questions = max(run.summary["questions"] if run.summary else 0 for run in runs) or runs[0].answered
    lines = [
        f"Data: {manifest['data']['file']}, n = {questions} questions. Judge: {judge}. Engine: {manifest['engine']}.",
        "",
        _row(table[0]),
        "|" + "---|" * len(table[0]),
        *map(_row, table[1:]),
    ]
    if said := describe_judge(judge):
        lines += ["", said]
    if compared is not None:
        finished = {run.name: run.summary for run in runs if run.summary}
        lines += ["", render_ledger({name: s["ledger"] for name, s in finished.items()}).rstrip()]
        lines += ["", render_attribution({name: s["failures"] for name, s in finished.items()}).rstrip()]
    return "\n".join(lines) + "\n"


def leaderboard_rows(runs: Sequence[Run], compared: dict[str, RunComparison] | None = None) -> list[list[str]]:
    """Header and a row a run; with `compared` the paired verdict against the reference."""
    header = ["system", "accuracy [95 %]", *TYPES.values(), "false refusals", "session any@5", "turn mean@10", "answer p50", "errors"]
    if compared:
        header.insert(2, f"against {REFERENCE}")
    return [header, *(_cells(run, compared, len(header)) for run in runs)]


def render_csv(runs: Sequence[Run], compared: dict[str, RunComparison]) -> str:
    """One line a run with plain numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    by_type = [f"accuracy_{kind}" for kind in TYPES]
    writer.writerow(
        ["system", "complete", "n", "accuracy", "low", "high", "difference", "difference_low", "difference_high", "p", "verdict", *by_type,
         "session_any_5", "turn_mean_10", "answer_p50_seconds", "answer_p95_seconds", "seconds_per_question", "tokens_per_question",
         "correct_per_1000_tokens", "peak_rss_bytes", "disk_bytes", "errors"]
    )  # fmt: skip
    for run in runs:
        if run.summary is None:
            writer.writerow([run.name, False, run.answered])
            continue
        s, overall, ledger = run.summary, run.accuracy, run.summary["ledger"]
        found = compared.get(run.name)
        paired = [found.overall.difference, found.overall.low, found.overall.high, found.overall.p, found.overall.verdict] if found else [""] * 5
        writer.writerow(
            [run.name, run.complete, s["n"], overall["value"], overall["low"], overall["high"], *paired,
             *(s["accuracy"]["by_type"].get(kind, {}).get("value") for kind in TYPES),
             s["recall"]["session"]["recall_any"]["5"], s["recall"]["turn"]["recall_mean"]["10"], s["latency_seconds"]["answer"]["p50"],
             s["latency_seconds"]["answer"]["p95"], ledger["seconds_per_question"], ledger["tokens_per_question"],
             ledger["correct_per_1000_tokens"], ledger["peak_rss_bytes"], ledger["disk_bytes"], s["errors"]]
        )  # fmt: skip
    return text.getvalue()


def describe_judge(judge: str) -> str:
    """What the judge's own errors are, as measured on the probe set; "" where they never were."""
    quality = judge_quality(judge)
    if quality is None:
        return ""
    part = "held_out" if "held_out" in quality else "all"
    found = quality[part]
    kappa = "-" if found["kappa"] is None else f"{found['kappa']:.3f}"
    accept, reject = (_interval(found[name]) for name in ("false_accept", "false_reject"))
    return (
        f"The judge {judge} on {found['n']} labelled answers ({part.replace('_', ' ')}): kappa {kappa}, accepts {accept} of the wrong answers, "
        f"rejects {reject} of the right ones."
    )


def _interval(share: dict[str, Any]) -> str:
    return "-" if not share["n"] else f"{100 * share['value']:.1f} % [{100 * share['low']:.1f}, {100 * share['high']:.1f}]"


def _run_folders(folder: Path) -> list[Path]:
    return [folder] if (folder / "manifest.json").exists() else sorted(path.parent for path in folder.glob("*/manifest.json"))


def _load_run(folder: Path) -> Run:
    manifest = _load(folder / "manifest.json")
    summary = _load(folder / SUMMARY) if (folder / SUMMARY).exists() else None
    if summary is not None and (version := summary.get("version", 1)) != VERSION:
        raise UserError(
            f"{folder / SUMMARY} is of version {version}, this is {VERSION}; bring it up to date with: "
            f"python -m eval judge {folder} --data {manifest['data']['file']} (the file that it was run on)"
        )
    answered = summary["n"] if summary else sum(1 for _ in read_journal(folder / PREDICTIONS))
    return Run(folder.name, folder, manifest, summary, answered)


def _named_apart(runs: list[Run]) -> list[Run]:
    """The same runs; where names repeat, the folder above is added, and the whole path where that repeats too."""
    for longer in (lambda run: f"{run.folder.name} ({run.folder.parent.name})", lambda run: str(run.folder)):
        counts = Counter(run.name for run in runs)
        runs = [run._replace(name=longer(run)) if counts[run.name] > 1 else run for run in runs]
    return runs


def _load(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}); make the run again") from error


def _cells(run: Run, compared: dict[str, RunComparison] | None, width: int) -> list[str]:
    if run.summary is None:
        return [run.name, f"incomplete: {run.answered} answered", *["-"] * (width - 2)]
    s, overall = run.summary, run.accuracy
    interval = f" [{overall['low']:.2f}, {overall['high']:.2f}]" if overall["n"] else ""
    by_type = s["accuracy"]["by_type"]
    return [
        run.name if run.complete else f"{run.name} (incomplete: {s['n']} of {s['questions']})",
        _share(overall["value"]) + interval,
        *([_paired(compared.get(run.name))] if compared else []),
        *(_share(by_type.get(kind, {}).get("value")) for kind in TYPES),
        _share(s["abstention"]["false_abstention"]["value"]),
        _share(s["recall"]["session"]["recall_any"]["5"]),
        _share(s["recall"]["turn"]["recall_mean"]["10"]),
        show_seconds(s["latency_seconds"]["answer"]["p50"]),
        str(s["errors"]),
    ]


def _paired(found: RunComparison | None) -> str:
    if found is None:
        return "-"
    c = found.overall
    return f"{c.verdict}: {100 * c.difference:+.1f} [{100 * c.low:+.1f}, {100 * c.high:+.1f}]"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
