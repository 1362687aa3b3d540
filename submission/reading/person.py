"""From the user's first person to the second person in which the assistant answers."""

from __future__ import annotations

import re
from functools import lru_cache

from ..recall.text import _morphology

_WORD = re.compile(r"[^\W\d_]+")

# first person -> polite second person; pronouns of one form each
_PRONOUNS = {
    "я": "вы", "меня": "вас", "мне": "вам", "мной": "вами", "мною": "вами",
    "мы": "вы", "нас": "вас", "нам": "вам", "нами": "вами",
    "мой": "ваш", "моя": "ваша", "моё": "ваше", "мое": "ваше", "мои": "ваши", "моего": "вашего", "моей": "вашей",
    "моему": "вашему", "мою": "вашу", "моим": "вашим", "моём": "вашем", "моем": "вашем", "моих": "ваших", "моими": "вашими",
    "наш": "ваш", "наша": "ваша", "наше": "ваше", "наши": "ваши", "нашего": "вашего", "нашей": "вашей", "нашему": "вашему",
    "нашу": "вашу", "нашим": "вашим", "нашем": "вашем", "наших": "ваших", "нашими": "вашими",
}  # fmt: skip
_ENGLISH = {"i": "you", "me": "you", "my": "your", "mine": "yours", "am": "are", "i'm": "you're", "we": "you", "us": "you", "our": "your"}


def second_person(sentence: str) -> str:
    """`sentence` with first-person pronouns and verbs turned to the polite second person."""
    return _WORD.sub(lambda match: _like(match.group(), _second(match.group().lower())), sentence)


@lru_cache(maxsize=50_000)
def _second(word: str) -> str:
    if word in _PRONOUNS:
        return _PRONOUNS[word]
    if word in _ENGLISH:
        return _ENGLISH[word]
    parse = _morphology().parse(word)[0]
    if "VERB" in parse.tag and "1per" in parse.tag:
        inflected = parse.inflect({"2per", "plur"})
        if inflected is not None:
            return inflected.word
    return word


def _like(original: str, changed: str) -> str:
    """`changed` with the capitalisation of `original`; a word that did not change keeps its spelling."""
    if original.lower() == changed:
        return original
    return changed[:1].upper() + changed[1:] if original[:1].isupper() and len(original) > 1 or original == "Я" else changed
