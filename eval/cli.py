"""The command line: python -m eval run | retrieval | report."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from . import serve
from .bench_command import add_commands
from .bench_gpu import add_bench_command
from .bench_speed import add_speed_command
from .call_keeper import CALLS
from .calls import kept_calls
from .datasets import load_dataset
from .errors import UserError
from .fact_quality import describe_quality, measure_personas
from .inspect import describe, inspect_file
from .journal import make_folder, write_json
from .judge_command import add_judge_commands, add_judge_options, choose_judge
from .judges import LLM
from .llm_judge import CACHE
from .manifest import build_manifest, run_key
from .prompt_size import add_prompts_command
from .report import write_leaderboard
from .report_command import add_report_commands
from .retrieval import DEFAULT_KS, evaluate_retrieval
from .runner import EXECUTORS, PREDICTIONS, run_system
from .store_command import add_store_command
from .summary import SUMMARY, summarise
from .systems import SYSTEMS, build_system, find_systems
from .zip_command import add_command as add_zip_command

ENGINES = ("extractive", "vllm", "openai", "transformers")
ENGINE_URL, ENGINE_CALLS = "GIGAMEMORY_ENGINE_URL", "GIGAMEMORY_CALLS"  # the second for engines that are no server


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
    add_judge_options(run)
    run.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="who writes the submission's answers")
    run.add_argument("--url", help="of an OpenAI-compatible server, for --engine openai")
    run.add_argument("--model", help="the model's name on the server, or its folder")
    run.add_argument("--limit", type=_positive, help="only the first N dialogues")
    run.add_argument("--resume", action="store_true", help="go on with a run; answered questions are kept")
    run.add_argument("--strict", action="store_true", help="stop at the first failure of a system")
    run.add_argument("--workers", type=_positive, default=1, help="processes (or Ray actors) over dialogues, default %(default)s")
    run.add_argument("--executor", choices=EXECUTORS, default=EXECUTORS[0], help="ray: an existing Ray cluster (extra `ray`)")
    run.add_argument("--gpus-per-worker", type=float, default=0.0, help="that Ray reserves, for --engine vllm")
    run.set_defaults(command=_run)

    add_prompts_command(commands, find_data)
    add_bench_command(commands, find_data)
    add_speed_command(commands, find_data)

    serving = commands.add_parser("serve", help="start vLLM's server on a model folder with the flags that this project needs")
    serve.add_options(serving)
    serving.set_defaults(command=serve.serve)

    retrieval = commands.add_parser("retrieval", help="score a system's recall against known evidence")
    retrieval.add_argument("--system", required=True, help=f"one of: {', '.join(SYSTEMS)}")
    _add_data(retrieval)
    retrieval.add_argument("--out", type=Path, required=True, help="JSON file to write")
    retrieval.add_argument("--k", type=_ks, default=DEFAULT_KS, help="comma-separated, default %(default)s")
    retrieval.set_defaults(command=_retrieval)

    inspect = commands.add_parser("inspect", help="count what a data set holds and list its mistakes")
    inspect.add_argument("data", type=Path, help="JSON Lines in the contest's format; also searched in $GIGAMEMORY_DATA")
    inspect.add_argument("--strict", action="store_true", help="exit with 2 when there is a mistake")
    inspect.set_defaults(command=_inspect)

    facts = commands.add_parser("facts", help="compare extracted facts with those a persona's writer noted")
    facts.add_argument("--persona", type=Path, nargs="+", required=True, help="persona files (data/dev/ru/*.jsonl)")
    facts.add_argument("--details", action="store_true", help="list what was missed, unsupported and leaked")
    facts.set_defaults(command=_facts)

    add_commands(commands, find_data)
    add_judge_commands(commands, find_data)
    add_report_commands(commands, find_data)
    add_zip_command(commands, find_data)
    add_store_command(commands)

    report = commands.add_parser("report", help="print and write the leaderboard of a run folder")
    report.add_argument("folder", type=Path)
    report.set_defaults(command=_report)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="a data set in any known format; also searched in $GIGAMEMORY_DATA")


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
    dialogues = load_dataset(data).dialogues[: options.limit]
    _use_engine(options)
    os.environ.setdefault("GIGAMEMORY_STRICT", "1")  # where it is measured, the submission does not answer around its failures
    with _kept(options.out / "judge_calls", options.judge_url if options.judge == LLM else None, "judge") as judge_url:
        options.judge_url = judge_url or options.judge_url
        judge, judge_all = choose_judge(options, dialogues, options.out / CACHE)
        for spec in specs:
            folder = make_folder(options.out / spec.name)
            manifest = build_manifest(spec, data, judge, options.engine, options.limit)
            _check_resumable(folder, manifest, options.resume)
            write_json(folder / "manifest.json", manifest)
            calls = str((folder / CALLS).resolve()) if options.engine in ("vllm", "transformers") else None
            server = manifest["settings"]["engine_url"] if options.engine == "openai" else None
            with _kept(folder, server) as url, _environment(ENGINE_URL, url), _environment(ENGINE_CALLS, calls):
                run_system(
                    spec,
                    dialogues,
                    folder,
                    strict=options.strict,
                    key=run_key(manifest),
                    workers=options.workers,
                    executor=options.executor,
                    gpus=options.gpus_per_worker,
                )
            write_json(folder / SUMMARY, summarise(folder, dialogues, judge, judge_all))
    print(write_leaderboard(options.out), end="")


def _kept(folder: Path, url: str | None, stage: str | None = None) -> AbstractContextManager[str | None]:
    """Where a server is asked, its calls are kept in `folder`; None where there is none."""
    return kept_calls(folder, url, stage) if url else nullcontext()


@contextmanager
def _environment(name: str, value: str | None) -> Iterator[None]:
    """The variable has this value for the systems; None leaves it alone."""
    before = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        if value is not None:
            os.environ.pop(name)
            os.environ.update({name: before} if before is not None else {})


def _use_engine(options: argparse.Namespace) -> None:
    """Hand the engine to the systems, which read their settings from the environment."""
    if options.url and options.engine != "openai":
        raise UserError(f"--url is for --engine openai, not {options.engine}")
    if options.url and not options.url.startswith(("http://", "https://")):
        raise UserError(f"--url must start with http:// or https://, not {options.url!r}")
    if options.engine in ("vllm", "transformers") and not options.model:
        raise UserError(f"--engine {options.engine} needs --model FOLDER")
    for name, value in (("ENGINE", options.engine), ("ENGINE_URL", options.url), ("ENGINE_MODEL", options.model)):
        if value:
            os.environ[f"GIGAMEMORY_{name}"] = value


def _retrieval(options: argparse.Namespace) -> None:
    [spec, *others] = find_systems(options.system)
    if others:
        raise UserError("retrieval takes one system; give each a file of its own")
    if spec.oracle:
        raise UserError(f"{spec.name} is given the evidence, so there is no retrieval of its own to measure")
    make_folder(options.out.parent)
    result = evaluate_retrieval(build_system(spec), load_dataset(find_data(options.data)).dialogues, options.k)
    write_json(options.out, result)
    for level in ("session", "turn"):
        figures = "  ".join(
            f"{name}@{k} {value:.3f}" for name in ("recall_any", "recall_mean") for k, value in result[level][name].items() if value is not None
        )
        print(f"{spec.name} {level} n={result[level]['n']}  {figures}")
    print(f"excluded: {json.dumps(result['excluded'], ensure_ascii=False)}")


def _inspect(options: argparse.Namespace) -> None:
    found = inspect_file(find_data(options.data))
    print(describe(found), end="")
    if options.strict and found.mistakes:
        raise UserError(f"{len(found.mistakes)} mistakes in {options.data}")


def _facts(options: argparse.Namespace) -> None:
    print(describe_quality(measure_personas(options.persona), options.details), end="")


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


def _check_resumable(folder: Path, manifest: dict, resume: bool) -> None:
    """A folder with predictions is only continued when asked to, and only with the same data and settings.

    Where it goes on with other code, the manifest keeps what the earlier answers were made with.
    """
    if not (folder / PREDICTIONS).exists():
        return
    if not resume:
        raise UserError(f"{folder} holds a run already; add --resume to go on with it or choose another --out")
    try:
        before = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"{folder}/manifest.json cannot be read ({error}); choose another --out") from error
    for part in ("version", "data", "engine", "settings"):
        if changed := _changed(before.get(part), manifest[part]):
            raise UserError(f"{folder} was made with another {part} ({changed}); choose another --out")
    if before["code"] != manifest["code"]:
        manifest["earlier_code"] = [*before.get("earlier_code", ()), before["code"]]


def _changed(before: Any, now: Any) -> str:
    """What differs, as text; empty where nothing does.  A run may go on with another --limit."""
    if isinstance(before, dict) and isinstance(now, dict):
        return ", ".join(f"{name} {before.get(name)!r}" for name in sorted(before | now) if name != "limit" and before.get(name) != now.get(name))
    return "" if before == now else repr(before)
