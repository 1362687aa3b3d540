"""FactExtractor: turns to claims, here by rules over Russian morphology and basic English (model_extract.py: by a model).

The rules prefer silence to a doubtful claim: pasted and quoted text, questions, hypotheticals, jokes and guesses are
left out, and so is what is said of people whom the dialogue has not introduced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from ..recall.text import is_pasted, sentences
from .extract_english import english_claims
from .extract_events import cannot, doings, homes
from .extract_habits import habits, hobbies, tastes, travel
from .extract_people import age, birthday, named, own_name, relations
from .extract_rules import health, residence, study, work
from .extract_things import belongings, measures, schedule, things
from .facts import Claim
from .grammar import Word, clauses, words
from .lexicon import HYPOTHETICAL, JOKE, MOVE, QUESTION_WORDS, UNSURE
from .scene import Scene, actor_of, holder_of
from .spans import OTHER, USER_MENTION, Context, Span, find_spans, name_at
from .turns import Turn

RULES: tuple[Callable[[Scene], Iterator[Claim]], ...] = (
    relations, own_name, age, birthday, residence, work, health, study,
    habits, tastes, hobbies, belongings, travel, schedule, measures, things,
    homes, doings, cannot,
)  # fmt: skip
ONLY_A_JOKE_CHARS = 16  # what is left of a turn that only says that the one before was a joke
_NOT_THEIRS = re.compile(r"```.*?```|^>.*$|[«\"“][^«»\"“”\n]{41,}[»\"”]", re.S | re.M)
_BEFORE = re.compile(r"\b(раньше|прежде|когда-то|до этого|до переезда|в детстве|в молодости|в юности|до декрета|до пенсии|used to|formerly)\b", re.I)
_SLIP = re.compile(
    r"\b(ой|ох|тьфу|вру|соврал\w*|вернее|точнее|то есть|хотя стоп|стоп|нет|ошиб\w+|оговор\w+|перепутал\w*|простите|поправ\w+|sorry|I mean|"
    "actually)\b",
    re.I,
)
_SIGNED = re.compile(r"(подпи[шс]\w*|от имени|моя подпись|подпись)\b[^.!?:]{0,20}[:—-]?\s*(?P<name>.+)", re.I)
_CYRILLIC = re.compile(r"[а-яё]", re.I)


class FactExtractor(Protocol):
    """Claims of turns, in the order of the turns; those of one session follow one another.  Never raises on content."""

    def extract(self, turns: Sequence[Turn]) -> list[Claim]: ...


class RuleExtractor:
    """Grammar rules; deterministic, no model.  Assistant turns say nothing about the user."""

    def extract(self, turns: Sequence[Turn]) -> list[Claim]:
        """Claims in the order of turns, sentences and clauses."""
        found: list[Claim] = []
        context, session = Context(), object()
        for turn in turns:
            if turn.session_id != session:
                context, session = Context(), turn.session_id
            if not turn.is_user or is_pasted(turn.text):
                continue
            claims = list(_turn_claims(turn, context))
            if JOKE.search(turn.text):
                if len(JOKE.sub("", turn.text).strip()) < ONLY_A_JOKE_CHARS:  # «шучу!» is about the turn before
                    found = [c for c in found if c.session != turn.session_id or c.turn < turn.index - 2]
                continue
            found += claims
        return found


def _turn_claims(turn: Turn, context: Context) -> Iterator[Claim]:
    own = _NOT_THEIRS.sub(" ", turn.text)
    for sentence in sentences(own):
        if not _CYRILLIC.search(sentence):
            yield from english_claims(sentence, turn)
            continue
        yield from _sentence_claims(sentence, turn, context)


def _sentence_claims(sentence: str, turn: Turn, context: Context) -> Iterator[Claim]:
    pieces = words(sentence)
    signed = _SIGNED.search(sentence)
    if signed:
        signature = words(signed.group("name"))
        name, _ = name_at(signature, 0, loose=True)
        if name is None and len(signature) > 1:
            name, _ = name_at(signature, 1, loose=True)
        if name and signature[0].is_capital:
            yield from named(Scene(signature, [], None, None, context, turn.index, turn.session_id, sentence), _with_following(signature, name))
        return
    yield from _corrections(pieces, sentence, turn)
    spans = find_spans(pieces, context)
    for span in spans:
        if span.who.role is None:
            context.remember(span.who)
    previous = topic = None
    moved = False
    hypothetical = False
    all_clauses = clauses(pieces)
    for n, clause in enumerate(all_clauses):
        first, last = clause[0].start, clause[-1].end
        offset = pieces.index(clause[0])
        inside = [s for s in spans if pieces[s.start].start >= first and pieces[s.start].start < last]
        local = [
            Span(s.start - offset, min(s.end - offset, len(clause)), s.who, s.cases, None if s.named is None else s.named - offset) for s in inside
        ]
        actor = actor_of(clause, local, context, previous)
        holder = holder_of(clause, local, context)
        previous = actor if actor is not None else previous
        scene = Scene(
            clause,
            local,
            actor,
            holder,
            context,
            turn.index,
            turn.session_id,
            sentence,
            topic,
            moved,
            bool(_BEFORE.search(_text(sentence, clause))),
            n,
        )
        topic = holder or actor or next((s.who for s in local), None) or (OTHER if _names_somebody(clause) else topic)
        moved = moved or any(w.means(MOVE) for w in clause)
        hypothetical = hypothetical or any(w.norm in HYPOTHETICAL for w in clause)
        asked = sentence.endswith("?") and n == len(all_clauses) - 1 or any(w.norm in ("ли", "разве", "неужели") for w in clause)
        asked = asked or clause[0].lemma in QUESTION_WORDS and not (n and clause[0].norm in ("что", "как", "где", "когда"))
        if asked or hypothetical or any(w.norm in UNSURE for w in clause):
            for span in local:
                if span.who.role:
                    context.remember(span.who)
            if hypothetical or not asked or len(clause) > 25:
                continue
            yield from _presupposed(scene)
            continue
        for rule in RULES:
            yield from rule(scene)


def _names_somebody(clause: list[Word]) -> bool:
    """Whether an unknown person is named: «Пациент, 62 года»."""
    return any(w.is_a("NOUN", "anim", "nomn", likely=0.3) for w in clause)


def _presupposed(scene: Scene) -> Iterator[Claim]:
    """What a question takes for granted: the people and animals named in it as the user's own."""
    if any(w.is_a("2per") for w in scene.words if w.is_a("VERB", likely=0.5)):
        return
    for claim in relations(scene):
        if claim.who.name and claim.kind == "assert":
            yield claim


def _corrections(pieces: list[Word], sentence: str, turn: Turn) -> Iterator[Claim]:
    """«ой, не 12, а 14», «не по вторникам, а по средам», «не 14 а пятнадцатого»."""
    if not _SLIP.search(sentence) and "не" not in [w.norm for w in pieces[:12]]:
        return
    for i, word in enumerate(pieces):
        if word.norm != "не":
            continue
        j = next((j for j in range(i + 2, min(i + 8, len(pieces))) if pieces[j].norm == "а" and j + 1 < len(pieces)), None)
        if j is None:
            continue
        old = [w for w in pieces[i + 1 : j] if w.is_word or w.is_number]
        new = [w for w in pieces[j + 1 : j + 1 + max(1, len(old))] if w.is_word or w.is_number]
        old = [w for w in old if w.norm not in ("ему", "ей", "мне", "по", "в", "на", "уже")]
        new = [w for w in new if w.norm not in ("ему", "ей", "мне", "по", "в", "на", "уже")]
        if old and new and len(old) <= 3:
            yield Claim(
                USER_MENTION, "", " ".join(w.text for w in new[: len(old)]), turn.index, "correct", turn.session_id, sentence, 0.9,
                " ".join(w.text for w in old),
            )  # fmt: skip


def _text(sentence: str, clause: list[Word]) -> str:
    return sentence[clause[0].start : clause[-1].end]


def _with_following(signature: list[Word], name: str) -> str:
    """Name, patronymic and surname written one after another, in any order."""
    parts = []
    for word in signature[:3]:
        if not word.is_capital:
            break
        parts.append(word.text)
    return " ".join(parts) or name
