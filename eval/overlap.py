"""The judge without a model: compares what a gold answer and an answer say, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .datasets import Question
from .datasets.dialogue import NO_INFO
from .verdict import CORRECT, INCORRECT, Verdict, declines, refuse_form
from .words import NOMINAL, VERBAL, Word, normalise, read_words, same_word

# what answers say around the fact; a prediction may leave it out
_FRAME = frozenset(
    """вы вас вам вами ваш у в на и с по из к о до за для от это этот быть являться звать называть называться мой я свой он она они тот
    да нет должный сейчас теперь нынешний текущий уже еще весь же который около примерно один именно название фамилия имя
    the a an you your my i it is are was were be have has had and in of to at for from with now current currently still that this who which
    yes no do does did been will would can could she he they we us me her his their its so also just by as about there here very"""
    .split()
)  # fmt: skip
# left out freely beside a number: «шесть утра» is 6:00
_UNITS = frozenset(
    """год лето рубль руб р м ч г месяц неделя день раз час минута мин утро вечер метр сантиметр см километр км килограмм кг литр штука человек
    число январский размер градус процент year month week day time hour minute dollar pound euro people metre meter mile""".split()
)
_SYNONYMS = [
    frozenset(group.split())
    for group in (
        "мама мать мамочка", "папа отец", "дедушка дед", "бабушка бабуля", "жена супруга", "муж супруг", "сын сынок", "дочь дочка",
        "ребенок малыш", "кот кошка котик", "собака пес", "машина автомобиль", "врач доктор", "квартира жилье", "работа труд",
        "мобильник телефон смартфон", "учитель преподаватель педагог", "руководитель начальник", "боязнь страх бояться фобия",
        "посудомойка посудомоечный", "манка манный", "велик велосипед", "больница госпиталь клиника", "магазин лавка", "ветка ветвь",
        "каждый ежемесячно ежемесячный", "младший младше", "старший старше", "кузина двоюродный", "девочка дочь", "мальчик сын",
        "перестать бросить прекратить", "оценка балл", "кино фильм", "одежда вещь", "вуз университет институт", "доход зарплата",
        "mum mom mother", "dad father", "grandma grandmother", "grandpa grandfather", "film movie", "flat apartment", "dog pup",
    )
]  # fmt: skip
_PAST = re.compile(
    r"\b(раньше|ранее|прежде|(?<!по - )прежн\w+|до этого|до того|до \w+ был\w*|был[аио]?|сначала|сперва|изначально|вначале|начинал\w*|вместо"
    r"|уже не|больше не"
    r"|перешл\w+|перешел|переехал\w*|съехал\w*|сменил\w*|перевез\w*|повысил\w*|похудел\w*|поправил\w*|после ухода|отказал\w*|бросил\w*|продал\w*"
    r"|быв\w+|планировал\w*|хотя|а не|used to|previously|before|formerly|was|were|moved|switched|left|instead of|rather than|no longer|from)\b"
)
_FORMER = re.compile(r"\b(раньше|ранее|прежде|(?<!по - )прежн\w+|сначала|сперва|изначально|used to|previously|formerly)\b")
_ASKS_PAST = re.compile(
    r"\b(раньше|ранее|(?<!по - )прежн\w+|прошл\w+|до (того|этого|перехода|переезда)|до \w+|was|were|did|before|used to|previous\w*)\b"
)
_GUESS = re.compile(
    r"\b(думаю|скорее всего|вероятно|наверн\w+|возможно|похоже|судя по|если не ошибаюсь|предполож\w+|probably|likely|i think|maybe|perhaps|i guess)\b"
)
_NEGATION = re.compile(
    r"\b(не|нет|ни|никогда|без|нельзя|бросил\w*|отказал\w*|перестал\w*|продал\w*|not|no|never|without|stopped|quit)\b|n ?['’] ?t\b"
)
# «Нет, вы снова курите»: what follows the first word says it itself
_LEAD = re.compile(r"(да|нет|yes|no)\s*[,.—–-]\s*(?=\w+\s+\w+)", re.I)
_BREAKS = frozenset(".!?;:—–")
_JOINTS = frozenset([",", "и", "and", "/", "+", "да", "плюс"])


class Clause(NamedTuple):
    """A stretch between commas, conjunctions and stops; `sentence` counts the stretches between stops alone."""

    words: tuple[Word, ...]
    text: str
    sentence: int


def judge_overlap(question: Question, answer: str) -> Verdict:
    """The answer holds what carries the gold answer, nothing else of that kind, and denies it no more than the gold does.

    What carries a gold answer are its nouns, adjectives, numbers, names and foreign words that the question does not
    say itself; where there are none, yes or no. Words count as the same by any lemma, a shared stem, a small slip that
    is no other word, transliteration or a short list of synonyms; numbers by value. A former value may stand beside the
    right one when the answer says that it is former. For `no_info` the answer has to decline without guessing.
    """
    if wrong := refuse_form(answer):
        return wrong
    if question.type == NO_INFO:
        return _judge_refusal(answer)
    if declines(answer):
        return Verdict(INCORRECT, "declined where there is an answer")
    gold_text = _without_lead(question.gold or "")
    asked, gold, given = read_words(question.text), read_words(gold_text), read_words(_without_lead(answer))
    keys = find_keys(gold, asked)
    clauses = list(_clauses(given))
    about_past = _ASKS_PAST.search(normalise(question.text)) or _PAST.search(normalise(gold_text))
    current = [word for c in clauses for word in c.words if about_past or not _FORMER.search(c.text)]
    missing = [key.lemma for key in keys if not any(_matches(key, word) for word in current)]
    if missing:
        return Verdict(INCORRECT, f"missing from the answer: {', '.join(missing)}")
    if wrong := _judge_denial(gold_text, keys, clauses):
        return wrong
    if extra := [word.lemma for word in _extras(keys, clauses, gold + asked)]:
        return Verdict(INCORRECT, f"beside the gold answer: {', '.join(extra)}")
    if not keys and not _on_topic(given, gold + asked):
        return Verdict(INCORRECT, "says nothing of what was asked")
    return Verdict(CORRECT, f"holds: {', '.join(key.lemma for key in keys) or 'yes or no as the gold'}")


def find_keys(gold: list[Word], asked: list[Word]) -> list[Word]:
    """The words that carry a gold answer; empty where the question says all of them and the gold is a yes or no.

    The kind of a named thing («кот» in «кот Барсик», «фильм» in «фильм «Хатико»») and units beside a number can be left out.
    """
    known = [word for word in asked if not word.mark]
    kinds = _kinds(gold)
    numbers = any(word.value is not None for word in gold)

    def new(word: Word) -> bool:
        return not word.mark and not word.lemmas & _FRAME and not any(same_word(word, other) for other in known)

    content = [word for index, word in enumerate(gold) if _is_content(word) and new(word) and index not in kinds]
    keys = [word for word in content if not (numbers and word.value is None and word.lemmas & _UNITS)]
    if keys:
        return list({word.lemma: word for word in keys}.values())
    if content:
        return content
    verbs = [word for word in gold if word.tags & VERBAL and new(word)]
    return [] if _NEGATION.search(_text(gold)) else verbs or [word for word in gold if new(word)] or _content(gold)


def _on_topic(given: list[Word], known: list[Word]) -> bool:
    """Whether some word of an answer is known, or it is a bare yes or no."""
    said = [word for word in given if not word.mark and not word.lemmas & _FRAME]
    return not said or any(_matches(word, other) for word in known if not word.mark and not word.lemmas & _FRAME for other in said)


def _without_lead(text: str) -> str:
    lead = _LEAD.match(text)
    return text[lead.end() :] if lead else text


def _judge_refusal(answer: str) -> Verdict:
    if not declines(answer):
        return Verdict(INCORRECT, "answered where there is no information")
    if guess := _GUESS.search(normalise(answer)):
        return Verdict(INCORRECT, f"guesses after declining: {guess[0]}")
    return Verdict(CORRECT, "declined, as it should")


def _judge_denial(gold: str, keys: list[Word], clauses: list[Clause]) -> Verdict | None:
    """Incorrect when exactly one of gold and answer denies; of the answer only the clauses that hold a key count."""
    bearing = [c for c in clauses if any(_matches(key, word) for key in keys for word in c.words)] or clauses
    gold_denies = bool(_NEGATION.search(normalise(gold)))
    if keys and not gold_denies:
        denied = all(_NEGATION.search(c.text) and not _PAST.search(c.text) for c in bearing)
    else:
        sentences = {c.sentence for c in bearing}
        denied = any(_NEGATION.search(c.text) for c in clauses if c.sentence in sentences)
    if denied != gold_denies:
        return Verdict(INCORRECT, "denies what the gold answer says" if denied else "does not deny what the gold answer denies")
    return None


def _extras(keys: list[Word], clauses: list[Clause], known: list[Word]) -> Iterator[Word]:
    """Words of the kind of the keys that neither gold nor question has: further numbers and further items of a list.

    A number counts anywhere, a nominal only as an item without a verb in a sentence with a key, in a case that a key
    has there, and beside names only another name; neither counts in a clause that speaks of the past.
    """
    bearing = {c.sentence for c in clauses if any(_matches(key, word) for key in keys for word in c.words)}
    cases = {tag for c in clauses for w in c.words for key in keys if _matches(key, w) for tag in w.tags if tag in _CASES}
    numbers = any(key.value is not None for key in keys)
    names = bool(keys) and all(key.name for key in keys)
    for clause in clauses:
        if _PAST.search(clause.text):
            continue
        for word in clause.words:
            article = word.value == 1 and "SPELLED" in word.tags  # «один» is as often a word as a number
            if word.value is not None and not article and numbers and not any(_matches(other, word) for other in known):
                yield word
        if clause.sentence not in bearing or any(word.tags & VERBAL for word in clause.words):
            continue
        if any(_matches(key, word) for word in clause.words for key in keys):
            continue
        for word in clause.words:
            if not _is_content(word) or word.value is not None or word.lemmas & (_FRAME | _UNITS):
                continue
            if names and not word.name:
                continue
            if not any(_matches(other, word) for other in known) and (word.tags & cases or not word.tags & _CASES or not cases):
                yield word


_CASES = frozenset(["nomn", "gent", "datv", "accs", "ablt", "loct"])


def _matches(key: Word, word: Word) -> bool:
    if key.value is not None and word.value is not None:
        apart = round(abs(key.value - word.value), 6)
        return apart == 0 or (apart == 12 and "TIME" in key.tags | word.tags)
    return same_word(key, word) or any(key.lemmas & group and word.lemmas & group for group in _SYNONYMS)


def _clauses(words: list[Word]) -> Iterator[Clause]:
    sentence, part = 0, []
    for word in [*words, Word(".", frozenset(), frozenset())]:
        if word.text not in _BREAKS and word.text not in _JOINTS:
            part.append(word)
            continue
        if part:
            yield Clause(tuple(part), _text(part), sentence)
        part, sentence = [], sentence + (word.text in _BREAKS)


def _kinds(gold: list[Word]) -> set[int]:
    """Places of common nouns, with their adjectives, that only say what kind of thing the following name is."""
    found: set[int] = set()
    for index, word in enumerate(gold):
        if not word.name or (index and gold[index - 1].name):
            continue
        place = index - 1
        while place >= 0 and (gold[place].mark and gold[place].text in '«“"' or (gold[place].tags & {"NOUN", "ADJF"} and not gold[place].name)):
            found.add(place)
            place -= 1
    return found


def _content(words: list[Word]) -> list[Word]:
    return [word for word in words if _is_content(word)]


def _is_content(word: Word) -> bool:
    return word.value is not None or bool(word.tags & NOMINAL and not word.tags & {"Apro"})


def _text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)
