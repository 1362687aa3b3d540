"""ModelExtractor: claims drawn by a model, one batched call for all sessions that are new."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ..recall.text import is_pasted, lemma, tokens
from .extract import FactExtractor
from .facts import Claim
from .people import ROLE_OF, Mention
from .spans import USER_MENTION
from .turns import Turn

logger = logging.getLogger(__name__)

REPLY_TOKENS = 400
CONFIDENCE = 0.7  # of what a model says and the rules do not
# words of the schema's free-text attribute -> attribute of the book
_ATTRIBUTES = {
    "имя": "name", "отчество": "patronymic", "фамилия": "surname", "возраст": "age", "рождение": "birthday", "город": "city", "район": "district",
    "работа": "job", "профессия": "job", "должность": "job", "компания": "employer", "зарплата": "salary", "аллергия": "allergy",
    "болезнь": "illness",
    "хобби": "hobby", "увлечение": "hobby", "машина": "car", "автомобиль": "car", "телефон": "phone", "поездка": "trip", "план": "plan",
    "курение": "smoking", "порода": "breed", "диета": "diet", "вес": "weight", "рост": "height", "пенсия": "pension", "язык": "language",
    "name": "name", "age": "age", "city": "city", "job": "job", "employer": "employer", "allergy": "allergy", "hobby": "hobby", "car": "car",
}  # fmt: skip


class Generates(Protocol):
    """The part of an engine that extraction needs; see submission/engines/base.py."""

    def generate(self, chats: Sequence[Any], max_tokens: int, *, json_schema: Mapping[str, Any] | None = None) -> list[str]: ...


class ModelExtractor:
    """Claims by a model where it answers, by `fallback` for the sessions where it does not.

    `build_chat` makes a chat from a session's user turns, one a line; `schema` constrains the reply to
    {"facts": [{"subject", "attribute", "value"}]}.  Replies are kept by session id and content, so that a session is
    asked about once.  Engine errors and replies that fit no schema are logged and never raised.
    """

    def __init__(
        self,
        engine: Generates,
        build_chat: Callable[[str], Any],
        schema: Mapping[str, Any],
        fallback: FactExtractor,
        error: type[Exception] = RuntimeError,
    ) -> None:
        self._engine = engine
        self._build_chat = build_chat
        self._schema = schema
        self._fallback = fallback
        self._error = error
        self._kept: dict[str, str] = {}  # session and content -> reply

    def extract(self, turns: Sequence[Turn]) -> list[Claim]:
        """Claims in the order of sessions; a claim belongs to the turn that shares most words with its value."""
        sessions: dict[Any, list[Turn]] = {}
        for turn in turns:
            sessions.setdefault(turn.session_id, []).append(turn)
        own = {session: [t for t in part if t.is_user and not is_pasted(t.text)] for session, part in sessions.items()}
        keys = {session: _key(session, part) for session, part in own.items() if part}
        self._ask({key: own[session] for session, key in keys.items() if key not in self._kept})
        claims: list[Claim] = []
        for session, part in sessions.items():
            drawn = _claims(self._kept.get(keys.get(session, ""), ""), own[session])
            claims += self._fallback.extract(part) if drawn is None else drawn
        return claims

    def _ask(self, missing: dict[str, list[Turn]]) -> None:
        if not missing:
            return
        chats = [self._build_chat("\n".join(turn.text for turn in part)) for part in missing.values()]
        try:
            replies = self._engine.generate(chats, REPLY_TOKENS, json_schema=self._schema)
        except self._error as error:
            logger.warning("drawing facts failed: %s", error)
            return
        self._kept.update(zip(missing, replies))


def _key(session: Any, turns: Sequence[Turn]) -> str:
    return hashlib.sha256(json.dumps([repr(session), [[t.index, t.text] for t in turns]]).encode()).hexdigest()


def _claims(reply: str, turns: Sequence[Turn]) -> list[Claim] | None:
    """Claims of one reply, in the order of turns; None where it fits no schema."""
    try:
        items = [(str(f["subject"]), str(f["attribute"]), str(f["value"]).strip()) for f in json.loads(reply)["facts"]]
    except (ValueError, KeyError, TypeError):
        return None
    claims = []
    for subject, attribute, value in items:
        turn = _source(value, turns)
        if turn is None or not value:
            continue
        who = _who(subject)
        claims.append(Claim(who, _attribute(attribute), value, turn.index, "assert", turn.session_id, turn.text[:200], CONFIDENCE))
    return sorted(claims, key=lambda claim: claim.turn)


def _source(value: str, turns: Sequence[Turn]) -> Turn | None:
    """The turn with most of the value's lemmas, the latest of equals; None where none has one (the model made it up)."""
    wanted = {lemma(t) for t in tokens(value)}
    best = max(turns, key=lambda turn: (len(wanted & {lemma(t) for t in tokens(turn.text)}), turn.index))
    return best if wanted & {lemma(t) for t in tokens(best.text)} else None


def _who(subject: str) -> Mention:
    parts = tokens(subject)
    role = next((ROLE_OF[lemma(p)] for p in parts if lemma(p) in ROLE_OF), None)
    names = [word for word in subject.split() if word[:1].isupper() and lemma(word.lower()) not in ROLE_OF]
    if role is None:
        return USER_MENTION if not names or "пользователь" in subject.lower() or "user" in subject.lower() else Mention(None, " ".join(names))
    return Mention(role, " ".join(names) or None)


def _attribute(text: str) -> str:
    known = next((_ATTRIBUTES[lemma(t)] for t in tokens(text) if lemma(t) in _ATTRIBUTES), None)
    return known or f"thing:{' '.join(lemma(t) for t in tokens(text))}"
