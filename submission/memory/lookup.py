"""From a question to the facts that answer it: whose attribute is asked for, now or before."""

from __future__ import annotations

from typing import NamedTuple

from ..recall.text import STOP_LEMMAS, lemma, tokens
from .attributes import attribute_spec
from .facts import CURRENT, Fact, FactBook, value_lemmas
from .grammar import Word, parses, words
from .people import GROUPS, USER, Person
from .questions import FRAMES, GROUP_WORDS, NEUTRAL, Frame
from .spans import Context, find_spans

_BEFORE = frozenset(
    "ранний рано раньше befor прежде прежний прошлый бывший ранее изначально сначала before previously former formerly previous earlier used".split()
)
_HISTORY = frozenset("весь всё все когда-либо перечислить перечисли назвать меняться вырасти похудеть all ever list".split())
_NOW = frozenset("сейчас теперь нынешний сегодня now currently".split())
_NAMING = frozenset("звать имя назвать перечислить кличка name call".split())
_SINCE = frozenset(["до", "before"])


class FactHit(NamedTuple):
    """A fact with its score (0..1]; see `facts_for_question` for the order."""

    fact: Fact
    score: float


class _Asked(NamedTuple):
    subjects: list[str]
    explained: set[str]  # lemmas of the question that the subject accounts for
    is_list: bool  # asks for people, not for an attribute of them
    is_named: bool  # a person was named or a role given


PLAN_TTL_TURNS = 60  # about eight sessions of the contest's length


def facts_for_question(question: str, book: FactBook, now: int | None = None, plan_ttl_turns: int = PLAN_TTL_TURNS) -> list[FactHit]:
    """Facts that answer `question`, or [] where it is not clear that they do.

    Current facts come first, in time order; a question about before gets what held before, latest first; one about
    all the time gets both in time order.  An unknown person, a word that no fact explains, or two frames that fit
    equally well give [].  Plans last spoken of more than `plan_ttl_turns` before turn `now` (None: never) have run out.
    """
    pieces = [w for w in words(question) if w.is_word or w.is_number or w.quoted]
    said = [_readings(token) for token in tokens(question)]
    lemmas = [lemma(token) for token in tokens(question)]
    if not said:
        return []
    asked = _subjects(pieces, book, lemmas)
    if asked is None:
        return []
    before = bool(_BEFORE & {*lemmas, *tokens(question)}) or _asks_before(lemmas)
    if asked.is_list:
        named = bool(_NAMING & set().union(*said))
        facts = [f for key in asked.subjects for f in book.query(key, "relation") if before or f.status == CURRENT]
        facts = [f for f in facts if book.people[f.subject].name or not named]
        return _guarded(facts, book, said, asked.explained | GROUP_ALL)
    best = _frame(said, asked)
    if best is None:
        return []
    facts = [
        f
        for key in asked.subjects
        for attribute in _attributes(best, book, key, set().union(*said))
        for f in book.query(key, attribute)
        if f.is_true_sometime
    ]
    if len({f.subject for f in facts}) < len(asked.subjects):
        return []  # of several people only some are known in this
    history = bool(_HISTORY & set(lemmas)) and not before
    if now is not None:
        facts = [f for f in facts if f.attribute != "plan" or now - f.turns[-1] <= plan_ttl_turns]
    if before and all(book.query(key, "relation", status=CURRENT) == [] for key in asked.subjects if key != USER) and asked.subjects != [USER]:
        before = False  # all that is known of «бывшая жена» is of before
    chosen = _in_time(facts, before, history, _is_past_tense(pieces))
    if _NOW & set().union(*said) and all(f.attribute.startswith("does:") for f in chosen):
        chosen = chosen[-1:]
    return _guarded(chosen, book, said, asked.explained | best.words)


GROUP_ALL = frozenset(GROUP_WORDS) | frozenset("сколько есть иметь жить звать имя кличка мой держать кто назвать перечислить have many".split())


def _subjects(pieces: list[Word], book: FactBook, lemmas: list[str]) -> _Asked | None:
    """Keys of whom the question is about; None where somebody is meant whom the book does not know."""
    spans = [s for s in find_spans(pieces, Context()) if not s.who.is_user]
    if not spans:
        group = next((GROUP_WORDS[w] for w in lemmas if w in GROUP_WORDS), None)
        if group:
            people = [p for p in book.people if p.role in GROUPS[group] and p.owner == USER]
            attribute_of_group = (
                bool({"порода", "возраст"} & set(lemmas)) or "работать" in lemmas or "профессия" in lemmas or "жить" in lemmas and "где" in lemmas
            )
            explained = {w for w in lemmas if w in GROUP_WORDS}
            return _Asked([p.key for p in people], explained, not attribute_of_group, True)
        named = [(p, w) for w in pieces for p in book.people if p.name and _is_called(w, p.name)]
        if len({p.key for p, _ in named}) > 1:
            return None
        if named:
            return _Asked([named[0][0].key], {r for _, w in named for r in _readings(w.norm)}, False, True)
        return _Asked([USER], set(), False, False)
    owner, person = USER, None
    explained: set[str] = set()
    for span in spans:
        explained |= {r for w in pieces[span.start : span.end] for t in tokens(w.text) for r in _readings(t)}
        inner = span.who
        if inner.owner is not None and inner.owner.role:
            found = _find(book, inner.owner.role, inner.owner.name, USER)
            if found is None:
                return None
            owner = found.key
        next_person = _find(book, inner.role, inner.name, owner)
        if next_person is None:
            return None
        person, owner = next_person, next_person.key
    return _Asked([person.key], explained, False, True) if person else None


def _is_called(word: Word, name: str) -> bool:
    """Whether a word of the question is the name in some form, of unknown names too («Мурзику»)."""
    if not word.is_word:
        return False
    known = tokens(name)
    return bool(_readings(word.norm) & set(known)) or word.is_capital and any(_related(word.norm, part) for part in known)


def _find(book: FactBook, role: str | None, name: str | None, owner: str) -> Person | None:
    """The one person meant; None where there is none, or several that a name alone does not tell apart."""
    found = book.people.find(role, name, owner if role else None)
    if not found and role in ("кот", "кошка"):
        found = book.people.find("кошка" if role == "кот" else "кот", name, owner)
    if not found and role and owner == USER and name:
        found = book.people.find(None, name, None)
    return found[0] if len(found) == 1 else None


def _readings(token: str) -> frozenset[str]:
    """Lemmas that a word of the question may have, itself included."""
    cyrillic = {p.lemma for p in parses(token) if p.score >= 0.1} if not token[0].isascii() else set()
    return frozenset({token, lemma(token), *cyrillic})


def _frame(said: list[frozenset[str]], asked: _Asked) -> Frame | None:
    """The frame whose trigger words are all there; the one with most words wins, families come last, a tie is doubt."""
    have = frozenset().union(*said)
    widths = {}
    for frame in FRAMES:
        fitting = [len(trigger) for trigger in frame.triggers if trigger <= have]
        if fitting and not frame.never & have and not (frame.named_only and not asked.is_named):
            widths[frame] = 0 if frame.attributes[0].endswith(":") else max(fitting)
    if not widths:
        return None
    best = max(widths.values())
    top = [frame for frame, width in widths.items() if width == best]
    if best == 0:
        return top[0]._replace(attributes=tuple(a for f in top for a in f.attributes), words=frozenset().union(*(f.words for f in top)))
    return top[0] if len(top) == 1 else None


def _attributes(frame: Frame, book: FactBook, subject: str, lemmas: set[str]) -> list[str]:
    """The frame's attributes; a family («measure:») gives those whose noun the question names."""
    found = []
    for attribute in frame.attributes:
        if ">" in attribute:
            alternatives = attribute.split(">")
            found.append(next((a for a in alternatives if book.query(subject, a)), alternatives[0]))
        elif attribute.endswith(":"):
            found += sorted(
                {f.attribute for f in book.query(subject) if f.attribute.startswith(attribute) and f.attribute.partition(":")[2] in lemmas}
            )
        else:
            found.append(attribute)
    return found


def _asks_before(lemmas: list[str]) -> bool:
    """«до переезда», «до этого», «до новой работы»."""
    return any(w in _SINCE and i + 1 < len(lemmas) and not lemmas[i + 1][0].isdigit() for i, w in enumerate(lemmas) if w == "до")


def _is_past_tense(pieces: list[Word]) -> bool:
    return any(w.is_a("VERB", "past", likely=0.5) for w in pieces)


def _in_time(facts: list[Fact], before: bool, history: bool, past_tense: bool) -> list[Fact]:
    facts = sorted(facts, key=lambda f: (-1 if f.valid_from is None else f.valid_from, f.id))
    current = [f for f in facts if f.status == CURRENT]
    ended = [f for f in facts if f.status != CURRENT]
    if before:
        return ended[::-1]
    if history and any(not attribute_spec(f.attribute).single for f in facts):
        return facts
    return current or (ended[::-1] if past_tense else [])


def _guarded(facts: list[Fact], book: FactBook, said: list[frozenset[str]], explained: set[str] | frozenset[str]) -> list[FactHit]:
    """Facts with scores; those are left out that do not account for every content word that the frame leaves over."""
    known = explained | NEUTRAL | STOP_LEMMAS | _BEFORE | _HISTORY
    rest = [readings for readings in dict.fromkeys(said) if not readings & known]
    hits = []
    for fact in facts:
        own = value_lemmas(f"{fact.value} {fact.quote}") | ({fact.attribute.partition(":")[2]} if ":" in fact.attribute else set())
        if fact.subject != USER and fact.subject in book.people:
            own = own | value_lemmas(book.people[fact.subject].label)
        if all(readings & own or any(_related(r, o) for r in readings for o in own) for readings in rest):
            hits.append(FactHit(fact, round(fact.confidence * (0.9 if rest else 1.0), 4)))
    return hits


def _related(first: str, second: str) -> bool:
    """Words of one root, roughly: «лактоза» and «лактозный»."""
    shared = min(len(first), len(second)) - 2
    return shared >= 4 and first[:shared] == second[:shared]
