"""Retrieval benchmarks: the submission and plain controls on public and Russian sets, one table.

Sources: LongMemEval's src/retrieval/eval_utils.py for its metrics (recall_any, recall_all, ndcg_any); the other
sets use the same names with the usual NDCG and add the mean share of evidence found and MRR.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from .bench_rankers import ControlRanker, Ranker, SystemRanker, bm25_scorer, dense_scorer, plain_words, rrf_scorer, tfidf_scorer
from .bench_tasks import Task
from .errors import UserError
from .journal import make_folder, write_json
from .stats import Comparison, compare_paired, correct_holm, wilson
from .systems import SYSTEMS, build_system

CONTROLS = ("bm25", "bm25_lemmas", "tfidf", "dense", "rrf")
PAIRED_K = 5  # of the paired comparison
UNITS = ("session", "turn")
COLUMNS = (
    ("any@1", "recall_any@1"), ("any@5", "recall_any@5"), ("any@10", "recall_any@10"), ("all@5", "recall_all@5"), ("all@10", "recall_all@10"),
    ("mean@10", "recall_mean@10"), ("ndcg@10", "ndcg@10"), ("MRR", "mrr"),
)  # fmt: skip


class Found(NamedTuple):
    """Ranks from 1 of a question's evidence in one ranking; None where it was not returned."""

    question: int | str
    haystack: int | str
    category: str
    ranks: tuple[int | None, ...]


class Row(NamedTuple):
    """All figures of one system on one task in one unit."""

    task: Task
    unit: str
    system: str
    found: list[Found]

    @property
    def figures(self) -> dict[str, float]:
        return score([f.ranks for f in self.found], self.task.ks, official=self.task.official_dcg)


def run_benchmarks(tasks: Sequence[Task], names: Sequence[str], encoder_for: Callable[[Task], Any]) -> list[Row]:
    """Every named ranker on every task; `encoder_for` gives the encoder that all of them share on a task."""
    rows = []
    for task in tasks:
        encoder = encoder_for(task)
        for name in names:
            rows += _run(task, name, make_ranker(name, encoder))
    return rows


def make_ranker(name: str, encoder: Any) -> Ranker:
    """A control by its name, else a system; one that takes an encoder gets this one.  Raises UserError when unknown."""
    from submission.recall.text import content_lemmas

    if name in CONTROLS:
        plain, dense = bm25_scorer(plain_words), dense_scorer(encoder)
        return ControlRanker(
            {"bm25": plain, "bm25_lemmas": bm25_scorer(content_lemmas), "tfidf": tfidf_scorer, "dense": dense, "rrf": rrf_scorer(plain, dense)}[name]
        )
    if name not in SYSTEMS:
        raise UserError(f"unknown system {name!r}; controls: {', '.join(CONTROLS)}; systems: {', '.join(SYSTEMS)}")
    return SystemRanker(build_system(SYSTEMS[name], encoder=encoder))


def _run(task: Task, name: str, ranker: Ranker) -> list[Row]:
    rows: dict[str, list[Found]] = {unit: [] for unit in UNITS}
    for haystack in tqdm(task.haystacks, desc=f"{task.name} {name}", disable=None):
        for query, ranking in zip(haystack.queries, ranker.rank(haystack)):
            for unit, order, relevant in (("session", ranking.sessions, query.sessions), ("turn", ranking.documents, query.documents)):
                if relevant:
                    place = {item: rank for rank, item in reversed(list(enumerate(order, 1)))}
                    ranks = tuple(sorted((place.get(item) for item in relevant), key=lambda rank: rank or math.inf))
                    rows[unit].append(Found(query.id, haystack.id, query.category, ranks))
    return [Row(task, unit, name, found) for unit, found in rows.items() if found]


def score(found: Sequence[Sequence[int | None]], ks: Sequence[int], *, official: bool) -> dict[str, float]:
    """Means over questions of metrics that need only the ranks of the evidence.

    `official` takes LongMemEval's DCG (no discount for the first two ranks), else the discount is log2(rank + 1).
    """
    shift = 0 if official else 1
    figures = {}
    for k in ks:
        inside = [[r for r in ranks if r is not None and r <= k] for ranks in found]
        figures[f"recall_any@{k}"] = _mean(bool(kept) for kept in inside)
        figures[f"recall_all@{k}"] = _mean(len(kept) == len(ranks) for kept, ranks in zip(inside, found))
        figures[f"recall_mean@{k}"] = _mean(len(kept) / len(ranks) for kept, ranks in zip(inside, found))
        figures[f"ndcg@{k}"] = _mean(_dcg(kept, shift) / _dcg(range(1, min(len(ranks), k) + 1), shift) for kept, ranks in zip(inside, found))
    figures["mrr"] = _mean(1 / ranks[0] if ranks[0] else 0.0 for ranks in found)
    return figures


def _dcg(ranks: Sequence[int], shift: int) -> float:
    return sum(1 / math.log2(rank + shift) if rank > 1 else 1.0 for rank in ranks)


def _mean(values: Any) -> float:
    listed = [float(value) for value in values]
    return sum(listed) / len(listed)


def compare_with_first(rows: Sequence[Row]) -> list[tuple[Row, Comparison]]:
    """Every other row of a task and unit with the first system's gain over it in recall_any@PAIRED_K.

    Paired by question, clustered by haystack, corrected by Holm over the rows of one task and unit.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.task.name, row.unit), []).append(row)
    compared = []
    for first, *others in groups.values():
        clusters = [f.haystack for f in first.found]
        made = [compare_paired(_hits(other), _hits(first), clusters) for other in others]
        compared += zip(others, correct_holm(made))
    return compared


def _hits(row: Row) -> list[bool]:
    return [bool(f.ranks[0] and f.ranks[0] <= PAIRED_K) for f in row.found]


def write_results(rows: Sequence[Row], folder: Path, about: dict[str, Any]) -> str:
    """Write retrieval.json, retrieval.md and questions.jsonl into `folder`; returns the Markdown."""
    make_folder(folder)
    text = describe(rows, about)
    (folder / "retrieval.md").write_text(text, encoding="utf-8")
    write_json(folder / "retrieval.json", {"about": about, "rows": [_record(row) for row in rows]})
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            for found in row.found:
                record = {"task": row.task.name, "unit": row.unit, "system": row.system, **found._asdict()}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return text


def _record(row: Row) -> dict[str, Any]:
    n = len(row.found)
    figures = row.figures
    categories = sorted({f.category for f in row.found})
    by_category = {c: [f.ranks for f in row.found if f.category == c] for c in categories}
    return {
        "task": row.task.name, "unit": row.unit, "system": row.system, "n": n, "haystacks": len(row.task.haystacks),
        "convention": row.task.convention, "excluded": row.task.excluded, "figures": figures,
        "intervals_95": {name: wilson(round(value * n), n)[1:3] for name, value in figures.items() if name.startswith(("recall_any", "recall_all"))},
        "by_category": {c: {"n": len(ranks), **score(ranks, row.task.ks, official=row.task.official_dcg)} for c, ranks in by_category.items()},
    }  # fmt: skip


def describe(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """One Markdown table, then each task's convention and what was left out of it."""
    lines = ["| benchmark | unit | system | n | " + " | ".join(name for name, _ in COLUMNS) + " |", "|" + "---|" * (4 + len(COLUMNS))]
    for row in rows:
        figures = row.figures
        cells = [f"{figures[key]:.3f}" if key in figures else "" for _, key in COLUMNS]
        lines.append(f"| {row.task.name} | {row.unit} | {row.system} | {len(row.found)} | " + " | ".join(cells) + " |")
    if compared := compare_with_first(rows):
        lines += [
            "",
            f"{rows[0].system} against each, recall_any@{PAIRED_K}, paired by question, clustered by haystack, Holm over a benchmark's rows:",
            "",
        ]
        lines += ["| benchmark | unit | against | n | haystacks | difference [95 %] | p | verdict |", "|---|---|---|---|---|---|---|---|"]
        for row, c in compared:
            gain = f"{c.difference:+.3f} [{c.low:+.3f}, {c.high:+.3f}]"
            lines.append(f"| {row.task.name} | {row.unit} | {row.system} | {c.n} | {c.clusters} | {gain} | {c.p:.3f} | {c.verdict} |")
    lines.append("")
    for task in {row.task.name: row.task for row in rows}.values():
        left_out = ", ".join(f"{reason} {count}" for reason, count in task.excluded.items() if count) or "nothing"
        lines.append(f"- **{task.name}**: {task.convention}; {len(task.haystacks)} haystacks; left out: {left_out}.")
    lines += [f"- {name}: {value}" for name, value in about.items()]
    return "\n".join(lines) + "\n"
