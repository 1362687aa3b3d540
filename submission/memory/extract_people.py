"""Rules over one clause: who people are - relations, names, age, birthday.

Each rule takes a Scene and yields Claims; it asks for a grammatical frame, not for a phrase.
"""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Claim
from .grammar import nominative, number, ordinal
from .lexicon import (
    LIVE,
    MONTHS,
    UNITS,
    WORK,
)
from .people import PETS
from .scene import Scene, with_owner
from .spans import USER_MENTION, name_at

_YEARS = frozenset(["год", "лет", "годик"])
_TURNED = frozenset("исполниться стукнуть отметить стукать исполняться быть разменять".split())
_DEATH = frozenset("умереть погибнуть сдохнуть скончаться околеть".split())
_MINE = frozenset("мой наш свой твой ваш".split())
_GIVEN = frozenset("продать отдать пристроить развестись расстаться разойтись подарить".split())
_WEAK = frozenset("друг подруга коллега начальник сосед соседка тренер парень девушка невеста жених напарник".split())
_HAVE = frozenset("есть завести взять появиться купить подобрать приютить живой жить быть держать".split())


def relations(scene: Scene) -> Iterator[Claim]:
    """People and animals of the user, with names: «жена Алсу», «у меня есть кот», «сестру зовут Оля»."""
    for span in scene.spans:
        who = span.who
        if who.role is None:
            continue
        owner = who.owner
        if owner is None and scene.holder is not None and not scene.holder.is_user and scene.holder != who and _by_u(scene, span.start):
            who = with_owner(who, scene.holder)
        elif owner is None and (_is_theirs(scene, span) or _is_vague(scene, span)):
            continue
        if who.role in PETS and not _is_owned(scene, span.start, span.end, who):
            continue
        scene.context.remember(who)
        ended = span.start > 0 and scene.words[span.start - 1].lemma in ("бывший", "покойный", "экс")
        yield from scene.claim(who, "relation", "", "past" if ended else "assert")
        if who.name:
            yield from scene.claim(who, "name", who.name)
        if who.kind:
            at = next((i for i in range(span.start, span.end) if scene.words[i].lemma == who.kind), 0)
            kind = (
                nominative(scene.words[at - 1 : at + 1], "accs")
                if at and scene.words[at - 1].is_a("ADJF") and scene.words[at - 1].lemma not in _MINE
                else who.kind
            )
            yield from scene.claim(who, "breed", kind.lower())
    for i, word in enumerate(scene.words):
        if (word.lemma in ("звать", "кличка") or word.lemma == "назвать" and scene.spans) and not scene.negated(i):
            for j in (i + 1, i - 1):
                name, end = name_at(scene.words, j, loose=True, animal=True) if 0 <= j < len(scene.words) else (None, 0)
                if name and not scene.spanned(j):
                    who = scene.spans[-1].who if scene.spans else _pronoun_before(scene, i)
                    if who is not None:
                        yield from scene.claim(who, "name", name)
                        break
    for i in scene.positions(_DEATH | _GIVEN):
        if not scene.negated(i):
            lemma = next(p for p in (scene.words[i].means(_DEATH), scene.words[i].means(_GIVEN)) if p)
            for span in scene.spans:
                if (
                    lemma in _DEATH
                    and "nomn" in span.cases
                    or lemma in ("продать", "отдать", "пристроить")
                    and span.who.role in PETS
                    and "accs" in span.cases
                ):
                    yield from scene.claim(span.who, "relation", "", "retract")
            if lemma in ("развестись", "расстаться", "разойтись") and (scene.actor is None or scene.actor.is_user):
                for span in scene.spans:
                    yield from scene.claim(span.who, "relation", "", "retract")
                yield from scene.claim(USER_MENTION, "marital", "в разводе" if lemma == "развестись" else "не в отношениях")


def _by_u(scene: Scene, i: int) -> bool:
    """Whether the holder is said with «у» before word `i`."""
    return any(w.norm == "у" for w in scene.words[:i]) and not any(w.lemma in ("мой", "наш") for w in scene.words)


def _is_theirs(scene: Scene, span) -> bool:
    """«она к сыну уехала»: a relative without a possessive, where somebody else acts, may be that person's."""
    if scene.actor is None or scene.actor.is_user or "nomn" in span.cases or span.who.name or span.who.role in PETS:
        return False
    mine = any(w.lemma in ("мой", "наш", "я", "мы") for w in scene.words)
    return not mine and scene.actor != span.who


def _is_vague(scene: Scene, span) -> bool:
    """A neighbour, girl or coach without name or possessive is anybody's."""
    if span.who.role not in _WEAK or span.who.name:
        return False
    return not any(w.lemma in ("мой", "наш", "я", "мы", "my", "our") for w in scene.words) or any(
        w.norm in ("я", "мы") for w in scene.words[: span.start]
    )


def _is_owned(scene: Scene, start: int, end: int, who) -> bool:
    """An animal counts where it has a name, an owner or is said to be kept."""
    mine = scene.topic is not None and scene.topic.is_user and scene.is_verbless
    if who.name or who.owner is not None or who.kind and (scene.holder is not None or mine):
        return True
    if start and scene.words[start - 1].norm in ("мой", "моя", "моего", "мою", "моей", "моему", "нашего", "наш", "наша", "нашу", "my", "our"):
        return True
    kept = any(not scene.negated(i) and not scene.words[i].is_a("INFN", likely=0.5) for i in scene.positions(_HAVE))
    kept = kept or scene.is_verbless and scene.holder is not None
    return kept and (scene.holder is not None or scene.actor is not None and scene.actor.is_user) and not any(w.norm == "нет" for w in scene.words)


def _pronoun_before(scene: Scene, i: int):
    for word in scene.words:
        if word.norm in ("меня", "me"):
            return USER_MENTION
        if word.norm in ("его", "ее", "их"):
            return scene.context.he_or_she(word.norm)
    return scene.actor if scene.actor is not None and not scene.actor.is_user else None


def own_name(scene: Scene) -> Iterator[Claim]:
    """«меня зовут X», «моё имя X», «подпишите: X», «я Галина»: name, patronymic and surname of the user."""
    norms = [w.norm for w in scene.words]
    start = None
    if "меня" in norms and any(w.lemma == "звать" for w in scene.words):
        start = next(i for i, w in enumerate(scene.words) if w.lemma == "звать") + 1
    elif len(norms) > 1 and norms[0] == "я" and scene.words[1].is_capital and scene.words[1].is_a("Name", "nomn") and scene.holder is None:
        start = 1
    elif any(w.lemma == "фамилия" for w in scene.words) and (scene.holder is None or scene.holder.is_user):
        after = next(i for i, w in enumerate(scene.words) if w.lemma == "фамилия") + 1
        if after < len(scene.words) and scene.words[after].is_capital:
            yield from scene.claim(USER_MENTION, "surname", scene.words[after].text)
        return
    if start is None:
        return
    for j in range(start, min(start + 2, len(scene.words))):
        name, end = name_at(scene.words, j, loose=True)
        if name:
            yield from named(scene, name)
            return


def named(scene: Scene, name: str) -> Iterator[Claim]:
    """Claims for the parts of the user's own name."""
    from .grammar import parses

    parts = name.split()
    for part in parts:
        marks = {m for p in parses(part.lower().replace("ё", "е")) for m in p.marks}
        attribute = "patronymic" if "Patr" in marks else "name" if "Name" in marks or len(parts) == 1 else "surname"
        yield from scene.claim(USER_MENTION, attribute, part, confidence=0.9)


def age(scene: Scene) -> Iterator[Claim]:
    """«мне 30 лет», «сыну пять», «исполнилось сорок», «в мои шестьдесят семь»."""
    for i in range(len(scene.words)):
        found = number(scene.words, i)
        if not found or i and number(scene.words, i - 1):
            continue
        value, end = found
        years = end < len(scene.words) and scene.words[end].means(_YEARS)
        turned = any(True for _ in scene.positions(_TURNED - {"быть"}))
        mine = i > 0 and scene.words[i - 1].norm in ("мои", "мне")
        unit = end < len(scene.words) and (scene.words[end].means(UNITS) or scene.words[end].norm in ("раз", "день")) and not years
        months = end < len(scene.words) and scene.words[end].lemma in ("месяц", "неделя")
        if unit and not months or value != int(value) or not 0 < value < 111:
            continue
        who = scene.holder or scene.actor
        theirs = scene.topic is not None and not scene.topic.is_user and scene.is_verbless and i == 0 and bool(years or months)
        if who is None and theirs:
            who = scene.topic
        if who is None or scene.holder is None and not turned and not mine and not theirs:
            continue
        if not turned and not scene.is_verbless and scene.words[i - 1].norm != "мои" and not any(w.lemma == "быть" for w in scene.words):
            continue
        if not (
            years or turned or mine or months or (end == len(scene.words) or scene.words[end].norm == "уже") and i and _is_dative_before(scene, i)
        ):
            continue
        before = scene.words[i - 1] if i and not turned else None
        if before is not None and (before.is_a("PREP") and not mine or before.lemma in ("стаж", "опыт", "больше")):
            continue
        if end < len(scene.words) and (scene.words[end].norm in ("го", "ого", "е", "й") or scene.words[end].means(dict.fromkeys(MONTHS))):
            continue
        if scene.holder is None and any(w.is_a("NOUN", "datv", "anim", likely=0.3) for w in scene.words):
            continue
        if scene.words[0].norm == "когда" or "не" in [w.norm for w in scene.words[:i]]:
            continue
        if any(w.norm in ("назад", "опыт", "опыта", "стаж", "стажа", "подряд", "спустя") or w.means(WORK | LIVE) for w in scene.words):
            continue
        if years and not (_is_dative(scene) or turned or mine or theirs):
            continue
        label = f"{int(value)} {scene.words[end].norm}" if months else str(int(value))
        yield from scene.claim(who, "age", label)
        return


def _is_dative(scene: Scene) -> bool:
    if any(w.norm in ("мне", "ему", "ей", "им", "нам", "мои") for w in scene.words):
        return True
    return any("datv" in s.cases for s in scene.spans)


def _is_dative_before(scene: Scene, i: int) -> bool:
    return scene.words[i - 1].norm in ("мне", "ему", "ей") or any(s.end == i and "datv" in s.cases and "nomn" not in s.cases for s in scene.spans)


def birthday(scene: Scene) -> Iterator[Claim]:
    """«день рождения 19 октября», «родился 5 мая», «др двадцатого»."""
    norms = [w.norm for w in scene.words]
    named_day = "рождения" in norms or "др" in norms or "рождение" in norms or "днюха" in norms
    born = any(w.lemma == "родиться" for w in scene.words) and scene.actor is not None
    feast = "праздник" in norms and scene.holder is not None and scene.holder.is_user
    if not (named_day or born or feast):
        return
    for i in range(len(scene.words)):
        found = ordinal(scene.words, i)
        if found and found[1] < len(scene.words) and 0 < found[0] < 32:
            month = scene.words[found[1]].means(dict.fromkeys(MONTHS))
            if month:
                who = scene.actor if born else scene.owner
                yield from scene.claim(who, "birthday", f"{found[0]} {scene.words[found[1]].norm}")
                return
