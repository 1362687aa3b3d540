"""What a question asks for: the kind of answer, one value or many, now or before."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..recall.text import morphology, normalise, tokens

NUMBER, TIME, PERSON, PLACE, NAME, YES_NO, THING = "number", "time", "person", "place", "name", "yes_no", "thing"
NOW, BEFORE, ANY = "now", "before", "any"


class Asked(NamedTuple):
    """`kind` is the answer expected, `many` whether it is spread over turns, `when` which value in time is meant.

    A question is `specific` when it asks for one property of a thing (its brand, sum, colour), which a turn about the
    thing need not tell.  It asks for a `difference` when two values answer it: by how much did it grow?
    """

    kind: str
    many: bool
    when: str
    english: bool
    specific: bool
    difference: bool = False


_CYRILLIC = re.compile(r"[а-я]")

# Cues in the order in which they decide; every text is normalised (lower case, е for ё).
_KINDS: tuple[tuple[str, re.Pattern], ...] = (
    (
        NUMBER,
        re.compile(
            r"\bсколько\b|\bскольк(?:их|им|ими)\b|\bнасколько\b"
            r"|\bкак(?:ой|ая|ое|ов|ова|ую|ого|ому|им|ом)\b(?:\s\w+){0,2}\s(?:возраст|рост|вес|размер|цена|стоимость|стаж|пробег|процент|сумм\w|оклад"
            r"|зарплат\w|рейтинг|пульс|давлени\w|мощност\w|объем\w?|номер\w?|балл\w?|результат|площад[ьи]|температур\w|пенси\w|платеж)\b"
            r"|\bhow (?:many|much|old|long|far|tall|often)\b|\bwhat (?:size|age|price|percentage|number)\b"
        ),
    ),
    (
        TIME,
        re.compile(
            r"\bкогда\b|\bкакого числа\b|\bв како[мй] (?:год|месяц|день|недел|час)\w*|\bпо каким дням\b|\bкакие (?:дни|месяцы)\b|\bдо которого\b"
            r"|\bв котором\b|\bво сколько\b|\bкакой день\b|\bс каких пор\b|\bкак давно\b|\bкакие сроки\b"
            r"|\bwhen\b|\bwhat (?:time|day|year|month|date)\b|\bwhich (?:day|year|month)s?\b"
        ),
    ),
    (
        NAME,
        re.compile(
            r"\bкак (?:\w+ ){0,3}(?:зовут|звали|называ\w+|назва\w+|кличут|величают|обращаться)\b"
            r"|\b(?:имя|имена|фамили[яю]|отчество|кличк\w|названи[ея])\b"
            r"|\bкак(?:ой|ую|ая|ого|ом|им) (?:именно )?(?:марк\w|модел\w|фирм\w|бренд\w?|банк\w?|институт\w?|университет\w?|вуз\w?|улиц\w)\b"
            r"|\bпод как\w+ (?:назв|вывеск|заголов|имен)\w+"
            r"|\bname[sd]?\b|\bcalled\b|\bwhat (?:brand|model|make)\b"
        ),
    ),
    (
        PLACE,
        re.compile(
            r"\bгде\b|\bкуда\b|\bоткуда\b|\bкак(?:ой|ом|ие|их|ую|ая) (?:\w+ )?(?:город\w*|стран\w*|район\w*|мест\w*"
            r"|част[ьи]|сел[оае]|област[ьи]|улиц\w|населенн\w+)\b"
            r"|\bwhere\b|\b(?:what|which) (?:city|country|town|part|district|place|neighbou?rhood)\b"
        ),
    ),
    (
        PERSON,
        re.compile(
            r"\bкто\b|\bкого\b|\bкому\b|\bо ком\b|\bу кого\b|\b(?:с|за|над|перед|под) кем\b"
            r"|\bчь(?:и|я|е|ей|его|их)\b|\bчей\b|\bwho\b|\bwhom\b|\bwhose\b"
        ),
    ),
    (
        YES_NO,
        re.compile(
            r"^(?:а |и |так )?(?:есть|был[аио]?|занимаюсь|\w+) ли\b|\bли (?:я|мы|у меня|мне|мой|моя|мои)\b"
            r"|^(?:do|does|did|am|is|are|was|were|have|has|had|can|could|should|will)\b"
        ),
    ),
)

_MANY = re.compile(
    r"^(?:перечисл|назов|состав)\w+|\bвсе(?:х|м|ми)?\b|\bкакие\b|\bкаких\b|\bкакими\b|\bкаким \w+(?:ам|ям)\b"
    r"|\b(?:двух|трех|четырех|пяти|два|две|три|троих|двоих|трое|двое)\b"
    r"|\b(?:за (?:все|это) время|за \w+ (?:год|месяц)\w*)\b|\bкто из\b|\bчем я (?:увлека|занима)\w+|\bпо очереди\b"
    r"|\bкак зовут \w*(?:моих|наших)\b|\bмо(?:их|ими|им)\b"
    r"|^(?:list|name)\b|\ball\b|\bwhat (?:are|were)\b|\bwhich \w+s\b|\bwhat \w+s\b|\bboth\b|\b(?:two|three|four)\b"
)
_BY_HOW_MUCH = re.compile(r"\bна ?сколько\b(.*)|\bкак(?:ая|ова|ую) (?:\w+ ){0,2}разниц\w+(.*)")
CHANGE = re.compile(
    r"\b(?:(?:вы|воз|под|от)рос(?:л[аио]?|ший)?\b|сверх\b|короче\b|выше\b|ниже\b|больше\b|меньше\b|разниц|увелич|уменьш|(?:по|вз|у)дорож|(?:по|у)дешев"
    r"|при(?:бав|быв|был)|убав|убы[лв]|худе|похуд|(?:по|вы)правил|(?:рас)?полне|потолст|постройн|сни[зж]|подн[яи]|упа[лд]|спа[лд]|сократ|уреза|удлин"
    r"|укоро[тч]|расшир|пополн|превы[сш]|обош|обогна|улучш|ухудш|(?:по)?редел|накину|ускор|замедл|изменил|повы[сш]|пониз|набра[лв]|скину|сброси|щедр"
    r"|(?:raised|rose|grew|grown|went|gone|dropped|fell|increased|decreased|gained|lost)\b)"
)
"""Words of change, in questions and in what is told."""
_BY_HOW_MUCH_ENGLISH = re.compile(
    r"\bby how (?:much|many)\b|\bwhat(?: is|'s) the difference between\b"
    r"|\bhow (?:much|many) (?!times\b)(?:\w+ ){0,2}(?:(?:more|less|fewer|heavier|lighter|longer|shorter|faster|slower|bigger|smaller|higher|lower"
    r"|older|younger|taller|cheaper|pricier)\b"
    r"|(?:did|has|have) .{0,60}\b(?:go(?:ne)? (?:up|down)|gain|lose|lost|grow|drop|rise|fall|change|increase|decrease))"
)
_SPECIFIC = re.compile(
    r"\b(?:марк|модел|пород|цвет|размер|рост|вес\b|улиц|банк|институт|университет|вуз|номер|тариф|оператор|сумм|им(?:я|ени)\b|кличк|названи|адрес|этаж|код\b|парол"
    r"|фамили|отчеств|длин|ширин|диаметр|сколько (?:стои|денег|платят|зарабат|получ|раз|штук)|зовут|называ|звали|числа)"
    r"|\b(?:brand|model|breed|colou?r|size|height|weight|street|bank|university|number|sum|amount|name|address|floor|code|password|how much|called)\b"
)
_AND = re.compile(r"\b(?:и|а) (?:в |на |у |с |о |по |за |к |кого |чем |кем )?(?:как|кто|где|куда|когда|сколько|чем|что|чей|кем)\w*\b")
_BEFORE = re.compile(
    r"\bраньше\b|\bранее\b|\bпрежн\w+|\bпрежде\b|\bбывш\w+|\bстар(?:ый|ая|ое|ую|ом|ой)\b|\bдо (?:того|этого|переезд|перехо|покупк|нынешн|последн)\w*"
    r"|\bпредыдущ\w+|\bизначально\b|\bсначала\b"
    r"|\bпервоначальн\w+|\bдо [а-я]+(?:а|я|ия|ы|и)\?$|\bbefore\b|\bused to\b|\bprevious\w*|\bformer\w*|\boriginally\b"
)
_NOW = re.compile(
    r"\bсейчас\b|\bтеперь\b|\bсегодня\b|\bнынешн\w+|\bнынче\b|\bтекущ\w+|\bна данный момент\b|\bв последн(?:ий|ее|юю)\b|\bпоследн\w+"
    r"|\bвсе еще\b|\bдо сих пор\b|\bактуальн\w+"
    r"|\bв итоге\b|\bпо-прежнему\b|\bуже\b|\bнов(?:ый|ая|ое|ую|ом|ой)\b"
    r"|\bnow\b|\bcurrent\w*|\blatest\b|\bcurrently\b|\bthese days\b|\bstill\b|\blast\b|\bpresent\b"
)


def asked(question: str) -> Asked:
    """What `question` (Russian or English) asks for; a THING at any time where no cue says otherwise."""
    text = normalise(question).strip()
    english = not _CYRILLIC.search(text)
    kind = next((name for name, cue in _KINDS if cue.search(text)), THING)
    difference = _asks_difference(text)
    many = difference or bool(_MANY.search(text) or _AND.search(text))
    when = BEFORE if _BEFORE.search(text) else NOW if _NOW.search(text) else ANY
    return Asked(kind, many, when, english, bool(_SPECIFIC.search(text)), difference)


def _asks_difference(text: str) -> bool:
    """Whether normalised `text` asks how far two values are apart; «на сколько дней едем» asks for one value."""
    if match := _BY_HOW_MUCH.search(text):
        rest = match[0]
        return bool(CHANGE.search(rest)) or any("COMP" in morphology().parse(word)[0].tag for word in tokens(rest))
    return bool(_BY_HOW_MUCH_ENGLISH.search(text))
