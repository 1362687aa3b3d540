"""What the hand-written material holds, and which of its own rules a file breaks.

python -m data.counts                       the table of the data set card; exit status 1 when a rule is broken
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.errors import UserError

from .personas import QUESTION_TYPES, DataError, Persona, Question, Session, read_persona
from .prepare import ROOT, read_pool, read_splits

SESSIONS, MESSAGES, FACTS, QUESTIONS = 16, (4, 12), 45, 24  # at least, from-to, at least, at least
TAGS = {"changes": 8, "spread": 6, "relative_date": 1, "negation": 1, "correction": 1, "relative": 1, "assistant_confirmed": 1, "forget": 1}
TAGS |= {"plan_cancelled": 1}
DISTRACTOR_TURN_CHARS = (800, 2_500)
COLUMNS = ("split", "persona", "sessions", "characters", "facts", "that change", "questions", *QUESTION_TYPES, "no word shared")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the broken rules; 0 without any, 1 with some, 2 for files that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m data.counts", description="Counts the hand-written material.")
    parser.add_argument("--material", type=Path, default=ROOT, help="folder with split.json, dev and distractors, default data")
    folder = parser.parse_args(arguments).material
    try:
        splits = read_splits(folder)
        personas = {key: [read_persona(path) for path in paths] for key, paths in splits.items()}
        pools = {language: read_pool(language, folder) for language, _ in splits}
    except (DataError, UserError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(personas)))
    for language, pool in sorted(pools.items()):
        tags = Counter(tag for key in personas if key[0] == language for p in personas[key] for fact in p.facts for tag in fact.tags)
        print(f"\nfacts by tag, {language}: {', '.join(f'{tag} {n}' for tag, n in sorted(tags.items())) or 'none'}")
        print(f"distractors, {language}: {_distractors(pool)}")
    broken = [f"{p.id}: {text}" for listed in personas.values() for p in listed for text in broken_rules(p)]
    print(f"\nbroken rules: {len(broken)}")
    for line in broken:
        print(line)
    return 1 if broken else 0


def table(personas: dict[tuple[str, str], list[Persona]]) -> Iterator[str]:
    """A Markdown table, one line a persona and one a split."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|---|---|" + "---:|" * (len(COLUMNS) - 2)
    for (language, part), listed in personas.items():
        rows = [_row(persona) for persona in listed]
        for persona, row in zip(listed, rows):
            yield f"| {language} {part} | {persona.id} | " + " | ".join(map(str, row)) + " |"
        if rows:
            yield f"| **{language} {part}** | **{len(rows)}** | " + " | ".join(f"**{sum(column)}**" for column in zip(*rows)) + " |"


def _row(persona: Persona) -> list[int]:
    types = Counter(q.question_type for q in persona.questions)
    characters = sum(len(content) for s in persona.sessions for _, content in s.messages)
    free = sum(shares_no_word(q) for q in persona.questions)
    changed = sum(f.supersedes is not None for f in persona.facts)
    counts = [len(persona.sessions), characters, len(persona.facts), changed, len(persona.questions)]
    return [*counts, *(types[kind] for kind in QUESTION_TYPES), free]


def shares_no_word(question: Question) -> bool:
    """Whether no content lemma of the question occurs in the quotes of its evidence."""
    from submission.recall.text import STOP_LEMMAS, lemmas

    quoted = {word for quote in question.evidence for word in lemmas(quote.quote)}
    return not set(lemmas(question.question)) & quoted - STOP_LEMMAS


def broken_rules(persona: Persona) -> Iterator[str]:
    """What a persona lacks of what the data set card promises."""
    stated = {fact.session for fact in persona.facts}
    if len(stated) < SESSIONS:
        yield f"{len(stated)} sessions with facts, at least {SESSIONS} expected"
    for session in persona.sessions:
        if not MESSAGES[0] <= len(session.messages) <= MESSAGES[1]:
            yield f"session {session.id} has {len(session.messages)} messages, {MESSAGES[0]} to {MESSAGES[1]} expected"
    odd = [session.id for session in persona.sessions if len(session.messages) % 2]
    if len(odd) > 1:
        yield f"sessions {', '.join(odd)} end with the user, at most one may"
    if len(persona.facts) < FACTS:
        yield f"{len(persona.facts)} facts, at least {FACTS} expected"
    tags = Counter(tag for fact in persona.facts for tag in fact.tags)
    yield from (f"{tags[tag]} facts tagged {tag}, at least {least} expected" for tag, least in TAGS.items() if tags[tag] < least)
    changed = sum(fact.supersedes is not None for fact in persona.facts)
    if changed < TAGS["changes"]:
        yield f"{changed} facts supersede another, at least {TAGS['changes']} expected"
    if len(persona.questions) < QUESTIONS:
        yield f"{len(persona.questions)} questions, at least {QUESTIONS} expected"
    missing = set(QUESTION_TYPES) - {q.question_type for q in persona.questions}
    yield from (f"no question of type {kind}" for kind in sorted(missing))
    free = sum(shares_no_word(q) for q in persona.questions)
    if 2 * free < len(persona.questions):
        yield f"{free} of {len(persona.questions)} questions share no word with their evidence, at least half expected"
    for question in persona.questions:
        sessions = {quote.session for quote in question.evidence}
        if question.question_type == "fact_equal_session" and len(sessions) > 1:
            yield f"{question.id} is fact_equal_session with evidence in {len(sessions)} sessions"
        if question.question_type == "info_consolidation" and len(sessions) < 2:
            yield f"{question.id} is info_consolidation with evidence in one session"


def _distractors(pool: Sequence[Session]) -> str:
    turns = [len(content) for session in pool for role, content in session.messages if role == "assistant"]
    low, high = DISTRACTOR_TURN_CHARS
    inside = sum(low <= length <= high for length in turns)
    total = sum(len(content) for session in pool for _, content in session.messages)
    odd = sum(len(session.messages) % 2 for session in pool)
    return (
        f"{len(pool)} sessions, {total} characters, {odd} end with the user, {inside} of {len(turns)} assistant turns have {low} to {high} characters"
    )


if __name__ == "__main__":
    sys.exit(main())
