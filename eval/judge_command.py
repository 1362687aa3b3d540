"""The commands about verdicts: python -m eval judge | judge-check | compare."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .compare import compare_runs, render_comparison
from .datasets import Dialogue, load_dataset
from .errors import UserError
from .journal import write_json
from .judge_check import check_judge, render_check
from .judges import JUDGES, LLM, JudgeAll, one_by_one
from .llm_judge import CACHE, build_llm_judge
from .manifest import sha256
from .report import write_leaderboard
from .summary import SUMMARY, summarise

JUDGE_NAMES = (*JUDGES, LLM)


def add_judge_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--judge", choices=JUDGE_NAMES, help="default: patterns where every question has them, else overlap")
    parser.add_argument("--judge-url", help="of an OpenAI-compatible server, for --judge llm")
    parser.add_argument("--judge-model", help="the judge's name on that server; may be left out where it serves one model")


def add_judge_commands(commands: Any, find_data: Callable[[Path], Path]) -> None:
    judge = commands.add_parser("judge", help="judge the answers of finished runs again, without running anything")
    judge.add_argument("folder", type=Path, help="folder of one system's run, or of several")
    judge.add_argument("--data", type=Path, required=True, help="the data set of the run; also searched in $GIGAMEMORY_DATA")
    add_judge_options(judge)
    judge.set_defaults(command=lambda options: _judge(options, find_data(options.data)))

    check = commands.add_parser("judge-check", help="measure a judge on the probe set of labelled answers")
    add_judge_options(check)
    check.set_defaults(command=_check)

    compare = commands.add_parser("compare", help="is run B better or worse than run A, or a tie?")
    compare.add_argument("a", type=Path, help="folder of one system's run")
    compare.add_argument("b", type=Path, help="folder of another, of the same data and judge")
    compare.add_argument("--seed", type=int, default=0, help="of the bootstrap, default %(default)s")
    compare.set_defaults(command=lambda options: print(render_comparison(compare_runs(options.a, options.b, seed=options.seed)), end=""))


def choose_judge(options: argparse.Namespace, dialogues: Sequence[Dialogue], cache: Path) -> tuple[str, JudgeAll]:
    """Name and function of the judge that the options ask for.

    Raises UserError for `patterns` where a question has none, and for a model that cannot be reached.
    """
    if options.judge == LLM:
        judge = build_llm_judge(options.judge_url, options.judge_model, cache)
        return judge.name, judge.judge_all
    bare = [q.id for d in dialogues for q in d.questions if not q.accept]
    name = options.judge or ("overlap" if bare else "patterns")
    if name == "patterns" and bare:
        raise UserError(f"question {bare[0]!r} has no accept patterns; use --judge overlap")
    return name, one_by_one(name)


def _judge(options: argparse.Namespace, data: Path) -> None:
    single = (options.folder / "manifest.json").exists()
    folders = [options.folder] if single else sorted(path.parent for path in options.folder.glob("*/manifest.json"))
    if not folders:
        raise UserError(f"{options.folder}: no run in it (no manifest.json); make one with: python -m eval run")
    digest = sha256(data)
    manifests = [json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in folders]
    for folder, manifest in zip(folders, manifests):
        if manifest["data"]["sha256"] != digest:
            raise UserError(f"{folder} was run on {manifest['data']['file']} with other content than {data}; name its data set")
    dialogues = load_dataset(data).dialogues
    name, judge_all = choose_judge(options, dialogues, folders[0].parent / CACHE)
    for folder, manifest in zip(folders, manifests):
        write_json(folder / SUMMARY, summarise(folder, dialogues[: manifest["data"]["limit"]], name, judge_all))
        write_json(folder / "manifest.json", {**manifest, "judge": name})
    print(write_leaderboard(folders[0].parent), end="")


def _check(options: argparse.Namespace) -> None:
    for name in [options.judge] if options.judge else JUDGES:
        if name == LLM:
            judge = build_llm_judge(options.judge_url, options.judge_model, Path("runs") / CACHE)
            found = check_judge(judge.name, judge.judge_all)
        else:
            found = check_judge(name, one_by_one(name))
        print(render_check(found))
