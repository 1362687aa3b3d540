"""Rules over one clause: homes, what the user does as a rule, what they did, what they cannot.  See extract_people.py."""

from __future__ import annotations

from collections.abc import Iterator

from .extract_rules import place_kind
from .facts import Claim
from .grammar import nominative, noun_phrase, ordinal
from .lexicon import BUYING, GOING, HOME_NOUNS, LIVE, MOVE, PLANNING, TRAVEL, WORK
from .scene import Scene
from .spans import USER_MENTION

_LOCATIVE = ("loct", "loc2")
_GETTING = frozenset("снимать снять купить брать взять получить построить сдать арендовать".split())
_FLATS = frozenset("квартира двушка однушка трешка студия комната дом коттедж дача участок".split())
_TIMES = frozenset("год месяц неделя день час минута раз лето сам самый".split())
# verbs of talk, thought and asking, and those that other rules read
_NOT_DOING = (
    frozenset(
        """хотеть мочь думать знать понимать видеть смотреть слышать помнить считать говорить спрашивать спросить просить писать сказать надеяться
        верить искать чувствовать любить обожать бояться есть быть стать начать давать дать пытаться стараться решать решить понять узнать
        прочитать подумать заметить увидеть услышать попросить попробовать делать сделать иметь ждать найти забыть вспомнить получить получать
        хотеться благодарить ненавидеть терпеть советовать представлять гадать уметь означать называть принять перепутать ошибиться посмотреть
        показать рассказать написать""".split()
    )
    | LIVE | MOVE | WORK | TRAVEL | GOING | PLANNING | BUYING
)  # fmt: skip


def homes(scene: Scene) -> Iterator[Claim]:
    """«снимаю однушку на Западном», «район Бывалово», «на пятом этаже», «теперь в Заречье» after a move."""
    if scene.actor is not None and not scene.actor.is_user or scene.holder is not None and not scene.holder.is_user:
        return
    words = scene.words
    for i in scene.positions(_GETTING, "VERB"):
        if scene.actor is None or scene.negated(i):
            continue
        for j in range(i + 1, len(words)):
            if words[j].means(_FLATS) and words[j].is_a("accs"):
                end = j + 1
                if end + 1 < len(words) and words[end].norm in ("на", "в"):
                    phrase = noun_phrase(words, end + 1, _LOCATIVE, 3)
                    end = phrase[1] if phrase else end
                yield from scene.claim(USER_MENTION, "home", f"{nominative(words[j : j + 1], 'accs')} {scene.text(j + 1, end)}")
                break
    for i, word in enumerate(words[:-1]):
        if (
            word.lemma in ("район", "микрорайон")
            and word.is_a("nomn")
            and words[i + 1].is_capital
            and not any(w.is_a("VERB", likely=0.4) for w in words)
        ):
            yield from scene.claim(USER_MENTION, "district", scene.text(i + 1, min(len(words), i + 3)))
        level = ordinal(words, i) if words[i].means(HOME_NOUNS) is None else None
        if (
            level
            and level[1] < len(words)
            and words[level[1]].lemma == "этаж"
            and words[level[1]].is_a("sing")
            and 0 < level[0] < 100
            and (
                any(w.lemma in ("жить", "мы", "я", "квартира", "двушка", "однушка", "переехать") or w.means(_FLATS) for w in words)
                or scene.topic == USER_MENTION
            )
        ):
            yield from scene.claim(USER_MENTION, "floor", str(level[0]))
    if words[0].norm == "теперь" and len(words) > 2 and words[1].norm in ("в", "на") and scene.is_verbless and scene.moved:
        phrase = noun_phrase(words, 2, _LOCATIVE, 3)
        kind = place_kind(scene, phrase, words[1].norm) if phrase else None
        if kind:
            yield from scene.claim(USER_MENTION, kind, nominative(words[slice(*phrase)], "loct"))


def doings(scene: Scene) -> Iterator[Claim]:
    """«читаю Шмелёва», «топлю дровами»: does:<verb>; «сшила костюм волка», «поймал щуку»: did:<verb>; with the object."""
    if scene.actor is None or not scene.actor.is_user or any(w.norm == "не" for w in scene.words):
        return
    for i, word in enumerate(scene.words):
        now = word.reading("VERB", "1per", "pres", likely=0.4) or word.reading("VERB", "1per", "impf", "indc", likely=0.4)
        done = word.reading("VERB", "past", "perf", likely=0.4)
        reading = now or done
        if reading is None or reading.lemma in _NOT_DOING or word.norm.endswith(("ся", "сь")) or "neut" in reading.marks:
            continue
        if done and "plur" in reading.marks and not any(w.norm == "мы" for w in scene.words):
            continue  # «меня передали» is somebody else's doing
        for start in (*range(i + 1, min(i + 5, len(scene.words))), *range(max(0, i - 3), i)):
            if start and scene.words[start - 1].is_a("PREP") or scene.words[start].is_a("NPRO") or scene.words[start].is_a("ADVB", likely=0.4):
                continue
            if scene.words[start].is_a("PREP"):
                if start > i:
                    break
                continue
            phrase = noun_phrase(scene.words, start, ("accs", "ablt"), 4)
            if phrase and not phrase[0] <= i < phrase[1] and not any(w.lemma in _TIMES for w in scene.words[slice(*phrase)]):
                yield from scene.claim(USER_MENTION, f"{'does' if now else 'did'}:{reading.lemma}", scene.text(*phrase), confidence=0.5)
                break


def cannot(scene: Scene) -> Iterator[Claim]:
    """«не умею плавать»."""
    for i in scene.positions(frozenset({"уметь", "научиться"}), "VERB"):
        if scene.actor is None or not scene.negated(i):
            continue
        skill = next((j for j in (*range(i + 1, len(scene.words)), *range(i)) if scene.words[j].is_a("INFN", likely=0.4)), None)
        if skill is not None:
            end = len(scene.words) if skill > i else skill + 1
            yield from scene.claim(scene.actor, "cannot", scene.text(skill, min(end, skill + 4)))
