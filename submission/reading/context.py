"""What the model gets to read: facts and turns packed into a token budget, in the order of time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..memory.turns import NO_REPLY, Turn
from ..recall.dates import annotated
from ..recall.text import is_pasted, sentences
from .prompts import neutral

__all__ = ["Packed", "asks_about_reply", "pack", "session_numbers"]

PASTED_HEAD_CHARS = 400  # the user's own words stand before what they paste
REPLY_CHARS = 900  # of an assistant turn, where the question is about what the assistant said
ASKED_BACK_CHARS = 200  # of the assistant's question that a user turn of a few words answers
OPTIONS_CHARS = 500  # of the options from which a user turn chooses
CHOICE_CHARS = 120  # of a user turn in which a choice is looked for
CONFIRMED_CHARS = 160  # of a reply that sums up what was chosen
SHORT_CHARS = 40  # user turns up to this length may mean nothing without that question

_ABOUT_REPLY = re.compile(
    r"\b(?:ты|вы) (?:мне |нам )?(?:\w+ ){0,2}?(?:по)?(?:советова|рекомендова|предлага|предложи|сказа|говори)\w*"
    r"|\b(?:ты|вы) (?:мне |нам )?(?:\w+ ){0,2}?(?:писа|назва|назыв|ответи|дава|переч|реш|состави)\w*"
    r"|\bтво[йяиюей]+ (?:совет|ответ|рекоменд|рецепт|спис|план)\w*"
    r"|\byou (?:\w+ )?(?:told|said|recommend|suggest|gave|list|mention|advise|provide|wrote|propose)\w*"
    r"|\bour (?:previous|last|earlier) (?:chat|conversation)"
    r"|\bremind me\b",
    re.I,
)
# A user turn that takes one of the assistant's options without naming it, and a reply that names what was taken.
_CHOOSES = re.compile(
    r"\b(?:перв|втор|треть|четв[её]рт)(?:ый|ая|ое|ую|ой|ого|ий|ья|ье|ью)\b|\b(?:беру|возьму|подходит|подойд[её]т|уговорили?|согласн?[аены]*|утвержд\w+)\b"
    r"|\b(?:его|е[её]|их|так|это|этот|эту) и\b|\bтак и (?:назов|подам|сдела)\w*"
    r"|\b(?:давай(?:те)?|пусть|пущай|лучше) (?:\w+ )?(?:его|е[её]|это\w*|эту|будет)\b"
    r"|\b(?:the )?(?:first|second|third|latter|former) (?:one|option)?\b|\bi(?:'ll| will) (?:take|go with)\b|\blet's go with\b|\bthat one\b",
    re.I,
)
_CONFIRMS = re.compile(
    r"\bрешено\b|\b(?:отличный|хороший|прекрасный|замечательный|правильный|удачный) выбор\b|\bзначит,"
    r"|\b(?:great|good|excellent|nice) choice\b|\bit's settled\b|\bit is then\b",
    re.I,
)
_OPTION = re.compile(r"^\s*(?:[-*•—]|\d{1,2}[.)])\s|\*\*|«")


class Packed(NamedTuple):
    """A packed memory: its text, the tokens of that text, the turns in it (rising) and whether all user turns are in."""

    text: str
    tokens: int
    turns: tuple[int, ...]
    complete: bool


class _Item(NamedTuple):
    """A line that may go in; facts have no turn.  `place` orders lines of one turn."""

    turn: Turn | None
    place: int
    text: str


def asks_about_reply(question: str) -> bool:
    """Whether a question is about what the assistant said, so that its turns may carry the answer."""
    return bool(_ABOUT_REPLY.search(question))


def pack(
    question: str,
    turns: Sequence[Turn],
    ranked: Sequence[int],
    facts: Sequence[str],
    budget_tokens: int,
    count_tokens: Callable[[str], int],
    marked: int = 12,
) -> Packed:
    """Facts, then turns by session in the order of time, in at most `budget_tokens`.

    `ranked` are turn indexes, best first (unknown ones are passed over); the first `marked` of them get a star.  What goes in first:
    the marked turns, the facts, the other ranked turns, the remaining user turns from the newest back.  As many of these
    go in as fit; with room for all, all user turns do.  Assistant turns only go in where the question is about them, or as
    what a user turn cannot be understood without: the question that a marked turn of a few words answers, the options
    from which a turn chooses, the reply that names what was chosen.  Pasted texts are cut to their head.
    """
    place = {turn.index: i for i, turn in enumerate(turns)}
    ranked = [place[index] for index in ranked if index in place]
    items = _without_repeats(_by_priority(question, turns, ranked, facts, marked))
    stars = frozenset(turns[i].index for i in ranked[:marked])

    def fits(n: int) -> bool:
        return count_tokens(_rendered(items[:n], stars, turns)) <= budget_tokens

    n = len(items)
    if not fits(n):
        low = 0  # the empty text always fits
        while n - low > 1:
            middle = (low + n) // 2
            low, n = (middle, n) if fits(middle) else (low, middle)
        n = low
    text = _rendered(items[:n], stars, turns)
    kept = sorted({item.turn.index for item in items[:n] if item.turn})
    return Packed(text, count_tokens(text), tuple(kept), not any(item.turn and item.turn.is_user for item in items[n:]))


def _by_priority(question: str, turns: Sequence[Turn], ranked: Sequence[int], facts: Sequence[str], marked: int) -> Iterable[_Item]:
    about_reply = asks_about_reply(question)
    users = [i for i in ranked if turns[i].is_user]
    for i in ranked[:marked]:
        turn = turns[i]
        if turn.is_user:
            yield from _user_items(turn)
            yield from _around(turns, i)
            if len(turn.text) <= SHORT_CHARS and i > 0 and (back := _asked_back(turns[i - 1], turn)):
                yield back
        elif (about_reply or not users) and turn.text != NO_REPLY:
            yield _Item(turn, 0, neutral(turn.text[:REPLY_CHARS]))
    for fact in facts:
        yield _Item(None, 0, neutral(fact))
    seen = set(ranked[:marked])
    rest = [i for i in users if i not in seen]
    seen.update(rest)
    rest += [i for i in range(len(turns) - 1, -1, -1) if turns[i].is_user and i not in seen]
    for i in rest:
        yield from _user_items(turns[i])
    for i in rest:
        yield from _around(turns, i)


def _without_repeats(items: Iterable[_Item]) -> list[_Item]:
    """Each turn once, where it was wanted first."""
    kept, seen = [], set()
    for item in items:
        if item.turn is None or item.turn.index not in seen:
            kept.append(item)
            seen.add(item.turn.index if item.turn else None)
    return kept


def _user_items(turn: Turn) -> Iterable[_Item]:
    text = turn.text
    if is_pasted(text):
        text = text[:PASTED_HEAD_CHARS] + " […]"
    if line := neutral(annotated(text, turn.date and str(turn.date))):
        yield _Item(turn, 1, line)


def _around(turns: Sequence[Turn], i: int) -> Iterable[_Item]:
    """The options before user turn `i` when it chooses, and the head of the reply after it when that names the choice."""
    turn = turns[i]
    if i > 0 and not turns[i - 1].is_user and turns[i - 1].session_id == turn.session_id and _CHOOSES.search(turn.text[:CHOICE_CHARS]):
        yield _Item(turns[i - 1], 0, _options(turns[i - 1].text))
    if i + 1 < len(turns) and not turns[i + 1].is_user and _CONFIRMS.search(turns[i + 1].text[:CONFIRMED_CHARS]):
        yield _Item(turns[i + 1], 0, neutral(turns[i + 1].text[:CONFIRMED_CHARS]))


def _options(text: str) -> str:
    """The lines of a reply that look like options, else its head."""
    lines = [line for line in text.splitlines() if _OPTION.search(line)]
    return neutral("\n".join(lines) if len(lines) > 1 else text)[:OPTIONS_CHARS]


def _asked_back(before: Turn, turn: Turn) -> _Item | None:
    """The question at the end of the assistant turn before, when `turn` can be its answer."""
    if before.is_user or before.session_id != turn.session_id:
        return None
    last = (sentences(before.text[-4 * ASKED_BACK_CHARS :]) or [""])[-1]
    return _Item(before, 0, neutral(last[-ASKED_BACK_CHARS:])) if last.endswith("?") else None


def _rendered(items: Sequence[_Item], stars: frozenset[int], turns: Sequence[Turn]) -> str:
    """Facts in their order, then a heading a session and a line a turn, both in the order of time."""
    lines = []
    facts = [item.text for item in items if item.turn is None]
    if facts:
        lines += ["Известно", *(f"- {fact}" for fact in facts)]
    numbers = session_numbers(turns)
    session: Any = _NOTHING
    for item in sorted((i for i in items if i.turn is not None), key=lambda i: (i.turn.index, i.place)):
        turn = item.turn
        if turn.session_id != session:
            session = turn.session_id
            date = f" ({neutral(str(turn.date))})" if turn.date else ""
            lines.append(f"Разговор {numbers[session]}{date}")
        who = "" if turn.is_user else "Ассистент: "
        lines.append(f"{'*' if turn.index in stars else '-'} {who}{item.text}")
    return "\n".join(lines)


_NOTHING = object()  # no session has this id, not even one without an id


def session_numbers(turns: Sequence[Turn]) -> dict[Any, int]:
    """Sessions by number from 1: ids come from the data and may hold anything."""
    numbers: dict[Any, int] = {}
    for turn in turns:
        numbers.setdefault(turn.session_id, len(numbers) + 1)
    return numbers
