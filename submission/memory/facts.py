"""FactBook: what a dialogue says about the user and their people, with validity and provenance.

A book is a pure function of the claims added to it, in their order: forgetting removes the claims of the forgotten
turns and derives the facts anew, so that nothing of them is left.  Raw turns are not its business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .attributes import attribute_spec
from .people import USER, Mention, People, same_name

CURRENT, SUPERSEDED, RETRACTED, FORGOTTEN = "current", "superseded", "retracted", "forgotten"


@dataclass(frozen=True)
class Claim:
    """What one turn says, before it is weighed against the rest; `kind` is how it is meant.

    `assert` holds from its turn on; `past` held before it; `retract` ends what is known of the attribute (of `value`,
    where one is given); `correct` replaces `old`, said by mistake in the same session, by `value`, for any attribute.
    """

    who: Mention
    attribute: str
    value: str
    turn: int
    kind: str = "assert"
    session: Any = None
    quote: str = ""
    confidence: float = 0.8
    old: str = ""


@dataclass(frozen=True)
class Fact:
    """One value of one attribute of one subject; valid for turns `valid_from <= t < valid_to`.

    Status: current, superseded (a later value took its place), retracted (ended or corrected without a new value
    of its own; never valid where `valid_from == valid_to`), forgotten (on request; value and quote are empty).
    """

    id: int
    subject: str  # key of People: "user", "брат", "брат#2"
    attribute: str
    value: str
    valid_from: int | None  # None: since before anything was said
    turns: tuple[int, ...]  # source turns, ascending
    valid_to: int | None = None
    confidence: float = 0.8
    status: str = CURRENT
    tags: tuple[str, ...] = ()
    supersedes: int | None = None  # id of the fact whose place it took
    quote: str = ""  # the sentence of the latest source turn
    session: Any = None

    @property
    def is_true_sometime(self) -> bool:
        return self.status != FORGOTTEN and (self.valid_from is None or self.valid_to is None or self.valid_from < self.valid_to)


@dataclass
class FactBook:
    """The facts of one dialogue in the order in which they became known."""

    people: People = field(default_factory=People)

    def __post_init__(self) -> None:
        self._claims: list[Claim] = []
        self._facts: list[Fact] = []
        self._forgotten: list[Fact] = []

    def __len__(self) -> int:
        return len(self._facts)

    def __iter__(self):
        return iter(self._facts + self._forgotten)

    def add(self, claims: Iterable[Claim]) -> None:
        """Weigh claims in the order of their turns against what is known.  A claim about nobody known is dropped."""
        for claim in claims:
            self._claims.append(claim)
            self._weigh(claim)

    def forget(self, turns: Collection[int]) -> int:
        """Drop what these turns said; returns how many facts lost all their sources.

        Facts with other sources stay; a value that a forgotten one had superseded is current again.
        """
        gone = set(turns)
        lost = [fact for fact in self._facts if set(fact.turns) <= gone]
        tombstones = [
            replace(fact, value="", quote="", status=FORGOTTEN, subject="", turns=(), supersedes=None, valid_from=None, tags=()) for fact in lost
        ]
        kept = [claim for claim in self._claims if claim.turn not in gone]
        self.people = People()
        self._claims, self._facts = [], []
        self.add(kept)
        self._forgotten += tombstones
        return len(lost)

    def query(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        tag: str | None = None,
        status: str | None = None,
        as_of: int | None = None,
    ) -> list[Fact]:
        """Facts that meet all conditions, oldest first; `as_of` keeps those valid at that turn."""
        return [
            fact
            for fact in self._facts
            if (subject is None or fact.subject == subject)
            and (attribute is None or fact.attribute == attribute)
            and (tag is None or tag in fact.tags)
            and (status is None or fact.status == status)
            and (as_of is None or _valid_at(fact, as_of))
        ]

    def current(self, subject: str, attribute: str) -> list[Fact]:
        """What holds now, oldest first."""
        return self.query(subject, attribute, status=CURRENT)

    def before(self, subject: str, attribute: str) -> list[Fact]:
        """What held once and no longer does, oldest first; corrected mistakes never held."""
        return [fact for fact in self.query(subject, attribute) if fact.status != CURRENT and fact.is_true_sometime]

    def export(self) -> dict[str, Any]:
        """People and facts as plain values for JSON."""
        return {"people": self.people.export(), "facts": [asdict(fact) for fact in self]}

    def _weigh(self, claim: Claim) -> None:
        if claim.kind == "correct":
            self._correct(claim)
            return
        subject = self.people.resolve(claim.who, claim.turn)
        if subject is None:
            return
        if claim.attribute == "name" and subject != USER:
            self._rename(subject)
        value = self._value(claim, subject)
        if claim.kind == "retract":
            self._retract(subject, claim)
        elif value:
            self._assert(subject, claim, value)

    def _value(self, claim: Claim, subject: str) -> str:
        return claim.value or (self.people[subject].label if attribute_spec(claim.attribute).of_people else "")

    def _rename(self, subject: str) -> None:
        """Relation facts name the person as they are called now."""
        for i, fact in enumerate(self._facts):
            if fact.attribute == "relation" and fact.subject == subject:
                self._facts[i] = replace(fact, value=self.people[subject].label)

    def _assert(self, subject: str, claim: Claim, value: str) -> None:
        same = next((i for i, f in enumerate(self._facts) if self._repeats(f, subject, claim, value)), None)
        if same is not None:
            fact = self._facts[same]
            longer = value if len(value) > len(fact.value) else fact.value
            self._facts[same] = replace(
                fact,
                value=longer,
                turns=tuple(sorted({*fact.turns, claim.turn})),
                confidence=1 - (1 - fact.confidence) * (1 - claim.confidence),
                quote=claim.quote or fact.quote,
            )
            return
        spec = attribute_spec(claim.attribute)
        supersedes = None
        if spec.single and claim.kind == "assert":
            for i, fact in enumerate(self._facts):
                if fact.subject == subject and fact.attribute == claim.attribute and fact.status == CURRENT:
                    supersedes = fact.id
                    self._facts[i] = replace(fact, status=SUPERSEDED, valid_to=claim.turn)
        past = claim.kind == "past"
        self._facts.append(
            Fact(
                id=len(self._facts),
                subject=subject,
                attribute=claim.attribute,
                value=value,
                valid_from=None if past else claim.turn,
                valid_to=claim.turn if past else None,
                turns=(claim.turn,),
                confidence=claim.confidence,
                status=SUPERSEDED if past else CURRENT,
                tags=spec.tags,
                supersedes=supersedes,
                quote=claim.quote,
                session=claim.session,
            )
        )

    def _repeats(self, fact: Fact, subject: str, claim: Claim, value: str) -> bool:
        if fact.subject != subject or fact.attribute != claim.attribute:
            return False
        if fact.status != (SUPERSEDED if claim.kind == "past" else CURRENT):
            return False
        return same_name(fact.value, value) if claim.attribute == "name" else _same_value(fact.value, value)

    def _retract(self, subject: str, claim: Claim) -> None:
        for i, fact in enumerate(self._facts):
            if fact.subject == subject and fact.attribute == claim.attribute and fact.status == CURRENT and _covers(claim.value, fact):
                self._facts[i] = replace(fact, status=RETRACTED, valid_to=claim.turn, turns=tuple(sorted({*fact.turns, claim.turn})))

    def _correct(self, claim: Claim) -> None:
        """The latest fact of the session whose value holds `old` gets `value` in its place."""
        for i in range(len(self._facts) - 1, -1, -1):
            fact = self._facts[i]
            if fact.session != claim.session or fact.status != CURRENT or claim.turn - fact.turns[-1] > 4:
                continue
            value = _replaced(fact.value, claim.old, claim.value)
            if value is None:
                continue
            if fact.attribute == "age":
                value = _in_digits(value)
            self._facts[i] = replace(fact, status=RETRACTED, valid_to=fact.valid_from)
            corrected = replace(
                fact,
                id=len(self._facts),
                value=value,
                valid_from=claim.turn,
                turns=(claim.turn,),
                quote=f"{fact.quote} {claim.quote}",
                supersedes=fact.id,
            )
            self._facts.append(corrected)
            return


def _valid_at(fact: Fact, turn: int) -> bool:
    return (fact.valid_from is None or fact.valid_from <= turn) and (fact.valid_to is None or turn < fact.valid_to)


def value_lemmas(value: str) -> frozenset[str]:
    """Lemmas by which two values are compared; number words count as numbers."""
    from ..recall.text import content_lemmas
    from .grammar import NUMBER_WORDS

    return frozenset(str(NUMBER_WORDS.get(lemma, lemma)) for lemma in content_lemmas(value)) if value else frozenset()


def _same_value(first: str, second: str) -> bool:
    a, b = value_lemmas(first), value_lemmas(second)
    if first.startswith("не ") != second.startswith("не "):
        return False
    numbers = [{w for w in part if w[0].isdigit()} for part in (a, b)]
    return bool(a & b) and (a <= b or b <= a) and numbers[0] == numbers[1]


def _in_digits(value: str) -> str:
    from .grammar import number, words

    found = number(words(value), 0)
    return str(int(found[0])) if found else value


def _covers(value: str, fact: Fact) -> bool:
    if not value:
        return fact.attribute not in ("plan", "hobby", "diet")  # of many, one has to be named
    return bool(value_lemmas(value) & value_lemmas(f"{fact.value} {fact.quote if fact.attribute == 'plan' else ''}"))


def _replaced(value: str, old: str, new: str) -> str | None:
    """`value` with the word `old` (any form) replaced by `new`; None where it does not occur."""
    from ..recall.text import lemmas
    from .grammar import NUMBER_WORDS, text_of, words

    wanted = [str(NUMBER_WORDS.get(lemma, lemma)) for lemma in lemmas(old)]
    pieces = words(value)
    found = [str(NUMBER_WORDS.get(w.lemma, w.lemma)) for w in pieces]
    for i in range(len(found) - len(wanted) + 1):
        if wanted and found[i : i + len(wanted)] == wanted:
            return " ".join(part for part in (text_of(pieces[:i]), new, text_of(pieces[i + len(wanted) :])) if part)
    return None
