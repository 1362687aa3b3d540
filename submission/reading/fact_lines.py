"""What is known of a dialogue besides its turns, as short lines for the model's prompt: facts, summaries of old sessions."""

from __future__ import annotations

from collections.abc import Sequence

from ..memory.facts import CURRENT, SUPERSEDED, Fact, FactBook
from ..memory.lifecycle import live_facts, summarise_sessions
from ..memory.people import ROLE_WORDS, USER
from ..memory.turns import Turn
from .context import session_numbers

__all__ = ["fact_lines", "lines_of", "summary_lines"]

MIN_CONFIDENCE = 0.6  # what is doubted more than that stands in the turns alone
SUMMARISE_BEFORE_LAST = 3  # sessions; the newest are not summarised
SUMMARY_CHARS = 200  # of a session

# attribute -> its name in Russian and in English
_LABELS = {
    "relation": ("близкие и питомцы", "people and pets"), "name": ("имя", "name"), "surname": ("фамилия", "surname"),
    "patronymic": ("отчество", "patronymic"), "age": ("возраст", "age"), "birthday": ("день рождения", "birthday"), "breed": ("порода", "breed"),
    "city": ("город", "city"), "district": ("район", "district"), "floor": ("этаж", "floor"), "home": ("жильё", "home"),
    "origin": ("откуда родом", "origin"), "job": ("работа", "job"), "side_job": ("подработка", "side job"), "employer": ("место работы", "employer"),
    "salary": ("зарплата", "salary"), "pension": ("пенсия", "pension"), "education": ("образование", "education"), "language": ("язык", "language"),
    "car": ("машина", "car"), "phone": ("телефон", "phone"), "laptop": ("ноутбук", "laptop"), "bought": ("покупка", "bought"),
    "smoking": ("курение", "smoking"), "alcohol": ("алкоголь", "alcohol"), "diet": ("питание", "diet"), "allergy": ("аллергия", "allergy"),
    "illness": ("болезнь", "illness"), "medicine": ("лекарство", "medicine"), "weight": ("вес", "weight"), "height": ("рост", "height"),
    "shoe_size": ("размер обуви", "shoe size"), "likes": ("нравится", "likes"), "dislikes": ("не нравится", "dislikes"), "fear": ("боится", "fear"),
    "hobby": ("увлечение", "hobby"), "trip": ("поездка", "trip"), "plan": ("план", "plan"), "marital": ("семейное положение", "marital status"),
    "cannot": ("не умеет", "cannot"),
}  # fmt: skip
# family -> what is put before the rest of the attribute; others stand as they are
_FAMILIES = {"does": ("обычно ", "usually "), "did": ("дело: ", "has done: "), "schedule": ("когда ", "when: ")}


def fact_lines(book: FactBook, turns: Sequence[Turn], plan_ttl_turns: int, english: bool = False) -> list[str]:
    """Lines «брат Костя: город — Уфа (разговор 3)», in the order in which the facts became known.

    Current facts, without plans that have run out, and superseded ones, marked «раньше»; the conversation is that of the
    latest source turn, numbered as in the prompt.  Corrected, ended and doubtful facts are left out.
    """
    if not turns:
        return []
    shown = [*live_facts(book, turns[-1].index, plan_ttl_turns), *book.query(status=SUPERSEDED)]
    told = [fact for fact in shown if fact.confidence >= MIN_CONFIDENCE and not _is_said_by_relation(fact, book)]
    return lines_of(sorted(told, key=lambda fact: fact.id), book, turns, english)


def lines_of(facts: Sequence[Fact], book: FactBook, turns: Sequence[Turn], english: bool = False) -> list[str]:
    """A line for each of some facts of the book, in their order."""
    numbers, sessions = session_numbers(turns), {turn.index: turn.session_id for turn in turns}
    return [_line(fact, book, numbers[sessions[fact.turns[-1]]], english) for fact in facts]


def summary_lines(turns: Sequence[Turn], english: bool = False) -> list[str]:
    """A line a session, oldest first: the user's sentences that say most; none for the newest sessions."""
    numbers = session_numbers(turns)
    session = "conversation" if english else "разговор"
    summaries = summarise_sessions(turns, SUMMARISE_BEFORE_LAST, SUMMARY_CHARS)
    return [f"{session} {numbers[s.session_id]}: {' '.join(text for _, text in s.sentences)}" for s in summaries]


def _line(fact: Fact, book: FactBook, session: int, english: bool) -> str:
    subject = book.people[fact.subject].owner if fact.attribute == "relation" else fact.subject
    value = _label(fact.subject, book, english) if fact.attribute == "relation" else fact.value
    before = "" if fact.status == CURRENT else " earlier" if english else " раньше"
    where = "conversation" if english else "разговор"
    return f"{_label(subject, book, english)}: {_attribute(fact.attribute, english)}{before} — {value} ({where} {session})"


def _label(subject: str, book: FactBook, english: bool) -> str:
    """The user, or «брат Костя»."""
    if subject == USER:
        return "user" if english else "пользователь"
    person = book.people[subject]
    role = next((word for word in ROLE_WORDS.get(person.role, "").split() if word.isascii()), person.role) if english else person.role
    return f"{role} {person.name}" if person.name else role


def _attribute(attribute: str, english: bool) -> str:
    family, _, rest = attribute.partition(":")
    return _FAMILIES.get(family, ("", ""))[english] + rest if rest else _LABELS.get(attribute, (attribute, attribute))[english]


def _is_said_by_relation(fact: Fact, book: FactBook) -> bool:
    """Whether it is the name of somebody whom another line names."""
    return fact.attribute == "name" and fact.subject != USER and bool(book.query(fact.subject, "relation", status=fact.status))
