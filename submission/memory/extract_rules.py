"""Rules over one clause: where somebody lives, what they do for a living, study and suffer from.  See extract_people.py."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Claim
from .grammar import nominative, noun_phrase, ordinal
from .lexicon import (
    DISTRICT_NOUNS,
    HIRED,
    HOME_NOUNS,
    ILLNESSES,
    LEFT,
    LIVE,
    MOVE,
    PLACE_NOUNS,
    STOPPED,
    WORK,
    WORKPLACES,
    is_profession,
)
from .scene import Scene
from .spans import USER_MENTION

_LOCATIVE = ("loct", "loc2")
_STUDY = frozenset("учиться поступить окончить закончить заканчивать отучиться".split())
_OTHER_SENSES = frozenset("сидеть взять выйти пойти принять позвать перевести стать перейти выходить".split())
_MINE = frozenset("мой наш свой твой ваш".split())


def residence(scene: Scene) -> Iterator[Claim]:
    """Where somebody lives or moved to, and where from."""
    verbs = [i for i in scene.positions(LIVE | MOVE, "VERB") if not scene.negated(i)]
    first = [w.norm for w in scene.words[:2]]
    from_here = any(w.norm == "родом" for w in scene.words) or len(scene.words) >= 3 and first == ["я", "из"]
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
        if lemma in _OTHER_SENSES and not job and not (place and any(w.lemma == "работа" for w in scene.words)):
            continue
        if lemma in ("принять", "взять", "назначить", "повысить", "перевести", "переводить", "позвать") and not plural and who != USER_MENTION:
            continue
        done = lemma in WORK and word.is_a("past") or any(w.norm == "раньше" for w in scene.words)
        kind = "past" if done else "assert"
        if job:
            yield from scene.claim(who, "side_job" if lemma == "подрабатывать" else "job", nominative(scene.words[slice(*job)], "ablt"), kind)
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
        start = (
            i - 1
            if i and scene.words[i - 1].is_a("ADJF", "nomn") and not scene.words[i - 1].is_a("NPRO") and scene.words[i - 1].lemma not in _MINE
            else i
        )
        was = any(w.lemma == "быть" for w in scene.words)
        yield from scene.claim(who, "job", scene.text(start, i + 1).lower(), "past" if was else "assert", 0.7)
        return


def health(scene: Scene) -> Iterator[Claim]:
    """Allergies and intolerances with their cause, illnesses by name."""
    for i, word in enumerate(scene.words):
        norm = word.lemma
        if (
            norm in ("аллергия", "аллергик", "сыпь", "крапивница", "непереносимость")
            and not scene.negated(i)
            and "нет" not in [w.norm for w in scene.words]
        ):
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
        if (
            illness
            and not scene.negated(i)
            and (scene.holder is not None or any(w.lemma in ("диагностировать", "найти", "обнаружить") for w in scene.words))
        ) and "нет" not in [w.norm for w in scene.words]:
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
