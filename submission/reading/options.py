"""Options: what the assistant offered, and which of it the user took («беру второй», «да, каре»)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..recall.text import normalise, sentences, topic_lemmas

__all__ = ["chosen_option", "offered"]

PICK_CHARS = 130  # a turn that only picks is short
OPENING_WORDS = 4  # of a turn, among which «первое» is a pick though nothing is decided
ECHO_CHARS = 200  # of the next reply, in which the option may be repeated
CONFIRMED_CHARS = 300  # of the next reply, in which it may say what was taken
MOST_OPTIONS = 6

_LISTED = re.compile(r"^[ \t]*(?:\d+[.)]|[-*•–—])[ \t]+(.+)$", re.M)
_NUMBERED = re.compile(r"^[ \t]*\d+[.)][ \t]+(.+)$", re.M)
_IN_LINE = re.compile(r"(?<![\w-])(?:(?:перв|втор|трет|четв[её]рт)\w{1,4}(?:\s+вариант\w*)?\s*[:,—–-]|[1-5]\))\s+", re.I)
_FIRST = re.compile(r"\bперв\w+|1\)", re.I)
_OR = re.compile(r",? (?:или|либо|or) ", re.I)
_AND = re.compile(r" (?:и|and) ", re.I)
_INTRODUCTION = re.compile(
    r"^[^:]*:\s+(?=.*(?:,| или | либо | or ))"
    r"|^(?:(?:вот|есть|можно|могу предложить|предлагаю|подойд[уе]т|рассмотрите|советую|попробуйте|попробуй|посмотрите|возможны|варианты|например"
    r"|годятся|хороши|there (?:is|are)|you (?:can|could)|try|consider|how about|either)\s+)+",
    re.I,
)
_MARKUP = re.compile(r"\*\*|__|`|^#+[ \t]*|^>[ \t]*", re.M)
_SPACE = re.compile(r"[^\S\n]+")
_PARTS = re.compile(r"(?<=[,.;!?]) | (?=(?:а|но|but) )")
_DENIED = re.compile(r"\b(?:не|ни|нет|not|neither|don't)\b")
_ASKS = re.compile(r"\b(?:расскаж\w*|подробн\w*|tell me|more about)\b|\?$")
_FIRM = (
    r"беру|берем|возьму|возьмем|выбираю|выбрал[аи]?|выбираем|решено|решил[аи]?|утвержд\w+|остановлюсь|остановимся|остановил\w+|подходит|годится"
    r"|соглас(?:ен|на|ны)|уговорил\w*|заказал[аи]?|заказываю|оформля\w+|пусть будет|так и назов\w+|(?:его|ее|их) и"
    r"|именно (?:он|она|оно|его|ее|этот|эту|это)|deal|go with|going with|i'll take|i choose|decided|sold"
)
_LOOSE = (
    r"взял[аи]?|выберу|нравится|заказываем|закажу|записал\w*|давай(?:те)?|хочу|назва\w+|назов\w+|конечно|значит (?:его|ее|их)|купил[аи]?|куплю|иду"
    r"|поеду|едем|ordered|sounds good"
)
_FIRMLY = re.compile(rf"(?<!\bне )\b(?:{_FIRM})\b")
_DECIDED = re.compile(rf"(?<!\bне )\b(?:{_FIRM}|{_LOOSE})\b")
_COUNTED = r"(?!\s+(?:раз\w*|день|дня|год\w*|недел\w+|месяц\w*|класс\w*|курс\w*|этаж\w*|смен\w+|очередь|time|day|year|week))"
_ORDINALS = tuple(
    re.compile(rf"\b(?:{ordinal})\b{_COUNTED}|\b(?:вариант|номер|option|number) (?:{digit}|{cardinal})\b|(?<![\w.:]){digit}(?![\w%]|[.,:]\d| \w)")
    for digit, (ordinal, cardinal) in enumerate(
        (
            (r"перв\w+|first", "один|one"),
            (r"втор\w+|second", "два|two"),
            (r"трет\w+|third", "три|three"),
            (r"четверт\w+|fourth", "четыре|four"),
            (r"пят(?:ый|ая|ое|ую)|fifth", "пять|five"),
        ),
        1,
    )
)
"""A cardinal is a place only where it counts nothing: «вариант два», «беру 2», but not «2 августа»."""
_FINAL = re.compile(r"\b(?:последн\w+|last)\b" + _COUNTED)
_MIDDLE = re.compile(r"\b(?:посередине|(?:в )?середин[еу]|средн(?:ий|юю|ее|яя)|in the middle)\b")
_SETTLED = re.compile(r"\b(?:решено|решили|значит|итак|договорились|записал\w*|выбор|выбран\w*|settled|decided|choice|so it is)\b")


def chosen_option(text: str, before: str, after: str) -> str | None:
    """What the user's turn `text` takes of the offers in the reply `before`; else what the reply `after` says was taken.

    "" stands for a reply that there is not.
    """
    said = normalise(text).strip()
    if len(said) > PICK_CHARS:
        return None
    said = " ".join(part for part in _PARTS.split(said) if _may_pick(part))
    options = offered(before)
    if len(options) > 1:
        found = _by_place(said, options) or _by_name(said, options) or _by_echo(said, options, after)
        if found:
            return found
    return _confirmed(after) if _FIRMLY.search(said) else None


def offered(reply: str) -> list[str]:
    """The options that a reply lists: lines of a list, «первый: ..., второй: ...», or «..., ... или ...»; [] for none."""
    for pattern in (_NUMBERED, _LISTED):
        lines = [_plain(line) for line in pattern.findall(reply)]
        if len(lines) > 1:
            return lines
    text = _plain(reply)
    before, *pieces = _IN_LINE.split(text)
    if pieces:
        first = [] if _FIRST.search(text) else [_INTRODUCTION.sub("", before)]
        listed = [sentences(piece)[0].strip(" ;,.") for piece in (*first, *pieces) if piece.strip()]
        if len(listed) > 1:
            return listed[:MOST_OPTIONS]
    for sentence in sentences(text):
        listed = _enumerated(sentence.rstrip(" .!?"))
        if len(listed) > 1:
            return listed
    return []


def _enumerated(sentence: str) -> list[str]:
    """«Есть каре, каскад или пикси»: the parts; one «и» ends a list as well where words before it announce one."""
    head = _INTRODUCTION.sub("", sentence)
    parts = _OR.split(head)
    if len(parts) != 2:
        if head == sentence or ", " not in head:
            return []
        first, last = head.rsplit(", ", 1)
        parts = [first, *_AND.split(last, maxsplit=1)] if last.count("«") == last.count("»") else [head]
    *listed, last = [part.strip() for part in [*", ".join(parts[:-1]).split(", "), re.split(r", |: | —", parts[-1])[0]] if part.strip()]
    return [*listed, last] if len(listed) < MOST_OPTIONS else []


def _may_pick(part: str) -> bool:
    """Whether a part of a turn may take something: «второй не подходит» and «а сколько стоит второй?» don't."""
    return not _ASKS.search(part) and bool(_DECIDED.search(part) or not _DENIED.search(part))


def _by_place(said: str, options: Sequence[str]) -> str | None:
    end = len(said) if _DECIDED.search(said) else len(" ".join(said.split()[:OPENING_WORDS]))
    middle = [(_MIDDLE, options[len(options) // 2])] if len(options) % 2 else []
    named = [(_FINAL, options[-1]), *middle, *zip(_ORDINALS, options)]
    places = [(match.start(), option) for place, option in named if (match := place.search(said)) and match.start() < end]
    return min(places)[1] if places else None


def _by_name(said: str, options: Sequence[str]) -> str | None:
    """The one option of whose words the turn has most, where it decides or says nothing else."""
    words = set(topic_lemmas(said))
    shared = [len(words & set(topic_lemmas(option))) for option in options]
    best = max(shared)
    picks = best == len(words) or _DECIDED.search(said)
    return options[shared.index(best)] if picks and best and shared.count(best) == 1 else None


def _by_echo(said: str, options: Sequence[str], after: str) -> str | None:
    """The option that the next reply goes on with, where the user decides."""
    if not _FIRMLY.search(said):
        return None
    echoed = [len(set(topic_lemmas(option)) & set(topic_lemmas(after[:ECHO_CHARS]))) for option in options]
    return options[echoed.index(max(echoed))] if max(echoed) else None


def _confirmed(after: str) -> str | None:
    """The sentence that says what was taken, where the reply begins with one («Тогда решено: ...»)."""
    for sentence in sentences(_plain(after[:CONFIRMED_CHARS])):
        if _SETTLED.search(normalise(sentence)) and len(set(topic_lemmas(sentence))) > 3:
            return sentence
    return None


def _plain(markdown: str) -> str:
    return _SPACE.sub(" ", _MARKUP.sub("", markdown)).strip()
