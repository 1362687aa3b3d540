"""Two runs of the same questions, compared in pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from .errors import UserError
from .journal import read_journal
from .judges import CORRECT
from .stats import LEVEL, POWER, Comparison, compare_paired, correct_holm
from .summary import VERDICTS


class RunComparison(NamedTuple):
    """`overall` and `by_type` say how run `b` does against run `a`; p-values by type are corrected together (Holm).

    `unpaired` counts the questions that only one of the runs has a verdict for; they are left out.
    """

    a: str
    b: str
    data: str
    judge: str
    overall: Comparison
    by_type: dict[str, Comparison]
    unpaired: int


def compare_runs(a: Path, b: Path, *, seed: int = 0) -> RunComparison:
    """Compare two systems' run folders (with manifest.json and verdicts.jsonl).

    Raises UserError, naming both, when they are of different data sets or were judged differently, and when a folder
    holds no finished run.
    """
    manifests, verdicts = [_manifest(a), _manifest(b)], [_verdicts(a), _verdicts(b)]
    for what, found in (("data sets", [_data(m) for m in manifests]), ("judges", [m["judge"] for m in manifests])):
        if found[0] != found[1]:
            raise UserError(f"runs of different {what} cannot be compared: {a} has {found[0]}, {b} has {found[1]}")
    common = [key for key in verdicts[0] if key in verdicts[1]]
    if not common:
        raise UserError(f"{a} and {b} have no judged question in common; finish the runs with --resume")
    by_type: dict[str, list] = {}
    for key in common:
        if kind := verdicts[0][key].get("question_type"):
            by_type.setdefault(kind, []).append(key)

    def compared(keys: list[tuple]) -> Comparison:
        sides = [[side[key]["verdict"] == CORRECT for key in keys] for side in verdicts]
        return compare_paired(*sides, [dialogue for dialogue, _ in keys], seed=seed)

    types = sorted(by_type)
    corrected = dict(zip(types, correct_holm([compared(by_type[kind]) for kind in types])))
    unpaired = len(verdicts[0].keys() ^ verdicts[1].keys())
    return RunComparison(a.name, b.name, manifests[0]["data"]["file"], manifests[0]["judge"], compared(common), corrected, unpaired)


def render_comparison(found: RunComparison) -> str:
    """A sentence with the verdict and a Markdown table: overall and by question type."""
    whole = found.overall
    said = {"better": "is better than", "worse": "is worse than", "tie": "cannot be told from"}[whole.verdict]
    unit = "dialogues" if whole.clusters < whole.n else "questions, each a unit of its own"
    lines = [
        f"{found.b} {said} {found.a}: {_points(whole.difference)} points [{_points(whole.low)}, {_points(whole.high)}], p = {whole.p:.3f}.",
        f"Data: {found.data}, n = {whole.n} questions, {whole.clusters} {unit}. Judge: {found.judge}.",
        *([f"{found.unpaired} questions have a verdict in one run only and are left out."] if found.unpaired else []),
        "",
        f"| questions | n | {found.a} | {found.b} | difference [95 %] | only {found.a} | only {found.b} | p | detectable | {found.b} is |",
        "|" + "---|" * 10,
        *(_row(name, c) for name, c in [("all", whole), *found.by_type.items()]),
        "",
        f"Interval: bootstrap over dialogues. p: the larger of it and exact McNemar, by type after Holm; tie where p > {LEVEL}.",
        f"Detectable: the true difference in points that would have been found with a probability of {POWER}.",
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, c: Comparison) -> str:
    interval = f"{_points(c.difference)} [{_points(c.low)}, {_points(c.high)}]"
    detectable = "-" if c.detectable is None else f"{100 * c.detectable:.1f}"
    cells = [name, c.n, f"{c.a.value:.3f}", f"{c.b.value:.3f}", interval, c.only_a, c.only_b, f"{c.p:.3f}", detectable, c.verdict]
    return "| " + " | ".join(map(str, cells)) + " |"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _data(manifest: dict[str, Any]) -> str:
    return f"{manifest['data']['file']} ({manifest['data']['sha256'][:12]})"


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{folder}: no run of a system in it (manifest.json: {error}); name the folder of one system") from error


def _verdicts(folder: Path) -> dict[tuple, dict[str, Any]]:
    """Judged questions by (dialogue, question); those without gold have no verdict."""
    found = {(r["dialogue_id"], r["question_id"]): r for r in read_journal(folder / VERDICTS) if r["verdict"]}
    if not found:
        raise UserError(f"{folder}: no verdicts in it; make them with: python -m eval judge {folder} --data FILE --judge overlap")
    return found
