"""What speaks for a turn: one row of features for each turn of a dialogue, given a question.

User turns and the assistant's replies are described apart: a reply repeats the topic of its user turn in other words and
rarely holds a fact of its own, so that it helps to find the turn more than it is worth finding.  Where both sides talk
like people (replies not much longer than user turns), all turns are described as user turns.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..memory.turns import NO_REPLY, Turn
from .dense import DenseIndex, DenseOptions
from .dual_encoder import DualEncoder, shipped_dual_encoder
from .encoders import Encoder, WordVectorEncoder
from .late import LateInteraction, WordTable
from .lexical import Bm25
from .names import other_forms
from .numerals import number_words
from .piece_matches import PieceMatches
from .spelling import mended
from .text import STOP_LEMMAS, content_tokens, is_pasted, normalise, stems, tokens, word
from .word_vectors import WordVectors

# Features of user turns; the names under "reply_" are those of replies.
NAMES = (
    "lexical", "late", "dense", "reply_lexical", "dense_reply", "first_person", "asks", "length",
    "name_asked", "number_asked", "place_asked", "time_asked", "recent_asked",
    "before", "after", "session", "session_best", "session_lexical", "opens_session",
    "speaker_named", "match", "match_strength", "match_session", "match_late", "match_late_strength", "match_late_session",
    "is_reply", "reply_dense", "reply_turn", "reply_confirmed",
)  # fmt: skip
_COLUMN = {name: place for place, name in enumerate(NAMES)}

PASTED_HEAD_CHARS = 400  # of a pasted text only the head, where the user says what it is for, counts as theirs
LATE_REPLY_CHARS = 600  # longer replies are a chatbot's: they are compared as a whole, not word by word
MATCH_SCALE = 5.0  # brings a squared cosine into the range of the other features
COMMON_WORD_NATS = 6.0  # words of long replies that carry less information than this are not looked at
PEER_RATIO = 3.0  # replies up to this many times as long as user turns: two people are talking
CONFIRMATION_CHARS = 120  # «да, второй вариант, беру»: the user takes over what the reply before says

_ASKS = {
    "name_asked": re.compile(r"зовут|\bим(я|ени)\b|кличк|называ|назва|отчеств|фамили|обраща|\bname|called"),
    "number_asked": re.compile(r"сколько|скольк|возраст|\bлет\b|сумм|размер|номер|числа|how (many|much|old|long|far|tall)|what (age|size|number)"),
    "place_asked": re.compile(r"\bгде\b|\bкуда\b|откуда|город|стран|мест|where|which (city|country|town)"),
    "time_asked": re.compile(r"когда|во сколько|в как(ой|ие|ое) (день|дни|час|время)|по каким|месяц|when|what (time|day|date)"),
}
_RECENT = re.compile(r"сейчас|теперь|последн|нынче|нынешн|на данный|now|current|latest|these days")
_TIME = re.compile(
    r"понедельн|вторник|\bсред[ауы]\b|четверг|пятниц|суббот|воскрес|январ|феврал|март|апрел|\bма[йея]\b|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|\bчас|утр|вечер|вчера|завтра|недел|месяц|mon|tues|wednes|thurs|fri|satur|sunday|january|february|march|april|june|july|august|september|october"
    r"|november|december|o'clock|yesterday|tomorrow|week|month"
)
_SPEAKER = re.compile(r"(?:[^:\n]{0,24}\s)?([A-ZА-ЯЁ]\w+): ")  # «8 May 2023 Caroline: ...», where a data set names who speaks
_CONFIRMS = re.compile(
    r"\bда\b|перв|втор|трет|четверт|последн|этот|именно|вариант|бер[ую]|остановлюсь|решено|подходит|годится|yes|first|second|third|that one|take it"
)


class TurnFeatures:
    """Derived from one dialogue's turns; grows with them."""

    def __init__(self, encoder: Encoder, words: WordVectors, options: DenseOptions | None = None, dual_encoder: DualEncoder | None = None) -> None:
        """`dual_encoder`: default the shipped one."""
        self._encoder, self._words = encoder, words
        self._turns: list[Turn] = []
        self._table = WordTable(words)
        self._late = LateInteraction(self._table)
        self._matches = PieceMatches(dual_encoder or shipped_dual_encoder())
        self._lexical = Bm25()
        self._dense = DenseIndex(encoder.dim, options)
        self._signals: list[tuple[float, ...]] = []
        self._stems: list[list[str]] = []
        self._layout: _Layout | None = None

    def __len__(self) -> int:
        return len(self._turns)

    def add(self, turns: Sequence[Turn]) -> None:
        """Append further turns."""
        texts = [_own_text(turn) for turn in turns]
        shorts = [turn.is_user or len(text) <= LATE_REPLY_CHARS for turn, text in zip(turns, texts)]
        self._matches.add([text if short else "" for text, short in zip(texts, shorts)])
        ids_of_turns = []
        for text, short in zip(texts, shorts):
            found = tokens(text)
            self._stems.append(_terms(found))
            self._lexical.add(self._stems[-1])
            ids = self._content_ids(found) if short else self._informative_ids(found)
            ids_of_turns.append(ids)
            self._late.add(ids if short else ())
            self._signals.append(_signals(text, found) if short else _NO_SIGNALS)
        if isinstance(self._encoder, WordVectorEncoder):  # the ids are at hand: no second look at the words
            self._dense.add(self._encoder.means(ids_of_turns))
        else:
            self._dense.add(self._encoder.encode_passages(texts))
        self._turns.extend(turns)
        self._layout = None

    def matrix(self, question: str) -> np.ndarray:
        """(n_turns, len(NAMES)) float32."""
        n = len(self._turns)
        if not n:
            return np.zeros((0, len(NAMES)), dtype=np.float32)
        if self._layout is None:
            self._layout = _Layout(self._turns, self._signals, self._stems)
        layout, turn, reply = self._layout, self._layout.turn, self._layout.reply
        question = mended(question)
        lexical, late, dense = self._similarities(question)
        match, match_late = (scores[turn] for scores in self._matches.scores(question))
        lowered = normalise(question)
        own = {
            "lexical": standardised(lexical[turn]),
            "late": standardised(late[turn]),
            "dense": standardised(dense[turn]),
            "reply_lexical": layout.of_replies(lexical),
            "dense_reply": layout.of_replies(dense),
            "match": standardised(match),
            "match_strength": MATCH_SCALE * match**2,
            "match_session": layout.best_of_session(standardised(match)),
            "match_late": standardised(match_late),
            "match_late_strength": MATCH_SCALE * match_late**2,
            "match_late_session": layout.best_of_session(standardised(match_late)),
            **{name: layout.signals[:, place] for place, name in enumerate(("first_person", "asks", "length"))},
        }
        for place, (name, pattern) in enumerate(_ASKS.items(), 3):
            own[name] = layout.signals[:, place] * float(pattern.search(lowered) is not None)
        own["session_lexical"] = layout.of_sessions(_query(content_tokens(question)))
        own["speaker_named"] = layout.speaks(frozenset(tokens(question)))
        own["recent_asked"] = turn / n * float(_RECENT.search(lowered) is not None)
        base = own["late"] + own["dense"] + 0.5 * own["lexical"] + 0.5 * own["dense_reply"] + own["match"]
        own |= layout.neighbourhood(base)
        matrix = np.zeros((len(NAMES), n), dtype=np.float32).T  # a column lies in one piece
        for name, values in own.items():
            matrix[turn, _COLUMN[name]] = values
        if len(reply):
            whole = np.zeros(n, dtype=np.float32)
            whole[turn] = base
            matrix[reply, _COLUMN["is_reply"]] = 1.0
            matrix[reply, _COLUMN["reply_dense"]] = standardised(dense[reply])
            matrix[reply, _COLUMN["reply_turn"]] = np.where(reply > 0, whole[reply - 1], 0.0)
            matrix[reply, _COLUMN["reply_confirmed"]] = layout.confirmed
        return matrix

    def _content_ids(self, found: Sequence[str]) -> list[int]:
        return [i for t in found if word(t).lemma not in STOP_LEMMAS and (i := self._words.id(t)) is not None]

    def _informative_ids(self, found: Sequence[str]) -> list[int]:
        """Words of a long reply; common ones are dropped by frequency, which is cheaper than by lemma."""
        ids = [i for t in found if (i := self._words.surface_id(t)) is not None]
        return np.asarray(ids)[self._words.information(ids) > COMMON_WORD_NATS].tolist() if ids else ids

    def _similarities(self, question: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """BM25, late interaction and cosine of every turn, three times (n_turns,) float32."""
        asked = content_tokens(question)
        ids = list(dict.fromkeys(i for t in asked if (i := self._words.id(t)) is not None))
        late = self._late.scores(self._table.similarities(ids), self._words.information(ids))
        return self._lexical.scores(_query(asked)), late, self._dense.scores(self._encoder.encode_questions([question])[0])


class _Layout:
    """What does not depend on the question: who speaks where, and the turns' own signals."""

    def __init__(self, turns: Sequence[Turn], signals: Sequence[tuple[float, ...]], stemmed: Sequence[list[str]]) -> None:
        user = np.asarray([t.is_user for t in turns])
        described = user | _between_peers(turns, user)
        self.turn, self.reply = np.flatnonzero(described), np.flatnonzero(~described)
        self.signals = np.asarray(signals, dtype=np.float32)[self.turn]
        following = np.minimum(self.turn + 1, len(turns) - 1)
        self._answered = np.where((self.turn + 1 < len(turns)) & ~described[following], following, -1)
        numbers: dict[object, int] = {}
        self._sessions = np.asarray([numbers.setdefault(turns[i].session_id, len(numbers)) for i in self.turn], dtype=np.int64)
        documents: list[list[str]] = [[] for _ in numbers]
        for i, session in zip(self.turn, self._sessions):
            documents[session] += stemmed[i]
        self._lexical = Bm25()
        for document in documents:
            self._lexical.add(document)
        self._turns_of: dict[str, list[int]] = defaultdict(list)
        for place, i in enumerate(self.turn):
            if named := _SPEAKER.match(turns[i].text):
                self._turns_of[normalise(named.group(1))].append(place)
        confirms = np.asarray([s[-1] for s in signals] + [0.0], dtype=np.float32) * np.append(user, False)
        self.confirmed = confirms[self.reply + 1]

    def of_replies(self, scores: np.ndarray) -> np.ndarray:
        """Scores of each turn's reply, standardised over the turns; before that 0 where there is none."""
        return standardised(np.where(self._answered >= 0, scores[self._answered], 0.0))

    def of_sessions(self, query: Sequence[str]) -> np.ndarray:
        """BM25 of each turn's whole session, standardised over the turns."""
        return standardised(self._lexical.scores(query)[self._sessions])

    def best_of_session(self, scores: np.ndarray) -> np.ndarray:
        """Of each turn: the best score in its session."""
        best = np.full(int(self._sessions.max()) + 1, -np.inf)
        np.maximum.at(best, self._sessions, scores)
        return best[self._sessions]

    def speaks(self, asked: frozenset[str]) -> np.ndarray:
        """1 for turns that begin with a speaker's name which stands in the question, else 0."""
        found = np.zeros(len(self.turn), dtype=np.float32)
        found[[place for name in asked for place in self._turns_of.get(name, ())]] = 1.0
        return found

    def neighbourhood(self, base: np.ndarray) -> dict[str, np.ndarray]:
        """Of each turn: its predecessor's and successor's base within the session (else 0), the session's mean and best, is it first."""
        same = self._sessions[1:] == self._sessions[:-1]
        nothing = np.zeros(1, dtype=base.dtype)
        mean = np.bincount(self._sessions, weights=base) / np.maximum(np.bincount(self._sessions), 1)
        return {
            "before": np.concatenate([nothing, np.where(same, base[:-1], 0.0)]),
            "after": np.concatenate([np.where(same, base[1:], 0.0), nothing]),
            "session": mean[self._sessions],
            "session_best": self.best_of_session(base),
            "opens_session": np.concatenate([nothing + 1, ~same]),
        }


def standardised(scores: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation; zeros where all scores are equal but for float32's rounding, which depends on batch sizes."""
    deviation = float(scores.std()) if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 1e-6 else np.zeros_like(scores)


_NO_SIGNALS = (0.0,) * 8


def _own_text(turn: Turn) -> str:
    if turn.is_user and turn.text != NO_REPLY:
        return mended(turn.text[:PASTED_HEAD_CHARS] if is_pasted(turn.text) else turn.text)
    return "" if turn.text == NO_REPLY else turn.text


def _terms(found: Sequence[str]) -> list[str]:
    """What BM25 compares: stems, and as digits the numbers written in words."""
    return stems(found) + number_words(found)


def _query(asked: Sequence[str]) -> list[str]:
    """Terms of a question, with the other forms of the names in it."""
    return _terms(asked) + stems(other_forms(asked))


def _signals(text: str, found: Sequence[str]) -> tuple[float, ...]:
    """first_person, asks, length, then what name_asked, number_asked, place_asked and time_asked look for, confirms."""
    flags = frozenset().union(*(word(t).flags for t in found))
    lowered = normalise(text)
    return (
        float("first_person" in flags),
        float(text.rstrip().endswith("?")),
        float(np.log(len(text) + 10) - 4.5),
        float("name" in flags),
        float("number" in flags),
        float("place" in flags),
        float(_TIME.search(lowered) is not None),
        float(len(text) <= CONFIRMATION_CHARS and _CONFIRMS.search(lowered) is not None),
    )


def _between_peers(turns: Sequence[Turn], user: np.ndarray) -> bool:
    lengths = np.asarray([len(t.text) for t in turns])
    return bool(user.any() and not user.all() and lengths[~user].mean() <= PEER_RATIO * lengths[user].mean())
