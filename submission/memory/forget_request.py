"""ForgetRequest: what a user asks the assistant to forget, read from the words of one turn.

Precision before coverage: a turn counts only where the assistant is addressed («забудь, что я говорил про ...»,
«сведения о ... прошу удалить», «forget what I told you about ...») and where what is to go was told, not made: orders to
erase need its memory named, or «про ...», or data on the user, or words of one who has said too much («это между нами»).
«Не забудь ...», quoted and pasted text, reported speech, the idiom «забудь» (never mind), «забудь про соус, давай ...» and
orders to forget instructions are no requests.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..recall.text import STOP_LEMMAS, is_pasted, normalise, sentences, tokens
from . import forget_phrases as phrases
from .grammar import lemmas_of_any

__all__ = ["FORGET", "NARROWER", "ForgetRequest", "find_forget_request", "kept_news"]

FORGET, NARROWER = "forget", "narrower"
VERBS = 4  # read in one sentence, which in a pasted text may have no end

Part = tuple[str, ...]  # normalised tokens that belong together

_VERBS_RU = ((phrases.FORGET_RU, "forget"), (phrases.ERASE_RU, "erase"), (phrases.DONT_RU, "dont"))
_VERBS_EN = ((phrases.FORGET_EN, "forget"), (phrases.ERASE_EN, "erase"), (phrases.DONT_EN, "dont"))


class ForgetRequest(NamedTuple):
    """`kind` is `forget`, or `narrower` where all is asked for and nothing named.

    `topics` are alternatives to forget one after another; each is a tuple of parts joined by «и», which are taken together
    where some turn holds them all and one by one otherwise.  `back` means the turn before (or this one: `own_turn`).
    A `tentative` one («забудь про соус») is a request only where the topic was spoken of.
    """

    kind: str
    topics: tuple[tuple[Part, ...], ...] = ()
    back: bool = False
    own_turn: bool = False
    tentative: bool = False


def find_forget_request(text: str) -> ForgetRequest | None:
    """The request in a user's turn, or None.  Several requests in one turn are joined."""
    if not phrases.MAYBE.search(text):
        return None
    parts = _own_sentences(text)
    confides = _confides(parts)
    found = [request for part in parts for request in _in_sentence(part, confides)]
    if not found:
        return None
    named = [request for request in found if request.topics]
    if named:
        topics = tuple(dict.fromkeys(topic for request in named for topic in request.topics))
        return ForgetRequest(FORGET, topics, own_turn=any(r.own_turn for r in named), tentative=all(r.tentative for r in named) and not confides)
    back = [request for request in found if request.back]
    if back:
        own = all(r.own_turn for r in back) and not confides and _tells_more(parts)  # «мой код 4417, не запоминай это»
        return ForgetRequest(FORGET, (), back=not own, own_turn=own)
    return ForgetRequest(NARROWER)


def _own_sentences(text: str) -> list[str]:
    """Normalised, without quotations; of a pasted text the first and the last, where the user's own words stand."""
    parts = [normalise(part) for part in sentences(phrases.QUOTED.sub(" ", text.replace("’", "'")))]
    return [parts[0], parts[-1]][: len(parts)] if parts and is_pasted(text) else parts


def _confides(parts: list[str]) -> bool:
    """Whether a turn's sentences have words of one who has said too much."""
    return phrases.CONFIDES.search(" ".join(parts)) is not None


def _tells_more(parts: list[str]) -> bool:
    """Whether there is more in the sentences than the clauses with the request."""
    clauses = [clause for part in parts for clause in re.split(r"[,.;:!?\n—–]", part)]
    return any(len(_content(_unfilled(c))) > 1 for c in clauses if not any(verb.search(c) for verb, _ in _VERBS_RU + _VERBS_EN))


def _in_sentence(sentence: str, confides: bool) -> list[ForgetRequest]:
    """Requests of a normalised sentence; `confides` says whether the turn has words of one who has said too much."""
    if (pretend := phrases.PRETEND.search(sentence)) is not None:
        topic = pretend.group("en") or ""
        about = phrases.ABOUT.search(pretend.group("ru") or "")
        topic = re.split(rf"\b(?:не|ничего|тебе|{phrases.SPEECH_RU})\b", about.group(1))[0] if about is not None else topic
        return [_named(topic) or ForgetRequest(FORGET, back=True)]
    found: list[ForgetRequest] = []
    for verbs, read in ((_VERBS_RU, _read_russian), (_VERBS_EN, _read_english)):
        matches = sorted(((match, kind) for pattern, kind in verbs for match in pattern.finditer(sentence)), key=lambda m: m[0].start())[:VERBS]
        start = 0  # where the words before a verb begin that may be its object
        for match, kind in matches:
            tail = sentence[match.end() :]
            if match.groupdict().get("this"):  # «не надо этого запоминать»
                tail = f" это,{tail}"
            request = read(kind, sentence[: match.start()], sentence[start : match.start()], tail, confides)
            start = match.end()
            if request is not None:
                found.append(request)
    return found


def _unfilled(tail: str) -> str:
    """What follows the verb, without «пожалуйста» and the like."""
    while (match := phrases.FILLERS.match(tail)) is not None:
        tail = tail[match.end() :]
    return tail.strip(" ,:")


def _read_russian(kind: str, before: str, head: str, tail: str, confides: bool) -> ForgetRequest | None:
    """The request that a verb makes: `before` it the sentence, of which `head` may hold its object, `tail` after it."""
    reported = phrases.REPORTED.search(before) and not re.search(r"\bя\b|\bi\b", before)
    if reported or phrases.REPORTED_AFTER.search(tail) or phrases.NEGATED_RU.search(before) or phrases.TEXT_WORK.search(before):
        return None
    to_memory = bool(phrases.MEMORY_RU.search(before + "|" + tail))
    told, mine = confides or to_memory, bool(phrases.FIRST_RU.search(head + tail))
    thing = _object_in(phrases.MEMORY_RU.sub(" ", tail))
    said_of = bool(phrases.SAID_RU.match(thing))
    before_verb = ""
    if not thing or said_of or kind == "dont":
        before_verb = _last_clause(phrases.MEMORY_RU.sub(" ", head))
        if not thing or (said_of and phrases.ABOUT.match(before_verb)):
            thing = before_verb
    if kind == "dont":
        return _read_dont(thing, before_verb, told)
    if not thing:
        return ForgetRequest(FORGET, back=True) if told else None
    if phrases.INSTEAD.search(tail):
        return None
    if phrases.BACK_RU.match(_first_clause(thing)):
        return ForgetRequest(FORGET, back=True) if kind == "forget" or told else None
    request = _read_thing(thing, told or kind == "forget", to_memory or kind == "forget")
    if request is not None:
        sure = told or mine or kind == "erase" or said_of
        if not sure and phrases.ANOTHER_WISH.search(tail):
            return None
        return request._replace(tentative=not sure and bool(request.topics))
    if kind == "erase":
        return _named(thing) if to_memory or (confides and thing == before_verb) else None
    return _bare(thing, told) if thing == before_verb else None


def _bare(thing: str, told: bool) -> ForgetRequest | None:
    """«Психотерапевта забудь»: bare words before the verb."""
    request = _named(thing)
    return request._replace(tentative=not told) if request and request.topics else None


def _object_in(tail: str) -> str:
    """The words after a verb that may be its object; "" where another clause follows it."""
    thing = _unfilled(re.sub(r"\b(то|все|тем|о том|про то|факт),\s*(?=(?:что|как|где|че)\b)", r"\1 ", tail))
    comma = re.match(r"^(?:\s*" + phrases.FILLERS.pattern[1:] + r")*\s*(?:[,.;!?)(—–-]|а\s|и\s|но\s)", tail)
    return "" if not _first_clause(thing) or (comma and not phrases.OBJECT_AFTER_COMMA.match(thing)) else thing


def _last_clause(head: str) -> str:
    """The words right before a verb: «слушай, про развод удали» has «про развод»."""
    clauses = [_unfilled(clause) for clause in re.split(r"[,.;:!?()\n]|\s[—–-](?=\s|$)", head)]
    clauses = [re.sub(r"\s+(?:не|больше|больше не|пожалуйста|я|ты|вы|очень)$", "", f" {c}").strip() for c in clauses if c]
    return re.sub(r"^(?:так|ой|ну|слушай|вот|и|а|но|еще)\s+(?=\S)", "", clauses[-1]) if clauses else ""


def _read_thing(thing: str, told: bool, to_memory: bool) -> ForgetRequest | None:
    """What the object of «забудь» or «удали» means; `told`: the user has told things, `to_memory`: this is one that memory holds."""
    thing = re.sub(r"^вс[её],?\s+(?=(?:про|о|об|обо|что|насчет)\b)", "все ", thing)
    everything = phrases.EVERYTHING.match(thing)
    bare = _unfilled(re.sub(r"^(?:все|всю|ничего|то|о том|обо всем|про то)\b[\s,]*", "", thing))
    clause = _first_clause(bare)
    if (everything and not clause and told) or phrases.EVERYTHING_ONLY.fullmatch(clause) or bare in ("меня", "обо мне"):
        return ForgetRequest(NARROWER)
    if (records := phrases.RECORDS_RU.match(bare)) is not None:
        bare = bare[records.end() :]
    if re.match(r"^(?:что|че|чего)\s", bare):
        return _read_clause(bare.split(" ", 1)[1], told or records is not None, bool(everything))
    if (about := phrases.ABOUT.match(bare)) is not None:
        return _named(about.group(1))
    if records is not None and records.group().strip().startswith("истори"):
        return _named(bare)
    personal = phrases.PERSONAL.search(clause) and not phrases.TAKEN_FROM.search(clause)
    if to_memory or (personal and phrases.FIRST_RU.search(clause)):
        determined = phrases.DETERMINER.match(bare) or re.search(r"\bмо[йяеи]\b|\bмою\b", clause)
        return _named(re.sub(phrases.DETERMINER, "", bare)) if determined else None
    return None


def _read_clause(tail: str, told: bool, everything: bool) -> ForgetRequest | None:
    """«что я говорил про ...», «что я ... говорил», «что у меня долг»."""
    clause = _first_clause(tail)
    about = phrases.ABOUT.search(tail)
    if about is not None and about.start() > len(clause):
        about = None
    if re.search(rf"\b{phrases.SPEECH_RU}", clause) and phrases.FIRST_RU.search(clause):
        if about is not None:
            return _named(about.group(1))
        if re.search(r"\b(?:что|как)\b", tail[len(clause) :][:8]) is None:
            back = phrases.JUST_NOW.search(clause) or (phrases.SPOKEN_ONCE_RU.search(clause) and not everything)
            return ForgetRequest(FORGET, back=True) if back else ForgetRequest(NARROWER)
    return _named(about.group(1) if about is not None and phrases.FIRST_RU.search(clause) else clause) if told else None


def _read_dont(thing: str, before_verb: str, told: bool) -> ForgetRequest | None:
    """«не запоминай ...»: this very turn, and what was said before on the same topic."""
    for words in (thing, before_verb):
        if phrases.BACK_RU.match(_first_clause(words)):
            return ForgetRequest(FORGET, back=True, own_turn="последн" not in words and "предыдущ" not in words)
    if not thing:
        return ForgetRequest(FORGET, back=True, own_turn=True) if told else None
    clause = _first_clause(thing)
    about = phrases.ABOUT.search(clause)
    request = _read_thing(thing, told, told) or (_named(about.group(1)) if about is not None else None)
    if request is None and (told or phrases.FIRST_RU.search(clause) or phrases.PERSONAL.match(clause)):
        request = _named(thing)
    return request._replace(own_turn=True) if request else None


def _read_english(kind: str, before: str, head: str, tail: str, confides: bool) -> ForgetRequest | None:
    addressed = phrases.ADDRESSED_EN.search(before) or not phrases.NEGATED_EN.search(before.rstrip(" ,"))
    if not addressed or phrases.TEXT_WORK.search(before) or phrases.REPORTED.search(before) or phrases.REPORTED_AFTER.search(tail):
        return None
    to_memory = bool(phrases.MEMORY_EN.search(tail))
    told = confides or to_memory
    thing = _unfilled(phrases.MEMORY_EN.sub(" ", tail))
    clause = _unfilled(_first_clause(thing))
    if phrases.BACK_EN.match(re.sub(r"\s+(?:please|pls|plz|ok)$", "", clause)):
        sure = told or kind == "dont" or (kind == "erase" and "message" in clause) or (kind == "forget" and "last" in clause)
        return ForgetRequest(FORGET, back=True, own_turn=kind == "dont") if sure else None
    if phrases.EVERYTHING_EN.match(clause) or (phrases.EVERYTHING.match(thing) and len(tokens(clause)) <= 2 and (told or kind == "forget")):
        return ForgetRequest(NARROWER)
    said = phrases.SAID_EN.match(thing)
    if said:
        if _first_clause(said.group("topic")):
            return _named(said.group("topic"))
        back = phrases.JUST_NOW.search(thing) or re.search(r"\b(?:that|this)$", clause)
        return ForgetRequest(FORGET, back=True) if back else ForgetRequest(NARROWER)
    if (records := phrases.RECORDS_EN.match(thing)) is not None and not phrases.TAKEN_FROM.match(clause):
        request = _named(records.group("topic"))
    elif (mine := phrases.MINE_EN.match(thing)) is not None:
        personal = phrases.PERSONAL.search(clause) and not phrases.TAKEN_FROM.search(clause)
        request = _named(mine.group("topic")) if kind != "erase" or told or personal else None
    elif kind == "forget" and (content := phrases.CLAUSE_EN.match(thing)) is not None:
        request = _named(content.group("topic"))
        request = request and request._replace(tentative=not told)
    else:
        request = _named(thing) if to_memory else None
    return request._replace(own_turn=kind == "dont") if request else None


def _first_clause(text: str) -> str:
    match = phrases.CLAUSE_END.search(text)
    return (text[: match.start()] if match else text).strip()


def _named(text: str) -> ForgetRequest | None:
    """The request for the topics that begin `text`."""
    topics = []
    for alternative in re.split(r"\s*,?\s+и\s+(?=(?:про|о|об|обо|что|насчет)\s)", _until_clause_end(text)):
        alternative = re.sub(r"^(?:про|о|об|обо|что|насчет)\s+", "", alternative)
        about = phrases.ABOUT.search(alternative) if re.search(rf"\b{phrases.SPEECH_RU}", alternative) else None
        parts = [_content(part) for part in re.split(r"\s+(?:и|and)\s+", about.group(1) if about else alternative)]
        if any(parts):
            topics.append(tuple(part for part in parts if part))
    if not topics:
        return ForgetRequest(NARROWER) if phrases.EVERYTHING.match(text) or phrases.EVERYTHING_ONLY.match(text) else None
    if any(form in phrases.ORDERS for topic in topics for part in topic for token in part for form in lemmas_of_any(token)):
        return None
    return ForgetRequest(FORGET, tuple(topics))


def _until_clause_end(text: str) -> str:
    """The first clause, with further ones that go on with «и что ...», «и про ...»."""
    end = 0
    for match in phrases.CLAUSE_END.finditer(text):
        end = match.start()
        if not re.match(r",?\s*и\s+(?:про|о|об|что|насчет)\s", text[end:]):
            return text[:end]
    return text


def _content(text: str) -> Part:
    return tuple(token for token in tokens(text) if not _is_empty(token))


def _is_empty(token: str) -> bool:
    found = lemmas_of_any(token)
    return token in STOP_LEMMAS or any(form in STOP_LEMMAS or form in phrases.GENERIC for form in found)


def kept_news(text: str) -> str:
    """What a turn with a request also tells that is new («..., теперь я работаю в школе», «кстати, ...»); "" for nothing."""
    kept, confides = [], _confides(_own_sentences(text))
    for sentence in sentences(text):
        if not _in_sentence(normalise(sentence), confides):
            clauses = [sentence] if phrases.NEWS.match(normalise(sentence)) else []
        else:
            pieces = re.split(r"[,;]\s+(?:а\s+|но\s+)?", sentence)
            news = next((i for i, piece in enumerate(pieces) if i and phrases.NEWS.match(normalise(piece))), len(pieces))
            clauses = [", ".join(pieces[news:])]
        kept += [clause for clause in clauses if clause]
    return " ".join(kept)
