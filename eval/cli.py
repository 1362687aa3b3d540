"""The command line: python -m eval run | retrieval | report."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Sequence

from .datasets import Dialogue, load_contest
from .errors import UserError
from .journal import make_folder, write_json
from .judges import JUDGES
from .manifest import build_manifest
from .report import write_leaderboard
from .retrieval import DEFAULT_KS, evaluate_retrieval
from .runner import PREDICTIONS, run_system
from .summary import SUMMARY, summarise
from .systems import SYSTEMS, build_system, find_systems

ENGINES = ("extractive",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 on a UserError (message only), 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing finished is lost: run the same command with --resume", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measures memory systems.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="replay dialogues into systems and judge their answers")
    run.add_argument("--system", required=True, help=f"comma-separated: {', '.join(SYSTEMS)}")
    _add_data(run)
    run.add_argument("--out", type=Path, required=True, help="run folder; one subfolder a system")
    run.add_argument("--judge", choices=tuple(JUDGES), help="default: patterns where every question has them, else overlap")
    run.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    run.add_argument("--limit", type=_positive, help="only the first N dialogues")
    run.add_argument("--resume", action="store_true", help="go on with a run; answered questions are kept")
    run.add_argument("--strict", action="store_true", help="stop at the first failure of a system")
    run.set_defaults(command=_run)

    retrieval = commands.add_parser("retrieval", help="score a system's recall against known evidence")
    retrieval.add_argument("--system", required=True, help=f"one of: {', '.join(SYSTEMS)}")
    _add_data(retrieval)
    retrieval.add_argument("--out", type=Path, required=True, help="JSON file to write")
    retrieval.add_argument("--k", type=_ks, default=DEFAULT_KS, help="comma-separated, default %(default)s")
    retrieval.set_defaults(command=_retrieval)

    report = commands.add_parser("report", help="print and write the leaderboard of a run folder")
    report.add_argument("folder", type=Path)
    report.set_defaults(command=_report)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines in the contest's format; also searched in $GIGAMEMORY_DATA")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _ks(text: str) -> tuple[int, ...]:
    return tuple(sorted({_positive(part) for part in text.split(",")}))


def _run(options: argparse.Namespace) -> None:
    specs = find_systems(options.system)
    data = find_data(options.data)
    dialogues = load_contest(data)[: options.limit]
    judge = options.judge or _default_judge(dialogues)
    if judge == "patterns" and (bare := [q.id for d in dialogues for q in d.questions if not q.accept]):
        raise UserError(f"{data}: question {bare[0]!r} has no accept patterns; use --judge overlap")
    if options.strict:
        os.environ["GIGAMEMORY_STRICT"] = "1"
    for spec in specs:
        folder = make_folder(options.out / spec.name)
        manifest = build_manifest(spec, data, judge, options.engine, options.limit)
        _check_resumable(folder, manifest, options.resume)
        write_json(folder / "manifest.json", manifest)
        run_system(spec, dialogues, folder, strict=options.strict)
        write_json(folder / SUMMARY, summarise(folder, dialogues, judge))
    print(write_leaderboard(options.out), end="")


def _retrieval(options: argparse.Namespace) -> None:
    [spec, *others] = find_systems(options.system)
    if others:
        raise UserError("retrieval takes one system; give each a file of its own")
    make_folder(options.out.parent)
    result = evaluate_retrieval(build_system(spec), load_contest(find_data(options.data)), options.k)
    write_json(options.out, result)
    for level in ("session", "turn"):
        figures = "  ".join(f"{name}@{k} {value:.3f}" for name in ("recall_any", "recall_mean") for k, value in result[level][name].items() if value is not None)
        print(f"{spec.name} {level} n={result[level]['n']}  {figures}")
    print(f"excluded: {json.dumps(result['excluded'], ensure_ascii=False)}")


def _report(options: argparse.Namespace) -> None:
    print(write_leaderboard(options.folder), end="")


def find_data(path: Path) -> Path:
    """`path`, or the file of that name in the folder $GIGAMEMORY_DATA.  Raises UserError when neither is there."""
    folder = os.environ.get("GIGAMEMORY_DATA")
    places = [path] + ([Path(folder) / path] if folder else [])
    for place in places:
        if place.is_file():
            return place
    raise UserError(f"no data file at {' or '.join(str(p) for p in places)}")


def _default_judge(dialogues: list[Dialogue]) -> str:
    return "patterns" if all(q.accept for d in dialogues for q in d.questions) else "overlap"


def _check_resumable(folder: Path, manifest: dict, resume: bool) -> None:
    """A folder with predictions is only continued when asked to, and only with the same data and settings."""
    if not (folder / PREDICTIONS).exists():
        return
    if not resume:
        raise UserError(f"{folder} holds a run already; add --resume to go on with it or choose another --out")
    try:
        before = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{folder}/manifest.json cannot be read ({error}); choose another --out") from error
    for part in ("version", "data", "engine", "settings"):
        if before.get(part) != manifest[part]:
            raise UserError(f"{folder} was made with another {part} ({before.get(part)}); choose another --out")
