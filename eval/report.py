"""The leaderboard of a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import UserError
from .journal import write_text
from .summary import SUMMARY

LEADERBOARD = "leaderboard.md"

_TYPES = {"fact_equal_session": "one session", "info_consolidation": "several", "info_updating": "updated", "no_info": "no info"}


def write_leaderboard(folder: Path) -> str:
    """The Markdown leaderboard of every finished system under `folder`, also written to leaderboard.md."""
    rows = [_read(path) for path in sorted(folder.glob(f"*/{SUMMARY}"))]
    if not rows:
        raise UserError(f"{folder}: no */{SUMMARY} in it; make one with: python -m eval run --system submission --data FILE --out {folder}")
    hashes = {row["manifest"]["data"]["sha256"] for row in rows}
    if len(hashes) > 1:
        names = ", ".join(f"{row['name']}: {row['manifest']['data']['file']}" for row in rows)
        raise UserError(f"{folder}: runs of different data sets do not go into one table ({names})")
    text = _markdown(sorted(rows, key=lambda row: -(row["accuracy"]["overall"]["value"] or 0)))
    write_text(folder / LEADERBOARD, text)
    return text


def _read(path: Path) -> dict[str, Any]:
    return {"name": path.parent.name, "manifest": _load(path.parent / "manifest.json"), **_load(path)}


def _load(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({error}); make the run again") from error


def _markdown(rows: list[dict[str, Any]]) -> str:
    first = rows[0]
    columns = ["system", "accuracy [95 %]", *_TYPES.values(), "false refusals", "session any@5", "turn mean@10", "answer p50", "errors"]
    lines = [
        f"Data: {first['manifest']['data']['file']}, n = {first['n']} questions. Judge: {first['judge']}. Engine: {first['manifest']['engine']}.",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
    ]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(row: dict[str, Any]) -> list[str]:
    overall = row["accuracy"]["overall"]
    interval = f" [{overall['low']:.2f}, {overall['high']:.2f}]" if overall["n"] else ""
    by_type = row["accuracy"]["by_type"]
    answer = row["latency_seconds"]["answer"]["p50"]
    return [
        row["name"],
        _share(overall["value"]) + interval,
        *(_share(by_type.get(kind, {}).get("value")) for kind in _TYPES),
        _share(row["abstention"]["false_abstention"]["value"]),
        _share(row["recall"]["session"]["recall_any"]["5"]),
        _share(row["recall"]["turn"]["recall_mean"]["10"]),
        "-" if answer is None else f"{answer * 1000:.1f} ms",
        str(row["errors"]),
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
