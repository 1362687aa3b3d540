"""data/sample: what the committed sample has to show."""

from __future__ import annotations

import json

import pytest

from eval.datasets import QUESTION_TYPES, load_contest
from eval.datasets.dialogue import NO_INFO
from eval.judges import JUDGES


@pytest.fixture
def dialogues(sample):
    return load_contest(sample)


def test_it_has_six_dialogues_and_all_question_types(dialogues):
    """With int ids and string ids, one question a record and several."""
    assert len(dialogues) >= 6
    assert set(QUESTION_TYPES) == {q.type for d in dialogues for q in d.questions}
    assert {int, str} == {type(d.id) for d in dialogues}
    assert {True, False} == {len(d.questions) > 1 for d in dialogues}


def test_it_has_an_irregular_session_a_pasted_article_and_a_forget_request(dialogues):
    """The three things that a first implementation gets wrong."""
    sessions = [s for d in dialogues for s in d.sessions]
    assert any(s.messages[0].role == "assistant" or s.messages[-1].role == "user" for s in sessions)
    users = [m.content for s in sessions for m in s.messages if m.role == "user"]
    assert any(len(text) > 1200 for text in users)
    assert any("забудь" in text.lower() for text in users)


def test_evidence_quotes_stand_where_they_say(dialogues):
    """Character by character, and every question that has an answer names its evidence."""
    for dialogue in dialogues:
        messages = {(s.id, i): m.content for s in dialogue.sessions for i, m in enumerate(s.messages)}
        for question in dialogue.questions:
            assert question.evidence or question.type == NO_INFO, question
            assert all(turn.quote and turn.quote in messages[turn[:2]] for turn in [*question.evidence, *question.superseded]), question


def test_gold_answers_pass_both_judges(dialogues):
    """And a refusal passes for no_info alone."""
    for question in (q for d in dialogues for q in d.questions):
        assert "correct" == JUDGES["patterns"](question, question.gold).label, question
        assert "correct" == JUDGES["overlap"](question, question.gold).label, question
        for judge in JUDGES.values() if question.accept else ():
            assert (question.type == NO_INFO) == (judge(question, "У меня нет такой информации").label == "correct"), question


def test_the_text_is_short_and_russian(sample):
    """A reader sees through it in minutes."""
    text = sample.read_text(encoding="utf-8")
    assert len(text) < 60_000
    contents = [m["content"] for line in text.splitlines() for s in json.loads(line)["sessions"] for m in s["messages"]]
    assert sum("а" <= c <= "я" for t in contents for c in t.lower()) > sum("a" <= c <= "z" for t in contents for c in t.lower())
