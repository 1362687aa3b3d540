"""What the judge without a model reads in a text: words with all their lemmas, and numbers in digits or words.

It knows nothing of questions and gold answers, and shares nothing with the submission, so that tuning the submission
cannot move the instrument.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r"\d{1,3}(?:[   ]\d{3})+(?!\d)|\d+(?:[.,:]\d+)*|[^\W\d_]+|[^\w\s]")
_DATE = re.compile(r"(\d{1,2})\.(\d{2})(?:\.(\d{4}))?")
_ORDINAL_ENDING = re.compile(r"(й|я|е|м|х|го|му|ти|ми|ый|ой|ая|ое|ого|ых|st|nd|rd|th)")
_ACCENTED = re.compile("[à-öø-ÿ]")
_MONTHS = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()
_ENGLISH_MONTHS = "january february march april may june july august september october november december".split()

_ONES = """ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать
    семнадцать восемнадцать девятнадцать""".split()
_ORDINALS = """нулевой первый второй третий четвертый пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый тринадцатый
    четырнадцатый пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый""".split()
_TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_TENTHS = "двадцатый тридцатый сороковой пятидесятый шестидесятый семидесятый восьмидесятый девяностый".split()
_HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_ENGLISH_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS: dict[str, float] = {
    **{word: n for words in (_ONES, _ORDINALS, _ENGLISH, _ENGLISH_ORDINALS) for n, word in enumerate(words)},
    **{word: n for words in (_TENS, _TENTHS, _ENGLISH_TENS) for n, word in zip(range(20, 100, 10), words)},
    **{word: n for n, word in zip(range(100, 1000, 100), _HUNDREDS)},
    "двое": 2, "трое": 3, "четверо": 4, "пятеро": 5, "шестеро": 6, "семеро": 7, "дважды": 2, "трижды": 3, "четырежды": 4,
    "полтора": 1.5, "пара": 2, "twice": 2, "couple": 2,
}  # fmt: skip
_MULTIPLIERS = {"тысяча": 1e3, "тыс": 1e3, "миллион": 1e6, "млн": 1e6, "thousand": 1e3, "hundred": 1e2, "million": 1e6}
# «семилетняя» is 7 and «летний», «четырёхкомнатный» 4 and «комнатный»
_PREFIXES = {
    "двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "шести": 6, "семи": 7, "восьми": 8, "девяти": 9, "десяти": 10, "двенадцати": 12,
    "пятнадцати": 15, "двадцати": 20, "тридцати": 30, "сорока": 40, "пятидесяти": 50, "шестидесяти": 60,
}  # fmt: skip
_COMPOUND = re.compile(rf"({'|'.join(_PREFIXES)})((?:летн|комнатн|дневн|этажн|местн|месячн|недельн|часов|минутн|килограммов|метров)\w+)")

NOMINAL = frozenset(["NOUN", "ADJF", "ADJS", "LATN", "UNKN"])
TIME = frozenset(["NUMB", "TIME"])
VERBAL = frozenset(["VERB", "INFN", "PRTS", "GRND", "PRED"])


class Word(NamedTuple):
    """One word, number or mark of a text.  `value` is set for numbers; `lemmas` holds the forms of all readings."""

    text: str
    lemmas: frozenset[str]
    tags: frozenset[str]  # part of speech and cases of the likeliest reading; empty for marks
    value: float | None = None
    name: bool = False  # capitalised inside a sentence, or standing in quotation marks

    @property
    def mark(self) -> bool:
        return not self.tags

    @property
    def lemma(self) -> str:
        return f"{self.value:g}" if self.value is not None else min(self.lemmas, key=lambda form: (len(form), form), default=self.text)


def normalise(text: str) -> str:
    """Lower case, ё as е, Latin letters without accents."""
    return _ACCENTED.sub(lambda letter: unicodedata.normalize("NFKD", letter[0])[0], text.lower().replace("ё", "е").replace("\u0301", ""))


def read_words(text: str) -> list[Word]:
    """Words, numbers (spelled-out ones joined: «тридцать пять тысяч» is one) and punctuation marks in order."""
    return _join_numbers(_single_words(text))


def same_word(one: Word, other: Word) -> bool:
    """Equal in meaning as far as forms show it: a lemma, a shared stem, a slip of the pen, another alphabet."""
    if one.value is not None or other.value is not None:
        return one.value == other.value
    if one.lemmas & other.lemmas:
        return True
    if one.text.isascii() != other.text.isascii():
        return _sounds_alike(one.text, other.text)
    return any(_same_stem(a, b) for a in _with_bare(one) for b in _with_bare(other)) or _slip(one, other) or _slip(other, one)


def _single_words(text: str) -> list[Word]:
    found: list[Word] = []
    quoted = False
    for match in _TOKEN.finditer(text.replace("\u0301", "")):
        token = match[0]
        if token[0].isdecimal():
            found.extend(_digits(token))
        elif token.isalpha():
            glued = bool(found) and found[-1].value is not None and text[match.start() - 1 : match.start()] != " "
            after_hyphen = len(found) > 1 and found[-1].text == "-" and found[-2].value is not None
            if (glued or after_hyphen) and _ORDINAL_ENDING.fullmatch(normalise(token)):
                continue
            starts = not found or found[-1].text in ".!?:—"
            found.extend(_word(token, quoted or (token[0].isupper() and not starts)))
        else:
            quoted = token in "«“" or (quoted and token not in "»”")
            found.append(Word(token, frozenset(), frozenset()))
    return found


def _digits(token: str) -> list[Word]:
    def number(value: float) -> Word:
        return Word(token, frozenset(), frozenset(["NUMB"]), value)

    if (date := _DATE.fullmatch(token)) and 1 <= int(date[1]) <= 31 and 1 <= int(date[2]) <= 12:
        return [number(int(date[1])), *_word(_MONTHS[int(date[2]) - 1], False), *([number(int(date[3]))] if date[3] else [])]
    if ":" in token:
        hour, _, minute = token.partition(":")
        # a full hour is written without minutes as often as with them; others become 16.3 for 16:30
        return [Word(token, frozenset(), TIME, int(hour) + (int(minute) / 100 if minute.isdigit() else 0))]
    plain = re.sub(r"\s", "", token).replace(",", ".")
    if plain.count(".") > 1:
        return [number(float(part)) for part in plain.split(".")]
    if re.fullmatch(r"\d{1,3},\d{3}", token):
        plain = token.replace(",", "")
    return [number(float(plain))]


@lru_cache(maxsize=100_000)
def _forms(text: str) -> tuple[frozenset[str], frozenset[str], float | None]:
    """Lemmas of all readings, tags of the likeliest, and the number that the word spells."""
    # «печь», «знать»: a word that can be an infinitive is one more often than not in an answer
    parses = sorted(_morphology().parse(text), key=lambda p: p.tag.POS != "INFN")
    # a word that the dictionary lacks is most often a name or a thing, whatever its ending looks like
    first = frozenset(re.split("[ ,]", str(parses[0].tag))) if parses[0].is_known or text.isascii() else frozenset(["UNKN"])
    first |= {p.tag.case for p in parses if p.tag.case}
    lemmas = frozenset(normalise(p.normal_form) for p in parses[:4] if p.score >= 0.05 or p is parses[0])
    if text in _ENGLISH_MONTHS:
        lemmas |= {_MONTHS[_ENGLISH_MONTHS.index(text)]}
    if text.isascii() and len(text) > 3:
        lemmas |= {_english_stem(text)}
    spelled = [normalise(p.normal_form) for p in parses] + [text]
    return lemmas, first, next((_NUMBERS[form] for form in spelled if form in _NUMBERS), None)


def _word(token: str, name: bool) -> list[Word]:
    text = normalise(token)
    if compound := _COMPOUND.fullmatch(text):
        return [Word(compound[1], frozenset(), frozenset(["NUMB"]), float(_PREFIXES[compound[1]])), *_word(compound[2], False)]
    lemmas, tags, value = _forms(text)
    return [Word(text, lemmas, tags | {"SPELLED"} if value is not None else tags, value, name)]


def _join_numbers(words: list[Word]) -> list[Word]:
    """Runs of number words as one number each: units below tens below hundreds, then thousands."""
    joined: list[Word] = []
    index = 0
    while index < len(words):
        if (time := _spoken_time(words[index : index + 3])) is not None:
            joined.append(Word(words[index].text, frozenset(), TIME, time[0]))
            index += time[1]
            continue
        if words[index].value is None and not words[index].lemmas & _MULTIPLIERS.keys():
            joined.append(words[index])
            index += 1
            continue
        start, total, part, floor = index, 0.0, 0.0, float("inf")
        while index < len(words):
            word = words[index]
            scale = next((_MULTIPLIERS[form] for form in word.lemmas | {word.text} if form in _MULTIPLIERS), None)
            if scale is not None and word.value is None:
                total, part, floor = total + (part or 1) * scale, 0.0, scale
            elif word.value is not None and index == start:
                part, floor = word.value, _magnitude(word.value)
            elif word.value is not None and 0 < word.value < floor:
                part, floor = part + word.value, _magnitude(word.value)
            elif [w.text for w in words[index : index + 2]] in (["с", "половинои"], ["с", "половиной"]):
                part, index = part + 0.5, index + 1
            elif word.text == "." and index + 1 < len(words) and words[index - 1].text in ("тыс", "млн"):
                pass
            else:
                break
            index += 1
        name = " ".join(word.text for word in words[start:index])
        joined.append(Word(name, frozenset(), frozenset(["NUMB"]) | words[start].tags & {"SPELLED"}, total + part))
    return joined


def _magnitude(value: float) -> float:
    """10 for tens (20 to 90), 100 for hundreds; 1 for what nothing smaller is added to."""
    for size in (100.0, 10.0):
        if value >= size and value % size == 0 and not (size == 10 and value == 10):
            return size
    return 1.0


def _spoken_time(words: list[Word]) -> tuple[float, int] | None:
    """Time and number of words of «половине пятого» (4.3 for 4:30), "half past four" and "quarter to five"."""
    texts = [word.text for word in words]
    if texts[0] in ("половина", "половине", "половину") and len(words) > 1 and words[1].value is not None:
        return words[1].value - 1 + 0.3, 2
    if len(words) < 3 or words[2].value is None:
        return None
    shift = {("half", "past"): 0.3, ("quarter", "past"): 0.15, ("quarter", "to"): -0.55}.get((texts[0], texts[1]))
    return None if shift is None else (words[2].value + shift, 3)


_VERB_PREFIX = re.compile(r"(?:от|по|за|вы|про|на|при|пере|до|об|из|раз|рас|с|у)(?=\w{5,}(?:ть|ться|ти)$)")


def _with_bare(word: Word) -> set[str]:
    """The lemmas, and those of verbs without their prefix: «отремонтировать» is «ремонт» too."""
    return word.lemmas | {_VERB_PREFIX.sub("", form, count=1) for form in word.lemmas}


def _same_stem(one: str, other: str) -> bool:
    shared = 0
    for left, right in zip(one, other):
        if left != right:
            break
        shared += 1
    shorter, longer = sorted((len(one) - shared, len(other) - shared))
    if shared >= 5:
        return shorter <= 4 and longer <= (8 if shared >= 6 else 5)
    return shared == 4 and shorter == 0 and longer <= 3


def _slip(right: Word, written: Word) -> bool:
    """`written` is no word of the dictionary and one or two letters from `right`."""
    a, b = right.text, written.text
    if min(len(a), len(b)) < 5 or (a[0] != b[0] and len(a) < 7):
        return False
    if not b.isascii() and _morphology().word_is_known(b):
        return False
    # inflected slips keep their ending: compare with the lemma as well
    allowed = 1 if len(a) < 8 else 2
    return any(_edits(form, slip) <= allowed for form in {a, *right.lemmas} for slip in {b, *written.lemmas})


def _edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row, before = [i], row
        for j, right in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right)))
    return row[-1]


_LATIN = dict(zip("абвгдезийклмнопрстуфхцчшщыэюя", "a b v g d e z i i k l m n o p r s t u f h k s s s y e u a".split()))


_VOWELS = re.compile(r"[aeiouy]+")


def _sounds_alike(one: str, other: str) -> bool:
    a, b = _consonants(one), _consonants(other)
    if min(len(a), len(b)) >= 4:
        return _edits(a, b) <= 1
    return a == b and (len(a) == 3 or _VOWELS.sub("a", _latin(one)) == _VOWELS.sub("a", _latin(other)))


def _latin(text: str) -> str:
    latin = "".join(_LATIN.get(letter, letter) for letter in text if letter not in "ьъ")
    for pair, sound in (("x", "ks"), ("ph", "f"), ("c", "k"), ("q", "k"), ("w", "v"), ("j", "d")):
        latin = latin.replace(pair, sound)
    return latin.replace("h", "")


def _consonants(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", _VOWELS.sub("", _latin(text)))


@lru_cache(maxsize=1)
def _morphology():
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=1)
def _english():
    import Stemmer

    return Stemmer.Stemmer("english")


def _english_stem(text: str) -> str:
    return _english().stemWord(text)
