"""Typing mistakes and slang put into Russian text on purpose, to see what they cost recall.

    python -m eval.fit_recall --profile ru --data data/built/tune.jsonl --typos 0.15

The same seed and text always give the same mistakes.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from .bench_tasks import Haystack

LEAST_LETTERS = 5  # of a word that gets a mistake

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC_WORD = re.compile(r"[а-яё]+", re.I)
# tables of its own: what mends mistakes in the submission must not decide which ones it is measured on
_ROWS = "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"  # of the keyboard
_CONFUSED = {"о": "а", "а": "о", "е": "и", "и": "е"}  # they sound alike where they are not stressed

# What people write for a lemma; written for this measurement, not taken from any dialogue.
SLANG = {
    "компьютер": "комп", "ноутбук": "ноут", "телевизор": "телик", "интернет": "инет", "университет": "универ", "общежитие": "общага",
    "преподаватель": "препод", "тысяча": "тыщ", "сейчас": "щас", "что": "чё", "нормально": "норм", "спасибо": "спс", "пожалуйста": "плиз",
    "велосипед": "велик", "машина": "тачка", "деньги": "бабки", "магазин": "магаз", "холодильник": "холодос", "квартира": "хата",
    "фотография": "фотка", "мотоцикл": "моцик", "видео": "видос", "собеседование": "собес", "зарплата": "зп", "человек": "чел",
    "вообще": "ваще", "сегодня": "седня", "больница": "больничка", "сигарета": "сига", "стипендия": "стипуха", "электричка": "электра",
    "программа": "прога", "приложение": "приложуха",
}  # fmt: skip
_BIRTHDAY = re.compile(r"\bдень рождения\b", re.I)


class Spoiling(NamedTuple):
    """What is done to a dialogue: mistakes in a `share` of the longer words of its questions, of its user turns, slang in the latter."""

    name: str
    questions: float = 0.0
    turns: float = 0.0
    slang: bool = False


def spoilings(share: float) -> tuple[Spoiling, ...]:
    """Those that are measured."""
    return (
        Spoiling("typos in questions", questions=share),
        Spoiling("typos in user turns", turns=share),
        Spoiling("typos in both", questions=share, turns=share),
        Spoiling("slang in user turns", slang=True),
    )


def spoiled(haystack: Haystack, spoiling: Spoiling, seed: int) -> Haystack:
    """The same dialogue and questions, spoilt."""

    def turn(place: int, text: str) -> str:
        text = with_slang(text) if spoiling.slang else text
        return with_typos(text, spoiling.turns, random.Random(f"{seed} turn {haystack.id} {place}"))

    documents = tuple(d._replace(text=turn(i, d.text)) if d.role == "user" else d for i, d in enumerate(haystack.documents))
    draws = [random.Random(f"{seed} question {haystack.id} {q.id}") for q in haystack.queries]
    queries = tuple(q._replace(text=with_typos(q.text, spoiling.questions, draw)) for q, draw in zip(haystack.queries, draws))
    return haystack._replace(documents=documents, queries=queries)


def with_typos(text: str, share: float, draw: random.Random) -> str:
    """`text` with one mistake in so many of its Russian words of LEAST_LETTERS letters and more; case is kept."""

    def changed(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < LEAST_LETTERS or not _CYRILLIC_WORD.fullmatch(word) or draw.random() >= share:
            return word
        return misspelt(word, draw)

    return _WORD.sub(changed, text)


def misspelt(word: str, draw: random.Random) -> str:
    """A Russian word with one mistake, a kind that fits it: a slip of the fingers or a spelling by ear."""
    kinds = [_neighbour, _dropped, _doubled, _swapped]
    kinds += [kind for kind in (_without_soft_sign, _by_ear, _other_ending) if kind(word, draw) != word]
    return draw.choice(kinds)(word, draw)


def with_slang(text: str) -> str:
    """`text` with all words of SLANG in their everyday form, in the case and number of the word where slang has them."""
    return _WORD.sub(lambda match: _slang(match[0]), _BIRTHDAY.sub("днюха", text))


def _slang(word: str) -> str:
    from submission.recall.text import lemma, normalise

    everyday = _SLANG_OF.get(lemma(normalise(word)))
    return _inflected(everyday, normalise(word)) if everyday else word


def _inflected(everyday: str, like: str) -> str:
    from submission.recall.text import morphology

    tag = morphology().parse(like)[0].tag
    nouns = [parse for parse in morphology().parse(everyday) if parse.tag.POS == "NOUN"]
    form = nouns[0].inflect({tag.case, tag.number} - {None}) if nouns and tag.POS == "NOUN" else None
    return form.word if form else everyday


_SLANG_OF = {lemma.replace("ё", "е"): everyday for lemma, everyday in SLANG.items()}


def _neighbour(word: str, draw: random.Random) -> str:
    """A letter becomes one beside it on the keyboard."""
    place = draw.randrange(len(word))
    row = next((r for r in _ROWS if word[place].lower() in r), "ёй")  # ё has a row of its own on few keyboards
    at = row.index(word[place].lower())
    return word[:place] + draw.choice([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]) + word[place + 1 :]


def _dropped(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word))
    return word[:place] + word[place + 1 :]


def _doubled(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word))
    return word[:place] + word[place] + word[place:]


def _swapped(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _without_soft_sign(word: str, draw: random.Random) -> str:
    return word.replace("ь", "", 1)


def _by_ear(word: str, draw: random.Random) -> str:
    places = [i for i, letter in enumerate(word) if letter in _CONFUSED]
    if not places:
        return word
    place = draw.choice(places)
    return word[:place] + _CONFUSED[word[place]] + word[place + 1 :]


def _other_ending(word: str, draw: random.Random) -> str:
    """-тся and -ться, taken for each other."""
    return word[:-3] + "ться" if word.endswith("тся") else word[:-4] + "тся" if word.endswith("ться") else word
