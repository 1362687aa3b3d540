"""Fits the reader without a model on development dialogues and reports what leave-one-dialogue-out reaches.

    python -m eval.fit_reader --data data/built/tune.jsonl [--data MORE.jsonl] [--write]

Three layers, each fitted on what the layer before says of dialogues that it has not seen: the fusion weights of recall,
a listwise softmax regression over clauses (positive: clauses that hold an evidence quote), and a logistic regression of
"is there an answer" on the outcome.  The report judges answers with the patterns judge.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from .datasets import Dialogue, Question, load_contest
from .datasets.dialogue import NO_INFO
from .fit_recall import Example
from .fit_recall import fit as fit_fusion
from .journal import write_json
from .judges import CORRECT, judge_patterns
from .replay import flatten, positions

HITS = 40
PENALTY = 0.1  # of the squared weights, in units of standardised signals
ABSTAIN_STRENGTH = 0.3  # inverse of the squared weights' penalty, in units of standardised signals
QUOTE_SHARE = 0.6  # of the shorter one's words that a clause and an evidence quote must share


class Row(NamedTuple):
    """One question with its clauses: what the reader sees, and which clauses hold evidence (n_clauses,) bool."""

    dialogue: str
    question: Question
    ask: Any
    clauses: list
    facts: list
    signals: np.ndarray
    is_evidence: np.ndarray


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_reader")
    parser.add_argument("--data", type=Path, action="append", required=True, help="contest format with evidence and patterns; repeatable")
    parser.add_argument("--oracle", action="store_true", help="report with the evidence turns as the only hits")
    parser.add_argument("--no-facts", action="store_true", help="leave the fact book out")
    parser.add_argument("--write", action="store_true", help="store weights fitted on all dialogues")
    options = parser.parse_args(arguments)
    dialogues = [d for path in options.data for d in load_contest(path)]
    rows = collect(dialogues, oracle=options.oracle, use_facts=not options.no_facts)
    report, scores = leave_one_out(rows)
    print(json.dumps(report, indent=2))
    if options.write:
        store(rows, scores, [path.name for path in options.data], report)
    return 0


def collect(dialogues: Sequence[Dialogue], *, oracle: bool, use_facts: bool) -> list[Row]:
    """All questions; the hits of a dialogue come from fusion weights fitted without it."""
    from submission.memory.extract import RuleExtractor
    from submission.memory.facts import FactBook
    from submission.memory.lookup import facts_for_question
    from submission.memory.turns import Turn
    from submission.reading.clauses import clauses_of
    from submission.reading.evidence import Matcher
    from submission.reading.question import asked
    from submission.reading.reader import with_replies
    from submission.recall.encoders import WordVectorEncoder
    from submission.recall.features import TurnFeatures
    from submission.recall.recall import Hit
    from submission.recall.word_vectors import shipped_vectors

    encoder = WordVectorEncoder()
    matcher, features, examples = Matcher(encoder), {}, []
    for dialogue in tqdm(dialogues, desc="recall", disable=None):
        flat = flatten(dialogue)
        turns = [Turn(i, t.session_id, t.role, t.content) for i, t in enumerate(flat)]
        derived = TurnFeatures(encoder, shipped_vectors())
        derived.add(turns)
        quotes = {q.id: _quotes(q, positions(flat)) for q in dialogue.questions}
        features[str(dialogue.id)] = (turns, derived, quotes)
        for question in dialogue.questions:
            if question.type != NO_INFO:
                is_evidence = np.zeros(len(turns), dtype=bool)
                is_evidence[[place for place, _ in quotes[question.id]]] = True
                examples.append(Example(str(dialogue.id), derived.matrix(question.text).astype(np.float64), is_evidence, [], frozenset()))
    rows = []
    for dialogue in tqdm(dialogues, desc="clauses", disable=None):
        turns, derived, quotes = features[str(dialogue.id)]
        weights = fit_fusion([e for e in examples if e.dialogue != str(dialogue.id)])
        book = FactBook()
        if use_facts:
            book.add(RuleExtractor().extract(turns))
        for question in dialogue.questions:
            scores = derived.matrix(question.text) @ weights
            order = np.lexsort((-np.arange(len(scores)), -scores))
            if oracle:
                order = [i for i in order if i in {place for place, _ in quotes[question.id]}]
            hits = [Hit(turns[i].index, turns[i].session_id, turns[i].role, turns[i].text, float(scores[i])) for i in order[:HITS]]
            ask, clauses = asked(question.text), clauses_of(with_replies(hits, turns))
            facts = facts_for_question(question.text, book) if use_facts else []
            signals = matcher.signals(question.text, ask, clauses, facts) if clauses else np.zeros((0, 1), dtype=np.float32)
            rows.append(
                Row(
                    str(dialogue.id),
                    question,
                    ask,
                    clauses,
                    facts,
                    signals,
                    np.asarray([_holds(c, quotes[question.id]) for c in clauses], dtype=bool),
                )
            )
    return rows


def leave_one_out(rows: Sequence[Row]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The report, and each row's clause scores by weights that never saw its dialogue."""
    from submission.reading.abstain import abstain_signals, answerable
    from submission.reading.phrasing import choose, phrase

    scores: list[np.ndarray] = [np.zeros(0)] * len(rows)
    for name in dict.fromkeys(r.dialogue for r in rows):
        weights = fit_evidence([r for r in rows if r.dialogue != name])
        for i, row in enumerate(rows):
            if row.dialogue == name and len(row.clauses):
                scores[i] = row.signals @ weights
    filled = [i for i, row in enumerate(rows) if len(row.clauses)]
    table = np.stack([abstain_signals(rows[i].signals, scores[i], rows[i].clauses, rows[i].ask, len(rows[i].facts)) for i in filled])
    has_answer = np.asarray([rows[i].question.type != NO_INFO for i in filled])
    names = np.asarray([rows[i].dialogue for i in filled])
    support = np.zeros(len(rows))
    for name in dict.fromkeys(names):
        weights, bias = fit_abstain(table[names != name], has_answer[names != name])
        for i, signals in zip(np.asarray(filled)[names == name], table[names == name]):
            support[i] = answerable(signals, weights, bias)
    texts = [phrase(chosen, row.ask) if len(row.clauses) and (chosen := choose(row.clauses, s)) else "" for row, s in zip(rows, scores)]
    right = np.asarray([judge_patterns(row.question, text).label == CORRECT for row, text in zip(rows, texts)])
    types = np.asarray([row.question.type for row in rows])
    answered = types != NO_INFO
    curve = []
    for false_abstention in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        threshold = float(np.quantile(support[answered], false_abstention))
        says = support >= threshold
        correct = np.where(answered, right & says, ~says)
        curve.append(
            {
                "threshold": round(threshold, 4),
                "false_abstention": round(float((~says)[answered].mean()), 4),
                "coverage": round(float(says.mean()), 4),
                "wrong_among_answered": round(float(1 - (right & says).sum() / max(says.sum(), 1)), 4),
                **{kind: round(float(correct[types == kind].mean()), 4) for kind in sorted(set(types))},
                "accuracy": round(float(correct.mean()), 4),
            }
        )
    by_type = {kind: [round(float(right[types == kind].mean()), 4), int((types == kind).sum())] for kind in sorted(set(types)) if kind != NO_INFO}
    return {"questions": len(rows), "never_abstaining": by_type, "risk_coverage": curve}, scores


def fit_evidence(rows: Sequence[Row]) -> np.ndarray:
    """Weights of the clause signals, (n_signals,) float64, by listwise softmax regression."""
    from scipy.optimize import minimize

    usable = [r for r in rows if r.is_evidence.any()]
    scale = np.concatenate([r.signals for r in usable]).std(axis=0) + 1e-6

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = 0.0, np.zeros_like(weights)
        for row in usable:
            signals = row.signals / scale
            scores = signals @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            evidence = shares[row.is_evidence]
            loss -= np.log(evidence.sum() + 1e-12)
            gradient += shares @ signals - (evidence / evidence.sum()) @ signals[row.is_evidence]
        return loss / len(usable) + PENALTY * weights @ weights, gradient / len(usable) + 2 * PENALTY * weights

    return minimize(objective, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x / scale


def fit_abstain(table: np.ndarray, has_answer: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias; both kinds of question weigh the same, whatever their numbers."""
    from scipy.optimize import minimize

    from submission.reading.abstain import ABSTAIN_SIGNALS, AGAINST, FOR

    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-6
    standard, sign = (table - mean) / scale, np.where(has_answer, 1.0, -1.0)
    importance = len(sign) / 2 / np.where(has_answer, has_answer.sum(), (~has_answer).sum())

    def objective(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (standard @ parameters[:-1] + parameters[-1])
        slope = -importance * sign / (1 + np.exp(margin))
        loss = importance @ np.log1p(np.exp(-margin)) + parameters[:-1] @ parameters[:-1] / (2 * ABSTAIN_STRENGTH)
        return loss, np.append(standard.T @ slope + parameters[:-1] / ABSTAIN_STRENGTH, slope.sum())

    bounds = [(0, None) if name in FOR else (None, 0) if name in AGAINST else (None, None) for name in ABSTAIN_SIGNALS]
    found = minimize(objective, np.zeros(len(bounds) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = found[:-1] / scale
    return weights, float(found[-1] - mean @ weights)


def store(rows: Sequence[Row], scores: Sequence[np.ndarray], sources: list[str], report: dict[str, Any]) -> None:
    """Write the weights fitted on all dialogues; abstention is fitted on scores of dialogues unseen by the evidence."""
    from submission.reading.abstain import ABSTAIN_SIGNALS, abstain_signals
    from submission.reading.evidence import SIGNALS
    from submission.reading.fitted import WEIGHTS

    filled = [i for i, row in enumerate(rows) if len(row.clauses)]
    table = np.stack([abstain_signals(rows[i].signals, scores[i], rows[i].clauses, rows[i].ask, len(rows[i].facts)) for i in filled])
    abstain, bias = fit_abstain(table, np.asarray([rows[i].question.type != NO_INFO for i in filled]))
    content = {
        "fitted_on": sources,
        "dialogues": len({r.dialogue for r in rows}),
        "penalty": PENALTY,
        "leave_one_dialogue_out": report,
        "evidence": {name: round(float(w), 5) for name, w in zip(SIGNALS, fit_evidence(rows))},
        "abstain": {name: round(float(w), 5) for name, w in zip(ABSTAIN_SIGNALS, abstain)},
        "bias": round(bias, 5),
    }
    write_json(WEIGHTS, content)


def _quotes(question: Question, places: dict) -> list[tuple[int, str]]:
    """(turn, quote) of the question's evidence."""
    return [(places[e.session_id, e.message_index], e.quote) for e in question.evidence if (e.session_id, e.message_index) in places]


def _holds(clause: Any, quotes: Sequence[tuple[int, str]]) -> bool:
    for place, quote in quotes:
        if clause.chosen and place in (clause.hit.index - 1, clause.hit.index + 1):
            return True
        said, quoted = (set(re.findall(r"\w+", text.lower())) for text in (clause.text, quote))
        if not clause.chosen and place == clause.hit.index and said and quoted and len(said & quoted) >= QUOTE_SHARE * min(len(said), len(quoted)):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
