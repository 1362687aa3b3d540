"""What a run cost, by stage: calls, tokens, seconds, memory and disk; ingestion counts."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

INGESTION, ANSWERING = ("write", "index", "extract"), ("recall", "answer")
STAGES = (*INGESTION, *ANSWERING, "judge")
_OWN = Path("/proc/self")


def build_ledger(
    predictions: Sequence[dict[str, Any]], ingestions: Sequence[dict[str, Any]], calls: Iterable[dict[str, Any]], correct: int, judge_seconds: float
) -> dict[str, Any]:
    """Costs of one system's run.

    `calls` are the model calls of its journal (see call_keeper); those without a stage of their own belong to `answer`,
    those of a peer while it takes in a dialogue to `write`, whose clock they are part of.
    A stage without a clock of its own has None for seconds: drawing facts without a model is part of write, index or
    answer, wherever the system does it.  `correct_per_1000_tokens` divides the right answers by all tokens of the
    system, those of its ingestion among them and the judge's not; None where it used none.
    """
    made = list(calls)
    clocks: dict[str, list[float]] = {
        "write": [s for i in ingestions for s in i["write_seconds"]],
        "index": [i["index_seconds"] for i in ingestions if i["index_seconds"] is not None],
        "extract": [c["seconds"] for c in made if c["stage"] == "extract"],
        "recall": [p["recall_seconds"] for p in predictions if p.get("recall_seconds") is not None],
        "answer": [p["answer_seconds"] for p in predictions if p.get("answer_seconds") is not None],
    }
    stages = {stage: _stage(len(clocks[stage]), [c for c in made if c["stage"] == stage], clocks[stage]) for stage in STAGES[:-1]}
    stages["judge"] = {**_stage(len(predictions), [], []), "seconds": {**percentiles([]), "total": judge_seconds}}
    tokens = sum(c["prompt_tokens"] + c["completion_tokens"] for c in made)
    counters: Counter[str] = Counter()
    for record in (*ingestions, *predictions):
        counters.update(record.get("counters", {}))
    return {
        "stages": stages,
        "tokens": tokens,
        "tokens_per_question": tokens / len(predictions) if predictions else None,
        "tokens_estimated": any(c["estimated"] for c in made),
        "correct_per_1000_tokens": 1000 * correct / tokens if tokens else None,
        "seconds_per_question": _per_question(clocks, len(predictions)),
        "counters": dict(sorted(counters.items())),
        **{name: _largest(i.get(name) for i in ingestions) for name in ("peak_rss_bytes", "gpu_bytes", "disk_bytes")},
    }


def render_ledger(ledgers: dict[str, dict[str, Any]]) -> str:
    """A Markdown table, a line a system."""
    columns = [
        "system",
        *(f"{stage} p50 / p95" for stage in STAGES[:-1]),
        "model calls",
        "tokens a question",
        "of them ingestion",
        "right per 1,000 tokens",
        "RSS",
        "disk",
    ]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for name, ledger in ledgers.items():
        stages = ledger["stages"]
        cells = [name, *(_pair(stages[stage]["seconds"]) for stage in STAGES[:-1])]
        cells.append(str(sum(s["model_calls"] for s in stages.values())))
        cells += [
            _tokens(ledger),
            _ingested(ledger),
            _number(ledger["correct_per_1000_tokens"]),
            _mebibytes(ledger["peak_rss_bytes"]),
            _mebibytes(ledger["disk_bytes"]),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def percentiles(values: Iterable[float | None]) -> dict[str, float | None]:
    """Median, 95th percentile and maximum of what is known; all None where nothing is."""
    known = [v for v in values if v is not None]
    if not known:
        return {"p50": None, "p95": None, "max": None}
    p50, p95 = np.percentile(known, [50, 95])
    return {"p50": float(p50), "p95": float(p95), "max": float(max(known))}


def reset_peak() -> None:
    """Start a new peak of resident memory for this process, where the system can (Linux: clear_refs)."""
    with contextlib.suppress(OSError):
        (_OWN / "clear_refs").write_text("5")


def peak_rss_bytes() -> int:
    """Highest resident memory of this process since `reset_peak`, plus that of its living children (peers)."""
    own = _peak(_OWN)
    if own is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    children = 0
    for task in _OWN.glob("task/*/children"):
        with contextlib.suppress(OSError):
            children += sum(_peak(Path("/proc") / child) or 0 for child in task.read_text().split())
    return own + children


def gpu_bytes() -> int | None:
    """GPU memory in use, on the fullest GPU; None on a machine without one."""
    if not shutil.which("nvidia-smi"):
        return None
    command = ["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    used = [int(line) for line in done.stdout.split("\n") if line.strip().isdigit()]
    return max(used) * 2**20 if used else None


def folder_bytes(folder: Path) -> int:
    """Size of all files below `folder`; files that vanish meanwhile count nothing."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(base, name)).st_size
    return total


def _stage(calls: int, made: Sequence[dict[str, Any]], seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "calls": calls,
        "model_calls": len(made),
        "prompt_tokens": sum(c["prompt_tokens"] for c in made),
        "completion_tokens": sum(c["completion_tokens"] for c in made),
        "seconds": {**percentiles(seconds), "total": sum(seconds)},
    }


def _per_question(clocks: dict[str, list[float]], n: int) -> float | None:
    """Seconds of ingestion and answers shared out over the questions; recall is part of the answer."""
    return sum(sum(clocks[stage]) for stage in ("write", "index", "answer")) / n if n else None


def _peak(process: Path) -> int | None:
    """VmHWM in bytes; None where there is no such process or no /proc."""
    try:
        status = (process / "status").read_text()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), None)


def _largest(values: Iterable[int | None]) -> int | None:
    return max((v for v in values if v is not None), default=None)


def _pair(seconds: dict[str, float | None]) -> str:
    return "-" if seconds["p50"] is None else f"{show_seconds(seconds['p50'])} / {show_seconds(seconds['p95'])}"


def show_seconds(seconds: float | None) -> str:
    """With the unit that keeps the number short."""
    if seconds is None:
        return "-"
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"


def _tokens(ledger: dict[str, Any]) -> str:
    return "-" if not ledger["tokens"] else f"{'about ' * ledger['tokens_estimated']}{ledger['tokens_per_question']:.0f}"


def _ingested(ledger: dict[str, Any]) -> str:
    """The share of the tokens that went into taking the dialogues in."""
    if not ledger["tokens"]:
        return "-"
    stages = [ledger["stages"][stage] for stage in INGESTION]
    return f"{100 * sum(s['prompt_tokens'] + s['completion_tokens'] for s in stages) / ledger['tokens']:.0f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _mebibytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 2**20:.0f} MiB"
