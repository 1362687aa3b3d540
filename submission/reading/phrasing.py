"""From the chosen clauses to one sentence for the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from .clauses import Clause
from .corrections import corrected
from .differences import Pair, difference, told
from .person import second_person
from .question import BEFORE, Asked

MAX_ANSWER_CHARS = 240  # the contest asks for one short sentence
PHRASING_CHARS = 16  # of them are left for what `phrase` and the second person add
LENGTH_PENALTY = 0.3  # of the logarithm of a clause's length: of two equally good ones the shorter leaves room for a third
SAME_SESSION_PENALTY = 0.5  # of a clause's score, for each one chosen from its session
PIECES = 6  # at most so many clauses in an answer

_LEAD_IN = re.compile(
    r"^(?:(?:а|и|но|ну|вот|да|же|кстати|еще|ещё|короче|в общем|говорю|значит|слушай|ой|так что|то есть|ладно"
    r"|причем|причём|and|but|so|well|also|btw|oh|anyway)[ ,]+)+",
    re.I,
)
_TRAIL = " \t.!?,;:)(-–—"


def choose(clauses: Sequence[Clause], scores: np.ndarray, room: int = MAX_ANSWER_CHARS - PHRASING_CHARS, most: int = PIECES) -> list[Clause]:
    """The best clauses that fit into `room` characters, best first; questions and repetitions are left out.

    Each choice lowers the other clauses of its session: a second session has more to add, be it a further item of a list
    or the value that has changed (maximal marginal relevance, Carbonell and Goldstein 1998).
    """
    lengths = np.asarray([max(len(tidy(c.text)), 8) for c in clauses], dtype=np.float32)
    left = scores - LENGTH_PENALTY * np.log(lengths)
    numbers = {c.hit.session_id: number for number, c in enumerate(clauses)}
    sessions = np.asarray([numbers[c.hit.session_id] for c in clauses])
    chosen: list[Clause] = []
    seen: set[str] = set()
    used = 0
    for _ in clauses:
        best = int(np.argmax(left))
        left[best] = -np.inf
        text = tidy(clauses[best].text)
        if _says_nothing(clauses[best]) or not text or text.lower() in seen or used + len(text) + 2 > room:
            continue
        chosen.append(clauses[best])
        seen.add(text.lower())
        used += len(text) + 2
        if len(chosen) == most:
            break
        left[sessions == sessions[best]] -= SAME_SESSION_PENALTY
    return chosen


def worded(question: str, ask: Asked, clauses: Sequence[Clause], scores: np.ndarray) -> tuple[str, Clause] | None:
    """One sentence for the user from the best clauses, and the clause that it rests on; None where no clause says anything."""
    chosen = choose(clauses, scores)
    if not chosen:
        return None
    pair = difference(question, clauses, scores) if ask.difference else None
    return (phrase(chosen, ask), chosen[0]) if pair is None else (phrase_difference(pair, ask), pair.clauses[-1])


def phrase(chosen: Sequence[Clause], ask: Asked) -> str:
    """One sentence in the second person.

    Spread evidence is joined in the order of the turns.  Else the best clause stands first and what was said before
    it is marked as earlier, so that an old value is not mistaken for the present one.
    """
    if ask.many or ask.when == BEFORE:
        parts = ["; ".join(_said(c) for c in sorted(chosen, key=lambda c: c.hit.index))]
    else:
        best = chosen[0]
        now = [best, *(c for c in chosen[1:] if c.hit.index >= best.hit.index)]
        earlier = [c for c in chosen[1:] if c.hit.index < best.hit.index]
        parts = ["; ".join(_said(c) for c in now)]
        if earlier:
            parts.append(("earlier: " if ask.english else "ранее: ") + "; ".join(_said(c) for c in earlier))
    return _sentence("; ".join(parts))


def phrase_difference(pair: Pair, ask: Asked) -> str:
    """How far the two values are apart, then the clauses that tell them as far as there is room, the earlier first."""
    text = told(pair, ask.english)
    for clause in pair.clauses:
        said = _said(clause)
        if len(text) + len(said) + 3 <= MAX_ANSWER_CHARS:
            text += "; " + said
    return _sentence(text)


def tidy(text: str) -> str:
    """`text` without the words that lead into it and without what trails; quotation marks that lost their pair go too."""
    text = _LEAD_IN.sub("", text.strip().strip(_TRAIL).strip())
    return text if text.count("«") == text.count("»") else text.replace("«", "").replace("»", "")


def _says_nothing(clause: Clause) -> bool:
    """Questions, and greetings or exclamations: fewer than two content words and nothing that could be a name or number."""
    t = clause.traits
    return bool(t.question) or len(t.lemmas) < 2 and not (clause.chosen or t.name or t.number or t.time or t.place)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _said(clause: Clause) -> str:
    text = tidy(corrected(clause.text))
    return text if clause.chosen else second_person(text)
