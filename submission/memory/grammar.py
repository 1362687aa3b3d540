"""Words of a user's sentence with their morphology: clauses, noun phrases, numbers, dictionary forms of phrases."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..recall.text import lemma, morphology, normalise

_PIECE = re.compile(r"[«\"“](?P<quoted>[^«»\"“”\n]{1,40})[»\"”]|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]")
_BREAKS = frozenset(",;:()—–-.!?…")
_ADJECTIVAL = ("ADJF", "PRTF")

_ONES = """ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать
    семнадцать восемнадцать девятнадцать""".split()
_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
_ORDINALS = """первый второй третий четвертый пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый тринадцатый
    четырнадцатый пятнадцатый
    шестнадцатый семнадцатый восемнадцатый девятнадцатый""".split()
_ORDINAL_TENS = "двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый".split()
NUMBER_WORDS: dict[str, int] = {
    **{word: i for i, word in enumerate(_ONES)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    **{word: 100 * i for i, word in enumerate(_HUNDREDS, 1)},
}
ORDINAL_WORDS: dict[str, int] = {
    **{word: i for i, word in enumerate(_ORDINALS, 1)},
    **{word: 10 * i for i, word in enumerate(_ORDINAL_TENS, 2)},
}
_THOUSANDS = {"тысяча": 1000, "тыща": 1000, "тыс": 1000, "к": 1000, "миллион": 1_000_000, "млн": 1_000_000, "мильон": 1_000_000}


class Parse(NamedTuple):
    lemma: str
    marks: frozenset[str]  # OpenCorpora grammemes: NOUN, Name, Geox, anim, nomn, 1per ...
    score: float


@lru_cache(maxsize=100_000)
def parses(word: str) -> tuple[Parse, ...]:
    """All readings of a normalised word, most likely first."""
    return tuple(Parse(normalise(p.normal_form), p.tag.grammemes, p.score) for p in morphology().parse(word))


@lru_cache(maxsize=100_000)
def lemmas_of(word: str) -> tuple[str, ...]:
    """The different lemmas of a normalised word, most likely first."""
    return tuple(dict.fromkeys(p.lemma for p in parses(word)))


def lemmas_of_any(token: str) -> tuple[str, ...]:
    """All lemmas of a normalised token, itself included; an English one has its stem."""
    if token[0].isdigit() or token[0].isascii():
        return (token, lemma(token))
    return lemmas_of(token)


@lru_cache(maxsize=200_000)
def _reading(word: str, marks: tuple[str, ...], likely: float) -> Parse | None:
    wanted = set(marks)
    return next((p for p in parses(word) if wanted <= p.marks and p.score >= likely), None)


class Word(NamedTuple):
    """A word, a number, a mark or a short quoted name («Абажур»), with its place in the sentence."""

    text: str
    norm: str
    start: int
    end: int
    quoted: bool = False

    @property
    def lemma(self) -> str:
        return parses(self.norm)[0].lemma if self.is_word else self.norm

    @property
    def is_word(self) -> bool:
        return self.norm[:1].isalpha()

    @property
    def is_number(self) -> bool:
        return self.norm[:1].isdigit()

    @property
    def is_latin(self) -> bool:
        return self.is_word and self.norm[0].isascii()

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()

    def reading(self, *marks: str, likely: float = 0.0) -> Parse | None:
        """The first reading with all grammemes; `likely` leaves out readings under that probability."""
        return None if self.quoted or not self.norm[:1].isalpha() else _reading(self.norm, marks, likely)

    def is_a(self, *marks: str, likely: float = 0.0) -> bool:
        return self.reading(*marks, likely=likely) is not None

    def means(self, lemmas: frozenset[str] | dict) -> str | None:
        """The lemma of the first reading that is among `lemmas`."""
        if self.quoted or not self.norm[:1].isalpha():
            return None
        for known in lemmas_of(self.norm):
            if known in lemmas:
                return known
        return None


def words(sentence: str) -> list[Word]:
    """The words and marks of a sentence; a short quotation is one word."""
    found = []
    for match in _PIECE.finditer(sentence):
        inside = match.group("quoted")
        text = inside if inside is not None else match.group()
        if len(text.split()) > 4:
            continue
        found.append(Word(text, normalise(text), match.start(), match.end(), inside is not None))
    return found


def clauses(sentence_words: list[Word]) -> list[list[Word]]:
    """Runs of words between marks and the conjunctions «а», «но», «зато», «потому»; none empty."""
    found: list[list[Word]] = [[]]
    for word in sentence_words:
        if word.norm in _BREAKS and not word.quoted:
            found.append([])
        elif word.norm in ("а", "но", "зато", "потому", "хотя", "чтобы", "чтоб") and found[-1]:
            found.append([word])
        else:
            found[-1].append(word)
    return [clause for clause in found if clause]


def number(clause: list[Word], start: int) -> tuple[float, int] | None:
    """Value and end of a cardinal number written in digits or words at `start`, thousands included."""
    total, current, i = 0.0, 0.0, start
    while i < len(clause):
        word = clause[i]
        if word.is_number:
            if current or ":" in word.norm:
                break
            current = float(word.norm.replace(",", ".")) if word.norm.count(".") + word.norm.count(",") <= 1 else 0.0
        elif (value := _numeral(word)) is not None:
            if current and not (value < 20 and current % 10 == 0 and current % 100 != 10 or value < 100 and current % 100 == 0):
                break
            current += value
        elif (scale := _scale(word)) and (current or total or i == start) and (i > start or word.norm.startswith("тысяч")):
            total += (current or 1) * scale
            current = 0.0
        else:
            break
        i += 1
    return (total + current, i) if i > start else None


def ordinal(clause: list[Word], start: int) -> tuple[int, int] | None:
    """Value and end of an ordinal («двадцать второго», «17») at `start`."""
    tens = 0
    if clause[start].norm in NUMBER_WORDS and NUMBER_WORDS[clause[start].norm] in range(20, 100, 10) and start + 1 < len(clause):
        tens, start = NUMBER_WORDS[clause[start].norm], start + 1
    word = clause[start]
    if word.is_number and word.norm.isdigit() and not tens:
        return int(word.norm), start + 1
    lemma = word.means(ORDINAL_WORDS)
    return (tens + ORDINAL_WORDS[lemma], start + 1) if lemma else None


def _numeral(word: Word) -> int | None:
    if not word.is_word:
        return None
    if word.norm in NUMBER_WORDS:
        return NUMBER_WORDS[word.norm]
    return next((NUMBER_WORDS[p.lemma] for p in parses(word.norm) if p.lemma in NUMBER_WORDS and "NUMR" in p.marks), None)


def _scale(word: Word) -> int | None:
    lemma = word.means(_THOUSANDS)
    return _THOUSANDS[lemma] if lemma else None


def noun_phrase(clause: list[Word], start: int, case: str | tuple[str, ...], limit: int = 5) -> tuple[int, int] | None:
    """(start, end) of the phrase that begins at `start`: adjectives and a noun in `case`, then what depends on it.

    Names in quotes, Latin words and numbers inside model names count as nouns.  None where no noun follows.
    """
    cases = (case,) if isinstance(case, str) else case
    i, head = start, False
    while i < len(clause) and i - start < limit:
        word = clause[i]
        if not head and word.is_word and len(word.norm) < 3 and not word.is_latin:
            break
        if word.quoted or word.is_latin:
            head = True
        elif word.is_number and head or not head and any(word.is_a(part, c) for part in _ADJECTIVAL for c in cases) and not word.is_a("NPRO"):
            pass
        elif (
            not head and any(word.is_a("NOUN", c) for c in cases) or not head and word.is_capital and not word.is_a("PREP") and not word.is_a("CONJ")
        ):
            head = True
        elif head and (word.is_a("NOUN", "gent", likely=0.1) or word.is_a("ADJF", "gent", likely=0.2) or word.is_capital and word.is_word):
            if word.is_a("PREP") or word.is_a("ADVB", likely=0.5) or word.is_a("VERB", likely=0.5):
                break
        else:
            break
        i += 1
    return (start, i) if head and i > start else None


def text_of(clause: list[Word]) -> str:
    """The words as written, single spaces between them."""
    return " ".join(f"«{w.text}»" if w.quoted else w.text for w in clause)


@lru_cache(maxsize=20_000)
def _inflected(norm: str, part: str, case: str, to: str, gender: str | None, plural: bool | None) -> str | None:
    fitting = [p for p in morphology().parse(norm) if part in p.tag and case in p.tag.grammemes]
    for parse in fitting:
        if gender and parse.tag.gender and parse.tag.gender != gender:
            continue
        form = parse.inflect({to, str(parse.tag.number)} if parse.tag.number and part == "NOUN" else {to})
        if form:
            return form.word
    return None


def nominative(phrase: list[Word], case: str) -> str:
    """The phrase in the nominative: adjectives and head from `case`, dependants as they are; names capitalised."""
    if case == "accs" and all(w.quoted or w.is_latin or w.is_a("nomn") for w in phrase[:1]) and any(w.is_a("NOUN", "nomn", "inan") for w in phrase):
        return text_of(phrase)
    result, head_seen = [], False
    nouns = [w for w in phrase if not w.quoted and w.is_a("NOUN", case)]
    head = next((w for w in nouns if not any(w.is_a(part, case) for part in _ADJECTIVAL)), nouns[-1] if nouns else None)
    reading = head.reading("NOUN", case) if head else None
    gender = next((g for g in ("masc", "femn", "neut") if reading and g in reading.marks), None)
    if reading and "plur" in reading.marks:
        gender = None
    for word in phrase:
        if word.quoted:
            result.append(f"«{word.text}»")
            head_seen = True
            continue
        part = None if head_seen else next((p for p in (*_ADJECTIVAL, "NOUN") if word.is_a(p, case)), None)
        if word is head:
            part = "NOUN"
        form = _inflected(word.norm, part, case, "nomn", gender if part != "NOUN" else None, None) if part else None
        name = word.is_capital or word is head and (word.is_a("Name") or word.is_a("Geox", likely=0.3))
        result.append(_cased(form, name) if form else word.text)
        head_seen = head_seen or word is head
    return " ".join(result)


@lru_cache(maxsize=20_000)
def name_form(norm: str, mark: str, gender: str | None = None, cases: frozenset[str] = frozenset()) -> tuple[str, str, frozenset[str]] | None:
    """Nominative, gender and cases of a name (mark Name, Patr or Surn); readings that fit `gender` and `cases` come first."""
    found = [p for p in morphology().parse(norm) if mark in p.tag]
    if not found:
        return None
    best = max(found, key=lambda p: (gender is not None and gender in p.tag.grammemes, bool(cases & p.tag.grammemes), p.score))
    form = best.inflect({"nomn", "sing"})
    same = frozenset(m for p in found if p.tag.gender == best.tag.gender for m in p.tag.grammemes)
    return _cased(form.word if form else best.normal_form, True), str(best.tag.gender), same


def _cased(form: str, capital: bool) -> str:
    parts = form.split("-")
    return "-".join(p[:1].upper() + p[1:] if len(p) > 2 or i == 0 else p for i, p in enumerate(parts)) if capital else form
