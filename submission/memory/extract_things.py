"""Rules over one clause: belongings, days of the week, measures and names of things.  See extract_people.py."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import Claim
from .grammar import Word, noun_phrase, number, ordinal, words
from .lexicon import (
    BUYING,
    CAR_NOUNS,
    CARS,
    LAPTOP_NOUNS,
    LAPTOPS,
    MONEY,
    PHONE_NOUNS,
    PHONES,
    UNITS,
    WEEKDAYS,
)
from .people import PETS, ROLE_OF
from .scene import Scene
from .spans import OTHER, USER_MENTION

_SALARY = frozenset("зарплата оклад зп получать платить зарабатывать вилка доход жалование".split())
_KEYED = frozenset("пенсия вес рост ипотека ставка платеж аренда квартплата стипендия рейтинг пробег площадь участок аквариум забор".split())
_PARTED = frozenset("продать разбить утопить выкинуть сломать отдать потерять".split())
_LOST = frozenset("украсть угнать спереть сломаться утонуть умереть сдохнуть разбиться".split())
_DRIVING = frozenset("ездить водить пересесть поменять".split())
_NO_OBJECTS = frozenset("это он она они вы ты все что себя меня кто оно весь который такой то".split())


def belongings(scene: Scene) -> Iterator[Claim]:
    """Car, phone and laptop by brand, purchases with their object."""
    sold = any(True for _ in scene.positions(_PARTED, "VERB"))
    owner = scene.holder or (scene.actor if any(True for _ in scene.positions(BUYING | _PARTED | _DRIVING, "VERB")) else None)
    if owner is None and scene.is_past and scene.topic == USER_MENTION:
        owner = USER_MENTION  # «сейчас у меня Haval, а до этого была Lada»
    if any(w.is_a("INFN", likely=0.5) for w in scene.words):
        return
    if any(True for _ in scene.positions(_PARTED | _LOST, "VERB")):
        for attribute, nouns in (("car", CAR_NOUNS), ("phone", PHONE_NOUNS), ("laptop", LAPTOP_NOUNS)):
            own = owner is None and scene.actor != OTHER or owner == USER_MENTION or scene.actor == USER_MENTION
            if own and any(True for _ in scene.positions(nouns)) and not any(w.norm == "не" for w in scene.words):
                yield from scene.claim(USER_MENTION, attribute, "", "retract")
    for attribute, nouns, brands in (("car", CAR_NOUNS, CARS), ("phone", PHONE_NOUNS, PHONES), ("laptop", LAPTOP_NOUNS, LAPTOPS)):
        for i, word in enumerate(scene.words):
            brand = word.norm in brands or word.quoted and word.norm in brands or word.means(brands)
            after_noun = bool(i and scene.words[i - 1].means(nouns) and (word.is_latin or word.quoted))
            named = scene.spanned(i)
            if not brand and not after_noun or named is not None and named.who.role:
                continue
            if i and (scene.words[i - 1].means(brands) or scene.words[i - 1].is_latin):
                continue
            keyed = attribute != "car" and any(w.means(nouns) for w in words(scene.quote))
            who = owner or (
                USER_MENTION if keyed and (scene.actor is None or scene.actor.is_user) and (scene.topic is None or scene.topic.is_user) else None
            )
            if who is None and i and scene.words[i - 1].lemma == "новый" and not word.is_a("plur"):
                who = USER_MENTION
            if who is None or any(w.norm == "не" for w in scene.words):
                continue
            end = i + 1
            while end < len(scene.words) and (scene.words[end].is_latin or scene.words[end].is_number or _is_model(scene.words[end])) and end < i + 4:
                end += 1
            value = scene.text(i, end) if word.is_latin or word.quoted else " ".join([_brand(word, brands), scene.text(i + 1, end)]).strip()
            yield from scene.claim(who, attribute, value, "retract" if sold else "assert")
            break
    for i in scene.positions(BUYING, "VERB"):
        if scene.actor is None or scene.negated(i) or not scene.words[i].is_a("past"):
            continue
        for start in range(i + 1, len(scene.words)):
            phrase = noun_phrase(scene.words, start, ("accs", "gent"), 4)
            if (
                phrase
                and scene.words[start].lemma not in _NO_OBJECTS
                and not scene.words[start - 1].is_a("PREP")
                and not scene.words[start].is_a("NPRO")
            ):
                if not any(w.means(PETS) or w.means(UNITS) or w.lemma == "долг" or w.norm in ROLE_OF for w in scene.words[slice(*phrase)]):
                    yield from scene.claim(scene.actor, "bought", scene.text(*phrase), confidence=0.6)
                break


def _is_model(word: Word) -> bool:
    return len(word.norm) <= 3 and any(c.isdigit() for c in word.norm)


def _brand(word: Word, brands) -> str:
    lemma = word.means(brands) or word.norm
    return lemma[:1].upper() + lemma[1:]


def schedule(scene: Scene) -> Iterator[Claim]:
    """«по вторникам бегаю», «в баню по воскресеньям»: on which days something is done."""
    for i, word in enumerate(scene.words[:-1]):
        if word.norm != "по" or scene.negated(i) or not scene.words[i + 1].means(WEEKDAYS) or not scene.words[i + 1].is_a("plur"):
            continue
        end = i + 2
        while end < len(scene.words) and (scene.words[end].means(WEEKDAYS) or scene.words[end].norm in ("и", "по")):
            end += 1
        verb = next((w for w in scene.words if w.is_a("VERB", likely=0.3)), None)
        who = scene.actor if verb is not None else USER_MENTION
        topic = (
            verb.lemma
            if verb is not None
            else next((w.lemma for w in scene.words if len(w.norm) > 2 and w.is_a("NOUN") and not w.means(WEEKDAYS)), "")
        )
        if topic and who is not None:
            yield from scene.claim(who, f"schedule:{topic}", scene.text(i, end))
        return


def measures(scene: Scene) -> Iterator[Claim]:
    """A noun with a number: salary, weight, height, and anything of the user's with a unit («забор 42 метра»)."""
    for i in range(len(scene.words)):
        found = number(scene.words, i)
        if not found or i and (scene.words[i - 1].is_number or number(scene.words, i - 1)):
            continue
        value, end = found
        unit = scene.words[end].means(UNITS) if end < len(scene.words) else None
        amount = scene.text(i, end + 1 if unit else end)
        money = bool(unit and unit in MONEY) or value >= 1000
        nouns = [w for w in scene.words[max(0, i - 4) : i] if w.is_word]
        who = scene.holder or scene.actor or scene.topic or USER_MENTION
        if any(w.means(_SALARY) for w in nouns) and (money or value >= 15):
            yield from scene.claim(who, "salary", amount)
        elif (
            any(w.means({"вес": 0, "весить": 0}) for w in nouns)
            and 2 < value < 300
            or unit in ("кг", "кило", "килограмм")
            and scene.actor == USER_MENTION
            and any(w.lemma == "весить" for w in scene.words)
        ):
            yield from scene.claim(who, "weight", amount)
        elif any(w.means({"рост": 0}) for w in nouns) and (50 < value < 230 or 1 <= value < 2.3):
            yield from scene.claim(who, "height", amount)
        elif any(w.means({"размер": 0, "нога": 0}) for w in scene.words) and 15 < value < 50 and not unit:
            yield from scene.claim(scene.owner, "shoe_size", amount)
        else:
            yield from _measured(scene, i, amount, unit, who)
    if any(w.means({"размер": 0, "нога": 0}) for w in scene.words):
        for i in range(len(scene.words)):
            size = ordinal(scene.words, i) if scene.words[i].is_word else None
            if size and 15 < size[0] < 60:
                yield from scene.claim(scene.owner, "shoe_size", str(size[0]))
                return


def _measured(scene: Scene, i: int, amount: str, unit: str | None, who) -> Iterator[Claim]:
    """«NOUN [у меня] N unit» where the noun stands right before the number, in the nominative."""
    j = i - 1
    while j >= 0 and (scene.words[j].norm in ("на", "у", "меня", "нас", "мой", "теперь", "уже", "сейчас", "—", "стал", "стала", "стало")):
        j -= 1
    if j < 0 or not scene.words[j].is_a("NOUN", "nomn", likely=0.15) or scene.words[j].means(UNITS) or scene.spanned(j):
        return
    noun = scene.words[j].reading("NOUN", "nomn").lemma
    if scene.holder is None and scene.actor is None and scene.topic is not None and not scene.topic.is_user:
        return
    if unit and unit not in ("год", "раз", "лет") or noun in _KEYED:
        yield from scene.claim(who, "pension" if noun == "пенсия" else f"measure:{noun}", amount, confidence=0.7)


def things(scene: Scene) -> Iterator[Claim]:
    """«мой любимый X - Y», «X называется Y», «моя X зовётся Y»."""
    for i, word in enumerate(scene.words):
        if word.lemma in ("называться", "зваться") and not scene.negated(i) and i:
            noun = next((w for w in reversed(scene.words[:i]) if w.is_a("NOUN", "nomn", likely=0.1)), None)
            if noun is None or i + 1 >= len(scene.words):
                continue
            name = scene.words[i + 1]
            if name.quoted or name.is_capital:
                owned = scene.holder or (scene.actor if scene.actor is not None and scene.actor.is_user else None)
                yield from scene.claim(
                    owned, f"thing:{noun.lemma}", scene.text(i + 1, min(len(scene.words), i + 4)) if not name.quoted else name.text
                )
