"""The commands about finished runs: python -m eval leaderboard | history."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .datasets import load_dataset
from .errors import UserError
from .history import HISTORY, add_run, write_history
from .html_report import build_page
from .journal import make_folder, write_text
from .manifest import sha256
from .report import compare_all, load_runs, render_csv, render_leaderboard

OUT = Path("runs/leaderboard")


def add_report_commands(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register both commands; `find_data` turns a path as typed into one that exists."""
    board = commands.add_parser("leaderboard", help="one table (Markdown, CSV) and one self-contained HTML page of many runs")
    board.add_argument("folders", type=Path, nargs="+", metavar="RUNFOLDER", help="of one system's run, or of several")
    board.add_argument("--data", type=Path, help="the runs' data set: its turns are then quoted; also searched in $GIGAMEMORY_DATA")
    board.add_argument("--out", type=Path, default=OUT, help="folder for leaderboard.md, .csv and .html, default %(default)s")
    board.add_argument("--redact", action="store_true", help="hide e-mails, cards, passports, phones and addresses")
    board.set_defaults(command=lambda options: _leaderboard(options, find_data))

    history = commands.add_parser("history", help="accuracy and latency over commits")
    history.add_argument("--add", type=Path, metavar="RUNFOLDER", help="append these runs to the history first")
    history.add_argument("--file", type=Path, default=HISTORY, help="default %(default)s")
    history.add_argument("--out", type=Path, default=Path("runs/history.html"), help="page to write, default %(default)s")
    history.set_defaults(command=_history)


def _leaderboard(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    runs = load_runs(options.folders)
    dialogues = None
    if options.data:
        data = find_data(options.data)
        if sha256(data) != runs[0].manifest["data"]["sha256"]:
            raise UserError(f"{data} is not what the runs were made on ({runs[0].manifest['data']['file']}); name that file")
        dialogues = load_dataset(data).dialogues
    redact = None
    if options.redact:
        from submission.memory.privacy import redact
    compared = compare_all(runs)
    text = render_leaderboard(runs, compared)
    make_folder(options.out)
    write_text(options.out / "leaderboard.md", text)
    write_text(options.out / "leaderboard.csv", render_csv(runs, compared))
    write_text(options.out / "leaderboard.html", build_page(runs, compared, dialogues, redact))
    print(text, end="")
    print(f"\n{options.out / 'leaderboard.html'}: open it in a browser")


def _history(options: argparse.Namespace) -> None:
    if options.add:
        for line in add_run(options.add, options.file):
            print(line)
    make_folder(options.out.parent)
    print(write_history(options.file, options.out))
