"""ForgetRequest: what a user asks the assistant to forget, read from the words of one turn.

Precision before coverage: a turn counts only where the assistant is addressed («забудь, что я говорил про ...»,
«удали из памяти ...», «forget what I told you about ...») and something is named.  «Не забудь ...», quoted and pasted
text, reported speech, the idiom «забудь» (never mind) and orders to forget instructions are no requests.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..recall.text import STOP_LEMMAS, is_pasted, lemma, normalise, sentences, tokens
from .grammar import lemmas_of

__all__ = ["FORGET", "NARROWER", "ForgetRequest", "find_forget_request", "kept_news"]

FORGET, NARROWER = "forget", "narrower"

Part = tuple[str, ...]  # normalised tokens that belong together


class ForgetRequest(NamedTuple):
    """`kind` is `forget`, or `narrower` where all is asked for and nothing named.

    `topics` are alternatives to forget one after another; each is a tuple of parts joined by «и», which are taken together
    where some turn holds them all and one by one otherwise.  `back` means the turn before (or this one: `own_turn`).
    """

    kind: str
    topics: tuple[tuple[Part, ...], ...] = ()
    back: bool = False
    own_turn: bool = False


_MAYBE = re.compile(
    r"забуд|забы|удал|сотр|стер|стир|убер|вычерк|выкин|запомин|сохран|храни|помни|forget|delete|erase|remove|remember|store|keep", re.I
)
_SPEECH = r"(?:говори|сказа|писа|написа|рассказ|упомина|упомяну|сообщ|обсужда|жалова|призна|дели|спраш|спроси|болта|сболтн|ляпн|ныл|привод|приве)\w*"
_FILLERS = re.compile(
    r"^[\s,:]*(?:пожалуйста|плиз|пж|уже|ты|вы|лучше|вообще|совсем|навсегда|насовсем|полностью|теперь|тогда|ради бога|please|forever|now)\b[\s,]*"
)
_CAN = (
    r"(?:(?:можешь|можете|могли бы вы|мог бы ты|могла бы ты|ты можешь|вы можете|прошу|попрошу|просьба|"
    r"хочу,? чтобы?|хотел\w* бы,? чтобы?)\W+(?:\w+\W+){0,2}?)"
)
_FORGET_RU = re.compile(rf"(?<!\w)(?:забудь(?:те)?(?:-ка)?|{_CAN}забы(?:ть|л|ла|ли))\b")
_ERASE_RU = re.compile(
    rf"(?<!\w)(?:(?:удали|сотри|убери|вычеркни|выкинь|выбрось|стирай|удаляй)(?:те)?|{_CAN}(?:удалить|удалил[аи]?|стереть|убрать|убрал[аи]?|вычеркнуть))\b"
)
_DONT_RU = re.compile(r"(?<!\w)не\s+(?:(?:надо|нужно|стоит)\s+(?:это|этого|об этом)?\s*)?(запомина|сохраня|храни|запомни|помни)\w*")
_MEMORY_RU = re.compile(r"\b(?:из|с|в)\s+(?:\w+\s+)?(?:памят[иь]|истори[ию]|запис\w+|заметок|заметках|базы|досье)\b")
_RECORDS_RU = re.compile(
    r"^(?:все\s+)?(?:(?:мои|эти|мою)\s+)?(?:данные|информаци\w+|сведени\w+|упоминани\w+|запис\w+|факт\w*)\s+(?=о |об |обо |про )"
)
_NEGATED_RU = re.compile(r"(?:\bне|\bни|\bникогда не|\bне надо|\bнельзя)\s*$")
_REPORTED = re.compile(r"\b(?:сказал|говорит|говорил|ответил|написал|пишет|кричит|крикнул|попросил|просит|велел|said|says|told me|asked me)\w*\b")
_TEXT_WORK = re.compile(
    r"\b(?:перевед|переведи|переписать|перепиши|исправь|сочини|напиши|напишите|придумай|как сказать|что значит|фраз\w+|песн\w+|стих\w*|цитат\w+|"
    r"translate|rewrite|write|proofread|song|lyric\w*|quote)\b"
)
_QUOTED = re.compile(r"```.{0,5000}?```|^\s*[>—–].*$|«[^»]{0,1000}»|\"[^\"\n]{0,1000}\"|“[^”]{0,1000}”", re.S | re.M)
_CLAUSE_END = re.compile(r"[,.;!?()\n:]|\s[—–-]\s|\bпотому\b|\bчтобы?\b|\bbecause\b|\bso that\b")
_FIRST_RU = re.compile(r"\b(?:я|мы|меня|мне|мной|нас|нам|мой|моя|мое|мои|моего|моей|моем|моему|моих|мою|моим|наш\w*)\b")
_BACK_RU = re.compile(r"^(?:это(?:го)?|последн\w+ (?:сообщени|реплик|фраз|слов)\w*|предыдущ\w+ (?:сообщени|реплик|фраз)\w*)\W*(?:пожалуйста)?\W*$")
_JUST_NOW = re.compile(r"\b(?:только что|сейчас|последн\w+|предыдущ\w+|just now|just)\b")
_EVERYTHING = re.compile(r"^(?:вс[её]|вообще все|все-все|меня|обо мне|everything|all of it|it all|about me|me)\b")
_EVERYTHING_ONLY = re.compile(
    r"(?:обо|про|о)\s+(?:мне|меня|нас)|что\s+(?:ты|вы)\s+(?:обо мне\s+)?зна\w+(?:\s+обо мне)?"
    r"|(?:наш\w*|эт\w+)\s+(?:разговор|беседу|переписку|диалог)\w*"
)
_DETERMINER = re.compile(
    r"^(?:(?:все|весь|всю)\s+)?(?:мой|моя|мое|мои|моего|мою|моих|моей|наш\w*|тот|ту|те|то|эту|этот|эти|ту самую|тот самый)\s+(?=\w)"
)
_ABOUT = re.compile(r"\b(?:про|о|об|обо|насчет|по поводу|касательно)\s+(.+)")

_FORGET_EN = re.compile(r"(?<![\w'])forget\b(?!-)")
_NEGATED_EN = re.compile(r"(?:n't|n’t|\bnot|\bnever|\bi|\bwe|\bthey|\bhe|\bshe|\bpeople|\bwill|\bto|\bi'd|\balmost|\balways|\bmight|\bmay)\s*$")
_ADDRESSED_EN = re.compile(r"(?:\bcan you|\bcould you|\bwould you|\bwill you|\bplease|\byou to|\byou can|\bi ask you to)\s*(?:please\s*|just\s*)?$")
_SAID_EN = re.compile(
    r"^(?:about\s+)?(?:(?:everything|anything|all|the things?|the part|the bit)\s+)?(?:that\s+|what\s+)?i(?:'ve| have|'d)?\s+"
    r"(?:ever\s+|just\s+|once\s+)?"
    r"(?:told|said|wrote|mentioned|shared|written)(?:\s+to)?(?:\s+you)?(?:\s+(?:here|before|earlier))?\s*(?:about|regarding|on|of|concerning)?\s*(?P<topic>.*)"
)
_MINE_EN = re.compile(r"^(?:about\s+|all about\s+|everything about\s+)?(?P<topic>(?:my|our)\s+.+)")
_ERASE_EN = re.compile(r"\b(?:delete|erase|remove|wipe)\s+(?P<topic>.{1,120}?)\s+from\s+(?:your\s+|the\s+)?(?:memory|memories|records|notes)\b")
_DONT_EN = re.compile(
    r"\b(?:do not|don't|don’t|please never)\s+(?:remember|memori[sz]e|store|save|keep)\s+(?P<topic>(?:this|that|it|my|about my)\b.*)"
)

_NEWS = re.compile(
    r"^(?:(?:и|а|но|ведь|у меня|я|мы|and|but|i|we)\s+)*(?:теперь|сейчас|с сегодняшнего дня|на самом деле|отныне|"
    r"кстати|а еще|еще у меня|now|actually|by the way)\b"
)

_GENERIC = frozenset(
    """говорить сказать писать написать рассказывать рассказать упоминать упомянуть сообщать сообщить обсуждать жаловаться признаться делиться
    спрашивать спросить болтать сболтнуть ляпнуть ныть привести приводить тема разговор история дело вещь вопрос пожалуйста тогда раньше недавно
    вчера сегодня реплика сообщение собственный личный давно прошлый раз когда-то как-то год месяц неделя день зима лето осень весна зимой летом
    осенью весной утро вечер слово штука весь все свой перед между из-за после до над под возле январь февраль март апрель май июнь июль август
    сентябрь октябрь ноябрь декабрь тут здесь сам самый данные информация сведения thing stuff matter topic bit talk conversation story tell say
    mention write share everything all january february march april june july august september october november december yesterday today last
    week year month winter summer spring autumn please whole that this""".split()
)
_ORDERS = frozenset(
    """инструкция указание правило промпт контекст роль ограничение команда система системный настройка instruction instructions prompt rule rules
    role context guidelines restrictions""".split()
)


def find_forget_request(text: str) -> ForgetRequest | None:
    """The request in a user's turn, or None.  Several requests in one turn are joined."""
    if not _MAYBE.search(text):
        return None
    parts = sentences(_QUOTED.sub(" ", text.replace("’", "'")))
    if is_pasted(text):  # their own words stand before and after what they paste
        parts = [parts[i] for i in sorted({0, len(parts) - 1})] if parts else []
    found = [request for part in parts if (request := _in_sentence(normalise(part))) is not None]
    if not found:
        return None
    topics = tuple(dict.fromkeys(topic for request in found for topic in request.topics))
    if topics:
        return ForgetRequest(FORGET, topics, own_turn=any(r.own_turn for r in found))
    named = [request for request in found if request.kind == FORGET]
    if named:
        words = tokens(_QUOTED.sub(" ", text))
        own = any(r.own_turn for r in named) and len(words) > 5  # «мой код 4417, не запоминай это»
        return ForgetRequest(FORGET, (), back=not own, own_turn=own)
    return ForgetRequest(NARROWER)


def _in_sentence(sentence: str) -> ForgetRequest | None:
    for pattern, read in ((_FORGET_RU, _read_forget), (_ERASE_RU, _read_erase), (_DONT_RU, _read_dont)):
        match = pattern.search(sentence)
        if match and _is_addressed(sentence[: match.start()]):
            return read(_unfilled(sentence[match.end() :]), sentence)
    return _in_english(sentence)


def _is_addressed(before: str) -> bool:
    if _NEGATED_RU.search(before) or _TEXT_WORK.search(before):
        return False
    return not _REPORTED.search(before) or bool(re.search(r"\bя\b|\bi\b", before))


def _unfilled(tail: str) -> str:
    """What follows the verb, without «пожалуйста» and the like."""
    while (match := _FILLERS.match(tail)) is not None:
        tail = tail[match.end() :]
    return tail.strip(" ,:")


def _read_forget(tail: str, sentence: str) -> ForgetRequest | None:
    if _BACK_RU.match(_first_clause(tail)):
        return ForgetRequest(FORGET, back=True)
    everything = _EVERYTHING.match(tail)
    tail = re.sub(r"^(?:вс[её]|то|о том|обо всем|про то)\b[\s,]*", "", tail)
    tail = _unfilled(tail)
    if everything and (not _first_clause(tail) or _EVERYTHING_ONLY.fullmatch(_first_clause(tail)) or tail in ("меня", "обо мне")):
        return ForgetRequest(NARROWER)
    if tail.startswith("что "):
        return _read_clause(tail[4:])
    if (about := _ABOUT.match(tail)) is not None:
        return _named(about.group(1))
    if (determined := _DETERMINER.match(tail)) is not None:
        return _named(tail[determined.end() :])
    return None


def _read_clause(tail: str) -> ForgetRequest | None:
    """«что я говорил про ...», «что я ... говорил», «что у меня долг»."""
    clause = _first_clause(tail)
    if not _FIRST_RU.search(clause):
        return None
    about = _ABOUT.search(tail)
    if re.search(rf"\b{_SPEECH}", clause) and (about is None or about.start() > len(clause)):
        return ForgetRequest(FORGET, back=True) if _JUST_NOW.search(clause) else ForgetRequest(NARROWER)
    return _named(about.group(1) if about is not None and about.start() <= len(clause) else clause)


def _read_erase(tail: str, sentence: str) -> ForgetRequest | None:
    said = re.match(r"^(?:(?:все|то)\W+)?что\s+(?:я|мы)\b.*", tail)
    records = _RECORDS_RU.match(tail)
    if not (_MEMORY_RU.search(sentence) or (said and re.search(_SPEECH, tail)) or (records and _FIRST_RU.search(tail))):
        return None
    tail = _unfilled(_MEMORY_RU.sub(" ", tail).strip())
    if _BACK_RU.match(_first_clause(tail)):
        return ForgetRequest(FORGET, back=True)
    tail = tail[records.end() :] if records and _RECORDS_RU.match(tail) else tail
    return _read_forget(tail, sentence) or (_named(tail) if tail else None)


def _read_dont(tail: str, sentence: str) -> ForgetRequest | None:
    """«не запоминай ...»: this very turn, and what was said before on the same topic."""
    clause = _first_clause(tail)
    mentions_memory = "запом" in sentence or bool(_MEMORY_RU.search(sentence))
    if not clause or re.match(r"^(?:это|этого|об этом|его|ее|их)\b", clause):
        return ForgetRequest(FORGET, back=True, own_turn=True) if mentions_memory or clause else None
    named = _read_forget(tail, sentence) or (_named(tail) if mentions_memory and _FIRST_RU.search(clause) else None)
    return named._replace(own_turn=True) if named else None


def _in_english(sentence: str) -> ForgetRequest | None:
    match = _FORGET_EN.search(sentence)
    if match:
        before, tail = sentence[: match.start()], _unfilled(sentence[match.end() :])
        addressed = bool(_ADDRESSED_EN.search(before)) or not _NEGATED_EN.search(before.rstrip(" ,"))
        if addressed and not _TEXT_WORK.search(before) and not _REPORTED.search(before):
            return _read_english(tail)
    for pattern in (_ERASE_EN, _DONT_EN):
        match = pattern.search(sentence)
        if match and _is_addressed(sentence[: match.start()]):
            topic, own = match.group("topic"), pattern is _DONT_EN
            if re.match(r"^(?:this|that|it)\W*$", _first_clause(topic)):
                return ForgetRequest(FORGET, back=True, own_turn=own)
            found = _read_english(topic) or _named(topic)
            return found._replace(own_turn=own) if found else None
    return None


def _read_english(tail: str) -> ForgetRequest | None:
    if _EVERYTHING.match(tail) and len(tokens(_first_clause(tail))) <= 2:
        return ForgetRequest(NARROWER)
    said = _SAID_EN.match(tail)
    if said:
        if _first_clause(said.group("topic")):
            return _named(said.group("topic"))
        return ForgetRequest(FORGET, back=True) if _JUST_NOW.search(tail) else ForgetRequest(NARROWER)
    mine = _MINE_EN.match(tail)
    return _named(mine.group("topic")) if mine else None


def _first_clause(text: str) -> str:
    match = _CLAUSE_END.search(text)
    return (text[: match.start()] if match else text).strip()


def _named(text: str) -> ForgetRequest | None:
    """The request for the topics that begin `text`."""
    topics = []
    for alternative in re.split(r"\s*,?\s+и\s+(?=(?:про|о|об|обо|что|насчет)\s)", _until_clause_end(text)):
        alternative = re.sub(r"^(?:про|о|об|обо|что|насчет)\s+", "", alternative)
        about = _ABOUT.search(alternative) if re.search(rf"\b{_SPEECH}", alternative) else None
        parts = [_content(part) for part in re.split(r"\s+(?:и|and)\s+", about.group(1) if about else alternative)]
        if any(parts):
            topics.append(tuple(part for part in parts if part))
    if not topics:
        return ForgetRequest(NARROWER) if _EVERYTHING.match(text) or _EVERYTHING_ONLY.match(text) else None
    if any(form in _ORDERS for topic in topics for part in topic for token in part for form in lemmas_of_any(token)):
        return None
    return ForgetRequest(FORGET, tuple(topics))


def _until_clause_end(text: str) -> str:
    """The first clause, with further ones that go on with «и что ...», «и про ...»."""
    end = 0
    for match in _CLAUSE_END.finditer(text):
        end = match.start()
        if not re.match(r",?\s*и\s+(?:про|о|об|что|насчет)\s", text[end:]):
            return text[:end]
    return text


def _content(text: str) -> Part:
    return tuple(token for token in tokens(text) if not _is_empty(token))


def _is_empty(token: str) -> bool:
    found = lemmas_of_any(token)
    return token in STOP_LEMMAS or any(form in STOP_LEMMAS or form in _GENERIC for form in found)


def lemmas_of_any(token: str) -> tuple[str, ...]:
    """All lemmas of a normalised token, itself included; an English one has its stem."""
    if token[0].isdigit() or token[0].isascii():
        return (token, lemma(token))
    return lemmas_of(token)


def kept_news(text: str) -> str:
    """What a turn with a request also tells that is new («..., теперь я работаю в школе», «кстати, ...»); "" for nothing."""
    kept = []
    for sentence in sentences(text):
        if _in_sentence(normalise(sentence)) is None:
            clauses = [sentence] if _NEWS.match(normalise(sentence)) else []
        else:
            pieces = re.split(r"[,;]\s+(?:а\s+|но\s+)?", sentence)
            news = next((i for i, piece in enumerate(pieces) if i and _NEWS.match(normalise(piece))), len(pieces))
            clauses = [", ".join(pieces[news:])]
        kept += [clause for clause in clauses if clause]
    return " ".join(kept)
