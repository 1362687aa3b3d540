"""From the user's first person to the second person in which the assistant answers."""

from __future__ import annotations

import re
from functools import lru_cache

from ..recall.text import morphology

_WORD = re.compile(r"[^\W\d_]+(?:['’](?:m|ve|d|ll))?", re.I)

# first person -> polite second person; pronouns of one form each
_PRONOUNS = {
    "я": "вы", "меня": "вас", "мне": "вам", "мной": "вами", "мною": "вами",
    "мы": "вы", "нас": "вас", "нам": "вам", "нами": "вами",
    "мой": "ваш", "моя": "ваша", "моё": "ваше", "мое": "ваше", "мои": "ваши", "моего": "вашего", "моей": "вашей",
    "моему": "вашему", "мою": "вашу", "моим": "вашим", "моём": "вашем", "моем": "вашем", "моих": "ваших", "моими": "вашими",
    "наш": "ваш", "наша": "ваша", "наше": "ваше", "наши": "ваши", "нашего": "вашего", "нашей": "вашей", "нашему": "вашему",
    "нашу": "вашу", "нашим": "вашим", "нашем": "вашем", "наших": "ваших", "нашими": "вашими",
}  # fmt: skip
_ENGLISH = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "am": "are", "we": "you", "us": "you", "our": "your", "ours": "yours",
    "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll", "myself": "yourself",
}  # fmt: skip
_BREAK = re.compile(r"[,;:.!?]|\s[-–—]\s")


def second_person(sentence: str) -> str:
    """`sentence` with first-person pronouns and verbs turned to the polite second person.

    A past tense, which has no person in Russian, becomes plural where its clause has «я» and no other subject before it.
    """
    said, speaks, end = [], False, 0
    for match in _WORD.finditer(sentence):
        between, word = sentence[end : match.start()], match.group()
        if _BREAK.search(between):
            speaks = False
        said += [between, _like(word, _second(word.lower().replace("’", "'"), speaks))]
        speaks = word.lower() in ("я", "i") or speaks and not _is_subject(word.lower())
        end = match.end()
    return "".join(said) + sentence[end:]


@lru_cache(maxsize=50_000)
def _second(word: str, speaks: bool) -> str:
    if word in _PRONOUNS:
        return _PRONOUNS[word]
    if word in _ENGLISH:
        return _ENGLISH[word]
    if speaks and word == "was":
        return "were"
    parse = morphology().parse(word)[0]
    changed = None
    if "VERB" in parse.tag and "1per" in parse.tag:
        changed = parse.inflect({"2per", "plur"})
    elif speaks and ("VERB" in parse.tag and "past" in parse.tag or "ADJS" in parse.tag) and "sing" in parse.tag and "neut" not in parse.tag:
        changed = parse.inflect({"plur"})
    return word if changed is None else changed.word


@lru_cache(maxsize=50_000)
def _is_subject(word: str) -> bool:
    tag = morphology().parse(word)[0].tag
    return "nomn" in tag and ("NOUN" in tag or "NPRO" in tag)


def _like(original: str, changed: str) -> str:
    """`changed` with the capitalisation of `original`; a word that did not change keeps its spelling."""
    if original.lower().replace("’", "'") == changed:
        return original
    if original[:1].isupper() and (len(original) > 1 and not original.lower().startswith("i'") or original == "Я"):
        return changed[:1].upper() + changed[1:]
    return changed
