"""Speed of writing, indexing and recall: the submission, plain faiss as the physical limit, and mem0ai without a model, in one run.

All three use the built-in encoder.  Times are of the wall clock, so that the machine's load is in them; it is noted beside.
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .bench_store import StoreRow, describe_store, measure_store
from .datasets import Dialogue, load_dataset
from .errors import UserError
from .journal import make_folder, write_json
from .replay import FlatTurn, flatten, write_dialogue
from .systems import SYSTEMS, build_system, find_systems
from .timing import Spread, seconds, spread

K = 12  # turns recalled, the submission's default
ROUNDS = 5  # of all questions
STEPS = (10, 100, 1_000, 10_000)  # sessions of one dialogue
PERSONA = "galina"  # whose dialogue grows
PEER = "mem0_raw"
WARM_UP = "warm-up"  # a dialogue of one pair


class DialogueRow(NamedTuple):
    """One system on one dialogue; `ready_seconds` are those of all writes and of the first recall, which indexes.

    `cpu_seconds` are this process's in that time, so that a peer's own are not among them.
    """

    name: str
    write: Spread | None
    first_recall_seconds: float | None
    ready_seconds: float
    cpu_seconds: float
    recall: Spread
    memory_bytes: int | None


class GrowthRow(NamedTuple):
    """The submission's index after so many sessions; `added_seconds` are those of the sessions since the row before."""

    sessions: int
    turns: int
    added_seconds: float
    recall: Spread


def add_speed_command(commands: Any, find_data: Callable[[Path], Path]) -> None:
    """Register `speed`."""
    speed = commands.add_parser("speed", help="times of write, index and recall beside plain faiss and mem0ai; growth; one store of a million turns")
    speed.add_argument("--data", type=Path, required=True, help="contest format; the dialogue nearest to 350,000 characters is taken")
    speed.add_argument("--out", type=Path, required=True, help="folder for speed.md and speed.json")
    speed.add_argument("--turns", type=int, default=1_000_000, help="in the shared store, default %(default)s; 0: leave it out")
    speed.add_argument("--sessions", type=int, default=STEPS[-1], help="to which a dialogue grows, default %(default)s; 0: leave it out")
    speed.add_argument("--peer", default=PEER, help="system to measure beside ours, default %(default)s; '': none")
    speed.set_defaults(command=lambda options: _speed(options, find_data(options.data)))


def _speed(options: argparse.Namespace, data: Path) -> None:
    dialogues = load_dataset(data).dialogues
    make_folder(options.out)
    chosen = min(dialogues, key=lambda d: abs(_characters(flatten(d)) - 350_000))
    notes: list[str] = []
    rows = measure_dialogue(chosen, options.peer, notes)
    growth = measure_growth([n for n in STEPS if n <= options.sessions])
    store = measure_store(*_vectors(dialogues), options.turns, print) if options.turns else []
    notes.append(f"load of the machine (1 minute) at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    text = "\n".join([*describe_dialogue(rows, chosen), "", *describe_growth(growth), "", *describe_store(store, options.turns), "", *notes, ""])
    (options.out / "speed.md").write_text(text, encoding="utf-8")
    record = {"dialogue": rows, "growth": growth, "store": store}
    write_json(options.out / "speed.json", {**{k: [_plain(row) for row in v] for k, v in record.items()}, "notes": notes})
    print(text, end="")


def measure_dialogue(dialogue: Dialogue, peer_name: str, notes: list[str]) -> list[DialogueRow]:
    """The submission, plain faiss and, where it is installed, the peer; why it is not there goes to `notes`."""
    from submission.recall.encoders import WordVectorEncoder

    turns, questions = flatten(dialogue), [q.text for q in dialogue.questions]
    encoder = WordVectorEncoder()
    submission = build_system(SYSTEMS["submission"], encoder=encoder)
    write_dialogue(submission, WARM_UP, turns[:2])  # loads what is loaded once
    submission.recall(WARM_UP, questions[0], 1)
    submission.clear_memory(WARM_UP)
    rows = [_measure("submission", submission, dialogue.id, turns, questions), _plain_faiss(encoder, turns, questions)]
    memory = _memory_bytes(lambda: submission.index_dialogue(dialogue.id), lambda: _rewrite(submission, dialogue.id, turns))
    rows[0] = rows[0]._replace(memory_bytes=memory + 4 * encoder.dim * len(turns))  # FAISS's rows are not Python's
    if not peer_name:
        return rows
    [spec] = find_systems(peer_name)
    try:
        peer = build_system(spec, encoder=encoder)
    except UserError as error:
        notes.append(f"left out: {error}")
        return rows
    rows.append(_measure(spec.about, peer, dialogue.id, turns, questions))
    if hasattr(peer, "close"):
        peer.close()
    return rows


def _measure(name: str, system: Any, dialogue_id: Any, turns: list[FlatTurn], questions: list[str]) -> DialogueRow:
    cpu = time.process_time()
    writes = write_dialogue(system, dialogue_id, turns)
    first = seconds(lambda: system.recall(dialogue_id, questions[0], K))
    cpu = time.process_time() - cpu
    recall = spread(seconds(lambda q=q: system.recall(dialogue_id, q, K)) for _ in range(ROUNDS) for q in questions)
    return DialogueRow(name, spread(writes), first, sum(writes) + first, cpu, recall, None)


def _plain_faiss(encoder: Any, turns: list[FlatTurn], questions: list[str]) -> DialogueRow:
    """Vectors alone: encode, add, search; nothing of language beyond the encoder."""
    import faiss

    started, cpu = time.perf_counter(), time.process_time()
    rows = encoder.encode_passages([t.content for t in turns])
    index = faiss.IndexFlatIP(encoder.dim)
    index.add(rows)
    ready, cpu = time.perf_counter() - started, time.process_time() - cpu
    recall = spread(seconds(lambda q=q: index.search(encoder.encode_questions([q]), K)) for _ in range(ROUNDS) for q in questions)
    return DialogueRow("plain faiss", None, None, ready, cpu, recall, rows.nbytes)


def _memory_bytes(build: Callable[[], Any], prepare: Callable[[], Any]) -> int:
    """What stays allocated after `build`."""
    prepare()
    tracemalloc.start()
    try:
        kept = build()
        return tracemalloc.get_traced_memory()[0] if kept is not None else 0
    finally:
        tracemalloc.stop()


def _rewrite(system: Any, dialogue_id: Any, turns: list[FlatTurn]) -> None:
    system.clear_memory(dialogue_id)
    write_dialogue(system, dialogue_id, turns)


def measure_growth(steps: Sequence[int]) -> list[GrowthRow]:
    """One dialogue of data/ that grows to the last of `steps` sessions, distractors repeated where there are too few."""
    if not steps:
        return []
    from data.dialogues import Options, compose
    from data.personas import read_persona
    from data.prepare import ROOT, read_pool

    persona = read_persona(ROOT / "dev" / "ru" / f"{PERSONA}.jsonl")
    record = compose(persona, read_pool("ru", ROOT), Options(sessions=max(steps[-1], STEPS[1])))
    questions = [q["question"] for q in record["questions"]]
    system = build_system(SYSTEMS["submission"])
    rows, done = [], 0
    for step in steps:
        turns = [FlatTurn(s["id"], i, m["role"], m["content"], None) for s in record["sessions"][done:step] for i, m in enumerate(s["messages"])]
        started = time.perf_counter()
        write_dialogue(system, PERSONA, turns)
        index = system.index_dialogue(PERSONA)
        added = time.perf_counter() - started
        system.recall(PERSONA, questions[0], K)
        recall = spread(seconds(lambda q=q: system.recall(PERSONA, q, K)) for q in questions)
        rows.append(GrowthRow(step, len(index), added, recall))
        done = step
    return rows


def _vectors(dialogues: Sequence[Dialogue]) -> tuple[Any, Any]:
    from submission.recall.encoders import WordVectorEncoder

    encoder = WordVectorEncoder()
    texts = list(dict.fromkeys(t.content for d in dialogues for t in flatten(d)))
    return encoder.encode_passages(texts), encoder.encode_questions([q.text for d in dialogues for q in d.questions])


def describe_dialogue(rows: Sequence[DialogueRow], dialogue: Dialogue) -> list[str]:
    """A Markdown table; ratios are to the submission, above 1 is slower than it."""
    ours, turns = rows[0], flatten(dialogue)
    lines = [
        f"| one dialogue, {_characters(turns):,} characters, {len(turns)} turns | write p50 | index | ready | of this on our CPU | recall p50 | p95 "
        "| ready, ratio | recall p95, ratio | memory |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        write = f"{_ms(row.write.p50)}" if row.write else ""
        index = f"{row.first_recall_seconds:.2f} s" if row.first_recall_seconds else ""
        memory = f"{row.memory_bytes / 2**20:.1f} MiB" if row.memory_bytes else ""
        lines.append(
            f"| {row.name} | {write} | {index} | {row.ready_seconds:.2f} s | {row.cpu_seconds:.2f} s | {_ms(row.recall.p50)} | {_ms(row.recall.p95)} "
            f"| {row.ready_seconds / ours.ready_seconds:.2f} | {row.recall.p95 / ours.recall.p95:.2f} | {memory} |"
        )
    return lines


def describe_growth(rows: Sequence[GrowthRow]) -> list[str]:
    """A Markdown table of cost against sessions."""
    lines = ["| sessions | turns | added since the row above | a turn | recall p50 | p95 |", "|---|---|---|---|---|---|"] if rows else []
    turns = 0
    for row in rows:
        each = row.added_seconds / (row.turns - turns)
        turns = row.turns
        lines.append(
            f"| {row.sessions:,} | {row.turns:,} | {row.added_seconds:.2f} s | {_ms(each)} | {_ms(row.recall.p50)} | {_ms(row.recall.p95)} |"
        )
    return lines


def _ms(value: float) -> str:
    return f"{1000 * value:.2f} ms"


def _characters(turns: Sequence[FlatTurn]) -> int:
    return sum(len(t.content) for t in turns)


def _plain(row: DialogueRow | GrowthRow | StoreRow) -> dict[str, Any]:
    return {name: value._asdict() if isinstance(value, Spread) else value for name, value in row._asdict().items()}
