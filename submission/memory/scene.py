"""Who a clause speaks of: persons named in it, its actor and its holder, pronouns resolved within the session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .facts import Claim
from .grammar import Word, parses, text_of
from .people import Mention
from .spans import OTHER, USER_MENTION, Context, Span

_FIRST = frozenset(["я", "мы"])
_MINE = frozenset(["мой", "наш", "свой"])
_THEIRS = frozenset("его ее их him his her".split())


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
    moved: bool = False  # the sentence tells of a move before this clause
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
    def owner(self) -> Mention | None:
        """Whose body or day a bare «нога 44», «день рождения 8 марта» is: the user's only where nobody else is spoken of."""
        return self.holder or next((s.who for s in self.spans), None) or (None if self.context.last else USER_MENTION)

    @property
    def is_verbless(self) -> bool:
        return not any(w.is_a("VERB", likely=0.4) for w in self.words)

    def negated(self, i: int) -> bool:
        """Whether «не» or «ни» stands right before word `i`, «так и не» and «больше не» included."""
        return i > 0 and self.words[i - 1].norm in ("не", "ни", "нет", "not", "never")

    def positions(self, lemmas: frozenset[str] | dict, *marks: str) -> Iterator[int]:
        """Indices of words with one of the lemmas (and the grammemes)."""
        for i, word in enumerate(self.words):
            if word.means(lemmas) and (not marks or any(p.lemma in lemmas and set(marks) <= p.marks for p in parses(word.norm))):
                yield i

    def spanned(self, i: int) -> Span | None:
        return next((s for s in self.spans if s.start <= i < s.end), None)

    def text(self, start: int, end: int) -> str:
        return text_of(self.words[start:end])


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
        if (
            span
            and before == "у"
            and "gent" in span.cases
            or span
            and "datv" in span.cases
            and "nomn" not in span.cases
            and before not in ("к", "по")
        ):
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
