"""One self-contained HTML page about a set of runs: tables, plots and every question with every answer.

All that changes with the data is put into the page escaped, or as compressed JSON that the page's script shows as text.
"""

from __future__ import annotations

import base64
import html
import json
import math
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from . import plots
from .attribution import FAILURES
from .compare import RunComparison
from .datasets import Dialogue
from .journal import read_journal
from .ledger import ANSWERING, INGESTION, STAGES, show_seconds
from .replay import flatten, positions
from .report import REFERENCE, TYPES, Run, describe_judge, leaderboard_rows
from .retrieval import DEFAULT_KS
from .runner import PREDICTIONS
from .stats import LEVEL
from .summary import VERDICTS

TEMPLATES = Path(__file__).with_name("templates")
MAX_PAGE_BYTES = 5_000_000
# (hits a system shown for a question, characters of a turn): the first with which the page is small enough
DETAILS = ((8, 240), (5, 160), (5, 80), (3, 0), (0, 0))
LABELS = ("correct", "incorrect", "unparsed")

Redact = Callable[[str], str]


class Answers(NamedTuple):
    """Records of a run by (dialogue, question)."""

    predictions: dict[tuple, dict[str, Any]]
    verdicts: dict[tuple, dict[str, Any]]


def build_page(
    runs: Sequence[Run], compared: dict[str, RunComparison], dialogues: Sequence[Dialogue] | None = None, redact: Redact | None = None
) -> str:
    """The page; with `dialogues` it quotes the evidence and the turns that were found.

    `redact` is applied to every text that comes from a dialogue or a system.  Quotes get shorter, and at last go, where
    the page would otherwise exceed MAX_PAGE_BYTES.
    """
    finished = [run for run in runs if run.summary]
    answers = {run.name: _read_answers(run) for run in finished}
    fixed = {
        "title": html.escape(f"Leaderboard: {runs[0].manifest['data']['file']}"),
        "intro": _intro(runs, finished),
        "leaderboard": _table(leaderboard_rows(runs, compared), number=True),
        "note": _note(compared, finished),
        "plots": "".join(_figure(title, svg, said) for title, svg, said in _plots(finished, answers)) if finished else "",
        "costs": _table(_cost_rows(finished)),
        "failures": "".join(f"<dt>{html.escape(name.replace('_', ' '))}</dt><dd>{html.escape(said)}</dd>" for name, said in FAILURES.items()),
        "style": (TEMPLATES / "page.css").read_text(encoding="utf-8"),
        "script": (TEMPLATES / "page.js").read_text(encoding="utf-8"),
    }
    template = Template((TEMPLATES / "page.html").read_text(encoding="utf-8"))
    page = ""
    for hits, chars in DETAILS:
        data = _compressed(_questions(finished, answers, dialogues, redact or str, hits, chars))
        page = template.substitute(fixed, data=data)
        if len(page.encode("utf-8", "replace")) < MAX_PAGE_BYTES:
            break
    return page


def _read_answers(run: Run) -> Answers:
    def by_question(name: str) -> dict[tuple, dict[str, Any]]:
        return {(r["dialogue_id"], r["question_id"]): r for r in read_journal(run.folder / name)}

    return Answers(by_question(PREDICTIONS), by_question(VERDICTS))


def _intro(runs: Sequence[Run], finished: Sequence[Run]) -> str:
    manifest = runs[0].manifest
    questions = max((run.summary["questions"] for run in finished), default=runs[0].answered)
    engines = ", ".join(sorted({run.manifest["engine"] for run in runs}))
    codes = {(run.manifest["code"]["commit"] or "no commit")[:8] + " with changes" * bool(run.manifest["code"]["dirty"]) for run in runs}
    commits = ", ".join(sorted(codes)[:3])
    said = [
        f"{len(runs)} systems on {manifest['data']['file']} ({manifest['data']['sha256'][:12]}), {questions} questions. "
        f"Judge: {manifest['judge']}. Engine: {engines}. Code: {commits}.",
        describe_judge(manifest["judge"]) or f"The judge {manifest['judge']} was never measured (make judge-check).",
    ]
    return "".join(f"<p>{html.escape(text)}</p>" for text in said)


def _note(compared: dict[str, RunComparison], finished: Sequence[Run]) -> str:
    said = []
    if compared:
        said.append(f"Against {REFERENCE}: paired difference in points with its 95 % interval over dialogues; tie where p > {LEVEL}.")
    oracle = next((run for run in finished if run.manifest["system"] == "oracle"), None)
    if oracle and oracle.accuracy["value"] is not None:
        said.append(f"The oracle reads the evidence sessions alone: {oracle.accuracy['value']:.3f} is what this reader can reach.")
    if "no_info" in {kind for run in finished for kind in run.summary["accuracy"]["by_type"]}:
        said.append("Recall leaves out questions without an answer (no info); false refusals are refusals where there is one.")
    return "".join(f"<p>{html.escape(text)}</p>" for text in said)


def _plots(runs: Sequence[Run], answers: dict[str, Answers]) -> list[tuple[str, str, str]]:
    """(title, SVG, what it shows)."""
    judged = [run for run in runs if run.accuracy["n"]]
    number = {run.name: n for n, run in enumerate(runs, 1)}
    found = []
    if judged:
        bars = [plots.Bar(run.name, run.accuracy["value"], run.accuracy["low"], run.accuracy["high"]) for run in judged]
        found.append(("Accuracy", plots.draw_accuracy(bars), "Accuracy of each system with its interval."))
    recalls = [(run, run.summary["recall"]["turn"]["recall_mean"]) for run in runs]
    curves = [plots.Curve(number[run.name], DEFAULT_KS, [at[str(k)] for k in DEFAULT_KS]) for run, at in recalls if at["1"] is not None]
    if curves:
        svg = plots.draw_curves(curves, "recall", "k (turns)", "share of evidence turns in the top k", ticks=DEFAULT_KS)
        found.append(("Recall", svg, "Mean recall of evidence turns for k from 1 to 40."))
    if any(run.summary["latency_seconds"]["answer"]["p50"] is not None for run in runs):
        spreads = [
            plots.Spread(run.name, [s for p in answers[run.name].predictions.values() if (s := p.get("answer_seconds")) is not None]) for run in runs
        ]
        found.append(("Latency", plots.draw_latency(spreads), "Box: the middle half; line: 5th to 95th percentile; bar: median; dot: the slowest."))
    risk = [curve for run in judged if (curve := _risk(number[run.name], answers[run.name]))]
    if risk:
        svg = plots.draw_curves(risk, "risk", "share of questions answered, surest first", "share of them wrong")
        found.append(("Risk and coverage", svg, "How many answers are wrong when only the best supported ones are given."))
    found += _cost_plots(judged, number)
    kinds = [name for name in FAILURES if any(name in run.summary["failures"] for run in judged)]
    if kinds:
        svg = plots.draw_failures([run.name for run in judged], [run.summary["failures"] for run in judged], kinds)
        found.append(("Where wrong answers were lost", svg, "Wrong answers of each system by the step that lost them."))
    return found


def _cost_plots(judged: Sequence[Run], number: dict[str, int]) -> list[tuple[str, str, str]]:
    found = []
    for cost, title, label, least in (
        ("seconds_per_question", "Accuracy and time", "seconds a question", 1e-3),
        ("tokens_per_question", "Accuracy and tokens", "tokens a question", 0),
    ):
        costs = [(run, run.summary["ledger"][cost]) for run in judged]
        points = [plots.Point(number[run.name], max(value, least), run.accuracy["value"]) for run, value in costs if value]
        if points:
            found.append(
                (
                    title,
                    plots.draw_cost(points, label),
                    f"Accuracy over {label}, ingestion included{'; less than 1 ms stands at 1 ms' if least else ''}.",
                )
            )
    return found


def _risk(number: int, answers: Answers) -> plots.Curve | None:
    """Answers by falling support; None where the system reports no support or hardly answers."""
    rows = [
        (prediction["support"], answers.verdicts[key]["verdict"] != LABELS[0])
        for key, prediction in answers.predictions.items()
        if "support" in prediction and answers.verdicts.get(key, {}).get("verdict")
    ]
    if len(rows) < 5:
        return None
    rows.sort(key=lambda row: -row[0])
    wrong = coverage = 0
    x, y = [], []
    for place, (_, is_wrong) in enumerate(rows, 1):
        wrong += is_wrong
        # a hundred points are enough for any curve, and a share of fewer than five answers says nothing
        if place >= 5 and place * 100 // len(rows) > coverage:
            coverage = place * 100 // len(rows)
            x.append(place / len(rows))
            y.append(wrong / place)
    return plots.Curve(number, x, y)


def _cost_rows(runs: Sequence[Run]) -> list[list[str]]:
    header = [
        "system",
        *(f"{stage} p50 / p95" for stage in STAGES[:-1]),
        "model calls",
        "ingestion tokens in / out",
        "answer tokens in / out",
        "right per 1,000 tokens",
        "memory",
        "GPU",
        "disk",
    ]
    rows = [header]
    for run in runs:
        ledger = run.summary["ledger"]
        stages = ledger["stages"]
        pairs = [stages[stage]["seconds"] for stage in STAGES[:-1]]
        rows.append(
            [run.name, *("-" if s["p50"] is None else f"{show_seconds(s['p50'])} / {show_seconds(s['p95'])}" for s in pairs),
             str(sum(s["model_calls"] for s in stages.values())),
             *(_tokens(stages, names, ledger["tokens_estimated"]) for names in (INGESTION, ANSWERING)),
             "-" if ledger["correct_per_1000_tokens"] is None else f"{ledger['correct_per_1000_tokens']:.3f}",
             *("-" if ledger[name] is None else f"{ledger[name] / 2**20:,.0f} MiB" for name in ("peak_rss_bytes", "gpu_bytes", "disk_bytes"))]
        )  # fmt: skip
    columns = [column for column in zip(*rows) if set(column[1:]) != {"-"}]  # less those that no system has a figure for
    return [list(row) for row in zip(*columns)] if runs else [header]


def _tokens(stages: dict[str, dict[str, Any]], names: Sequence[str], estimated: bool) -> str:
    given, written = (sum(stages[name][what] for name in names) for what in ("prompt_tokens", "completion_tokens"))
    return f"{'about ' * estimated}{given:,} / {written:,}" if given or written else "-"


def _table(rows: Sequence[Sequence[str]], *, number: bool = False) -> str:
    """An HTML table; with `number` each row starts with its place and the system's colour in the plots."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in rows[0])
    body = []
    for place, row in enumerate(rows[1:], 1):
        chip = f'<i class="chip" style="background:{plots.colour(place)}">{place}</i>' if number else ""
        cells = [f'<th scope="row">{chip}<span dir="auto">{html.escape(row[0])}</span></th>', *(_cell(cell) for cell in row[1:])]
        body.append(f"<tr>{''.join(cells)}</tr>")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def _cell(text: str) -> str:
    verdict = text.partition(":")[0]
    kind = f' class="{verdict}"' if verdict in ("better", "worse", "tie") else ""
    return f"<td{kind}>{html.escape(text)}</td>"


def _figure(title: str, svg: str, said: str) -> str:
    text = html.escape(said)
    return f'<figure><figcaption>{html.escape(title)}</figcaption><p class="small">{text}</p><div role="img" aria-label="{text}">{svg}</div></figure>'


def _questions(
    runs: Sequence[Run], answers: dict[str, Answers], dialogues: Sequence[Dialogue] | None, redact: Redact, hits: int, chars: int
) -> dict[str, Any]:
    """What the page's script shows.  A question is [dialogue, id, type, text, gold, evidence]; an answer
    [text, verdict, reason, failure, hits, [recall, answer seconds], evidence ranks, support, facts], or null."""
    places = dict.fromkeys(key for run in runs for key in answers[run.name].predictions)
    names, failures = [run.name for run in runs], list(FAILURES)
    turns = {d.id: flatten(d) for d in dialogues or ()}
    asked = {(d.id, q.id): q for d in dialogues or () for q in d.questions}
    used: dict[Any, set[int]] = {}
    rows = []
    for key in places:
        first = next(answers[name] for name in names if key in answers[name].predictions)
        verdict = first.verdicts.get(key, {})
        question = asked.get(key)
        index_of = positions(turns[key[0]]) if question else {}
        evidence = [[index_of.get(e[:2]), redact(e.quote)] for e in question.evidence] if question else []
        row = [key[0], key[1], verdict.get("question_type"), redact(first.predictions[key]["question"]), redact(verdict.get("gold") or ""), evidence]
        given = [_given(answers[name], key, redact, failures, hits, chars) for name in names]
        used.setdefault(key[0], set()).update(h[0] for answer in given if answer for h in answer[4] if h[0] is not None)
        used[key[0]].update(e[0] for e in evidence if e[0] is not None)
        rows.append([row, given])
    texts = {str(d): {i: _cut(redact(turns[d][i].content), chars) for i in sorted(used[d])} for d in used if chars and d in turns}
    return {"systems": names, "types": TYPES, "failures": failures, "labels": LABELS, "questions": rows, "turns": texts}


def _given(answers: Answers, key: tuple, redact: Redact, failures: list[str], hits: int, chars: int) -> list[Any] | None:
    prediction, verdict = answers.predictions.get(key), answers.verdicts.get(key, {})
    if prediction is None:
        return None
    label, failure = verdict.get("verdict"), verdict.get("failure")
    seconds = [None if s is None else round(s * 1000, 2) for s in (prediction.get("recall_seconds"), prediction.get("answer_seconds"))]
    return [
        redact(prediction["error"] or prediction["answer"]),
        LABELS.index(label) if label else None,
        redact(verdict.get("reason") or ""),
        failures.index(failure) if failure else None,
        [_hit(h, redact, chars) for h in (prediction.get("hits") or [])[:hits]],
        seconds,
        [rank for _, rank in prediction.get("evidence") or []],
        prediction.get("support"),
        [_cut(redact(fact), chars) for fact in prediction.get("facts", ())] if chars else [],
    ]


def _hit(hit: dict[str, Any], redact: Redact, chars: int) -> list[Any]:
    """[turn, score], and the text of a memory that is not the turn itself."""
    return [hit["index"], _rounded(hit["score"]), *([_cut(redact(hit["text"]), chars)] if chars and "text" in hit else [])]


def _rounded(score: float | None) -> float | None:
    """None, too, for what is no number in JSON."""
    return round(score, 3) if score is not None and math.isfinite(score) else None


def _cut(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[: chars - 1] + "…"


def _compressed(data: dict[str, Any]) -> str:
    """Deflated JSON in base64: no character of it can leave its element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")
    return base64.b64encode(zlib.compress(text, 9)).decode()
