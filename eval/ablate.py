"""Each mechanism switched on or off against the shipped settings, compared in pairs on development data.

python -m eval.ablate --data data/built/tune.jsonl --out runs/ablate
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from .cli import main as run_command
from .compare import compare_runs
from .journal import make_folder, write_text

# mechanism -> settings by which it differs from what ships
MECHANISMS: dict[str, dict[str, str]] = {
    "no facts by rules": {"RULE_FACTS": "0"},
    "no forgetting on request": {"FORGET_ON_REQUEST": "0"},
    "no abstention": {"ABSTAIN_BELOW": "0"},
    "topic boost 0.5": {"TOPIC_BOOST": "0.5"},
    "topic boost 1": {"TOPIC_BOOST": "1"},
    "surprise 0.5": {"SURPRISE_WEIGHT": "0.5"},
    "surprise 1": {"SURPRISE_WEIGHT": "1"},
    "decay, half-life 200 turns": {"DECAY_HALF_LIFE_TURNS": "200"},
    "reader sees 6 turns": {"READER_K": "6"},
    "reader sees 24 turns": {"READER_K": "24"},
    "no cross-encoder": {"CROSS_TURNS": "0"},
    "cross-encoder reads 12 turns": {"CROSS_TURNS": "12"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.ablate")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs and ablation.md; emptied first")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    shipped = _run("shipped", {}, options)
    lines = ["| mechanism | " + " | ".join(_TITLES) + " | verdict |", "|---" * (len(_TITLES) + 2) + "|"]
    for name, settings in MECHANISMS.items():
        found = compare_runs(shipped, _run(name, settings, options))
        cells = [_cell(found.overall), *(_cell(found.by_type[kind]) if kind in found.by_type else "-" for kind in _TYPES)]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {found.overall.verdict} |")
    text = "Differences from the shipped settings in points, 95 % interval over dialogues.\n\n" + "\n".join(lines) + "\n"
    write_text(make_folder(options.out) / "ablation.md", text)
    print(text, end="")
    return 0


_TYPES = ("fact_equal_session", "info_consolidation", "info_updating", "no_info")
_TITLES = ("all", *_TYPES)


def _run(name: str, settings: Mapping[str, str], options: argparse.Namespace) -> Path:
    folder = options.out / name.replace(" ", "_").replace(",", "")
    with _environment({f"GIGAMEMORY_{key}": value for key, value in settings.items()}), redirect_stdout(StringIO()):
        status = run_command(["run", "--system", "submission", "--data", options.data, "--out", str(folder)])
    if status:
        sys.exit(status)
    return folder / "submission"


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _cell(comparison) -> str:
    return f"{100 * comparison.difference:+.1f} [{100 * comparison.low:+.1f}, {100 * comparison.high:+.1f}]"


if __name__ == "__main__":
    sys.exit(main())
