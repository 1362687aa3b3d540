"""How a persona and distractors become one dialogue in the contest's format.

The persona's sessions keep their order, among sessions of distractors; most of its own sessions also go on with a
distractor (or begin with one), as people ask two things in one chat.  Session ids are 1, 2, 3 ... and tell nothing.
Equal material and options give equal records on every machine: every draw comes from
`random.Random(text).random()`, whose sequence Python guarantees.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from eval.errors import UserError

from .personas import Persona, Question, Quote, Session

POSITIONS = ("spread", "early", "late")
CONTEST_CHARS = (250_000, 350_000)  # the length of a dialogue is drawn from here where no option sets it
OWN_SESSION_SHARE = 4 / 7  # of the distractors, those with a session of their own; the others join one
STRESS_SESSIONS = 1_000  # from here on distractors may occur more than once in a dialogue


@dataclass(frozen=True)
class Options:
    """How to compose.  `characters`, `distractor_share` (of all characters) and `sessions` set the length.

    `hops` keeps, of the info_updating questions, those whose value changed exactly so many times: the number of
    sessions that hold an older value.  Other questions stay.
    """

    seed: int = 0
    sessions: int | None = None
    characters: int | None = None
    distractor_share: float | None = None
    position: str = "spread"
    hops: int | None = None
    dates: bool = False

    def __post_init__(self) -> None:
        if self.characters is not None and self.distractor_share is not None:
            raise UserError("--characters and --distractor-share both set the length; give one of them")
        if self.distractor_share is not None and not 0 <= self.distractor_share < 1:
            raise UserError("--distractor-share must be at least 0 and below 1")
        if self.position not in POSITIONS:
            raise UserError(f"--position must be one of {', '.join(POSITIONS)}")
        for name in ("sessions", "characters", "hops"):
            value = getattr(self, name)
            if value is not None and value < (0 if name == "hops" else 1):
                raise UserError(f"--{name} must be at least {0 if name == 'hops' else 1}, not {value}")


class Slot(NamedTuple):
    """A session to be written.  `own` is the persona's session in it, None in one of distractors only.

    `offset` is where the messages of `own` start.
    """

    own: Session | None
    offset: int
    messages: tuple[tuple[str, str], ...]
    date: str | None


def compose(persona: Persona, pool: Sequence[Session], options: Options) -> dict[str, Any]:
    """One record in the contest's format, with `questions`.  Raises UserError where the pool is too small."""
    draw = random.Random(f"{options.seed}/{persona.id}")
    own = list(persona.sessions)
    questions = [q for q in persona.questions if _keeps(q, options.hops)]
    target = _target(persona, options, draw)
    queue = _shuffled(pool, draw)
    fillers = _filler_count(persona, pool, options, target)
    while fillers > len(pool) and len(queue) < fillers + len(own):  # a stress set, see _filler_count
        queue += _shuffled(pool, draw)
    alone = [_take(queue, None) for _ in range(fillers)]
    total = _length(own) + _length(alone)
    joined_own: dict[int, Session] = {}
    joined_alone: dict[int, Session] = {}
    hosts = [(joined_own, i) for i in _shuffled(range(len(own)), draw)]
    if target is not None:
        hosts += [(joined_alone, i) for i in _shuffled(range(fillers), draw)]
    for into, index in hosts:
        partner = _take(queue, 0)
        if partner is None or target is not None and total + _length([partner]) / 2 > target:
            break
        into[index] = partner
        total += _length([partner])

    slots = iter([_slot(s, True, joined_own.get(i), draw) for i, s in enumerate(own)])
    others = iter([_slot(s, False, joined_alone.get(i), draw) for i, s in enumerate(alone)])
    places = set(_places(len(own), fillers, options.position, draw))
    listed = [next(slots) if i in places else next(others) for i in range(len(own) + fillers)]
    return _record(persona.id, _dated(listed) if options.dates else [s._replace(date=None) for s in listed], questions)


def _keeps(question: Question, hops: int | None) -> bool:
    return hops is None or question.question_type != "info_updating" or hop_count(question) == hops


def hop_count(question: Question) -> int:
    """How often the value changed: sessions with an older value."""
    return len({quote.session for quote in question.superseded})


def _target(persona: Persona, options: Options, draw: random.Random) -> int | None:
    """Characters aimed at; None where only the number of sessions is given."""
    low, high = CONTEST_CHARS
    drawn = low + int(draw.random() * (high - low))
    if options.characters is not None:
        return options.characters
    if options.distractor_share is not None:
        return round(_length(persona.sessions) / (1 - options.distractor_share))
    return None if options.sessions is not None else drawn


def _filler_count(persona: Persona, pool: Sequence[Session], options: Options, target: int | None) -> int:
    """Sessions that hold distractors only.  A length asked for that the pool cannot give is an error."""
    own = len(persona.sessions)
    where = f"data/distractors/{persona.language}"
    if options.sessions is not None:
        wanted = options.sessions - own
        if wanted < 0:
            raise UserError(f"--sessions {options.sessions}: persona {persona.id!r} has {own} sessions of its own; ask for at least so many")
        if wanted > len(pool) and (options.sessions < STRESS_SESSIONS or not pool):
            raise UserError(
                f"--sessions {options.sessions} with persona {persona.id!r} needs {wanted} distractor sessions; there are {len(pool)} in {where}; "
                f"ask for at most {own + len(pool)} sessions, or for {STRESS_SESSIONS} or more to have them repeated"
            )
        return wanted
    if not pool:
        return 0
    wanted = max(0, target - _length(persona.sessions)) * len(pool) / _length(pool)
    asked = options.characters is not None or options.distractor_share is not None
    if asked and round(wanted) > len(pool):
        raise UserError(
            f"{target} characters with persona {persona.id!r} need about {round(wanted)} distractor sessions; there are {len(pool)} in {where}"
        )
    return round(min(wanted, len(pool)) * OWN_SESSION_SHARE)


def _shuffled(items: Iterable, draw: random.Random) -> list:
    return [item for _, _, item in sorted((draw.random(), i, item) for i, item in enumerate(items))]


def _take(queue: list[Session], parity: int | None) -> Session | None:
    """The next distractor, with `parity` the next of even length; None when there is none."""
    for index, session in enumerate(queue):
        if parity is None or len(session.messages) % 2 == parity:
            return queue.pop(index)
    return None


def _slot(session: Session, is_own: bool, partner: Session | None, draw: random.Random) -> Slot:
    """A session with its partner before or after it.  Partners are even; an odd session stays odd at the end."""
    before = draw.random() < 0.5 or len(session.messages) % 2 == 1
    lead = partner.messages if partner and before else ()
    tail = partner.messages if partner and not before else ()
    return Slot(session if is_own else None, len(lead), lead + session.messages + tail, session.date)


def _places(own: int, fillers: int, position: str, draw: random.Random) -> list[int]:
    """Where the persona's sessions go.  `early` and `late`: a tenth of the distractors lies among them."""
    total = own + fillers
    window = total if position == "spread" else own + fillers // 10
    start = total - window if position == "late" else 0
    return sorted(_shuffled(range(start, start + window), draw)[:own])


def _dated(slots: list[Slot]) -> list[Slot]:
    """Give sessions without a date one that lies evenly between their dated neighbours."""
    known = [(i, date.fromisoformat(s.date)) for i, s in enumerate(slots) if s.date]
    if not known:
        return slots
    dated = list(slots)
    first, last = known[0], known[-1]
    known = [(-1, first[1] - timedelta(days=first[0] + 1)), *known, (len(slots), last[1] + timedelta(days=len(slots) - last[0]))]
    for (left, start), (right, end) in zip(known, known[1:]):
        for i in range(left + 1, right):
            day = start + timedelta(days=(end - start).days * (i - left) // (right - left))
            dated[i] = slots[i]._replace(date=day.isoformat())
    return dated


def _length(sessions: Iterable[Session]) -> int:
    return sum(len(content) for session in sessions for _, content in session.messages)


def _record(identity: str, slots: list[Slot], questions: list[Question]) -> dict[str, Any]:
    places = {slot.own.id: (number, slot.offset) for number, slot in enumerate(slots, 1) if slot.own}

    def turns(quotes: Iterable[Quote]) -> list[dict[str, Any]]:
        return [
            {"session_id": number, "message_index": offset + quote.message_index, "quote": quote.quote}
            for quote in quotes
            for number, offset in [places[quote.session]]
        ]

    sessions = []
    for number, slot in enumerate(slots, 1):
        messages = [{"role": role, "content": content} for role, content in slot.messages]
        sessions.append({"id": number, **({"date": slot.date} if slot.date else {}), "messages": messages})
    asked = [
        {
            "id": f"{identity}-{q.id}",
            "question": q.question,
            "question_type": q.question_type,
            "ans": q.ans,
            "ans_session_ids": sorted({places[e.session][0] for e in q.evidence}),
            "evidence": turns(q.evidence),
            "accept": list(q.accept),
            "reject": list(q.reject),
            "superseded": turns(q.superseded),
        }
        for q in questions
    ]
    return {"id": identity, "sessions": sessions, "questions": asked}
