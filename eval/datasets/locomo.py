"""LoCoMo (Maharana et al. 2024, snap-research/locomo): long conversations of two people, with questions about both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from .dates import iso_date
from .dialogue import NO_INFO, DataSet, Dialogue, Evidence, Message, Question, Session

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
NOT_MENTIONED = "Not mentioned in the conversation"  # the data set's own words for category 5

_TYPES = {1: "info_consolidation", 2: "fact_equal_session", 3: "info_consolidation", 4: "fact_equal_session", 5: NO_INFO}
_SESSION = re.compile(r"session_(\d+)")
_TURN = re.compile(r"D:?\s*(\d+):(\d+)")


def read_locomo(records: Iterable[dict]) -> DataSet:
    """Conversations numbered from 1; the role of every turn is `user`, as both people are asked about.

    A turn's content is `speaker: text`, with `[image: caption]` where there is a picture.  Evidence ids are parsed
    also where they are misspelt (`D8:6; D9:17`, `D:11:26`, `D30:05`); what names no turn is counted.
    """
    unusable: Counter[str] = Counter()
    dialogues = [_dialogue(number, record, unusable) for number, record in enumerate(records, 1)]
    return DataSet("locomo", dialogues, dict(+unusable))


def _dialogue(number: int, record: dict, unusable: Counter[str]) -> Dialogue:
    conversation = record["conversation"]
    numbers = sorted(int(match[1]) for key, turns in conversation.items() if (match := _SESSION.fullmatch(key)) and turns)
    sessions, places = [], {}
    for count in numbers:
        turns = conversation[f"session_{count}"]
        sessions.append(Session(count, tuple(_message(turn) for turn in turns), iso_date(conversation.get(f"session_{count}_date_time"))))
        for index, turn in enumerate(turns):
            places.update({place: (count, index) for place in parse_evidence(turn["dia_id"])})
    questions = tuple(_question(f"{record['sample_id']}-{i}", qa, places, unusable) for i, qa in enumerate(record["qa"], 1))
    return Dialogue(number, tuple(sessions), questions)


def _message(turn: dict) -> Message:
    caption = turn.get("blip_caption")
    content = f"{turn['speaker']}: {turn['text']}" + (f" [image: {caption}]" if caption else "")
    return Message("user", content, turn["speaker"], caption)


def _question(identity: str, qa: dict, places: dict, unusable: Counter[str]) -> Question:
    found = []
    for name in qa["evidence"]:
        parsed = parse_evidence(name)
        unusable["evidence that cannot be parsed"] += not parsed
        unusable["evidence that names no turn"] += sum(place not in places for place in parsed)
        found += [places[place] for place in parsed if place in places]
    found = list(dict.fromkeys(found))
    unusable["question without usable evidence"] += not found
    category = qa["category"]
    return Question(
        id=identity,
        text=qa["question"],
        type=_TYPES.get(category),
        gold=NOT_MENTIONED if category == 5 else str(qa["answer"]),
        evidence=tuple(Evidence(session, index) for session, index in found),
        evidence_sessions=tuple(dict.fromkeys(session for session, _ in found)),
        category=CATEGORIES.get(category, str(category)),
    )


def parse_evidence(name: str) -> list[tuple[int, int]]:
    """(session, turn) numbers in an evidence id, both from 1; [] when it holds none."""
    return [(int(session), int(turn)) for session, turn in _TURN.findall(name)]
