"""Basic English: facts in the first person and about «my <relative>», one pattern a frame."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .facts import Claim
from .people import ROLE_OF, Mention
from .spans import USER_MENTION
from .turns import Turn

_ROLES = "|".join(sorted((re.escape(w) for w in ROLE_OF if w.isascii()), key=len, reverse=True))
_END = r"(?=[,.;!?)]|\s(?:and|but|for|since|so|because|with|now|these days|as|at|in|until|from)\b|$)"
_NAME = r"(?P<name>[A-Z][a-z]+)"
_SKIP = re.compile(r"\b(if|suppose|imagine|would|might|maybe|perhaps|joking|kidding)\b", re.I)
_I = r"\bI(?:'m| am|'ve| have| just|'ve just)?(?: (?:now|currently|just|also|finally|recently))?"

# pattern, attribute, kind; the group `value` holds the value, or the last item does
_USER: tuple[tuple[str, str, str, str], ...] = (
    (r"\b[Mm]y name(?:'s| is) (?P<value>[A-Z][a-z]+)", "name", "assert", ""),
    (r"\bI(?:'m| am) (?P<value>\d{1,2})(?: years old\b|[.,!]|$)", "age", "assert", ""),
    (r"\bI (?:just )?turned (?P<value>\d{1,2})\b", "age", "assert", ""),
    (r"\bI (?:now |currently )?live (?:now )?in (?P<value>[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)", "city", "assert", ""),
    (
        r"\b(?:I|[Ww]e)(?:'ve)? (?:just |recently |finally )?moved (?:back )?(?:from [A-Z]\w+ )?to (?P<value>[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)",
        "city",
        "assert",
        "",
    ),
    (r"\bI used to live in (?P<value>[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)", "city", "past", ""),
    (rf"{_I} work(?:ing)? as an? (?P<value>[\w -]{{3,40}}?){_END}", "job", "assert", ""),
    (rf"\bI used to (?:work as|be) an? (?P<value>[\w -]{{3,40}}?){_END}", "job", "past", ""),
    (r"\bI(?:'m| am) an? (?P<value>(?:[a-z]+ )?[a-z]+(?:er|or|ist|ian|eer|nurse|chef|cook)\b)", "job", "assert", ""),
    (
        rf"{_I} (?:work|working|started working) (?:as an? [\w -]+ )?(?:at|for) (?P<value>(?:the )?[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)",
        "employer",
        "assert",
        "",
    ),
    (r"\bI (?:quit|left) (?:my job|work)\b", "job", "retract", ""),
    (r"\bI (?:quit|left) (?:my job|work)\b", "employer", "retract", ""),
    (rf"\ballergic to (?P<value>[\w -]{{3,30}}?){_END}", "allergy", "assert", ""),
    (r"\bI(?:'ve)? (?:quit|stopped|gave up|given up) smoking\b|\bI don't smoke\b", "smoking", "assert", "does not smoke"),
    (r"\bI smoke\b|\bstarted smoking again\b", "smoking", "assert", "smokes"),
    (rf"\bI (?:really )?(?:love|adore|enjoy) (?P<value>[\w -]{{3,40}}?){_END}", "likes", "assert", ""),
    (rf"\bI (?:hate|can't stand|don't like|dislike) (?P<value>[\w -]{{3,40}}?){_END}", "dislikes", "assert", ""),
    (rf"\bI don't eat (?P<value>[\w -]{{3,30}}?){_END}", "diet", "assert", ""),
    (rf"\bI drive an? (?P<value>[\w -]{{3,30}}?){_END}", "car", "assert", ""),
    (rf"\b(?:I|[Ww]e) (?:bought|got myself) (?:an? |the )?(?P<value>[\w -]{{3,40}}?){_END}", "bought", "assert", ""),
    (r"\b(?:I|[Ww]e)(?:'re| are|'m| am)? (?:planning|going) to (?P<value>[\w -]{4,50}?)(?=[,.;!?]|$)", "plan", "assert", ""),
    (r"\b[Mm]y birthday is (?:on )?(?P<value>(?:[A-Z][a-z]+ \d{1,2}|\d{1,2}(?:th|st|nd|rd)?(?: of)? [A-Z][a-z]+))", "birthday", "assert", ""),
)
_RELATIVE: tuple[tuple[str, str, str], ...] = (
    (rf"\b[Mm]y (?P<role>{_ROLES}),? (?:is |was )?(?:named |called |name is )?{_NAME}\b", "name", ""),
    (rf"\b[Mm]y (?P<role>{_ROLES})'s name is {_NAME}\b", "name", ""),
    (rf"\b(?:have|got|adopted) an? (?:[a-z]+ )?(?P<role>{_ROLES}) (?:named|called) {_NAME}\b", "name", ""),
    (
        rf"\b[Mm]y (?P<role>{_ROLES})(?: {_NAME})?,?(?: (?:is|works as))? an? (?P<value>(?:[a-z]+ )?[a-z]+(?:er|or|ist|ian|eer|nurse|chef|cook)\b)",
        "job",
        "",
    ),
    (rf"\b[Mm]y (?P<role>{_ROLES})(?: {_NAME})? lives in (?P<value>[A-Z][\w'-]+(?: [A-Z][\w'-]+)*)", "city", ""),
    (rf"\b[Mm]y (?P<role>{_ROLES})(?: {_NAME})? is (?P<value>\d{{1,2}})\b", "age", ""),
    (rf"\b[Mm]y (?P<role>{_ROLES})(?: {_NAME})? is allergic to (?P<value>[\w -]{{3,30}}?){_END}", "allergy", ""),
)


def english_claims(sentence: str, turn: Turn) -> Iterator[Claim]:
    """Claims of one English sentence; questions and hypotheticals say nothing."""
    if sentence.endswith("?") or _SKIP.search(sentence):
        return
    about_relative = False
    for pattern, attribute, _ in _RELATIVE:
        for match in re.finditer(pattern, sentence):
            groups = match.groupdict()
            who = Mention(ROLE_OF[groups["role"].lower()], groups.get("name"))
            yield Claim(who, "relation", "", turn.index, "assert", turn.session_id, sentence)
            yield Claim(who, attribute, groups.get("value") or groups.get("name") or "", turn.index, "assert", turn.session_id, sentence)
            about_relative = True
    for pattern, attribute, kind, fixed in _USER:
        if about_relative and attribute == "allergy":
            continue
        match = re.search(pattern, sentence)
        if match:
            yield Claim(USER_MENTION, attribute, fixed or match.groupdict().get("value") or "", turn.index, kind, turn.session_id, sentence)
