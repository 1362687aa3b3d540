"""Clauses: the pieces of the user's turns that an answer may quote, with what each of them holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..recall.pieces import pieces
from ..recall.recall import Hit
from ..recall.text import is_pasted, morphology, normalise, tokens, topic_lemmas
from .options import chosen_option

REPLY_CHARS = 250  # a reply names the topic of the turn in its first sentences

_TIME = re.compile(
    r"\b(?:понедельник|вторник|сред[ауые]|четверг|пятниц|суббот|воскресень|январ|феврал|март|апрел|ма[йяе]\b|июн|июл|август|сентябр|октябр|ноябр|декабр"
    r"|утр|вечер|ноч[ьи]"
    r"|весн|зим|осен|летом|недел|год|вчера|завтра|позавчера|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may\b|june|july"
    r"|august|september|october|november|december|\d{4}|\d{1,2}[:.]\d\d|year|week)"
)
_CHANGED = re.compile(
    r"\b(?:теперь|уже|снова|опять|больше не|переех|перевел|переш"
    r"|поменял|сменил|нов(?:ый|ая|ое|ой|ую|ом)|бросил|вернул|взял|купил|продал|передумал|накрыл|отказал"
    r"|стал\b|стала\b|наконец|исполнил|стукнул"
    r"|с этого|с прошлой|вместо|умер|now|moved|switched|changed|new|quit|again|anymore|no longer|sold|bought|instead)"
)
_FORMER = re.compile(r"\b(?:раньше|ранее|прежн|прежде|до этого|до того|бывш|стар(?:ый|ая|ое|ую|ой|ом|енький)|was|used to|before|previous|former)")
_CORRECTED = re.compile(
    r"\b(?:нет,? вру|ой|тьфу|стоп|вернее|точнее|не .{1,30}, а |перепутал|ошиб|имел[аи]? в виду|прост(?:ите|и),|actually|i mean|sorry|wait)"
)
_UNREAL = re.compile(
    r"\b(?:если|бы|хочу|хотел|думаю|может|мечта|планирую|собираюсь|вдруг|представь|допустим|шучу|if|would|maybe|want|wish|might|suppose)\b"
)
_FIRST = frozenset(
    """я меня мне мной мы нас нам нами мой моя мое мои моего моей моему мою моим моем моих моими наш наша наше наши
    i me my we our us mine i'm i've""".split()
)
_OTHERS = re.compile(
    r"\b(?:жен[аеуы]|муж\w{0,2}|сын\w{0,3}|доч\w*|брат\w*|сестр\w*|мат[ье]р?\w*|мам\w*|отец|отц\w*|пап[аеуы]|дед\w*|бабушк\w*|тещ\w*|свекр\w*"
    r"|тет[як]\w*|дяд\w*|внук\w*|внучк\w*"
    r"|друг\w*|подруг\w*|сосед\w*|коллег\w*|начальник\w*|шеф\w*|wife|husband|son|daughter|brother|sister|mother|father|friend|boss"
    r"|neighbo\w+|mom|dad|patient|пациент\w*)\b"
)
_REQUEST = re.compile(
    r"\b(?:please|write|explain|give me|tell me|help|suggest|make me|как (?:\w+ть|лучше)|нужн[аоы] (?:структура|план|список)"
    r"|спасибо|спс|thanks|thank you)\b"
)

_STOP = re.compile(r"(?<=[!?…])\s+|(?<=\w{4}\.)\s+|(?<=\))\s+")  # in chats what follows a full stop is seldom a capital; «г.», «руб.» are no ends
_COMMA = re.compile(r",\s+|\s+[-–—]\s+")


class Traits(NamedTuple):
    """What a text holds; each 0 or 1 unless said."""

    lemmas: tuple[str, ...]  # content lemmas
    first_person: float
    question: float
    others: frozenset[str]  # stems of the other people named
    number: float
    time: float
    person: float
    place: float
    name: float
    changed: float
    former: float
    corrected: float
    unreal: float
    request: float  # tells the assistant what to do


class Clause(NamedTuple):
    """A piece of a turn: where it is from and what it holds."""

    hit: Hit
    rank: int  # of the hit among the user's, 0 is best
    text: str
    traits: Traits
    turn_lemmas: tuple[str, ...]
    reply_lemmas: tuple[str, ...]  # of the head of the assistant's reply, where it is among the hits
    chosen: bool  # text is the assistant's, and the user picked it


def clauses_of(hits: Sequence[Hit]) -> list[Clause]:
    """Clauses of the user turns among `hits`, in the hits' order; where one picks an option, the option itself too."""
    by_index = {hit.index: hit for hit in hits}
    users = [hit for hit in hits if hit.role == "user"]
    found = []
    for rank, hit in enumerate(users):
        if is_pasted(hit.text):
            continue
        before, reply = by_index.get(hit.index - 1), by_index.get(hit.index + 1)
        answered = reply.text[:REPLY_CHARS] if reply is not None and reply.role != "user" else ""
        found += [_clause(hit, rank, part, hit.text, answered, False) for piece in pieces(hit.text) for part in _told_and_asked(piece)]
        option = chosen_option(hit.text, *("" if turn is None or turn.role == "user" else turn.text for turn in (before, reply)))
        if option:
            found.append(_clause(hit, rank, option, f"{hit.text} {before.text if before else ''}", answered, True))
    return found


@lru_cache(maxsize=20_000)
def _content(text: str) -> tuple[str, ...]:
    return tuple(topic_lemmas(text))


def _told_and_asked(piece: str) -> list[str]:
    """A piece that ends in a question as what it tells and what it asks: «собаку зовут Рекс, что ему можно?»"""
    if not piece.endswith("?"):
        return [piece]
    *told, last = [part for part in _STOP.split(piece) if part]
    if breaks := list(_COMMA.finditer(last)):
        return [*told, last[: breaks[-1].start()], last[breaks[-1].end() :]]
    return [*told, last]


def _clause(hit: Hit, rank: int, text: str, turn: str, reply: str, chosen: bool) -> Clause:
    return Clause(hit, rank, text, traits(text), _content(turn), _content(reply), chosen)


@lru_cache(maxsize=20_000)
def traits(text: str) -> Traits:
    """What `text` holds."""
    said, words = normalise(text), tokens(text)
    holds = frozenset().union(*(_kinds(word) for word in words)) if words else frozenset()
    capital = bool(re.search(r"[^\s.!?…»\"(]\s+[«\"(]?[A-ZА-ЯЁ]", text))
    return Traits(
        lemmas=_content(text),
        first_person=float("first" in holds or not _FIRST.isdisjoint(words)),
        question=float(text.rstrip().endswith("?")),
        others=frozenset(match[:3] for match in _OTHERS.findall(said)),
        number=float("number" in holds),
        time=float(bool(_TIME.search(said))),
        person=float("person" in holds),
        place=float("place" in holds or bool(re.search(r"\b(?:в|на|из|с) [«\"]?[A-ZА-ЯЁ]", text))),
        name=float(capital or "«" in text or '"' in text or "name" in holds),
        changed=float(bool(_CHANGED.search(said))),
        former=float(bool(_FORMER.search(said))),
        corrected=float(bool(_CORRECTED.search(said))),
        unreal=float(bool(_UNREAL.search(said))),
        request=float("request" in holds or bool(_REQUEST.search(said))),
    )


@lru_cache(maxsize=100_000)
def _kinds(word: str) -> frozenset[str]:
    """Which answers a token may be: number, person, place, name; `first` for a verb in the first person, `request` for
    an imperative."""
    if word[0].isdigit():
        return frozenset(["number"])
    if word.isascii():
        return frozenset(["name"])
    parse = morphology().parse(word)[0]
    tag, found = parse.tag, set()
    if "NUMR" in tag or "Anum" in tag or word in ("тыщ", "тыс", "тысяч", "полтора", "полторы", "двое", "трое", "четверо", "пара", "сто", "тысяча"):
        found.add("number")
    if {"Name"} in tag or {"Surn"} in tag or {"Patr"} in tag:
        found |= {"person", "name"}
    if {"Geox"} in tag:
        found |= {"place", "name"}
    if not parse.is_known:
        found.add("name")
    if "VERB" in tag and "1per" in tag:
        found.add("first")
    if "impr" in tag and "excl" in tag:
        found.add("request")
    return frozenset(found)
