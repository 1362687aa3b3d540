"""Judges are instruments: their agreement with labels written by hand, on the probe set in data/judge_probe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .datasets import Question
from .datasets.contest import read_records
from .datasets.dialogue import QUESTION_TYPES
from .errors import UserError
from .journal import write_json
from .manifest import sha256
from .stats import wilson
from .verdict import CORRECT, INCORRECT, UNPARSED, JudgeAll, Verdict

PROBE = Path(__file__).parents[1] / "data" / "judge_probe"
RESULTS = Path(__file__).with_name("judge_check.json")
LANGUAGES = ("ru", "en")


class ProbeItem(NamedTuple):
    """An answer with its label.  `held_out` items are those of odd-numbered questions: no judge may be tuned on them."""

    question: Question
    answer: str
    kind: str
    correct: bool
    language: str
    held_out: bool


def load_probe(folder: Path = PROBE) -> list[ProbeItem]:
    """All items of ru.jsonl and en.jsonl.  Raises UserError with file and line at the first that is malformed."""
    items = []
    for language in LANGUAGES:
        path = folder / f"{language}.jsonl"
        items += [_item(record, language, f"{path}:{number}") for number, record in read_records(path)]
    return items


def measure(name: str, judge_all: JudgeAll, items: Sequence[ProbeItem], probe: Path = PROBE) -> dict[str, Any]:
    """Agreement, Cohen's kappa, false accepts and false rejects of a judge: overall, by part of the probe set, by class.

    The judge `patterns` is only asked about items that have patterns. An unparsed verdict counts as a reject.
    """
    if name == "patterns":
        items = [item for item in items if item.question.accept]
    verdicts = judge_all([(item.question, item.answer) for item in items])
    rows = list(zip(items, verdicts))
    parts = {
        "all": rows,
        "held_out": [row for row in rows if row[0].held_out],
        **{f"{language}_{half}": [row for row in rows if row[0].language == language and row[0].held_out == (half == "held_out")]
           for language in LANGUAGES for half in ("dev", "held_out")},
    }  # fmt: skip
    classes = sorted({item.kind for item in items})
    return {
        "judge": name,
        "probe": {language: sha256(probe / f"{language}.jsonl") for language in LANGUAGES},
        **{part: _quality(found) for part, found in parts.items() if found},
        "by_class": {kind: _errors([row for row in rows if row[0].kind == kind]) for kind in classes},
    }


def check_judge(name: str, judge_all: JudgeAll, results: Path = RESULTS) -> dict[str, Any]:
    """Measure a judge on our probe set and keep the result beside those of other judges."""
    found = measure(name, judge_all, load_probe())
    write_json(results, dict(sorted({**_stored(results), name: found}.items())))
    return found


def judge_quality(judge: str, results: Path = RESULTS) -> dict[str, Any] | None:
    """What `check_judge` stored of a judge: kappa and error rates to print beside its results; None if never measured.

    Keys: "all", "held_out" and the parts, each {n, agreement, kappa, false_accept, false_reject, unparsed}, and "by_class".
    """
    return _stored(results).get(judge)


def render_check(found: dict[str, Any]) -> str:
    """Two Markdown tables: by part of the probe set and by class."""
    lines = [
        f"Judge: {found['judge']}.  False accept: wrong answers taken as right; false reject: right answers taken as wrong.",
        "",
        "| part | n | agreement | kappa | false accept | false reject | unparsed |",
        "|" + "---|" * 7,
    ]
    for part in ("all", "held_out", *(f"{language}_{half}" for language in LANGUAGES for half in ("dev", "held_out"))):
        if q := found.get(part):
            cells = [part, q["n"], f"{q['agreement']:.3f}", _kappa(q), _rate(q["false_accept"]), _rate(q["false_reject"]), q["unparsed"]]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "| class | n | false accept | false reject |", "|" + "---|" * 4]
    for kind, errors in found["by_class"].items():
        lines.append(f"| {kind} | {errors['n']} | {_rate(errors['false_accept'])} | {_rate(errors['false_reject'])} |")
    return "\n".join(lines) + "\n"


def _item(record: dict[str, Any], language: str, place: str) -> ProbeItem:
    missing = [field for field in ("id", "question", "question_type", "gold", "answer", "class", "label") if field not in record]
    if missing:
        raise UserError(f"{place}: {missing[0]}: expected, but the field is missing")
    if record["label"] not in (CORRECT, INCORRECT):
        raise UserError(f"{place}: label: expected {CORRECT} or {INCORRECT}, not {record['label']!r}")
    if record["question_type"] not in QUESTION_TYPES:
        raise UserError(f"{place}: question_type: expected one of {', '.join(QUESTION_TYPES)}, not {record['question_type']!r}")
    question = Question(
        record["id"],
        record["question"],
        record["question_type"],
        record["gold"],
        accept=tuple(record.get("accept", ())),
        reject=tuple(record.get("reject", ())),
    )
    number = int(record["id"].split("-")[1])
    return ProbeItem(question, record["answer"], record["class"], record["label"] == CORRECT, language, number % 2 == 1)


def _quality(rows: Sequence[tuple[ProbeItem, Verdict]]) -> dict[str, Any]:
    from sklearn.metrics import cohen_kappa_score

    truth = [item.correct for item, _ in rows]
    accepted = [verdict.label == CORRECT for _, verdict in rows]
    both = len(set(truth)) > 1 or len(set(accepted)) > 1
    return {
        "n": len(rows),
        "agreement": sum(a == b for a, b in zip(truth, accepted)) / len(rows),
        "kappa": float(cohen_kappa_score(truth, accepted)) if both else None,  # undefined where all agree on one label
        **_errors(rows),
        "unparsed": sum(verdict.label == UNPARSED for _, verdict in rows),
    }


def _errors(rows: Sequence[tuple[ProbeItem, Verdict]]) -> dict[str, Any]:
    right = [verdict.label == CORRECT for item, verdict in rows if item.correct]
    wrong = [verdict.label == CORRECT for item, verdict in rows if not item.correct]
    return {
        "n": len(rows),
        "false_accept": wilson(sum(wrong), len(wrong))._asdict(),
        "false_reject": wilson(len(right) - sum(right), len(right))._asdict(),
    }


def _stored(results: Path) -> dict[str, Any]:
    return json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}


def _kappa(quality: dict[str, Any]) -> str:
    return "-" if quality["kappa"] is None else f"{quality['kappa']:.3f}"


def _rate(share: dict[str, Any]) -> str:
    return "-" if not share["n"] else f"{share['value']:.3f} ({round(share['value'] * share['n'])}/{share['n']})"
