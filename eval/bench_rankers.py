"""Who ranks: any system through its own write and recall, and four plain controls over the same documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from .bench_tasks import Haystack, Query
from .replay import FlatTurn, write_dialogue

RRF_K = 60  # Cormack, Clarke and Buettcher 2009


class Ranking(NamedTuple):
    """Positions of documents and ids of sessions, best first; what a ranker does not return is absent."""

    documents: Sequence[int]
    sessions: Sequence[int | str]


class Ranker(Protocol):
    """Ranks a haystack's documents and sessions for each of its queries, in their order."""

    def rank(self, haystack: Haystack) -> list[Ranking]: ...


class SystemRanker:
    """A system under test: documents go in through write_to_memory, sessions are ranked by their best turn."""

    def __init__(self, system: Any) -> None:
        self._system = system

    def rank(self, haystack: Haystack) -> list[Ranking]:
        turns = [FlatTurn(d.session, i, d.role, d.text, d.date) for i, d in enumerate(haystack.documents)]
        write_dialogue(self._system, haystack.id, turns, haystack.written)
        try:
            return [self._ranking(haystack, query, len(turns)) for query in haystack.queries]
        finally:
            self._system.clear_memory(haystack.id)

    def _ranking(self, haystack: Haystack, query: Query, k: int) -> Ranking:
        hits = self._system.recall(haystack.id, query.text, k)
        return Ranking([hit.index for hit in hits], list(dict.fromkeys(haystack.documents[hit.index].session for hit in hits)))


class ScoredTexts(NamedTuple):
    """Scores of one query: of every document and of every session, both (n,) float."""

    documents: np.ndarray
    sessions: np.ndarray


class ControlRanker:
    """A control: `scorer` makes, for one haystack, a function from a question to scores; ties keep the order of time."""

    def __init__(self, scorer: Callable[[Haystack], Callable[[str], ScoredTexts]]) -> None:
        self._scorer = scorer

    def rank(self, haystack: Haystack) -> list[Ranking]:
        score = self._scorer(haystack)
        names = session_ids(haystack)
        rankings = []
        for query in haystack.queries:
            scored = score(query.text)
            sessions = [names[i] for i in np.argsort(-scored.sessions, kind="stable")]
            rankings.append(Ranking(np.argsort(-scored.documents, kind="stable").tolist(), sessions))
        return rankings


def session_ids(haystack: Haystack) -> list[int | str]:
    """Session ids in the order of writing."""
    return list(dict.fromkeys(document.session for document in haystack.documents))


def _session_texts(haystack: Haystack) -> list[str]:
    """All texts of a session joined by a space, a session each."""
    joined: dict[int | str, list[str]] = {}
    for document in haystack.documents:
        joined.setdefault(document.session, []).append(document.text)
    return [" ".join(texts) for texts in joined.values()]


def bm25_scorer(words: Callable[[str], list[str]]) -> Callable[[Haystack], Callable[[str], ScoredTexts]]:
    """BM25 (k1 = 1.5, b = 0.75) over `words`; a session is one document."""

    def prepare(haystack: Haystack) -> Callable[[str], ScoredTexts]:
        from submission.recall.lexical import Bm25

        indexes = Bm25(), Bm25()
        for index, texts in zip(indexes, ([d.text for d in haystack.documents], _session_texts(haystack))):
            for text in texts:
                index.add(words(text))
        return lambda question: ScoredTexts(*(index.scores(words(question)) for index in indexes))

    return prepare


def plain_words(text: str) -> list[str]:
    r"""`\w+` in lower case, no stemming: the measured controls of the literature."""
    return re.findall(r"\w+", text.lower())


def tfidf_scorer(haystack: Haystack) -> Callable[[str], ScoredTexts]:
    """Cosine of TF-IDF vectors over `\\w+` (scikit-learn); a session is one document."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    fitted = []
    for texts in ([d.text for d in haystack.documents], _session_texts(haystack)):
        vectorizer = TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=True)
        fitted.append((vectorizer, vectorizer.fit_transform(texts)))
    return lambda question: ScoredTexts(*((matrix @ v.transform([question]).T).toarray().ravel() for v, matrix in fitted))


def dense_scorer(encoder: Any) -> Callable[[Haystack], Callable[[str], ScoredTexts]]:
    """Cosine of `encoder` on turns; a session counts as its best turn."""

    def prepare(haystack: Haystack) -> Callable[[str], ScoredTexts]:
        rows = encoder.encode_passages([d.text for d in haystack.documents])
        number = {name: i for i, name in enumerate(session_ids(haystack))}
        owners = np.array([number[d.session] for d in haystack.documents])

        def score(question: str) -> ScoredTexts:
            documents = rows @ encoder.encode_questions([question])[0]
            sessions = np.full(len(number), -np.inf)
            np.maximum.at(sessions, owners, documents)
            return ScoredTexts(documents, sessions)

        return score

    return prepare


def rrf_scorer(*scorers: Callable[[Haystack], Callable[[str], ScoredTexts]]) -> Callable[[Haystack], Callable[[str], ScoredTexts]]:
    """Reciprocal rank fusion (k = 60) of other scorers, for documents and sessions apart."""

    def prepare(haystack: Haystack) -> Callable[[str], ScoredTexts]:
        parts = [scorer(haystack) for scorer in scorers]

        def score(question: str) -> ScoredTexts:
            scored = [part(question) for part in parts]
            return ScoredTexts(*(sum(1 / (RRF_K + ranks(s[unit])) for s in scored) for unit in (0, 1)))

        return score

    return prepare


def ranks(scores: np.ndarray) -> np.ndarray:
    """Ranks from 1 of falling scores, ties in order."""
    placed = np.empty(len(scores))
    placed[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return placed
