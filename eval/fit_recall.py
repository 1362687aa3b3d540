"""Fits the recall stage's fusion weights on development data, judged by leave-one-dialogue-out.

    python -m eval.fit_recall --profile ru --data data/built/tune.jsonl [--data MORE.jsonl] [--ablate | --typos 0.15 | --write]

Listwise softmax regression: for each question the weights maximise the log of the share that evidence turns have in the
softmax over all turns, with an L2 penalty.  Without --write it only reports what leave-one-dialogue-out reaches.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from . import metrics
from .bench_command import CACHE, load_encoder
from .bench_tasks import Haystack, load_tasks
from .journal import write_json
from .retrieval import score_rankings
from .stats import clustered_error, compare_paired
from .typos import spoiled, spoilings

PENALTY = 0.02
TYPO_SEEDS = 3
PROFILES = ("ru", "en", "ru_encoder", "en_encoder")


class Example(NamedTuple):
    """One question: features of all turns (n_turns, n_features), which of them are evidence, their sessions."""

    dialogue: str
    features: np.ndarray
    is_evidence: np.ndarray
    sessions: list[Any]
    evidence_sessions: frozenset


class Ranked(NamedTuple):
    """A question's rankings of turns and of sessions, each with the relevant ids."""

    dialogue: str
    turns: tuple[list, set]
    sessions: tuple[list, frozenset]


# Groups of features, each a mechanism that a reader of the ablation knows by name.
GROUPS = {
    "BM25": {"lexical", "reply_lexical", "session_lexical"},
    "late interaction": {"late"},
    "dense vectors": {"dense", "dense_reply", "reply_dense"},
    "the pair (reply as context)": {"reply_lexical", "dense_reply"},
    "dual encoder": {"match", "match_strength", "match_session", "match_late", "match_late_strength", "match_late_session"},
    "dual encoder, word by word": {"match_late", "match_late_strength", "match_late_session"},
    "question-type cues": {"name_asked", "number_asked", "place_asked", "time_asked", "recent_asked"},
    "who speaks (first person, question, length)": {"first_person", "asks", "length", "speaker_named"},
    "neighbours and session": {"before", "after", "session", "session_best", "session_lexical", "opens_session"},
}
MEASURES = (
    lambda r: metrics.recall_any(*r.sessions, 1),
    lambda r: metrics.recall_any(*r.sessions, 5),
    lambda r: metrics.recall_mean(*r.turns, 10),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_recall")
    parser.add_argument("--profile", choices=PROFILES, required=True)
    parser.add_argument("--data", type=Path, action="append", required=True, help="any known format with evidence; repeatable")
    parser.add_argument("--encoder", type=Path, help="encoder folder, for the *_encoder profiles")
    parser.add_argument("--ablate", action="store_true", help="leave each group of features out in turn and compare in pairs")
    parser.add_argument("--typos", type=float, metavar="SHARE", help="compare with mistakes in this share of the longer words, and with slang")
    parser.add_argument("--write", action="store_true", help="store weights fitted on all dialogues")
    options = parser.parse_args(arguments)
    from submission.recall.encoders import WordVectorEncoder

    encoder = load_encoder(options.encoder, CACHE) if options.encoder else WordVectorEncoder()
    examples = [e for path in options.data for e in _examples(path, encoder)]
    if options.typos is not None:
        print(typo_table(examples, options.data, encoder, options.typos), end="")
        return 0
    if options.ablate:
        print(ablation(examples), end="")
        return 0
    rankings = held_out_rankings(examples)
    sources = dict.fromkeys(r.dialogue.partition(":")[0] for r in rankings)
    report = {source: summary([r for r in rankings if r.dialogue.startswith(f"{source}:")]) for source in sources}
    print(json.dumps(report, indent=2))
    if options.write:
        _store(options.profile, fit(examples), [path.name for path in options.data], report)
    return 0


def held_out_rankings(examples: list[Example], penalty: float = PENALTY, asked: list[Example] | None = None) -> list[Ranked]:
    """Rankings, dialogue by dialogue, by weights that never saw the dialogue they are applied to; of `asked` where it is given."""
    rankings = []
    for dialogue in dict.fromkeys(e.dialogue for e in examples):
        weights = fit([e for e in examples if e.dialogue != dialogue], penalty)
        for example in (e for e in (asked or examples) if e.dialogue == dialogue):
            scores = example.features @ weights
            order = np.lexsort((-np.arange(len(scores)), -scores))
            turns = order.tolist(), set(np.flatnonzero(example.is_evidence).tolist())
            sessions = list(dict.fromkeys(example.sessions[i] for i in order)), example.evidence_sessions
            rankings.append(Ranked(dialogue, turns, sessions))
    return rankings


def summary(rankings: list[Ranked]) -> dict[str, float]:
    """The figures that the recall stage is judged by."""
    session, turn = score_rankings([r.sessions for r in rankings], (1, 5, 10)), score_rankings([r.turns for r in rankings], (10,))
    return {
        "n": session["n"],
        "session_any@1": round(session["recall_any"]["1"], 4),
        "session_any@5": round(session["recall_any"]["5"], 4),
        "session_any@10": round(session["recall_any"]["10"], 4),
        "session_all@5": round(session["recall_all"]["5"], 4),
        "turn_mean@10": round(turn["recall_mean"]["10"], 4),
    }


def ablation(examples: list[Example]) -> str:
    """A Markdown table: what is lost, held out, when a group of features is not there; intervals with dialogues as the unit."""
    from submission.recall.features import NAMES

    whole = held_out_rankings(examples)
    clusters = [r.dialogue for r in whole]
    lines = ["| without | session any@1 | session any@5 | turn mean@10 | verdict on any@5 |", "|---|---|---|---|---|"]
    for name, members in GROUPS.items():
        kept = [i for i, feature in enumerate(NAMES) if feature not in members]
        part = held_out_rankings([e._replace(features=e.features[:, kept]) for e in examples])
        found = [_difference(whole, part, clusters, measure) for measure in MEASURES]
        verdict = compare_paired([MEASURES[1](r) > 0 for r in whole], [MEASURES[1](r) > 0 for r in part], clusters).verdict
        lines.append(_row(name, found, verdict))
    return _headed("All features", whole, lines)


def typo_table(examples: list[Example], paths: Sequence[Path], encoder: Any, share: float) -> str:
    """A Markdown table: what typing mistakes cost weights fitted, held out, on clean text; each question asked with TYPO_SEEDS seeds."""
    clean = held_out_rankings(examples, asked=examples * TYPO_SEEDS)
    clusters = [r.dialogue for r in clean]
    lines = ["| spoilt | session any@1 | session any@5 | turn mean@10 | any@5 and mean@10 themselves |", "|---|---|---|---|---|"]
    for spoiling in spoilings(share):
        asked = [
            example
            for seed in range(TYPO_SEEDS)
            for path in paths
            for example in _examples(path, encoder, lambda haystack, s=spoiling, seed=seed: spoiled(haystack, s, seed))
        ]
        spoilt = held_out_rankings(examples, asked=asked)
        found = [_difference(clean, spoilt, clusters, measure) for measure in MEASURES]
        figures = summary(spoilt)
        lines.append(_row(spoiling.name, found, f"{figures['session_any@5']:.3f}, {figures['turn_mean@10']:.3f}"))
    return _headed("Clean", held_out_rankings(examples), lines)


def _row(name: str, differences: Sequence[tuple[float, float]], last: str) -> str:
    """Of a Markdown table: `differences` are means with half their intervals."""
    return f"| {name} | " + " | ".join(f"{mean:+.3f} ± {reach:.3f}" for mean, reach in differences) + f" | {last} |"


def _headed(title: str, rankings: list[Ranked], lines: Sequence[str]) -> str:
    """A table below the figures of the rankings that its rows are compared with."""
    figures = ", ".join(f"{name} {value}" for name, value in summary(rankings).items())
    return f"{title}, leave-one-dialogue-out: {figures}\n\n" + "\n".join(lines) + "\n"


def _difference(whole: list[Ranked], part: list[Ranked], clusters: list[str], measure: Callable[[Ranked], float]) -> tuple[float, float]:
    """Mean of part minus whole, and half its 95 % interval."""
    names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    values = np.asarray([measure(p) - measure(w) for w, p in zip(whole, part)])
    error = clustered_error(values, np.asarray([names[c] for c in clusters]), seed=0, resamples=2000)
    return float(values.mean()), 1.96 * error


def fit(examples: list[Example], penalty: float = PENALTY) -> np.ndarray:
    """Weights, (n_features,) float64."""
    from scipy.optimize import minimize

    usable = [e for e in examples if e.is_evidence.any()]

    def objective(weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = 0.0, np.zeros_like(weights)
        for example in usable:
            scores = example.features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            evidence = shares[example.is_evidence]
            loss -= np.log(evidence.sum() + 1e-12)
            gradient += shares @ example.features - (evidence / evidence.sum()) @ example.features[example.is_evidence]
        return loss / len(usable) + penalty * weights @ weights, gradient / len(usable) + 2 * penalty * weights

    return minimize(objective, np.zeros(usable[0].features.shape[1]), jac=True, method="L-BFGS-B").x


def _examples(path: Path, encoder: Any, changed: Callable[[Haystack], Haystack] = lambda haystack: haystack) -> list[Example]:
    """One example a question of the file's first task, with the features of every document; haystacks are `changed` before."""
    from submission.memory.turns import Turn
    from submission.recall.features import TurnFeatures
    from submission.recall.word_vectors import shipped_vectors

    examples = []
    for haystack in tqdm([changed(h) for h in load_tasks(path)[0].haystacks], desc=path.stem, disable=None):
        features = TurnFeatures(encoder, shipped_vectors())
        features.add([Turn(i, d.session, d.role, d.text, d.date) for i, d in enumerate(haystack.documents)])
        for query in (q for q in haystack.queries if q.documents):
            is_evidence = np.zeros(len(haystack.documents), dtype=bool)
            is_evidence[list(query.documents)] = True
            matrix = features.matrix(query.text).astype(np.float64)
            examples.append(Example(f"{path.name}:{haystack.id}", matrix, is_evidence, [d.session for d in haystack.documents], query.sessions))
    return examples


def _store(profile: str, weights: np.ndarray, sources: list[str], report: dict[str, dict[str, float]]) -> None:
    from submission.recall.features import NAMES
    from submission.recall.fusion import FUSION

    content = json.loads(FUSION.read_text(encoding="utf-8")) if FUSION.exists() else {"profiles": {}}
    content["profiles"][profile] = {
        "fitted_on": sources,
        "penalty": PENALTY,
        "leave_one_dialogue_out": report,
        "weights": {name: round(float(w), 4) for name, w in zip(NAMES, weights)},
    }
    write_json(FUSION, content)


if __name__ == "__main__":
    sys.exit(main())
