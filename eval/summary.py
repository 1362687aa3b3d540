"""From predictions to figures: accuracy, abstention, latency and recall of one system's run."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .attribution import attribute, count_failures
from .calls import read_calls
from .datasets import Dialogue, Question
from .datasets.dialogue import NO_INFO
from .journal import json_line, read_journal, write_text
from .judges import CORRECT, INCORRECT, JUDGES, UNPARSED, JudgeAll, Verdict, declines, one_by_one
from .ledger import build_ledger, percentiles
from .replay import flatten
from .retrieval import DEFAULT_KS, relevant_ids, score_rankings
from .runner import INGESTIONS, PREDICTIONS
from .stats import wilson

VERDICTS, SUMMARY, SUBMIT = "verdicts.jsonl", "summary.json", "submit.csv"
VERSION = 2  # of summary.json and verdicts.jsonl
SHOWN_K = 12  # hits that a reader sees, where no manifest says otherwise


def summarise(folder: Path, dialogues: Sequence[Dialogue], judge: str, judge_all: JudgeAll | None = None) -> dict[str, Any]:
    """Judge all predictions of a run and compute its figures; writes verdicts.jsonl and submit.csv.

    `judge` is the judge's name; a judge with a model is given as `judge_all`.  An unparsed verdict counts as wrong.
    """
    questions = {(d.id, q.id): (d, q) for d in dialogues for q in d.questions}
    predictions = [p for p in read_journal(folder / PREDICTIONS) if (p["dialogue_id"], p["question_id"]) in questions]
    asked = [questions[p["dialogue_id"], p["question_id"]] for p in predictions]
    started = time.perf_counter()
    verdicts = _verdicts([question for _, question in asked], predictions, judge_all or one_by_one(judge))
    judge_seconds = time.perf_counter() - started
    failures = _failures(folder, asked, predictions, verdicts, judge)
    _write_verdicts(folder, asked, predictions, verdicts, failures, judge)
    _write_submit(folder, predictions)
    ingestions = list(read_journal(folder / INGESTIONS))
    labels = [(question, p["answer"], verdict) for (_, question), p, verdict in zip(asked, predictions, verdicts) if verdict]
    return {
        "version": VERSION,
        "n": len(predictions),
        "questions": len(questions),
        "errors": sum(p["error"] is not None for p in predictions),
        "judge": judge,
        "unparsed": sum(verdict.label == UNPARSED for _, _, verdict in labels),
        "accuracy": _accuracy(labels),
        "abstention": _abstention(labels),
        "latency_seconds": {
            "write": percentiles(s for i in ingestions for s in i["write_seconds"]),
            "index": percentiles(i["index_seconds"] for i in ingestions),
            "recall": percentiles(p.get("recall_seconds") for p in predictions),
            "answer": percentiles(p.get("answer_seconds") for p in predictions),
        },
        "recall": _recall(asked, predictions),
        "failures": count_failures(failures),
        "ledger": build_ledger(predictions, ingestions, read_calls(folder), sum(v.label == CORRECT for _, _, v in labels), judge_seconds),
    }


def _verdicts(questions: list[Question], predictions: list[dict], judge_all: JudgeAll) -> list[Verdict | None]:
    """A verdict a prediction; None for a question without gold."""
    verdicts: list[Verdict | None] = [None] * len(predictions)
    open_places = []
    for place, (question, prediction) in enumerate(zip(questions, predictions)):
        if question.gold is None and not question.accept:
            continue
        if prediction["error"] is not None:
            verdicts[place] = Verdict(INCORRECT, f"the system failed: {prediction['error']}")
        else:
            open_places.append(place)
    for place, verdict in zip(open_places, judge_all([(questions[p], predictions[p]["answer"]) for p in open_places])):
        verdicts[place] = verdict
    return verdicts


def _accuracy(labels: list[tuple[Question, str, Verdict]]) -> dict[str, Any]:
    def share(rows: list[tuple[Question, str, Verdict]]) -> dict[str, Any]:
        return wilson(sum(v.label == CORRECT for _, _, v in rows), len(rows))._asdict()

    types = sorted({q.type for q, _, _ in labels if q.type})
    return {"overall": share(labels), "by_type": {kind: share([row for row in labels if row[0].type == kind]) for kind in types}}


def _abstention(labels: list[tuple[Question, str, Verdict]]) -> dict[str, Any]:
    """Precision: of the refusals, how many were due.  Recall: of the questions without answer, how many refused."""
    counts = Counter((q.type == NO_INFO, declines(a)) for q, a, _ in labels if q.type)
    refused, due = counts[True, True] + counts[False, True], counts[True, True] + counts[True, False]
    return {
        "precision": wilson(counts[True, True], refused)._asdict(),
        "recall": wilson(counts[True, True], due)._asdict(),
        "false_abstention": wilson(counts[False, True], counts[False, True] + counts[False, False])._asdict(),
    }


def _failures(
    folder: Path, asked: list[tuple[Dialogue, Question]], predictions: list[dict], verdicts: list[Verdict | None], judge: str
) -> list[str | None]:
    """Why each answer is wrong; judges without a model are asked for a second opinion where the question suits both."""
    shown_k = _shown_k(folder)
    found = []
    for (_, question), prediction, verdict in zip(asked, predictions, verdicts):
        other = None
        if verdict and verdict.label != CORRECT and prediction["error"] is None and question.accept and question.gold is not None:
            second = "overlap" if judge == "patterns" else "patterns"
            other = JUDGES[second](question, prediction["answer"])
        found.append(attribute(question, prediction, verdict, other, shown_k, max(DEFAULT_KS)))
    return found


def _shown_k(folder: Path) -> int:
    """How many hits the reader sees: a setting of its own where it has no model."""
    path = folder / "manifest.json"
    if not path.exists():
        return SHOWN_K
    manifest = json.loads(path.read_text(encoding="utf-8"))
    settings = manifest["settings"]
    return settings.get("reader_k", settings["recall_k"]) if manifest["engine"] == "extractive" else settings["recall_k"]


def _recall(asked: list[tuple[Dialogue, Question]], predictions: list[dict]) -> dict[str, Any]:
    excluded: Counter[str] = Counter()
    rows: dict[str, list[tuple[list, set]]] = {"session": [], "turn": []}
    turns_of = {d.id: flatten(d) for d, _ in asked}
    for (dialogue, question), prediction in zip(asked, predictions):
        if prediction["error"] is not None:
            excluded["the system failed"] += 1
            continue
        if prediction.get("hits") is None:
            excluded["no recall by this system"] += 1
            continue
        ranked = {
            "turn": [h["index"] for h in prediction["hits"]],
            "session": list(dict.fromkeys(h["session_id"] for h in prediction["hits"])),
        }
        for level, ids in relevant_ids(question, turns_of[dialogue.id], excluded).items():
            rows[level].append((ranked[level], ids))
    return {**{level: score_rankings(found, DEFAULT_KS) for level, found in rows.items()}, "excluded": dict(excluded)}


def _write_verdicts(
    folder: Path,
    asked: list[tuple[Dialogue, Question]],
    predictions: list[dict],
    verdicts: list[Verdict | None],
    failures: list[str | None],
    judge: str,
) -> None:
    lines = []
    for (_, question), prediction, verdict, failure in zip(asked, predictions, verdicts, failures):
        label, reason = verdict or (None, "no gold answer")
        identity = {**{k: prediction[k] for k in ("dialogue_id", "question_id")}, "question_type": question.type}
        found = {"judge": judge, "verdict": label, "reason": reason, "gold": question.gold, "failure": failure}
        lines.append(json_line({**identity, **found}).decode())
    write_text(folder / VERDICTS, "".join(lines))


def _write_submit(folder: Path, predictions: list[dict]) -> None:
    """The contest's submit.csv: id, answer, answer_time (seconds of all writes and the answer)."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "answer", "answer_time"])
    writer.writerows([p["question_id"], p["answer"], p.get("answer_time", 0.0)] for p in predictions)
    write_text(folder / SUBMIT, text.getvalue())
