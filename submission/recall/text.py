"""Words of Russian and English text: tokens, lemmas, sentences, pasted text."""

from __future__ import annotations

import re
from functools import lru_cache

# Long user turns are quoted articles, listings, letters: nobody types 1,200 characters about themself.
PASTED_CHARS = 1200

_TOKEN = re.compile(r"[0-9]+(?:[.,:][0-9]+)*|[^\W\d_]+(?:-[^\W\d_]+)*")
_CYRILLIC = re.compile(r"[а-яё]", re.I)

# Function words and the words with which every question is asked; they carry no topic.
STOP_LEMMAS = frozenset(
    """а без более бы быть в вам вас весь во вот всё все всего вы где да для до его её если есть ещё же за зачем и из или им их
    к как какой какая какие каков когда ком кого кому который кто куда ли либо лишь мне мной мой моя моё мои мы на над надо нам нас наш не него нет
    ни но ну о об один он она они оно от откуда по под почему при про раз с сам свой себя сейчас сколько со так такой такая там те
    то тот той того только тоже ты тут твой у уж уже чем что чтобы чей чьё это этот этом эта эти я
    a about am an and any are as at be been but by can could did do does for from get had has have how i if in is it its
    just me my of on or our so some than that the their them then there these they this those to too us was we were what when
    where which who whom whose why will with would you your""".replace("ё", "е").split()
)


def normalise(text: str) -> str:
    """Lower case, `ё` as `е`."""
    return text.lower().replace("ё", "е")


def tokens(text: str) -> list[str]:
    """Words and numbers of `text`, normalised; parts of a hyphened word stay together."""
    return _TOKEN.findall(normalise(text))


@lru_cache(maxsize=1)
def _morphology():
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=1)
def _english():
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=200_000)
def lemma(token: str) -> str:
    """Dictionary form of a normalised Russian token, stem of an English one, a number as it is."""
    if _CYRILLIC.search(token):
        return normalise(_morphology().parse(token)[0].normal_form)
    if token[0].isdigit():
        return token
    return _english().stemWord(token)


def lemmas(text: str) -> list[str]:
    """Lemmas of all tokens of `text`, in order, stop words included."""
    return [lemma(token) for token in tokens(text)]


def content_lemmas(text: str) -> list[str]:
    """Lemmas without stop words; all lemmas where nothing else is left."""
    found = lemmas(text)
    return [word for word in found if word not in STOP_LEMMAS] or found


def is_pasted(text: str) -> bool:
    """Whether a user turn is mostly pasted material rather than the user's own words."""
    return len(text) >= PASTED_CHARS


def sentences(text: str) -> list[str]:
    """Sentences of `text` without surrounding space, none empty."""
    from razdel import sentenize

    return [part for line in text.splitlines() if line.strip() for part in (s.text.strip() for s in sentenize(line)) if part]
