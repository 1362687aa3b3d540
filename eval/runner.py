"""Runs one system over dialogues and keeps every answer."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm import tqdm

from .asking import INGESTIONS, PREDICTIONS, Kept, Work, ask_dialogue
from .datasets import Dialogue
from .journal import Journal, json_line, make_folder, read_journal, write_text
from .ledger import reset_peak
from .systems import SystemSpec, build_system

__all__ = ["EXECUTORS", "INGESTIONS", "PREDICTIONS", "run_system"]

EXECUTORS = ("processes", "ray")
SCRATCH = "scratch"


def run_system(
    spec: SystemSpec,
    dialogues: Sequence[Dialogue],
    folder: Path,
    *,
    strict: bool,
    key: str | None = None,
    workers: int = 1,
    executor: str = EXECUTORS[0],
    gpus: float = 0.0,
) -> None:
    """Answer every question that `folder` holds no prediction for yet, in `workers` processes or on a Ray cluster.

    A system that raises is recorded as an error of the questions concerned and the run goes on; with `strict` it stops
    with the dialogue's id.  `key` names data, system and settings (see manifest.run_key): records of another key count
    as absent.  Records are appended as they come and stand in the data set's order at the end, so that the number of
    workers shows in the times alone.  `gpus` is what Ray reserves for each worker.
    """
    done = {_place(r) for r in _kept(folder / PREDICTIONS, key)}
    todo = [Work(dialogue, open_) for dialogue in dialogues if (open_ := [q for q in dialogue.questions if (dialogue.id, q.id) not in done])]
    if todo:
        journals = {name: Journal(folder / name) for name in (PREDICTIONS, INGESTIONS)}
        bar = tqdm(total=sum(len(work.questions) for work in todo), desc=spec.name, unit="q", disable=None)
        try:
            with scratch_folder(folder / SCRATCH) as scratch:
                for journal, record in _execute(spec, todo, strict, scratch, workers, executor, gpus):
                    journals[journal].append({**record, **({"run": key} if key else {})})
                    bar.update(journal == PREDICTIONS)
        finally:
            bar.close()
            for journal in journals.values():
                journal.close()
    _put_in_order(folder, dialogues, key)


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Temporary files of this process and its children go to `path`, where their size is measured; removed at the end."""
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(make_folder(path).resolve())
    try:
        yield path
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if variable is not None:
            os.environ["TMPDIR"] = variable
        shutil.rmtree(path, ignore_errors=True)


def _execute(spec: SystemSpec, todo: list[Work], strict: bool, scratch: Path, workers: int, executor: str, gpus: float) -> Iterator[Kept]:
    if executor == "ray":
        from .ray_executor import ask_on_ray

        yield from ask_on_ray(spec, todo, strict=strict, workers=workers, gpus=gpus)
    elif workers > 1:
        from .workers import ask_in_processes

        yield from ask_in_processes(spec, todo, strict=strict, workers=workers, scratch=scratch)
    else:
        reset_peak()
        system = build_system(spec)
        try:
            for work in todo:
                yield from ask_dialogue(spec, system, work, strict=strict, scratch=scratch)
        finally:
            if hasattr(system, "close"):  # a model's memory, which the next system needs
                system.close()


def _place(record: dict[str, Any]) -> tuple[Hashable, Hashable]:
    return record["dialogue_id"], record.get("question_id")


def _kept(path: Path, key: str | None) -> Iterator[dict[str, Any]]:
    return (record for record in read_journal(path) if record.get("run") == key)


def _put_in_order(folder: Path, dialogues: Sequence[Dialogue], key: str | None) -> None:
    """Bring both journals into the data set's order, a record a place; an ingestion made twice counts once, the last.

    Records of another key are superseded by now.
    """
    order = {place: n for n, place in enumerate(p for d in dialogues for p in [(d.id, None), *((d.id, q.id) for q in d.questions)])}
    for name in (PREDICTIONS, INGESTIONS):
        by_place = {_place(record): record for record in _kept(folder / name, key)}
        ordered = sorted(by_place.values(), key=lambda record: order.get(_place(record), len(order)))
        if ordered != list(read_journal(folder / name)):
            write_text(folder / name, b"".join(map(json_line, ordered)).decode())
