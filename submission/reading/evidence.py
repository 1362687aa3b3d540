"""Evidence: how well each clause may answer a question, as a matrix of signals and one fitted score."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..recall.dual_encoder import DualEncoder, shipped_dual_encoder
from ..recall.encoders import Encoder
from ..recall.piece_matches import WordMatches
from ..recall.text import content_lemmas, normalise
from .clauses import Clause, traits
from .cross_encoder import SILENT, CrossEncoder, shipped_cross_encoder
from .question import ANY, BEFORE, NAME, NOW, NUMBER, PERSON, PLACE, TIME, YES_NO, Asked

VECTORS_KEPT = 50_000

_CHOICE = re.compile(r"\b(?:выбра|реши|остановил|заказа|взял|назва|cho[os]|pick|decid|order)")  # asks what the user settled on

SIGNALS = (
    "hit_score", "hit_rank", "late", "late_turn", "cosine", "cosine_turn", "covered", "covered_turn", "fresh",
    "is_number", "is_time", "is_name", "is_place", "is_person", "not_number", "not_time", "not_name", "not_place",
    "first_person", "question", "long", "short", "others", "others_asked", "latest_now", "latest_any", "latest_before",
    "changed", "changed_before", "former_before", "former_now", "corrected", "unreal", "chosen", "chosen_asked",
    "late_reply", "late_session", "fact", "fact_first", "request", "thin",
    "match", "match_turn", "match_reply", "match_session", "match_late", "match_late_turn", "match_late_session",
)  # fmt: skip
CROSS_SIGNALS = ("cross", "cross_turn", "cross_session")


class Matcher:
    """Compares a question with clauses: word by word (late interaction, as in ColBERT, Khattab and Zaharia 2020), as vectors of
    the encoder, and in both ways by the dual encoder, which is trained for it; the best are then read by the cross-encoder."""

    def __init__(self, encoder: Encoder, dual_encoder: DualEncoder | None = None, cross_encoder: CrossEncoder | None = None) -> None:
        """`dual_encoder`, `cross_encoder`: default the shipped ones."""
        self._encoder = encoder
        self._vectors: dict[str, np.ndarray] = {}  # of words and of clauses
        self._dual_encoder = dual_encoder or shipped_dual_encoder()
        self._cross_encoder = cross_encoder

    def signals(self, question: str, ask: Asked, clauses: Sequence[Clause], facts: Sequence[Any] = ()) -> np.ndarray:
        """(n_clauses, len(SIGNALS)) float32, columns as in SIGNALS."""
        words = list(dict.fromkeys(content_lemmas(question)))
        about = traits(question)
        scores = np.asarray([c.hit.score for c in clauses], dtype=np.float32)
        spread = float(scores.std()) or 1.0
        indexes = np.asarray([c.hit.index for c in clauses], dtype=np.float32)
        latest = indexes / max(float(indexes.max()), 1.0)
        own = [c.traits.lemmas for c in clauses]
        turns = [c.turn_lemmas for c in clauses]
        weights = _rarity(words, turns)
        late, late_turn = self._late(words, weights, own), self._late(words, weights, turns)
        asked_row = self._encoder.encode_questions([question])[0]
        cosine = self._rows([c.text for c in clauses]) @ asked_row
        cosine_turn = self._rows([" ".join(t) for t in turns]) @ asked_row
        asked_match = self._dual_encoder.questions([question])[0]
        match = self._dual_encoder.messages([c.text for c in clauses]) @ asked_match
        match_reply = self._dual_encoder.messages([" ".join(c.reply_lemmas) for c in clauses]) @ asked_match
        sessions = [c.hit.session_id for c in clauses]
        match_of_turn = _largest([c.hit.index for c in clauses], match, -1.0)
        match_of_session = _largest(sessions, match, -1.0)
        match_late = self._match_late(question, [c.text for c in clauses])
        match_late_of_turn = _largest([c.hit.index for c in clauses], match_late, 0.0)
        match_late_of_session = _largest(sessions, match_late, 0.0)
        replies = [c.reply_lemmas for c in clauses]
        late_reply = self._late(words, weights, replies)
        late_of_session = _largest(sessions, late_turn, 0.0)
        sources, told = _fact_sources(facts), {place for hit in facts[:1] for place in hit.fact.turns}
        values = [set(content_lemmas(hit.fact.value)) for hit in facts]
        wants = {kind: float(ask.kind == kind) for kind in (NUMBER, TIME, NAME, PLACE, PERSON, YES_NO)}
        picks = float(_CHOICE.search(normalise(question)) is not None)
        rows = []
        for i, clause in enumerate(clauses):
            t = clause.traits
            fresh = len(set(t.lemmas) - set(words))
            named = max(t.name, t.person)
            strangers = float(bool(t.others) and not about.others)
            rows.append((
                (scores[i] - scores.max()) / spread, 1.0 / (1 + clause.rank), late[i], late_turn[i], cosine[i], cosine_turn[i],
                _covered(words, weights, t.lemmas), _covered(words, weights, clause.turn_lemmas),
                min(fresh, 4) / 4,
                wants[NUMBER] * t.number, wants[TIME] * t.time, wants[NAME] * named, wants[PLACE] * t.place, wants[PERSON] * named,
                wants[NUMBER] * (1 - t.number), wants[TIME] * (1 - max(t.time, t.number)), wants[NAME] * (1 - named), wants[PLACE] * (1 - t.place),
                t.first_person, t.question, float(len(clause.text) > 120), float(len(t.lemmas) < 3), strangers, float(bool(t.others & about.others)),
                latest[i] * (ask.when == NOW), latest[i] * (ask.when == ANY and not ask.many), latest[i] * (ask.when == BEFORE),
                t.changed * (ask.when != BEFORE), t.changed * (ask.when == BEFORE), t.former * (ask.when == BEFORE), t.former * (ask.when == NOW),
                t.corrected, t.unreal, float(clause.chosen), clause.chosen * picks,
                late_reply[i], late_of_session[sessions[i]],
                sources.get(clause.hit.index, 0.0) * float(any(v & set(t.lemmas) for v in values)), float(clause.hit.index in told),
                t.request, float(fresh < 2),
                match[i], match_of_turn[clause.hit.index], match_reply[i], match_of_session[sessions[i]],
                match_late[i], match_late_of_turn[clause.hit.index], match_late_of_session[sessions[i]],
            ))  # fmt: skip
        return np.asarray(rows, dtype=np.float32).reshape(len(clauses), len(SIGNALS))

    def read_closely(self, question: str, clauses: Sequence[Clause], scores: np.ndarray, turns_read: int) -> np.ndarray:
        """What the cross-encoder says: (n_clauses, len(CROSS_SIGNALS)) float32, columns as in CROSS_SIGNALS.

        It reads the `turns_read` best turns by `scores` (n_clauses,); all others count like the worst clause of these.
        """
        turns: dict[int, list[int]] = {}
        for i in np.argsort(-scores, kind="stable"):
            turns.setdefault(clauses[i].hit.index, []).append(int(i))
        read = [sorted(places) for places in list(turns.values())[:turns_read]]
        logits = (self._cross_encoder or shipped_cross_encoder()).scores(question, [[clauses[i].text for i in places] for places in read])
        cross = np.full(len(clauses), min((float(part.min()) for part in logits), default=SILENT), dtype=np.float32)
        for places, part in zip(read, logits):
            cross[places] = part
        of_turn = _largest([c.hit.index for c in clauses], cross, SILENT)
        of_session = _largest([c.hit.session_id for c in clauses], cross, SILENT)
        rows = [(value, of_turn[c.hit.index], of_session[c.hit.session_id]) for c, value in zip(clauses, cross)]
        return np.asarray(rows, dtype=np.float32).reshape(len(clauses), len(CROSS_SIGNALS))

    def cohort_match(self, question: str) -> float:
        """How close an answer to such a question comes (DualEncoder.cohort_match)."""
        return self._dual_encoder.cohort_match(question)

    def _late(self, words: Sequence[str], weights: np.ndarray, texts: Sequence[Sequence[str]]) -> np.ndarray:
        """Weighted mean over `words` of the best cosine with any word of each text, (n_texts,) float32."""
        vocabulary = list(dict.fromkeys(w for text in texts for w in text))
        if not vocabulary or not words:
            return np.zeros(len(texts), dtype=np.float32)
        places = {word: i for i, word in enumerate(vocabulary)}
        similar = self._rows(words) @ self._rows(vocabulary).T  # (n_words, n_vocabulary)
        for i, word in enumerate(words):
            if word in places:
                similar[i, places[word]] = 1.0  # the same word, also where the encoder does not know it
        weighed = np.zeros(len(texts), dtype=np.float32)
        filled = [i for i, text in enumerate(texts) if text]
        starts = np.cumsum([0] + [len(texts[i]) for i in filled[:-1]])
        columns = [places[w] for i in filled for w in texts[i]]
        weighed[filled] = weights @ np.maximum.reduceat(similar[:, columns], starts, axis=1)
        return weighed

    def _match_late(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """The dual encoder's view word by word, (n_texts,) float32."""
        matches = WordMatches(self._dual_encoder)
        matches.add(texts)
        return matches.scores(question)

    def _rows(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts, kept for the next question, (n_texts, dim) float32, rows L2-normalised."""
        if len(self._vectors) > VECTORS_KEPT:
            self._vectors.clear()
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        if new:
            self._vectors.update(zip(new, self._encoder.encode_passages(new)))
        return np.stack([self._vectors[text] for text in texts])


def _fact_sources(facts: Sequence[Any]) -> dict[int, float]:
    """Turn -> score of the best fact drawn from it."""
    drawn = [(place, float(hit.score)) for hit in facts for place in hit.fact.turns]
    return _largest([place for place, _ in drawn], [score for _, score in drawn], 0.0)


def _largest(keys: Sequence[Any], values: Sequence[float], least: float) -> dict[Any, float]:
    """Key -> the largest of its values, `least` where all are below."""
    found: dict[Any, float] = {}
    for key, value in zip(keys, values):
        found[key] = max(found.get(key, least), value)
    return found


def _rarity(words: Sequence[str], texts: Sequence[Sequence[str]]) -> np.ndarray:
    """Inverse frequency of the question's words among the turns, summing to 1, (n_words,) float32."""
    sets = {frozenset(text) for text in texts}
    counts = np.asarray([sum(word in text for text in sets) for word in words], dtype=np.float32)
    weights = np.log(1 + (len(sets) + 1) / (counts + 1))
    return (weights / weights.sum()).astype(np.float32)


def _covered(words: Sequence[str], weights: np.ndarray, text: Sequence[str]) -> float:
    held = set(text)
    return float(sum(weight for word, weight in zip(words, weights) if word in held))
