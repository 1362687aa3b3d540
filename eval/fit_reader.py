"""Fits the reader without a model on development dialogues and reports what leave-one-dialogue-out reaches.

    python -m eval.fit_reader --data data/built/tune.jsonl [--data MORE.jsonl] [--vignettes FILE ENCODER] [--write]

Three layers, each fitted on what the layer before says of dialogues that it has not seen: the fusion weights of recall,
a listwise softmax regression over clauses (positive: clauses that hold an evidence quote), and a logistic regression of
"is there an answer" on the outcome.  The last two are fitted and reported twice: first without the cross-encoder, then with what
it says of the turns that the first weights put first.  The report judges answers with the patterns judge.

Vignettes are fitted on, too, but not reported; they are many and shorter than dialogues of the contest, so that a question of
theirs weighs less.  Only those of --fold are taken, which the shipped cross-encoder has not seen; ENCODER is a dual
encoder that has not seen them either.  Abstention is fitted on small memories, too: every question once more with the hits of
a few sessions only, as of somebody who has just begun.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from .datasets import Dialogue, Question, load_contest
from .datasets.dialogue import NO_INFO
from .evidence_labels import holds, quotes
from .fit_recall import Example
from .fit_recall import fit as fit_fusion
from .folds import UNREAD, Fold, fold
from .journal import write_json
from .judges import CORRECT, judge_patterns
from .replay import flatten, positions

HITS = 40
PENALTY = 0.3  # of the squared weights, in units of standardised signals
ABSTAIN_STRENGTH = 0.3  # inverse of the squared weights' penalty, in units of standardised signals
SMALL = (1, 2, 3, 5, 8)  # sessions of a small memory, where the evidence is not in more
SMALL_WEIGHT = 0.3  # in the fit of abstention, beside the same question with all hits
VIGNETTE_WEIGHT = 0.05  # of a question, beside one of a dialogue
VIGNETTE_FOLDS = 5  # of which the clause weights see four at a time


class Row(NamedTuple):
    """One question with its clauses: what the reader sees, how close an answer would come, and which clauses hold evidence
    (n_clauses,) bool; `weight` in the fit."""

    dialogue: str
    question: Question
    ask: Any
    clauses: list
    facts: list
    signals: np.ndarray
    cohort_match: float
    is_evidence: np.ndarray
    weight: float = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_reader")
    parser.add_argument("--data", type=Path, action="append", required=True, help="contest format with evidence and patterns; repeatable")
    parser.add_argument("--vignettes", type=Path, nargs=2, metavar=("FILE", "ENCODER"), help="built vignettes, and a dual encoder for them")
    parser.add_argument("--fold", type=fold, metavar="K/N", default=UNREAD, help="the vignettes K, K + N, ... are fitted on")
    parser.add_argument("--oracle", action="store_true", help="report with the evidence turns as the only hits")
    parser.add_argument("--no-facts", action="store_true", help="leave the fact book out")
    parser.add_argument("--write", action="store_true", help="store weights fitted on all dialogues")
    options = parser.parse_args(arguments)
    from submission.reading.fitted import CLOSE, FIRST

    dialogues = [d for path in options.data for d in load_contest(path)]
    rows, vignettes = collect(dialogues, options.vignettes, options.fold, oracle=options.oracle, use_facts=not options.no_facts)
    small = small_memories(rows + vignettes)
    fits = {FIRST: fitted(rows, vignettes, small)}
    fits[CLOSE] = fitted(*(read_closely(some, fits[FIRST]["evidence"]) for some in (rows, vignettes, small)))
    print(json.dumps({part: found["leave_one_dialogue_out"] for part, found in fits.items()}, indent=2))
    if options.write:
        store([path.name for path in (*options.data, *(options.vignettes or ())[:1])], len({r.dialogue for r in rows + vignettes}), fits)
    return 0


def collect(
    dialogues: Sequence[Dialogue], vignettes: Sequence[Path] | None, held_out: Fold, *, oracle: bool, use_facts: bool
) -> tuple[list[Row], list[Row]]:
    """All questions of the dialogues, and of the vignettes K, K + N, ...; a dialogue's hits come from fusion weights fitted without it.

    `vignettes`: a built file and the dual encoder that describes it; `held_out`: K and N.
    """
    from submission.recall.dual_encoder import load_dual_encoder, shipped_dual_encoder

    described = [_Described(d, shipped_dual_encoder()) for d in tqdm(dialogues, desc="recall", disable=None)]
    examples = [e for one in described for e in one.examples()]
    rows = []
    for one in tqdm(described, desc="clauses", disable=None):
        weights = fit_fusion([e for e in examples if e.dialogue != one.id])
        rows += one.rows(weights, oracle, use_facts)
    if not vignettes:
        return rows, []
    (built, path), weights, found = vignettes, fit_fusion(examples), []
    encoder = load_dual_encoder(path)
    for dialogue in tqdm(load_contest(built)[held_out[0] :: held_out[1]], desc="vignettes", disable=None):
        found += [row._replace(weight=VIGNETTE_WEIGHT) for row in _Described(dialogue, encoder).rows(weights, oracle, use_facts)]
    return rows, found


def small_memories(rows: Sequence[Row]) -> list[Row]:
    """Each question with the clauses of some of its sessions, those that hold its evidence among them; weighed by SMALL_WEIGHT.

    Left out are questions whose evidence is not among the clauses.
    """
    from submission.reading.evidence import Matcher
    from submission.recall.encoders import WordVectorEncoder

    draw, matcher, found = random.Random(0), Matcher(WordVectorEncoder()), []
    for row in tqdm(rows, desc="small memories", disable=None):
        sessions = list(dict.fromkeys(c.hit.session_id for c in row.clauses))
        unanswered = row.question.type == NO_INFO
        kept = set() if unanswered else {c.hit.session_id for c, holding in zip(row.clauses, row.is_evidence) if holding}
        if not sessions or not (kept or unanswered):
            continue
        others = [session for session in sessions if session not in kept]
        kept.update(draw.sample(others, min(len(others), max(0, draw.choice(SMALL) - len(kept)))))
        places = [i for i, c in enumerate(row.clauses) if c.hit.session_id in kept]
        ranks = {rank: number for number, rank in enumerate(sorted({row.clauses[i].rank for i in places}))}
        clauses = [row.clauses[i]._replace(rank=ranks[row.clauses[i].rank]) for i in places]
        signals = matcher.signals(row.question.text, row.ask, clauses, row.facts)
        found.append(row._replace(clauses=clauses, signals=signals, is_evidence=row.is_evidence[places], weight=SMALL_WEIGHT * row.weight))
    return found


def read_closely(rows: Sequence[Row], evidence: np.ndarray) -> list[Row]:
    """The rows with the signals of the cross-encoder, which reads the turns that come first by the weights `evidence` (n_signals,)."""
    from submission.reading.evidence import Matcher
    from submission.recall.encoders import WordVectorEncoder
    from submission.settings import Settings

    matcher, found = Matcher(WordVectorEncoder()), []
    for row in tqdm(rows, desc="cross-encoder", disable=None):
        if len(row.clauses):
            closely = matcher.read_closely(row.question.text, row.clauses, row.signals @ evidence, Settings.cross_turns)
            row = row._replace(signals=np.concatenate([row.signals, closely], axis=1))
        found.append(row)
    return found


def fitted(rows: Sequence[Row], vignettes: Sequence[Row] = (), small: Sequence[Row] = ()) -> dict[str, Any]:
    """Weights fitted on all rows, with the report of what those fitted without a dialogue reach on it.

    Abstention is fitted on scores of dialogues unseen by the evidence; on `small` memories, too, which the evidence is not fitted on.
    """
    every, scores = [*rows, *vignettes, *small], held_out_scores(rows, vignettes, small)
    abstain, bias = fit_abstain(*_abstain_table(every, scores, [i for i, row in enumerate(every) if len(row.clauses)]))
    return {
        "leave_one_dialogue_out": reported(rows, scores, [*vignettes, *small]),
        "evidence": fit_evidence([*rows, *vignettes]),
        "abstain": abstain,
        "bias": bias,
    }


class _Described:
    """A dialogue with what recall derives from it."""

    def __init__(self, dialogue: Dialogue, dual_encoder: Any) -> None:
        from submission.memory.turns import Turn
        from submission.recall.encoders import WordVectorEncoder
        from submission.recall.features import TurnFeatures
        from submission.recall.word_vectors import shipped_vectors

        self.id = str(dialogue.id)
        self._questions, self._dual_encoder, self._encoder = dialogue.questions, dual_encoder, WordVectorEncoder()
        flat = flatten(dialogue)
        self._turns = [Turn(i, t.session_id, t.role, t.content) for i, t in enumerate(flat)]
        self._features = TurnFeatures(self._encoder, shipped_vectors(), dual_encoder=dual_encoder)
        self._features.add(self._turns)
        self._quotes = {q.id: quotes(q, positions(flat)) for q in dialogue.questions}

    def examples(self) -> list[Example]:
        """Of the questions that something answers, to fit the fusion weights on."""
        found = []
        for question in self._questions:
            if question.type != NO_INFO:
                is_evidence = np.zeros(len(self._turns), dtype=bool)
                is_evidence[[place for place, _ in self._quotes[question.id]]] = True
                found.append(Example(self.id, self._features.matrix(question.text).astype(np.float64), is_evidence, [], frozenset()))
        return found

    def rows(self, weights: np.ndarray, oracle: bool, use_facts: bool) -> list[Row]:
        """Every question with the clauses of its best turns by the fusion weights."""
        from submission.memory.extract import RuleExtractor
        from submission.memory.facts import FactBook
        from submission.memory.lookup import facts_for_question
        from submission.reading.clauses import clauses_of
        from submission.reading.evidence import Matcher
        from submission.reading.question import asked
        from submission.reading.reader import with_replies
        from submission.recall.recall import Hit

        matcher, turns, book = Matcher(self._encoder, self._dual_encoder), self._turns, FactBook()
        if use_facts:
            book.add(RuleExtractor().extract(turns))
        rows = []
        for question in self._questions:
            answering = self._quotes[question.id]
            scores = self._features.matrix(question.text) @ weights
            order = np.lexsort((-np.arange(len(scores)), -scores))
            if oracle:
                order = [i for i in order if i in {place for place, _ in answering}]
            hits = [Hit(turns[i].index, turns[i].session_id, turns[i].role, turns[i].text, float(scores[i])) for i in order[:HITS]]
            ask, clauses = asked(question.text), clauses_of(with_replies(hits, turns))
            facts = facts_for_question(question.text, book) if use_facts else []
            signals = matcher.signals(question.text, ask, clauses, facts) if clauses else np.zeros((0, 1), dtype=np.float32)
            is_evidence = np.asarray([holds(c, answering) for c in clauses], dtype=bool)
            rows.append(Row(self.id, question, ask, clauses, facts, signals, matcher.cohort_match(question.text), is_evidence))
        return rows


def held_out_scores(rows: Sequence[Row], vignettes: Sequence[Row], small: Sequence[Row] = ()) -> list[np.ndarray]:
    """Clause scores of all rows by weights that never saw the row's dialogue, nor those of its fold of vignettes; nor `small` memories."""
    places = {name: place for place, name in enumerate(dict.fromkeys(r.dialogue for r in vignettes))}
    every = [*rows, *vignettes, *small]
    folds = [places[r.dialogue] % VIGNETTE_FOLDS if r.dialogue in places else r.dialogue for r in every]
    learned = list(zip([*rows, *vignettes], folds))
    scores: list[np.ndarray] = [np.zeros(0)] * len(every)
    for left_out in tqdm(dict.fromkeys(folds), desc="weights", disable=None):
        weights = fit_evidence([row for row, fold_of_row in learned if fold_of_row != left_out])
        for i, row in enumerate(every):
            if folds[i] == left_out and len(row.clauses):
                scores[i] = row.signals @ weights
    return scores


def reported(rows: Sequence[Row], scores: Sequence[np.ndarray], further: Sequence[Row] = ()) -> dict[str, Any]:
    """What the rows reach with abstention fitted without their dialogue, on `further` ones too; `scores` are of both."""
    from submission.reading.abstain import answerable
    from submission.reading.phrasing import worded

    every = [*rows, *further]
    filled = [i for i, row in enumerate(every) if len(row.clauses)]
    table, has_answer, importance = _abstain_table(every, scores, filled)
    names, is_reported = np.asarray([every[i].dialogue for i in filled]), np.asarray(filled) < len(rows)
    support = np.zeros(len(rows))
    for name in dict.fromkeys(r.dialogue for r in rows):
        others = names != name
        weights, bias = fit_abstain(table[others], has_answer[others], importance[others])
        for place in np.flatnonzero((names == name) & is_reported):
            support[filled[place]] = answerable(table[place], weights, bias)
    found = [worded(row.question.text, row.ask, row.clauses, s) if len(row.clauses) else None for row, s in zip(rows, scores)]
    right = np.asarray([judge_patterns(row.question, f[0] if f else "").label == CORRECT for row, f in zip(rows, found)])
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
                **{str(kind): round(float(correct[types == kind].mean()), 4) for kind in sorted(set(types))},
                "accuracy": round(float(correct.mean()), 4),
            }
        )
    by_type = {
        str(kind): [round(float(right[types == kind].mean()), 4), int((types == kind).sum())] for kind in sorted(set(types)) if kind != NO_INFO
    }
    return {"questions": len(rows), "fitted_also_on": len(further), "never_abstaining": by_type, "risk_coverage": curve}


def _abstain_table(rows: Sequence[Row], scores: Sequence[np.ndarray], filled: Sequence[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals of abstention (n_filled, n_signals) of the rows that have clauses, whether they have an answer, and their weights."""
    from submission.reading.abstain import abstain_signals

    looked_at = [(rows[i], scores[i]) for i in filled]
    signals = [abstain_signals(r.signals, s, r.clauses, r.ask, len(r.facts), r.cohort_match) for r, s in looked_at]
    has_answer = np.asarray([rows[i].question.type != NO_INFO for i in filled])
    return np.stack(signals), has_answer, np.asarray([rows[i].weight for i in filled])


def fit_evidence(rows: Sequence[Row]) -> np.ndarray:
    """Weights of the clause signals, (n_signals,) float64, by listwise softmax regression on what can be answered."""
    from scipy.optimize import minimize

    usable = [r for r in rows if r.question.type != NO_INFO and r.is_evidence.any()]
    scale = np.concatenate([r.signals for r in usable]).std(axis=0) + 1e-6
    total = sum(r.weight for r in usable)

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = 0.0, np.zeros_like(weights)
        for row in usable:
            signals = row.signals / scale
            scores = signals @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            evidence = shares[row.is_evidence]
            loss -= row.weight * np.log(evidence.sum() + 1e-12)
            gradient += row.weight * (shares @ signals - (evidence / evidence.sum()) @ signals[row.is_evidence])
        return loss / total + PENALTY * weights @ weights, gradient / total + 2 * PENALTY * weights

    return minimize(objective, np.zeros(len(scale)), jac=True, method="L-BFGS-B").x / scale


def fit_abstain(table: np.ndarray, has_answer: np.ndarray, importance: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias from signals (n, n_signals) with their importance (n,); both kinds of question weigh the same in all."""
    from scipy.optimize import minimize

    from submission.reading.abstain import ABSTAIN_SIGNALS, AGAINST, CROSS_ABSTAIN_SIGNALS, FOR

    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-6
    standard, sign = (table - mean) / scale, np.where(has_answer, 1.0, -1.0)
    importance = importance * len(sign) / 2 / np.where(has_answer, importance[has_answer].sum(), importance[~has_answer].sum())

    def objective(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (standard @ parameters[:-1] + parameters[-1])
        slope = -importance * sign / (1 + np.exp(margin))
        loss = importance @ np.log1p(np.exp(-margin)) + parameters[:-1] @ parameters[:-1] / (2 * ABSTAIN_STRENGTH)
        return loss, np.append(standard.T @ slope + parameters[:-1] / ABSTAIN_STRENGTH, slope.sum())

    names = (ABSTAIN_SIGNALS + CROSS_ABSTAIN_SIGNALS)[: table.shape[1]]
    bounds = [(0, None) if name in FOR + CROSS_ABSTAIN_SIGNALS else (None, 0) if name in AGAINST else (None, None) for name in names]
    found = minimize(objective, np.zeros(len(bounds) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    weights = found[:-1] / scale
    return weights, float(found[-1] - mean @ weights)


def store(sources: list[str], dialogues: int, fits: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what submission.reading.fitted reads: of each part the weights by name and the report."""
    from submission.reading.fitted import NAMES, WEIGHTS

    content: dict[str, Any] = {"fitted_on": sources, "dialogues": dialogues, "penalty": PENALTY}
    for part, found in fits.items():
        evidence, abstain = NAMES[part]
        content[part] = {
            "leave_one_dialogue_out": found["leave_one_dialogue_out"],
            "evidence": {name: round(float(w), 5) for name, w in zip(evidence, found["evidence"])},
            "abstain": {name: round(float(w), 5) for name, w in zip(abstain, found["abstain"])},
            "bias": round(found["bias"], 5),
        }
    write_json(WEIGHTS, content)


if __name__ == "__main__":
    sys.exit(main())
