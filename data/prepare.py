"""Builds data sets in the contest's format from personas or vignettes, and distractors.

    python -m data.prepare                      data/built/{tune,test,en_tune,en_test}.jsonl at the contest's length
    python -m data.prepare --personas galina --sessions 10000 --out runs/stress                     a stress set
    python -m data.prepare --vignettes [plain]  data/built/vignettes.jsonl, to train on, or plain.jsonl

One persona or vignette becomes one dialogue (data/dialogues.py), one split one file (data/split.json).  Files are read in
sorted order, so that equal material and options give equal bytes on every machine.  What is written is read again
and checked by `eval.inspect`; a file with a mistake is never put in place.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.errors import UserError
from eval.inspect import inspect_file

from .dialogues import POSITIONS, STRESS_SESSIONS, Options, compose, hop_count
from .personas import DataError, Persona, Session, read_distractors, read_persona
from .vignettes import HARD, LANGUAGE, PLAIN, read_vignettes, vignette_files

ROOT = Path(__file__).parent
VIGNETTE_CHARS = 200_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what is asked for; 0 on success, 2 with the messages where something is wrong."""
    given = _parser().parse_args(arguments)
    try:
        options = Options(given.seed, given.sessions, given.characters, given.distractor_share, given.position, given.hops, given.dates)
        if given.vignettes:
            built = [build_vignettes(given.material, options, given.personas, given.vignettes)]
        else:
            built = build(given.material, options, given.personas)
        for path, records in built:
            write(given.out / path, records)
            print(_line(given.out / path, records))
    except (DataError, UserError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.prepare", description="Builds data sets in the contest's format.")
    parser.add_argument("--out", type=Path, default=Path("data/built"), help="folder to write into, default %(default)s")
    parser.add_argument(
        "--vignettes",
        nargs="?",
        const=HARD,
        choices=(HARD, PLAIN),
        help=f"build these instead, {VIGNETTE_CHARS} characters a dialogue; default: {HARD}",
    )
    parser.add_argument("--personas", type=lambda text: text.split(","), help="comma-separated, with --vignettes their ids; default: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sessions", type=int, help=f"sessions a dialogue; from {STRESS_SESSIONS} on distractors are repeated")
    parser.add_argument("--characters", type=int, help="characters a dialogue, about; default: drawn from 250000 to 350000, see --vignettes")
    parser.add_argument("--distractor-share", type=float, help="share of the characters, instead of --characters")
    parser.add_argument("--position", choices=POSITIONS, default=POSITIONS[0], help="where the persona's sessions lie")
    parser.add_argument("--hops", type=int, help="keep info_updating questions whose value changed exactly so often")
    parser.add_argument("--dates", action="store_true", help="write the sessions' dates (the contest has none)")
    parser.add_argument("--material", type=Path, default=ROOT, help="folder with split.json, dev, vignettes and distractors, default data")
    return parser


def read_splits(folder: Path) -> dict[tuple[str, str], list[Path]]:
    """(language, split) -> persona files.  Raises UserError where split.json and the files disagree."""
    splits = json.loads((folder / "split.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, str], list[Path]] = {}
    for language, parts in splits.items():
        names = [name for part in parts.values() for name in part]
        files = {path.stem: path for path in sorted((folder / "dev" / language).glob("*.jsonl"))}
        for name in sorted({n for n in names if names.count(n) > 1}):
            raise UserError(f"{folder}/split.json: {language}: {name!r} is in two splits")
        for name in sorted(set(names) ^ set(files)):
            missing = "has no file" if name in names else "is in no split"
            raise UserError(f"{folder}/split.json: {language}: the persona {name!r} {missing} (files in {folder}/dev/{language})")
        for part, listed in parts.items():
            found[language, part] = [files[name] for name in sorted(listed)]
    return found


def read_pool(language: str, folder: Path) -> tuple[Session, ...]:
    """All distractor sessions of a language, in the order of file names and lines."""
    pool: dict[str, Session] = {}
    for path in sorted((folder / "distractors" / language).glob("*.jsonl")):
        for session in read_distractors(path):
            if session.id in pool:
                raise UserError(f"{path}: id: the distractor {session.id!r} occurs in another file too")
            pool[session.id] = session
    return tuple(pool.values())


def build(folder: Path, options: Options, only: Sequence[str] | None = None) -> list[tuple[str, list[dict[str, Any]]]]:
    """(file name, records) of every split that has one of the personas `only`.

    Raises DataError or UserError for broken material, unknown names, too few distractors, and hops that no question has.
    """
    splits = read_splits(folder)
    names = sorted(path.stem for paths in splits.values() for path in paths)
    if unknown := sorted(set(only or ()) - set(names)):
        raise UserError(f"no persona {unknown[0]!r}; there are {', '.join(names)}")
    pools = {language: read_pool(language, folder) for language, _ in splits}
    chosen = {key: [path for path in paths if not only or path.stem in only] for key, paths in splits.items()}
    personas = {key: [_persona(path, key[0]) for path in paths] for key, paths in chosen.items() if paths}
    if options.hops is not None:
        _check_hops([persona for listed in personas.values() for persona in listed], options.hops)
    return [
        (f"{part}.jsonl" if language == "ru" else f"{language}_{part}.jsonl", [compose(p, pools[language], options) for p in listed])
        for (language, part), listed in personas.items()
    ]


def build_vignettes(folder: Path, options: Options, only: Sequence[str] | None = None, part: str = HARD) -> tuple[str, list[dict[str, Any]]]:
    """File name and records of the vignettes `only`, with VIGNETTE_CHARS where `options` set no length; raises as `build`."""
    vignettes = read_vignettes(*vignette_files(folder, part))
    if not vignettes:
        raise UserError(f"{folder}/{part}/{LANGUAGE}: expected files *.txt with vignettes")
    if unknown := sorted(set(only or ()) - {v.id for v in vignettes}):
        raise UserError(f"no vignette {unknown[0]!r} in {folder}/{part}/{LANGUAGE}; ids stand in lines '# id: who'")
    chosen = [v for v in vignettes if not only or v.id in only]
    if options.hops is not None:
        _check_hops(chosen, options.hops)
    if options.sessions is options.characters is options.distractor_share is None:
        options = replace(options, characters=VIGNETTE_CHARS)
    pool = read_pool(LANGUAGE, folder)
    return f"{part}.jsonl", [compose(v, pool, options) for v in chosen]


def _persona(path: Path, language: str) -> Persona:
    persona = read_persona(path)
    for field, value, expected in (("id", persona.id, path.stem), ("language", persona.language, language)):
        if value != expected:
            raise DataError([f"{path}:1: {field}: expected {expected!r} by the file's place, not {value!r}"])
    return persona


def _check_hops(personas: Sequence[Persona], hops: int) -> None:
    counts = Counter(hop_count(q) for p in personas for q in p.questions if q.question_type == "info_updating")
    if hops not in counts:
        listed = ", ".join(f"{n} with {h}" for h, n in sorted(counts.items())) or "none"
        raise UserError(f"--hops {hops}: no info_updating question has so many older values; there are {listed}")


def write(path: Path, records: Sequence[dict[str, Any]]) -> None:
    """Write `records` and check the file; raises UserError with every mistake and leaves what was at `path` before."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if mistakes := inspect_file(part).mistakes:
            raise UserError("\n".join(mistakes))
        os.replace(part, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error


def _line(path: Path, records: Sequence[dict[str, Any]]) -> str:
    sessions = [len(r["sessions"]) for r in records]
    characters = [sum(len(m["content"]) for s in r["sessions"] for m in s["messages"]) for r in records]
    questions = sum(len(r["questions"]) for r in records)
    return (
        f"{path}: {len(records)} dialogues, {questions} questions, {min(sessions)}-{max(sessions)} sessions, "
        f"{min(characters)}-{max(characters)} characters a dialogue"
    )


if __name__ == "__main__":
    sys.exit(main())
