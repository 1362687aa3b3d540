"""Who a clause speaks of: persons named in it, its actor and its holder, pronouns resolved within the session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .facts import Claim
from .grammar import Word, name_form, parses, text_of
from .lexicon import BREEDS, CARS, is_profession
from .people import PETS, ROLE_OF, Mention

USER_MENTION = Mention()
OTHER = Mention(name="?")  # somebody of whom nothing is kept
_FIRST = frozenset("я мы".split())
_MINE = frozenset("мой наш свой".split())
_THEIRS = {"его": "masc", "ее": "femn", "их": "", "him": "masc", "his": "masc", "her": "femn"}
_CASES = frozenset("nomn gent datv accs ablt loct".split())
_CALLED = frozenset("звать кличка имя".split())


@dataclass(frozen=True)
class Span:
    """A person named in a sentence: words `start` to `end`, and the cases its role or name may stand in."""

    start: int
    end: int
    who: Mention
    cases: frozenset[str]
    named: int | None = None  # index of the first word of the name


@dataclass
class Context:
    """What later clauses of a session may refer back to."""

    last: dict[str, Mention] = field(default_factory=dict)  # gender -> person

    def remember(self, who: Mention) -> None:
        gender = gender_of(who)
        if gender:
            self.last[gender] = who
            self.last["any"] = who

    def he_or_she(self, norm: str) -> Mention | None:
        gender = "femn" if norm in ("она", "ее", "ей", "нее", "ней", "нею") else "any" if norm in ("их", "им", "них", "ними", "они") else "masc"
        return self.last.get(gender)


@dataclass(frozen=True)
class Scene:
    """One clause with what the rules need to know about it."""

    words: list[Word]
    spans: list[Span]
    actor: Mention | None  # in whom the verb's action lies
    holder: Mention | None  # «у меня», «мне», «мой», «брату», «у сестры»
    context: Context
    turn: int
    session: Any
    quote: str
    topic: Mention | None = None  # whom the clause before spoke of
    is_past: bool = False  # «раньше», «до этого», «когда-то»
    index: int = 0  # of the clause in its sentence

    def claim(self, who: Mention | None, attribute: str, value: str, kind: str = "assert", confidence: float = 0.8, old: str = "") -> Iterator[Claim]:
        """The claim, or nothing where it would be about nobody known."""
        if who is None or who == OTHER or who.owner == OTHER:
            return
        if kind == "assert" and self.is_past:
            kind = "past"
        yield Claim(who, attribute, value.strip(), self.turn, kind, self.session, self.quote, confidence, old)

    @property
    def who(self) -> Mention | None:
        return self.holder or self.actor

    @property
    def is_verbless(self) -> bool:
        return not any(w.is_a("VERB", likely=0.4) for w in self.words)

    def negated(self, i: int) -> bool:
        """Whether «не» or «ни» stands right before word `i`, «так и не» and «больше не» included."""
        return i > 0 and self.words[i - 1].norm in ("не", "ни", "нет", "not", "never")

    def positions(self, lemmas: frozenset[str] | dict, *marks: str) -> Iterator[int]:
        """Indices of words with one of the lemmas (and the grammemes)."""
        for i, word in enumerate(self.words):
            if word.is_word and not word.quoted and any(p.lemma in lemmas and set(marks) <= p.marks for p in parses(word.norm)):
                yield i

    def spanned(self, i: int) -> Span | None:
        return next((s for s in self.spans if s.start <= i < s.end), None)

    def text(self, start: int, end: int) -> str:
        return text_of(self.words[start:end])


def gender_of(who: Mention) -> str | None:
    """«masc» or «femn», from the role, else from the name."""
    if who.is_user:
        return None
    word = who.role or (who.name or "").lower()
    if who.role in PETS and who.name and who.name.lower().endswith(("а", "я")):
        return "femn"
    return next((g for p in parses(word.split()[-1]) if "NOUN" in p.marks for g in ("masc", "femn") if g in p.marks), "masc")


def find_spans(words: list[Word], context: Context, sentence_start: bool = True) -> list[Span]:
    """Persons in a sentence or clause, left to right."""
    spans: list[Span] = []
    i = 0
    while i < len(words):
        role, end = role_at(words, i)
        if role:
            span = _role_span(words, i, end, role, spans, context)
            spans.append(span)
            i = max(span.end, end)
            continue
        name, name_end = name_at(words, i, loose=False)
        if name and not words[i].means(CARS):
            first = words[i]
            cases = frozenset(m for p in parses(first.norm) if "Name" in p.marks for m in p.marks)
            role, role_end = _role_after(words, name_end)
            spans.append(Span(i, role_end if role else name_end, Mention(role, name), cases, i))
            i = spans[-1].end
            continue
        i += 1
    return spans


def role_at(words: list[Word], i: int) -> tuple[str | None, int]:
    """The role whose word stands at `i` and the index behind it; animals also by their breed."""
    word = words[i]
    if not word.is_word or word.quoted:
        return None, i
    if word.is_latin:
        return ROLE_OF.get(word.norm), i + 1
    if i + 1 < len(words) and word.lemma in ("двоюродный", "морской"):
        pair = f"{'двоюродная' if word.is_a('femn') and words[i + 1].lemma == 'сестра' else 'морская' if word.lemma == 'морской' else 'двоюродный'} {words[i + 1].lemma}"
        if pair in ROLE_OF:
            return ROLE_OF[pair], i + 2
    lemma = next((p.lemma for p in parses(word.norm) if "NOUN" in p.marks and "sing" in p.marks and (p.lemma in ROLE_OF or p.lemma in BREEDS)), None)
    if lemma is None or word.is_a("VERB", likely=0.5):
        return None, i
    return ROLE_OF.get(lemma) or BREEDS[lemma], i + 1


def name_at(
    words: list[Word], i: int, loose: bool, animal: bool = False, gender: str | None = None, cases: frozenset[str] = frozenset()
) -> tuple[str | None, int]:
    """A name in the nominative at `i` and the index behind it.

    After a role (`loose`) unknown capitalised nouns count too, and the name must be able to stand in one of `cases`.
    """
    if i >= len(words):
        return None, i
    word = words[i]
    if word.quoted and loose and len(word.text.split()) <= 2:
        return word.text, i + 1
    if not word.is_word or word.quoted or len(word.norm) < 3 or word.is_a("PREP") or word.norm in ROLE_OF:
        return None, i
    first = parses(word.norm)[0]
    form = name_form(word.norm, "Name", gender, cases)
    if form and not word.is_capital and not loose and ("Name" not in first.marks and first.score > 0.5 or word.is_a("VERB")):
        form = None
    if form and cases and not cases & form[2] & _CASES:
        form = None
    if form is None:
        if not (loose and word.is_capital) or not ("NOUN" in first.marks or word.is_latin):
            return None, i
        if is_profession(first.lemma) or word.is_a("Geox", likely=0.5) and not animal or word.norm in BREEDS:
            return None, i
        fitting = next((p for p in parses(word.norm) if "NOUN" in p.marks and (not cases or cases & p.marks & _CASES)), None)
        if fitting is None and animal and "nomn" not in cases and word.norm.endswith(("у", "а", "ом", "ем")):
            return re.sub("(у|а|ом|ем)$", "", word.text), i + 1  # «коту Мурзику»: the dictionary has no such word
        if fitting is None and not word.is_latin:
            return None, i
        return word.text if word.is_latin or "nomn" in fitting.marks else _capital(fitting.lemma), i + 1
    name, gender, _ = form
    end = i + 1
    while end < len(words) and end < i + 3:
        following = words[end]
        mark = "Patr" if following.is_a("Patr") else "Surn" if following.is_capital and following.is_a("Surn") else None
        if mark is None or following.is_a("PREP"):
            break
        part = name_form(following.norm, mark, gender)
        name += " " + part[0]
        end += 1
    return name, end


def _role_span(words: list[Word], start: int, end: int, role: str, spans: list[Span], context: Context) -> Span:
    word = words[start]
    cases = frozenset(m for p in parses(words[end - 1].norm) if {"NOUN", "sing"} <= p.marks and p.score > 0.02 for m in p.marks)
    kind = word.lemma if word.lemma in BREEDS else ""
    owner: Mention | None = None
    previous = words[start - 1].norm if start else ""
    if previous in _THEIRS:
        owner = context.he_or_she(previous) or OTHER
    elif spans and spans[-1].end == start and start and spans[-1].start and words[spans[-1].start - 1].norm == "у" and not spans[-1].who.is_user:
        owner = spans[-1].who  # «у брата жена»
    elif start >= 2 and words[start - 2].norm == "у" and previous in ("него", "нее"):
        owner = context.he_or_she(previous) or OTHER
    elif previous and (words[start - 1].lemma in ("твой", "ваш", "чей", "чужой") or re.search(r"(ин|ина|ину|иной|ины|ов|ова|ову)$", previous) and words[start - 1].is_capital):
        owner = OTHER  # «Лёхина дочка»
    i = end
    while i < len(words) and (words[i].lemma in _MINE or words[i].norm in (",", "—", "–", "-", "(", "по", "у", "меня", "named", "called") or words[i].means(_CALLED)):
        i += 1
    if i < len(words) and words[i].lemma in BREEDS:
        kind, i = words[i].lemma, i + 1
        if i < len(words) and words[i].norm in (",", "по", "кличке"):
            i += 1 + (words[i].norm == "по")
    elif i == end and i < len(words) and words[i].is_word:
        nested, nested_end = role_at(words, i)
        if nested and words[i].is_a("NOUN", "gent"):  # «жена брата», «кот сестры Оли»
            inner_name, inner_end = name_at(words, nested_end, True, nested in PETS, None, frozenset({"gent"}))
            i = inner_end
            while i < len(words) and (words[i].means(_CALLED) or words[i].norm in (",", "—", "–", "-")):
                i += 1
            name, name_end = name_at(words, i, True, role in PETS) if i > inner_end else (None, i)
            return Span(start, name_end if name else inner_end, Mention(role, name, Mention(nested, inner_name, owner), kind), cases, i if name else None)
    called = any(w.means(_CALLED) for w in words[end:i])
    name, name_end = name_at(words, i, True, role in PETS, gender_of(Mention(role)) if role not in PETS else None, frozenset() if called else cases & _CASES)
    apart = i > end and not called and any(w.norm in (",", "—", "–", "-", "(") for w in words[end:i])
    if name is None or role_at(words, i)[0] or apart and not _is_apposition(words, i, name_end):
        return Span(start, end, Mention(role, None, owner, kind), cases)
    return Span(start, name_end, Mention(role, name, owner, kind), cases, i)


def _is_apposition(words: list[Word], i: int, end: int) -> bool:
    """Whether a name behind a comma ends the phrase («кот, Прохор,») rather than begins the next («кошки, Глеб хочет»)."""
    return end >= len(words) or not words[end].is_word or words[end].norm in ("и", "в", "из", "с", "у", "на")


def _role_after(words: list[Word], i: int) -> tuple[str | None, int]:
    """«Костя, мой брат», «Алсу - жена моя»: the role behind a name, where a possessive says whose it is."""
    j = i
    while j < len(words) and words[j].norm in (",", "—", "–", "-", "это", "("):
        j += 1
    if j > i and j < len(words) and words[j].lemma in _MINE and j + 1 < len(words):
        return role_at(words, j + 1)
    if j > i and j < len(words):
        role, end = role_at(words, j)
        if role and end < len(words) and words[end].lemma in _MINE:
            return role, end + 1
        if role and words[j - 1].norm != "это" and "nomn" in frozenset(m for p in parses(words[i - 1].norm) for m in p.marks) and words[j].is_a("nomn"):
            return role, end
    return None, i


def _capital(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in name.split("-"))


def actor_of(words: list[Word], spans: list[Span], context: Context, previous: Mention | None) -> Mention | None:
    """Whose action the clause tells; OTHER for somebody unknown, None where it tells no action."""
    verb = next((i for i, w in enumerate(words) if w.is_a("VERB", likely=0.3) or w.is_a("PRED", likely=0.6)), None)
    for i, word in enumerate(words):
        if word.norm in _FIRST or word.is_a("VERB", "1per", likely=0.3) or word.norm in ("i", "we"):
            return USER_MENTION
        if word.norm in ("он", "она", "he", "she", "они"):
            return context.he_or_she({"he": "он", "she": "она"}.get(word.norm, word.norm)) or OTHER
        span = next((s for s in spans if s.start == i), None)
        if span and "nomn" in span.cases and not (i and words[i - 1].is_a("PREP")) and not span.who.is_user:
            return span.who
        if span is None and not any(s.start <= i < s.end for s in spans) and verb is not None and i < verb and _is_subject(words, i, verb):
            return OTHER
    if verb is None:
        return None
    if words[verb].is_a("VERB", "past"):
        return previous if previous is not None and (previous == OTHER or not words[verb].is_a("plur")) else USER_MENTION
    if words[verb].is_a("2per") or words[verb].is_a("impr", likely=0.5):
        return OTHER
    return previous if previous is not None and not previous.is_user else OTHER


def _is_subject(words: list[Word], i: int, verb: int) -> bool:
    """Whether a noun or pronoun before the verb is its grammatical subject."""
    word = words[i]
    if i and words[i - 1].is_a("PREP"):
        return False
    reading = word.reading("nomn", "NOUN", likely=0.3) or (word.reading("nomn", "NPRO", likely=0.3) if word.norm not in ("это", "все") else None)
    if reading is None and word.quoted:
        return True
    if reading is None or {"accs"} & {m for p in parses(word.norm) for m in p.marks} and words[verb].is_a("1per"):
        return False
    past = words[verb].reading("VERB", "past")
    if past is None:
        return True
    for mark in ("masc", "femn", "neut", "plur"):
        if mark in past.marks:
            return mark in reading.marks and "plur" in reading.marks or mark in reading.marks
    return True


def holder_of(words: list[Word], spans: list[Span], context: Context) -> Mention | None:
    """To whom a state or thing belongs: «у меня», «мне», «мой», «брату», «у сестры», «его»."""
    for i, word in enumerate(words):
        before = words[i - 1].norm if i else ""
        span = next((s for s in spans if s.start == i), None)
        if span and before == "у" and "gent" in span.cases or span and "datv" in span.cases and "nomn" not in span.cases and before not in ("к", "по"):
            return span.who
        if word.norm in ("меня", "нас") and before == "у" or word.norm in ("мне", "нам", "мои", "my", "our"):
            return USER_MENTION if span is None else span.who
        if word.norm in ("него", "нее", "них") and before == "у" or word.norm in ("ему", "ей", "им"):
            return context.he_or_she(word.norm) or OTHER
        if before == "у" and span is None and (word.is_a("NOUN", "gent", "anim") or word.is_a("NPRO") and word.norm not in ("меня", "нас")):
            return OTHER
        if word.norm in _THEIRS and span is None and i + 1 < len(words) and words[i + 1].is_a("NOUN") and word.norm not in ("him", "her"):
            return context.he_or_she(word.norm) or OTHER
    for i, word in enumerate(words):
        if word.lemma in _MINE and not any(s.start in (i + 1, i + 2) for s in spans):
            return USER_MENTION
    return None


def with_owner(who: Mention, owner: Mention) -> Mention:
    """The same person as somebody else's: «у брата есть кот»."""
    return who if owner.is_user else replace(who, owner=owner)
