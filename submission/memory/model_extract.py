"""ModelExtractor: claims drawn by a model, one batched call for all sessions that are new, weighed in a FactBook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from ..recall.text import is_pasted, lemma, tokens
from .extract import FactExtractor
from .facts import Claim, FactBook
from .people import ROLE_OF, Mention
from .spans import USER_MENTION
from .turns import Turn

__all__ = ["REPLY_TOKENS", "ModelExtractor"]

REPLY_TOKENS = 512  # a dozen facts of the schema
SESSION_CHARS = 4000  # of a session's user turns in its prompt; what comes later is left out
TURN_CHARS = 400
CONFIDENCE = 0.7  # of what a model says and the rules do not

# words of the schema's free-text attribute -> attribute of the book
_ATTRIBUTES = {
    "имя": "name", "кличка": "name", "отчество": "patronymic", "фамилия": "surname", "возраст": "age", "рождение": "birthday", "город": "city",
    "район": "district", "работа": "job", "профессия": "job", "должность": "job", "компания": "employer", "зарплата": "salary",
    "аллергия": "allergy", "болезнь": "illness", "хобби": "hobby", "увлечение": "hobby", "машина": "car", "автомобиль": "car", "телефон": "phone",
    "поездка": "trip", "план": "plan", "курение": "smoking", "порода": "breed", "диета": "diet", "вес": "weight", "рост": "height",
    "пенсия": "pension", "язык": "language",
    "name": "name", "age": "age", "birthday": "birthday", "city": "city", "job": "job", "employer": "employer", "allergy": "allergy",
    "hobby": "hobby", "car": "car", "breed": "breed", "trip": "trip", "plan": "plan", "language": "language",
}  # fmt: skip
_PAST = frozenset("прежний бывший раньше ранний former previous".split())
_USER_WORDS = frozenset("пользователь user user's я мой my i".split())

Chat = Any  # what `build_chat` makes and `ask` takes


class _Item(NamedTuple):
    subject: str
    attribute: str
    value: str
    turn: int  # place among the session's user turns that the model saw, from 1


class ModelExtractor:
    """Books of facts by dialogue, drawn by a model where it answered and by `fallback` in the sessions where it did not.

    `build_chat` makes a chat of a session's user turns; the reply is JSON, {"facts": [{"subject", "attribute", "value", "turn"}]}
    with `turn` the number of a user turn, from 1.  What was drawn from a session is kept by the session's content, so that it
    is asked about once; it can be dropped at any time and drawn again.
    """

    def __init__(self, build_chat: Callable[[Sequence[str]], Chat], fallback: FactExtractor | None = None) -> None:
        self._build_chat = build_chat
        self._fallback = fallback
        self._kept: dict[Any, dict[str, list[Claim] | None]] = {}  # dialogue -> session's content -> claims; None: the reply fitted no schema

    def book(self, dialogue_id: Any, turns: Sequence[Turn], ask: Callable[[list[Chat]], Sequence[str]] | None) -> FactBook:
        """The dialogue's facts; `ask` gives one reply a chat, or none at all when it fails (those sessions are asked about again).

        Without `ask` the facts are those drawn before.
        """
        sessions: dict[Any, list[Turn]] = {}
        for turn in turns:
            sessions.setdefault(turn.session_id, []).append(turn)
        before, kept, missing = self._kept.get(dialogue_id, {}), {}, {}
        parts = []
        for part in sessions.values():
            shown = _shown(part)
            key = _key(shown)
            parts.append((key, part))
            if key in before:
                kept[key] = before[key]
            elif shown:
                missing[key] = shown
        if missing and ask:
            replies = ask([self._build_chat([turn.text[:TURN_CHARS] for turn in shown]) for shown in missing.values()])
            kept.update({key: _claims(reply, shown) for (key, shown), reply in zip(missing.items(), replies)})
        self._kept[dialogue_id] = kept
        book = FactBook()
        for key, part in parts:
            claims = kept.get(key)
            if claims is None and self._fallback:
                claims = self._fallback.extract(part)
            book.add(claims or [])
        return book

    def forget(self, dialogue_id: Any) -> int:
        """Drop what was drawn from a dialogue; returns how many claims it was."""
        return sum(len(claims or []) for claims in self._kept.pop(dialogue_id, {}).values())


def _shown(turns: Sequence[Turn]) -> list[Turn]:
    """The user turns that the model gets to see: no pasted texts, none past SESSION_CHARS."""
    shown, chars = [], 0
    for turn in turns:
        if turn.is_user and turn.text.strip() and not is_pasted(turn.text):
            chars += min(len(turn.text), TURN_CHARS)
            if chars > SESSION_CHARS:
                break
            shown.append(turn)
    return shown


def _key(turns: Sequence[Turn]) -> str:
    """Of a session's content; indexes are in it because claims name turns."""
    return hashlib.sha256(json.dumps([[turn.index, turn.text] for turn in turns]).encode()).hexdigest()


def _claims(reply: str, turns: Sequence[Turn]) -> list[Claim] | None:
    """Claims of one reply, in the order of turns; None where it fits no schema."""
    try:
        items = [_Item(str(f["subject"]), str(f["attribute"]), str(f["value"]).strip(), int(f["turn"])) for f in json.loads(reply)["facts"]]
    except (ValueError, KeyError, TypeError):
        return None
    claims: list[Claim] = []
    for item in items:
        turn = _source(item, turns)
        if turn is not None:
            claims += _of_item(item, turn)
    return sorted(claims, key=lambda claim: claim.turn)


def _of_item(item: _Item, turn: Turn) -> list[Claim]:
    """The claim, and before it that somebody or some animal is there, as the rules have it."""
    who, thing = _who(item.subject)
    attribute = _attribute(f"{thing} {item.attribute}" if thing else item.attribute)
    if attribute == "name" and who.role:
        who = replace(who, name=item.value)
    kind = "past" if any(_known(t, _PAST) for t in tokens(item.attribute)) else "assert"
    said = Claim(who, attribute, item.value, turn.index, kind, turn.session_id, turn.text[:200], CONFIDENCE)
    return [replace(said, attribute="relation", value="", kind="assert"), said] if who.role else [said]


def _source(item: _Item, turns: Sequence[Turn]) -> Turn | None:
    """The turn that the model names if it shares a lemma with the value, else the one that shares most, the latest of equals.

    None where no turn shares any: the model made the value up.
    """
    wanted = {lemma(t) for t in tokens(item.value)}
    shared = [len(wanted & {lemma(t) for t in tokens(turn.text)}) for turn in turns]
    if 1 <= item.turn <= len(turns) and shared[item.turn - 1]:
        return turns[item.turn - 1]
    best = max(range(len(turns)), key=lambda i: (shared[i], i))
    return turns[best] if shared[best] else None


def _who(subject: str) -> tuple[Mention, str]:
    """Whom a subject means, and the thing of the user that it names instead of a person («машина»), else ""."""
    parts = [part.strip('.,;:()«»"') for part in subject.split()]
    roles = [(i, ROLE_OF[found]) for i, part in enumerate(parts) for token in tokens(part) if (found := _known(token, ROLE_OF))]
    if not roles:
        names = _names(parts)
        if names:
            return Mention(None, names), ""
        thing = " ".join(part for part in parts if not _is_user(part))
        return USER_MENTION, thing
    end = roles[1][0] if len(roles) > 1 else len(parts)  # «дочь брата»: the second role is the owner's
    names = _names([part for i, part in enumerate(parts[:end]) if i != roles[0][0]])
    owner = Mention(roles[1][1]) if len(roles) > 1 else None
    return Mention(roles[0][1], names or None, owner), ""


def _names(parts: Sequence[str]) -> str:
    return " ".join(part for part in parts if part[:1].isupper() and not _is_user(part))


def _is_user(part: str) -> bool:
    return any(_known(token, _USER_WORDS) for token in [part.lower(), *tokens(part)])


def _attribute(text: str) -> str:
    """An attribute of the book, else `note:` and the model's words, of which values accumulate."""
    words = tokens(text)
    known = next((_ATTRIBUTES[found] for word in words if (found := _known(word, _ATTRIBUTES))), None)
    return known or f"note:{' '.join(word for word in words if not _known(word, _PAST))}"


def _known(token: str, words: Container[str]) -> str | None:
    """The token or its lemma, whichever is among `words`; English lemmas are stems, which no list holds."""
    return next((form for form in (token, lemma(token)) if form in words), None)
