"""Which earlier turns a forget request means.

A topic's words are looked up in the user's turns, as the same word, as another word for the thing («занять» for «долг»,
«Виталик» for «брат», where he was introduced so) or, beside an exact one, as a hint («тысяча» for «деньги»); two
hints are as good as the word.  A turn is meant when it holds all of them.  Where none does, its reply and the turns before it in the
session are read with it.  What goes on with the topic in the session and all replies go with their turns.  Word vectors have no say: with them
«нога» and «рука» (cosine 0.62) are closer than «долг» and «заём» (0.27).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..recall.text import is_pasted, sentences, tokens, word
from .extract import RuleExtractor
from .facts import FactBook
from .forget_request import ForgetRequest
from .grammar import lemmas_of_any
from .people import GROUPS, ROLE_OF, SHORT_NAMES, People
from .turns import Turn

__all__ = ["turns_to_forget"]

CONTEXT_TURNS = 6  # earlier turns of the session that may name what a turn leaves out
FOLLOW_UPS = 3  # later user turns of the session that may go on with the topic
NOTHING, HINT, SAME, EXACT = 0, 1, 2, 3  # how a turn holds a word

# the words of a row stand for one another; after the bar: hints at them
_SAME_THINGS = """
деньги долг занять занимать заем взаймы одолжить одалживать задолжать кредит расписка money debt owe loan lend lent borrow | должный тысяча \
  тыща тыс рубль взнос платить сумма зарплата pay thousand dollar pound credit
ссора размолвка ссориться поссориться поругаться ругаться поцапаться конфликт ругань скандал разругаться quarrel argue argument | мириться \
  помириться обида fight row
собеседование собес оффер interview | вакансия резюме интервью cv resume
развод развестись разводиться расстаться divorce divorced | бывший ex split
болезнь заболевание диагноз болеть заболеть illness disease \
  diagnosis diagnosed расстройство disorder | врач анализ doctor sick
беременность беременный забеременеть pregnant pregnancy | ребенок срок
лекарство таблетка препарат антидепрессант medicine medication pill | прописать мг доза prescribe
пароль пин пин-код пинкод password pin passcode | код code
адрес address | улица дом квартира жить street live
телефон phone | номер number
работа job | работать уволиться увольнение work
зарплата оклад salary wage | получать зарабатывать тысяча рубль earn
алкоголь спиртное запой выпивка alcohol | пить выпивать drink
курение курить сигарета smoke smoking cigarette | бросить quit
скрывать утаивать утаить втайне тайно тайком секрет тайна secret hide | тихо знать
машина автомобиль авто тачка car | водить drive
операция прооперировать оперировать surgery | больница operation
суд судиться lawsuit | иск адвокат court
ориентация гей лесбиянка orientation gay lesbian |
измена изменять любовник любовница affair cheat | изменить
переезд переехать переезжать move |
свадьба жениться пожениться замуж wedding marry | муж жена
"""
_WHOLE_FAMILY = ("spouse", "child", "parent", "sibling", "grandchild")
_HYPERNYMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("родня родственник родственница семья родные relative relatives family".split(), _WHOLE_FAMILY),
    **dict.fromkeys("ребенок дети детишки child children kid kids".split(), ("child",)),
    **dict.fromkeys("родитель родители parent parents".split(), ("parent",)),
    **dict.fromkeys("питомец животное pet pets".split(), ("pet",)),
}
_YOURS = re.compile(r"\b(?:вы|вас|вам|вами|ваш\w*|ты|тебя|тебе|тобой|тво[йяеи]\w*|you|your)\b", re.I)
_PRONOUN = frozenset("он она его ее ему ей им ней нем них he she him her his they them".split())
_CODE = re.compile(r"\b\d{4,}\b")
_YEAR = re.compile(r"(?:19|20)\d\d")


class _Term(NamedTuple):
    """A word of the topic: lemmas that are it, that stand for it, that hint at it."""

    exact: frozenset[str]
    same: frozenset[str]
    hints: frozenset[str]
    is_person: bool

    def level(self, lemmas: frozenset[str]) -> int:
        if self.exact & lemmas:
            return EXACT
        if self.same & lemmas or len(self.hints & lemmas) > 1:
            return SAME
        if self.hints & lemmas or any(_one_root(a, b) for a in self.exact if len(a) > 4 for b in lemmas if b[:4] == a[:4]):
            return HINT
        return NOTHING


def turns_to_forget(request: ForgetRequest, turns: Sequence[Turn], own: Turn) -> set[int]:
    """Indexes of those of `turns` that a request made in the turn `own`, which follows them, means; without the request's own.

    `turns` count from 0 and lack none.
    """
    if request.back:
        before = [t.index for t in turns if t.is_user and t.session_id == own.session_id and t.text]
        return _with_replies(before[-1:], turns)
    people = _people(turns) if _names_person(request) else People()
    search = _Search(turns)
    found = set().union(*(_topic(topic, search, people) for topic in request.topics))
    return _with_replies(found | _same_codes(found, turns), turns)


def _topic(topic: Sequence[Sequence[str]], search: _Search, people: People) -> set[int]:
    """All parts together where some turn holds them itself; otherwise each for itself."""
    parts = [[_term(token, people) for token in part] for part in topic]
    together = search.matching([term for part in parts for term in part], in_context=len(parts) == 1)
    return together or set().union(*(search.matching(part, in_context=True) for part in parts))


class _Search:
    """The turns of one dialogue with their lemmas, which live as long as one request."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = turns
        self._lemmas = [_lemmas(t.text) for t in turns]

    def matching(self, terms: Sequence[_Term], in_context: bool) -> set[int]:
        """Turns of both roles that are on all of the terms; with `in_context` a session's turns may share them."""
        users = [t for t in self._turns if t.is_user and t.text]
        found = {t.index for t in users if any(_holds(terms, lemmas) for lemmas in self._readings(t))}
        if not found and in_context and len(terms) > 1:
            found = {t.index for t in users if not is_pasted(t.text) and self._holds_in_context(terms, t)}
        for index in sorted(found):
            found |= self._follow_ups(terms, index)
        return found | {t.index for t in self._turns if not t.is_user and self._repeats(terms, t)}

    def _readings(self, turn: Turn) -> list[frozenset[str]]:
        """The turn's lemmas; of a pasted text those of each sentence, as its words stand far apart."""
        return [_lemmas(s) for s in sentences(turn.text)] if is_pasted(turn.text) else [self._lemmas[turn.index]]

    def _holds_in_context(self, terms: Sequence[_Term], turn: Turn) -> bool:
        own = [term.level(self._lemmas[turn.index]) for term in terms]
        if max(own) < SAME:
            return False
        places = [i for i in range(max(0, turn.index - CONTEXT_TURNS), turn.index) if self._turns[i].is_user]
        places = [i for i in places if self._turns[i].session_id == turn.session_id] + sorted(_with_replies([turn.index], self._turns))
        near = frozenset().union(*(self._lemmas[i] for i in places))
        return all(level >= HINT or term.level(near) >= SAME for term, level in zip(terms, own))

    def _follow_ups(self, terms: Sequence[_Term], index: int) -> set[int]:
        """User turns right after that go on with the topic, in their own words or by their reply."""
        topical = [term for term in terms if not term.is_person] or list(terms)
        session = self._turns[index].session_id
        found: set[int] = set()
        for turn in [t for t in self._turns[index + 1 :] if t.is_user and t.session_id == session][:FOLLOW_UPS]:
            by_pronoun = topical[0].is_person and _speaks_of_one_named_before(turn.text)
            texts = [self._lemmas[i] for i in _with_replies([turn.index], self._turns)]
            shared = max(sum(term.level(lemmas) >= SAME for term in topical) for lemmas in texts)
            if not by_pronoun and 2 * shared <= len(topical):
                break
            found.add(turn.index)
        return found

    def _repeats(self, terms: Sequence[_Term], turn: Turn) -> bool:
        """Whether an assistant's turn tells the user what they said of the topic."""
        if any(term.level(self._lemmas[turn.index]) < SAME for term in terms):
            return False
        for sentence in sentences(turn.text):
            levels = [term.level(_lemmas(sentence)) for term in terms]
            if min(levels) >= SAME and max(levels) == EXACT and _YOURS.search(sentence):
                return True
        return False


def _holds(terms: Sequence[_Term], lemmas: frozenset[str]) -> bool:
    levels = [term.level(lemmas) for term in terms]
    if len(terms) == 1:
        return levels[0] >= SAME
    return min(levels) >= HINT and max(levels) == EXACT


def _speaks_of_one_named_before(text: str) -> bool:
    """Whether there is a «он» or «её» and nobody in the text whom it could mean."""
    found = tokens(text)
    return not _PRONOUN.isdisjoint(found) and not any("name" in word(t).flags or word(t).lemma in ROLE_OF for t in found)


def _same_codes(found: Iterable[int], turns: Sequence[Turn]) -> set[int]:
    """Turns with a number of four or more digits, no year, that a forgotten user turn has."""
    codes = {code for i in found if turns[i].is_user for code in _CODE.findall(turns[i].text) if not _YEAR.fullmatch(code)}
    return {t.index for t in turns if codes and not codes.isdisjoint(_CODE.findall(t.text))}


def _with_replies(found: Iterable[int], turns: Sequence[Turn]) -> set[int]:
    """`found` and the assistant's turn after each user turn of it."""
    found = set(found)
    return found | {i + 1 for i in found if turns[i].is_user and i + 1 < len(turns) and not turns[i + 1].is_user}


def _lemmas(text: str) -> frozenset[str]:
    return frozenset(lemma for token in tokens(text) for lemma in lemmas_of_any(token))


def _one_root(first: str, second: str) -> bool:
    """«соседский» and «сосед», roughly."""
    shared = min(len(first), len(second)) - 1
    return shared >= 4 and first[:shared] == second[:shared]


def _term(token: str, people: People) -> _Term:
    exact = set(lemmas_of_any(token))
    roles = {ROLE_OF[lemma] for lemma in exact if lemma in ROLE_OF}
    exact |= {lemma for word, role in ROLE_OF.items() if role in roles for lemma in lemmas_of_any(word)}
    for full, short in SHORT_NAMES.items():
        if not exact.isdisjoint((full, *short.split())):
            exact |= {full, *short.split()}
    whole = {role for lemma in exact for group in _HYPERNYMS.get(lemma, ()) for role in GROUPS[group]}
    same = {lemma for word, role in ROLE_OF.items() if role in whole for lemma in lemmas_of_any(word)}
    names = {
        lemma for role in roles | whole for p in people.find(role=role, owner=None) if p.name for t in tokens(p.name) for lemma in lemmas_of_any(t)
    }
    hints: set[str] = set()
    for synonyms, weaker in _things():
        if not exact.isdisjoint(synonyms):
            same |= synonyms
            hints |= weaker
    return _Term(frozenset(exact | (names if roles else set())), frozenset(same | names), frozenset(hints), bool(roles or whole))


def _names_person(request: ForgetRequest) -> bool:
    lemmas = {lemma for topic in request.topics for part in topic for token in part for lemma in lemmas_of_any(token)}
    return any(lemma in ROLE_OF or lemma in _HYPERNYMS for lemma in lemmas)


def _people(turns: Sequence[Turn]) -> People:
    book = FactBook()
    book.add(RuleExtractor().extract([t for t in turns if t.is_user]))
    return book.people


@lru_cache(maxsize=1)
def _things() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    rows = [row.partition("|") for row in _SAME_THINGS.strip().splitlines()]
    return tuple((_expanded(same), _expanded(hints)) for same, _, hints in rows)


def _expanded(row: str) -> frozenset[str]:
    return frozenset(lemma for word in row.split() for lemma in lemmas_of_any(word))
