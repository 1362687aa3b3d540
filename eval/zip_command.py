"""The command `zip`: the contest's zip, checked in a clean Python 3.10."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .clean_run import IMAGE, IMAGE_CUDA, find_python, run_clean
from .datasets import load_contest
from .packaging import DISTRIBUTIONS, bundled_distributions, fetch_wheels, megabytes, pinned, write_zip

SAMPLE = Path("data/sample/sample.jsonl")
RECORDS = 4  # as many as the organisers' sample has


def add_command(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register the command; `find_data` turns a path as typed into one that exists."""
    command = commands.add_parser("zip", help="build the contest's zip and run it in a clean Python 3.10 without network")
    command.add_argument("--out", type=Path, default=Path("dist/submission.zip"), help="default: %(default)s")
    command.add_argument("--wheels", type=Path, default=Path("dist/wheels"), help="where fetched wheels are kept (default: %(default)s)")
    command.add_argument("--faiss", choices=("gpu", "cpu"), default="gpu", help="gpu carries both and uses what imports (default: %(default)s)")
    command.add_argument("--data", type=Path, default=SAMPLE, help="records for the clean run (default: %(default)s)")
    command.add_argument("--limit", type=int, default=RECORDS, help="only the first N of them (default: %(default)s)")
    command.add_argument("--python", type=Path, help="the CPython 3.10 of the clean run; default: the one that is found")
    command.add_argument("--cuda", action="store_true", help="clean run with the CUDA libraries of the image's torch (450 MB), for faiss-gpu")
    command.add_argument("--no-run", action="store_true", help="only build it")
    command.set_defaults(command=lambda options: _zip(options, find_data))


def _zip(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    python = None if options.no_run else find_python(options.python)
    dialogues = [] if options.no_run else load_contest(find_data(options.data))[: options.limit]
    distributions = bundled_distributions(faiss=options.faiss)
    entries = write_zip(options.out, fetch_wheels(pinned(distributions), options.wheels))
    for entry in entries:
        packed = entry.path.stat().st_size
        if entry.name.startswith("wheels/"):
            print(f"{megabytes(packed):>12}  unpacked {megabytes(entry.unpacked_bytes - packed):>10}  {'-'.join(entry.path.name.split('-')[:2])}")
    code = [entry for entry in entries if not entry.name.startswith("wheels/")]
    print(f"{megabytes(sum(e.unpacked_bytes for e in code)):>12}  {len(code)} files of submission/")
    size, disk = options.out.stat().st_size, sum(e.unpacked_bytes for e in entries)
    print(f"{options.out}: {megabytes(size)} (of 5,000), with its content and unpacked wheels {megabytes(size + disk)} (of 10,000)")
    if python is None:
        return
    modules = [name for name, needed in DISTRIBUTIONS.items() if set(needed) & set(distributions)]
    image = fetch_wheels({**IMAGE, **(IMAGE_CUDA if options.cuda else {})}, options.wheels.with_name("image-wheels"))
    run = run_clean(options.out, dialogues, ["numpy", *modules], python, image)
    print("clean run: " + ", ".join(f"{name} {version}" for name, version in run.versions.items()) + f"; no network ({run.isolation})")
    for identity, answer, seconds in run.rows:
        print(f"  {identity:<16} {seconds:6.2f} s  {answer}")
    print(f"{len(run.rows)} questions answered in {run.seconds:.1f} s, start included")
