"""Rules over one clause: who somebody is - name, relation, age, birthday, home, work, study, health.

Each rule takes a Scene and yields Claims; it asks for a grammatical frame, not for a phrase.
"""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Claim
from .grammar import nominative, noun_phrase, number, ordinal
from .lexicon import (
    DISTRICT_NOUNS,
    HIRED,
    HOME_NOUNS,
    ILLNESSES,
    LEFT,
    LIVE,
    MONTHS,
    MOVE,
    PLACE_NOUNS,
    STOPPED,
    UNITS,
    WORK,
    WORKPLACES,
    is_profession,
)
from .people import PETS
from .scene import USER_MENTION, Scene, name_at, with_owner

_LOCATIVE = ("loct", "loc2")
_YEARS = frozenset("год лет годик".split())
_TURNED = frozenset("исполниться стукнуть отметить стукать исполняться быть разменять".split())
_STUDY = frozenset("учиться поступить окончить закончить заканчивать отучиться".split())
_DEATH = frozenset("умереть погибнуть сдохнуть скончаться околеть".split())
_GIVEN = frozenset("продать отдать пристроить развестись расстаться разойтись подарить".split())
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
        elif owner is None and _is_theirs(scene, span):
            continue
        if who.role in PETS and not _is_owned(scene, span.start, span.end, who):
            continue
        scene.context.remember(who)
        yield from scene.claim(who, "relation", "")
        if who.name:
            yield from scene.claim(who, "name", who.name)
        if who.kind:
            yield from scene.claim(who, "breed", who.kind)
    for i, word in enumerate(scene.words):
        if word.lemma in ("звать", "кличка") and not scene.negated(i):
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
                if lemma in _DEATH and "nomn" in span.cases or lemma in ("продать", "отдать", "пристроить") and span.who.role in PETS and "accs" in span.cases:
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


def _is_owned(scene: Scene, start: int, end: int, who) -> bool:
    """An animal counts where it has a name, an owner or is said to be kept."""
    if who.name or who.owner is not None or who.kind and scene.holder is not None:
        return True
    if start and scene.words[start - 1].norm in ("мой", "моя", "моего", "мою", "моей", "моему", "нашего", "наш", "наша", "нашу", "my", "our"):
        return True
    kept = any(not scene.negated(i) for i in scene.positions(_HAVE))
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
        if who is None and scene.is_verbless and scene.topic is not None and i == 0 and (years or months):
            who = scene.topic
        if who is None or scene.holder is None and not turned and not mine and who is not scene.topic:
            continue
        if not turned and not mine and not scene.is_verbless and not any(w.lemma == "быть" for w in scene.words):
            continue
        if not (years or turned or mine or months or (end == len(scene.words) or scene.words[end].norm == "уже") and i and _is_dative_before(scene, i)):
            continue
        if i and (scene.words[i - 1].is_a("PREP") and not mine or scene.words[i - 1].lemma in ("стаж", "опыт", "больше", "уже")) and not turned:
            if scene.words[i - 1].norm != "уже":
                continue
        if any(w.norm in ("назад", "опыт", "опыта", "стаж", "стажа", "подряд", "спустя") or w.means(WORK | LIVE) for w in scene.words):
            continue
        if years and not (_is_dative(scene) or turned or mine or who is scene.topic):
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
                who = scene.holder or (scene.spans[0].who if scene.spans else None) or (scene.actor if born else USER_MENTION)
                yield from scene.claim(who, "birthday", f"{found[0]} {scene.words[found[1]].norm}")
                return


def residence(scene: Scene) -> Iterator[Claim]:
    """Where somebody lives or moved to, and where from."""
    verbs = [i for i in scene.positions(LIVE | MOVE, "VERB") if not scene.negated(i)]
    from_here = any(w.norm == "родом" for w in scene.words) or len(scene.words) >= 3 and scene.words[0].norm == "я" and scene.words[1].norm == "из"
    if not verbs and not from_here or scene.actor is None and not from_here:
        return
    who = scene.actor or USER_MENTION
    verb = scene.words[verbs[0]] if verbs else None
    lemma = verb.means(LIVE | MOVE) if verb else "жить"
    moving = lemma in MOVE
    if moving and lemma in ("уехать", "уезжать", "перевезти", "заехать") and not any(w.norm in ("из", "с") for w in scene.words):
        return
    lived = verb is not None and lemma in LIVE and verb.is_a("past") and lemma != "поселиться"
    for i, word in enumerate(scene.words[:-1]):
        if word.norm in ("в", "во", "на"):
            place = noun_phrase(scene.words, i + 1, ("accs",) if moving else _LOCATIVE)
            cases = ("accs", *_LOCATIVE) if moving else _LOCATIVE
            kind = "past" if lived else "assert"
        elif word.norm in ("из", "с", "со") and (moving or from_here):
            place = noun_phrase(scene.words, i + 1, "gent")
            cases, kind = ("gent",), "past" if moving else "assert"
        else:
            continue
        floor = ordinal(scene.words, i + 1)
        if floor and word.norm == "на" and (floor[1] == len(scene.words) or scene.words[floor[1]].lemma == "этаж"):
            yield from scene.claim(who, "floor", str(floor[0]), kind)
            continue
        if place is None:
            continue
        attribute = place_kind(scene, place, word.norm)
        if attribute is None:
            continue
        value = nominative(scene.words[slice(*place)], next((c for c in cases if scene.words[place[0]].is_a(c)), cases[0]))
        yield from scene.claim(who, "origin" if from_here and not moving else attribute, value, kind)


def place_kind(scene: Scene, place: tuple[int, int], preposition: str) -> str | None:
    """city, district or home, by the phrase's words; None for anything else."""
    phrase = scene.words[slice(*place)]
    if any(w.means(DISTRICT_NOUNS) for w in phrase):
        return "district"
    if any(w.is_a("Geox", likely=0.2) for w in phrase) or any(w.means(PLACE_NOUNS) for w in phrase) and len(phrase) > 1:
        return "district" if preposition in ("на", "с") else "city"
    if any(w.is_capital and place[0] + n > 0 for n, w in enumerate(phrase)):
        return "district" if preposition in ("на", "с") else "city"
    if any(w.means(HOME_NOUNS) for w in phrase):
        return "home"
    return None


def work(scene: Scene) -> Iterator[Claim]:
    """Job and employer, their end, and «он сварщик», «я по профессии химик»."""
    yield from _predicate_job(scene)
    for i in scene.positions(WORK | HIRED | LEFT | STOPPED, "VERB"):
        word, who = scene.words[i], scene.actor
        lemma = word.means(WORK | HIRED | LEFT | STOPPED)
        if who is None:
            continue
        if lemma in STOPPED:
            if i + 1 < len(scene.words) and scene.words[i + 1].lemma in ("работать", "работа"):
                yield from scene.claim(who, "job", "", "retract")
                yield from scene.claim(who, "employer", "", "retract")
            continue
        plural = word.is_a("plur", "past") and who == USER_MENTION
        job = next(((s, e) for s, e in _phrases(scene, i, "ablt") if any(w.lemma and is_profession(w.lemma) for w in scene.words[s:e])), None)
        place = _workplace(scene, i)
        if scene.negated(i) or lemma in LEFT:
            if lemma in LEFT and not (job or place) and lemma == "уйти" and not any(w.lemma == "работа" for w in scene.words):
                continue
            if lemma in LEFT or any(w.norm in ("больше", "уже") for w in scene.words):
                for attribute, phrase in (("job", job), ("employer", place)):
                    if phrase or not (job or place) or lemma in LEFT:
                        yield from scene.claim(who, attribute, "", "retract")
            continue
        if lemma in ("сидеть", "взять", "выйти", "пойти", "принять", "позвать", "перевести", "стать", "перейти", "выходить") and not job:
            if not (place and any(w.lemma == "работа" for w in scene.words)):
                continue
        if lemma in ("принять", "взять", "назначить", "повысить", "перевести", "переводить", "позвать") and not plural and who != USER_MENTION:
            continue
        done = lemma in WORK and word.is_a("past") or any(w.norm == "раньше" for w in scene.words)
        kind = "past" if done else "assert"
        if job:
            yield from scene.claim(who, "job", nominative(scene.words[slice(*job)], "ablt"), kind)
        if place:
            yield from scene.claim(who, "employer", place, kind)


def _phrases(scene: Scene, verb: int, case: str) -> Iterator[tuple[int, int]]:
    """Noun phrases in `case` after the verb, then before it."""
    for start in (*range(verb + 1, len(scene.words)), *range(max(0, verb - 3), verb)):
        if start and scene.words[start - 1].is_a("PREP"):
            continue
        phrase = noun_phrase(scene.words, start, case)
        if phrase and not (phrase[0] <= verb < phrase[1]):
            yield phrase


def _workplace(scene: Scene, verb: int) -> str | None:
    """Employer: «в клинике», «на заводе», «в «Кирпичево»», «из школы»."""
    for i in range(len(scene.words) - 1):
        word = scene.words[i]
        if word.norm not in ("в", "во", "на", "из", "с", "at", "for"):
            continue
        cases = ("gent",) if word.norm in ("из", "с") else (*_LOCATIVE, "accs")
        phrase = noun_phrase(scene.words, i + 1, cases)
        if phrase is None:
            continue
        inside = scene.words[slice(*phrase)]
        if any(w.means(WORKPLACES) or w.quoted or w.is_latin for w in inside) or any(w.is_capital and not w.is_a("Geox", likely=0.4) for w in inside):
            return nominative(inside, next((c for c in cases if any(w.is_a("NOUN", c) for w in inside)), cases[0]))
    return None


def _predicate_job(scene: Scene) -> Iterator[Claim]:
    """A profession in the nominative that is said of the actor: «муж геофизик», «она у меня стоматолог», «я сварщик»."""
    if any(w.is_a("VERB", likely=0.4) and w.lemma != "быть" for w in scene.words):
        return
    for i, word in enumerate(scene.words):
        reading = word.reading("NOUN", "nomn", "sing", likely=0.1)
        if reading is None or not is_profession(reading.lemma) or word.is_capital and i and word.is_a("Surn"):
            continue
        spanned = scene.spanned(i)
        if spanned and spanned.who.role == reading.lemma:
            continue
        who = scene.actor
        if scene.holder is not None and not scene.holder.is_user and who is None:
            who = scene.holder
        if who is None and scene.topic is not None and scene.topic.role and len(scene.words) <= 4 and not i:
            who = scene.topic
        if who is None and any(w.norm in ("я", "сам", "сама") for w in scene.words):
            who = USER_MENTION
        if who is None:
            continue
        end = i + 1
        was = any(w.lemma == "быть" for w in scene.words)
        yield from scene.claim(who, "job", scene.text(i, end).lower(), "past" if was else "assert", 0.7)
        return


def health(scene: Scene) -> Iterator[Claim]:
    """Allergies and intolerances with their cause, illnesses by name."""
    for i, word in enumerate(scene.words):
        norm = word.lemma
        if norm in ("аллергия", "аллергик", "сыпь", "крапивница", "непереносимость") and not scene.negated(i) and "нет" not in [w.norm for w in scene.words]:
            cause = None
            for j in range(len(scene.words) - 1):
                if scene.words[j].norm == "на":
                    cause = noun_phrase(scene.words, j + 1, "accs") or cause
            if norm == "непереносимость" and i + 1 < len(scene.words):
                cause = noun_phrase(scene.words, i + 1, "gent")
            if cause and not cause[0] <= i < cause[1]:
                case = "gent" if norm == "непереносимость" else "accs"
                yield from scene.claim(scene.who or USER_MENTION, "allergy", nominative(scene.words[slice(*cause)], case))
        illness = word.means(ILLNESSES)
        if illness and not scene.negated(i) and (scene.holder is not None or any(w.lemma in ("диагностировать", "найти", "обнаружить") for w in scene.words)):
            if "нет" not in [w.norm for w in scene.words]:
                yield from scene.claim(scene.holder or USER_MENTION, "illness", illness)


def study(scene: Scene) -> Iterator[Claim]:
    """«учусь в X», «окончила Y», «учится на ветеринара», «в восьмом классе»."""
    for i in scene.positions(_STUDY, "VERB"):
        if scene.actor is None or scene.negated(i):
            continue
        for j in range(i + 1, len(scene.words)):
            cases = ("accs", *_LOCATIVE) if scene.words[j - 1].norm in ("в", "на") else ("accs",) if j == i + 1 else None
            phrase = noun_phrase(scene.words, j, cases) if cases else None
            if phrase and not scene.words[phrase[0]].is_a("NPRO"):
                preposition = scene.words[j - 1].norm + " " if scene.words[j - 1].norm in ("в", "на") else ""
                yield from scene.claim(scene.actor, "education", preposition + scene.text(*phrase))
