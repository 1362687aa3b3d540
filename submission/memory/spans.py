"""People and animals named in a sentence, with pronouns and possessives resolved within the session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .grammar import Word, name_form, parses
from .lexicon import BREEDS, CARS, is_profession
from .people import PETS, ROLE_OF, Mention, short_name

USER_MENTION = Mention()
OTHER = Mention(name="?")  # somebody of whom nothing is kept
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
        kin = "двоюродная" if words[i + 1].lemma == "сестра" else "двоюродный"
        pair = f"{'морская' if word.lemma == 'морской' else kin} {words[i + 1].lemma}"
        if pair in ROLE_OF:
            return ROLE_OF[pair], i + 2
    lemma = next((p.lemma for p in parses(word.norm) if "NOUN" in p.marks and "sing" in p.marks and (p.lemma in ROLE_OF or p.lemma in BREEDS)), None)
    if lemma is None or word.is_a("VERB", likely=0.5):
        return None, i
    if lemma == "друг" and any(0 <= j < len(words) and words[j].lemma == "друг" for j in (i - 1, i + 1)):
        return None, i  # «друг другу»
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
    if form is None and word.is_capital and short_name(word.norm):
        return _capital(short_name(word.norm)), i + 1
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
    elif previous and (
        words[start - 1].lemma in ("твой", "ваш", "чей", "чужой")
        or re.search(r"(ин|ина|ину|иной|ины|ов|ова|ову)$", previous)
        and words[start - 1].is_capital
    ):
        owner = OTHER  # «Лёхина дочка»
    i = end
    while i < len(words) and (
        words[i].lemma in _MINE or words[i].norm in (",", "—", "–", "-", "(", "по", "у", "меня", "named", "called") or words[i].means(_CALLED)
    ):
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
            return Span(
                start, name_end if name else inner_end, Mention(role, name, Mention(nested, inner_name, owner), kind), cases, i if name else None
            )
    called = any(w.means(_CALLED) for w in words[end:i])
    name, name_end = name_at(
        words, i, True, role in PETS, gender_of(Mention(role)) if role not in PETS else None, frozenset() if called else cases & _CASES
    )
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
        if (
            role
            and words[j - 1].norm != "это"
            and "nomn" in frozenset(m for p in parses(words[i - 1].norm) for m in p.marks)
            and words[j].is_a("nomn")
        ):
            return role, end
    return None, i


def _capital(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in name.split("-"))
