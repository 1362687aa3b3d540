"""Words of Russian and English text: tokens, lemmas, stems, grammatical flags, sentences, pasted text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

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

_FIRST_PERSON = frozenset(
    """я меня мне мной мною мы нас нам нами мой моя мое мои моего моей моему мою моим моем моих моими
    наш наша наше наши нашего нашей нашему нашу нашим нашем наших нашими i me my mine we us our ours i'm i've""".split()
)


class Word(NamedTuple):
    """What morphology says of one token; `flags` is a subset of name, place, number, first_person."""

    lemma: str
    flags: frozenset[str]


_NO_FLAGS: frozenset[str] = frozenset()
_FLAG_OF_GRAMMEME = {"Name": "name", "Patr": "name", "Surn": "name", "Geox": "place", "NUMR": "number"}


def normalise(text: str) -> str:
    """Lower case, `ё` as `е`."""
    return text.lower().replace("ё", "е")


def tokens(text: str) -> list[str]:
    """Words and numbers of `text`, normalised; parts of a hyphened word stay together."""
    return _TOKEN.findall(normalise(text))


def is_russian(text: str) -> bool:
    """Whether a text has any Cyrillic letter."""
    return _CYRILLIC.search(text) is not None


@lru_cache(maxsize=1)
def morphology():
    """pymorphy3's analyser of Russian words, the one instance that all parts share."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=2)
def _stemmer(language: str):
    import Stemmer

    return Stemmer.Stemmer(language)


@lru_cache(maxsize=200_000)
def word(token: str) -> Word:
    """Lemma and flags of a normalised token: dictionary form in Russian, stem in English, a number as it is."""
    first_person = token in _FIRST_PERSON
    if token[0].isdigit():
        return Word(token, frozenset({"number"}))
    if not is_russian(token):
        return Word(_stemmer("english").stemWord(token), frozenset({"first_person"}) if first_person else _NO_FLAGS)
    parse = morphology().parse(token)[0]
    grammemes = parse.tag.grammemes
    flags = {flag for grammeme, flag in _FLAG_OF_GRAMMEME.items() if grammeme in grammemes}
    if first_person or ("VERB" in grammemes and "1per" in grammemes):
        flags.add("first_person")
    return Word(normalise(parse.normal_form), frozenset(flags) if flags else _NO_FLAGS)


def is_known(token: str) -> bool:
    """Whether the Russian dictionary has a normalised token as a form of some word."""
    return morphology().word_is_known(token)


def lemma(token: str) -> str:
    """The lemma of a normalised token (see `word`)."""
    return word(token).lemma


def lemmas(text: str) -> list[str]:
    """Lemmas of all tokens of `text`, in order, stop words included."""
    return [word(token).lemma for token in tokens(text)]


def topic_lemmas(text: str) -> list[str]:
    """Lemmas without stop words."""
    return [lemma for lemma in lemmas(text) if lemma not in STOP_LEMMAS]


def content_lemmas(text: str) -> list[str]:
    """Lemmas without stop words; all lemmas where nothing else is left."""
    return topic_lemmas(text) or lemmas(text)


def content_tokens(text: str) -> list[str]:
    """Tokens whose lemma is no stop word; all tokens where nothing else is left."""
    found = tokens(text)
    return [token for token in found if word(token).lemma not in STOP_LEMMAS] or found


def stems(words: Sequence[str]) -> list[str]:
    """Snowball stems: where lemmas would be too slow."""
    return [_stem(w) for w in words]


@lru_cache(maxsize=200_000)
def _stem(token: str) -> str:
    return _stemmer("russian" if is_russian(token) else "english").stemWord(token)


def is_pasted(text: str) -> bool:
    """Whether a user turn is mostly pasted material rather than the user's own words."""
    return len(text) >= PASTED_CHARS


def sentences(text: str) -> list[str]:
    """Sentences of `text` without surrounding space, none empty."""
    from razdel import sentenize

    return [part for line in text.splitlines() if line.strip() for part in (s.text.strip() for s in sentenize(line)) if part]
