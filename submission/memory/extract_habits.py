"""Rules over one clause: what somebody does, likes and plans.  See extract_people.py."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Claim
from .grammar import nominative, noun_phrase
from .lexicon import (
    CANCELLED,
    GOING,
    HOBBY_VERBS,
    MONTHS,
    PLANNING,
    SPORTS,
    STOPPED,
    TRAVEL,
)
from .scene import Scene
from .spans import USER_MENTION

_LOCATIVE = ("loct", "loc2")
_LOVE = frozenset("любить обожать нравиться предпочитать".split())
_HATE = frozenset("ненавидеть терпеть переносить выносить".split())
_FEAR = frozenset(["бояться", "опасаться"])
_ALCOHOL = frozenset("алкоголь вино пиво водка спиртное".split())
_ERRANDS = frozenset("написать узнать спросить понять сделать составить уточнить рассмотреть проверить посоветоваться попробовать".split())
_NO_OBJECTS = frozenset("это он она они вы ты все что себя меня кто оно весь который такой то".split())


def _is_users(scene: Scene) -> bool:
    return scene.actor is not None and scene.actor.is_user


def habits(scene: Scene) -> Iterator[Claim]:
    """Smoking, drinking, diet: what is done, not done, given up or taken up again."""
    for i, word in enumerate(scene.words):
        if scene.actor is None:
            continue
        stopped = any(w.means(STOPPED) for w in scene.words[max(0, i - 3) : i]) or any(w.norm == "без" for w in scene.words[max(0, i - 1) : i])
        if word.means({"курить": 0, "закурить": 0, "сигарета": 0}) and not word.is_a("NOUN", likely=0.5) or word.lemma == "сигарета" and stopped:
            again = word.means({"закурить": 0})
            smokes = not (scene.negated(i) or stopped)
            if word.is_a("INFN") and not stopped:
                continue
            ended = word.is_a("past") and not again and not stopped and not scene.negated(i)
            yield from scene.claim(scene.actor, "smoking", "курит" if smokes else "не курит", "past" if ended else "assert")
        if word.means({"пить": 0}) and scene.negated(i) or word.means({"пить": 0}) and stopped:
            rest = [w for w in scene.words[i + 1 :] if w.is_word]
            if not rest or any(w.means(_ALCOHOL) for w in rest):
                yield from scene.claim(scene.actor, "alcohol", "не пьет алкоголь")
        if (
            word.means({"есть": 0, "кушать": 0, "пить": 0, "употреблять": 0})
            and word.is_a("VERB", "1per")
            or word.lemma in ("есть", "пить")
            and stopped
            and word.is_a("INFN")
        ):
            again = any(w.norm in ("снова", "опять") for w in scene.words)
            if not (scene.negated(i) or stopped or again):
                continue
            for start in (*range(i + 1, len(scene.words)), *range(0, max(0, i - 1))):
                phrase = noun_phrase(scene.words, start, ("accs", "gent"), 3)
                if (
                    phrase
                    and not scene.words[phrase[0]].is_a("NPRO")
                    and scene.words[phrase[0]].lemma not in ("год", "месяц", "детство", "раз", "день")
                ):
                    if start and scene.words[start - 1].is_a("PREP"):
                        continue
                    verb = "не пьет" if word.means({"пить": 0}) else "не ест"
                    eaten = scene.text(*phrase)
                    yield from scene.claim(scene.actor, "diet", eaten if again else f"{verb} {eaten}", "retract" if again else "assert")
                    break
        if word.lemma in ("вегетарианец", "вегетарианка", "веган", "веганка") and not scene.negated(i):
            yield from scene.claim(scene.actor, "diet", word.norm)


def tastes(scene: Scene) -> Iterator[Claim]:
    """Likes, dislikes and fears with their object."""
    for i in scene.positions(_LOVE | _HATE | {"бояться", "опасаться"}):
        word = scene.words[i]
        if not word.is_a("VERB") and not (word.is_a("INFN") and any(w.lemma == "мочь" for w in scene.words)):
            continue
        lemma = word.means(_LOVE | _HATE | {"бояться", "опасаться"})
        who = scene.holder if lemma == "нравиться" else scene.actor
        if who is None or word.is_a("past") or lemma in ("терпеть", "переносить", "выносить") and not any(w.norm == "не" for w in scene.words):
            continue
        negative = scene.negated(i) or lemma in _HATE
        attribute = "fear" if lemma in ("бояться", "опасаться") else "dislikes" if negative else "likes"
        if attribute == "fear" and negative:
            continue
        cases = {"нравиться": ("nomn",), "бояться": ("gent", "accs"), "опасаться": ("gent",)}.get(lemma, ("accs", "gent"))
        for start in (*range(i + 1, len(scene.words)), *range(i)):
            candidate = scene.words[start]
            if candidate.is_a("INFN", likely=0.4) and candidate.lemma not in ("мочь", "быть") and start != i:
                end = start + 1
                phrase = noun_phrase(scene.words, end, ("accs", "gent"), 2) if end < len(scene.words) else None
                yield from scene.claim(who, attribute, scene.text(start, phrase[1] if phrase else end), confidence=0.7)
                break
            if (
                candidate.is_a("PREP")
                or candidate.norm in ("мне", "утра", "дня", "вечера")
                or (span := scene.spanned(start))
                and span.who == scene.actor
            ):
                continue
            phrase = noun_phrase(scene.words, start, cases, 4)
            if (
                phrase
                and candidate.lemma not in _NO_OBJECTS
                and start != i
                and not candidate.is_a("VERB", likely=0.5)
                and not candidate.is_a("ADVB", likely=0.5)
            ) and not (start and scene.words[start - 1].is_a("PREP")):
                yield from scene.claim(who, attribute, nominative(scene.words[slice(*phrase)], cases[0]), confidence=0.7)
                break


def hobbies(scene: Scene) -> Iterator[Claim]:
    """«увлекаюсь X», «занимаюсь X», «играю на X», «хожу на X», «вяжу», «бегаю», «учу X язык»; and «бросил X»."""
    who = scene.actor
    if who is None:
        return
    for i, word in enumerate(scene.words):
        if not word.is_a("VERB", likely=0.3) and not word.is_a("INFN", likely=0.5):
            continue
        stopped = word.is_a("INFN") and any(w.means(STOPPED) for w in scene.words[max(0, i - 3) : i])
        started = word.is_a("INFN") and any(w.lemma in ("начать", "стать", "снова") for w in scene.words[max(0, i - 3) : i])
        if word.is_a("INFN") and not (stopped or started):
            continue
        kind = "retract" if stopped or scene.negated(i) else "past" if word.is_a("past") and word.is_a("impf") and not started else "assert"
        lemma = word.lemma
        if lemma in ("увлекаться", "заниматься", "увлечься", "заняться"):
            for start in range(i + 1, len(scene.words)):
                phrase = noun_phrase(scene.words, start, "ablt", 3)
                if phrase and not scene.words[start - 1].is_a("PREP") and not scene.words[start].is_a("NPRO"):
                    kind = "assert" if lemma in ("увлечься", "заняться") and kind == "past" else kind
                    yield from scene.claim(who, "hobby", nominative(scene.words[slice(*phrase)], "ablt"), kind)
                    break
        elif lemma in HOBBY_VERBS and (word.is_a("1per") or who is not None and not who.is_user or stopped or started):
            if lemma in ("петь", "шить", "плавать") and scene.negated(i):
                continue
            yield from scene.claim(who, "hobby", HOBBY_VERBS[lemma] or lemma, kind, 0.7)
        elif lemma in ("играть", "ходить", "записаться", "пойти", "тренироваться", "кататься", "стоять", "собирать"):
            for j in range(1, len(scene.words)):
                if scene.words[j].means(SPORTS) and (
                    scene.words[j - 1].norm in ("на", "в", "во") or scene.words[j - 2 : j - 1] and scene.words[j - 2].norm in ("на", "в")
                ):
                    done = kind == "past" and lemma in ("записаться", "пойти")
                    yield from scene.claim(who, "hobby", scene.words[j].means(SPORTS), "assert" if done else kind)
                    break
        elif lemma in ("учить", "изучать", "выучить", "знать") and any(w.lemma == "язык" or w.norm.endswith("ский") for w in scene.words):
            j = next((j for j, w in enumerate(scene.words) if w.norm.endswith("ский")), None)
            if j is not None:
                yield from scene.claim(who, "language", scene.words[j].norm, kind if kind != "past" or lemma != "выучить" else "assert")
    for i in scene.positions(STOPPED, "VERB"):
        for j in range(i + 1, len(scene.words)):
            sport = scene.words[j].means(SPORTS)
            if sport and not scene.negated(i):
                yield from scene.claim(who, "hobby", sport, "retract")


def travel(scene: Scene) -> Iterator[Claim]:
    """Trips that took place, trips and other things that are planned, and plans that came to nothing."""
    cancelled = [i for i in scene.positions(CANCELLED) if not scene.negated(i)]
    if (
        cancelled
        and any(w.is_a("NOUN", likely=0.3) for w in scene.words)
        and (_is_users(scene) or scene.actor is None or scene.words[cancelled[0]].is_a("past"))
    ):
        rest = [w.text for i, w in enumerate(scene.words) if w.is_a("NOUN", likely=0.3) or w.is_a("INFN", likely=0.5)]
        yield from scene.claim(USER_MENTION, "plan", " ".join(rest), "retract")
        return
    for i in scene.positions(TRAVEL | GOING, "VERB"):
        if scene.actor is None:
            continue
        verb = scene.words[i]
        past = verb.is_a("VERB", "past")
        if scene.negated(i):
            if not past:
                yield from scene.claim(scene.actor, "plan", " ".join(_place_names(scene)), "retract")
            continue
        if past and verb.means(TRAVEL):
            if verb.means(frozenset({"приехать", "прилететь"})) and not scene.actor.is_user:
                continue
            for value in _place_names(scene):
                yield from scene.claim(scene.actor, "trip", value)
        elif not past and verb.is_a("1per") and verb.means(GOING):
            places = _place_names(scene)
            if places and _is_once(scene):
                yield from scene.claim(USER_MENTION, "plan", _without(scene, set()), confidence=0.7)
    for i in scene.positions(PLANNING, "VERB"):
        verb = scene.words[i]
        if scene.negated(i) or not _is_users(scene) or verb.is_a("impr"):
            continue
        infinitive = next((j for j, w in enumerate(scene.words) if w.is_a("INFN", likely=0.5) and w.lemma not in ("быть", "пойти", "идти")), None)
        if infinitive is not None and len(scene.words) > 2 and scene.words[infinitive].lemma not in _ERRANDS:
            yield from scene.claim(USER_MENTION, "plan", _without(scene, {i}), confidence=0.6)


def _place_names(scene: Scene) -> list[str]:
    found = []
    for i, word in enumerate(scene.words[:-1]):
        cases = {"в": ("accs", *_LOCATIVE), "во": ("accs", *_LOCATIVE), "на": ("accs", *_LOCATIVE), "из": ("gent",), "с": ("gent",)}.get(word.norm)
        phrase = noun_phrase(scene.words, i + 1, cases, 3) if cases else None
        if phrase is None:
            continue
        inside = scene.words[slice(*phrase)]
        head = next((w for w in inside if w.is_a("NOUN") and not w.is_a("ADJF")), inside[0])
        if any(
            w.is_a("Geox", likely=0.15) or w.is_capital and head.is_capital or w.lemma in ("море", "гора", "озеро", "горы") for w in inside
        ) and not any(w.means(dict.fromkeys(MONTHS)) for w in inside):
            case = next((c for c in cases if any(w.is_a("NOUN", c) for w in inside)), cases[0])
            found.append(nominative(inside, case))
    return found


def _without(scene: Scene, left_out: set[int]) -> str:
    return " ".join(w.text for i, w in enumerate(scene.words) if i not in left_out and w.norm not in ("я", "мы", "а", "и", "кстати"))


def _is_once(scene: Scene) -> bool:
    return not any(w.norm in ("каждый", "обычно", "часто", "по", "всегда") for w in scene.words)
