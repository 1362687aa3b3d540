"""Surprise, decay, plans that run out, summaries."""

from __future__ import annotations

import numpy as np

from submission.memory.facts import Claim, FactBook
from submission.memory.lifecycle import decay, fact_weight, live_facts, summarise_sessions, surprise
from submission.memory.people import Mention
from submission.memory.turns import Turn

ME = Mention()


def test_surprise_is_high_for_the_new_and_low_for_the_repeated():
    """First turn 1, an orthogonal one 1, a repetition the floor, a turn without words the floor."""
    vectors = np.asarray([[1, 0], [0, 1], [1, 0], [0, 0]], dtype=np.float32)
    assert surprise(vectors, floor=0.4).tolist() == np.asarray([1, 1, 0.4, 0.4], dtype=np.float32).tolist()


def test_surprise_never_silences_a_turn():
    """Opposite vectors do not weigh more than 1, nothing weighs less than the floor."""
    weights = surprise(np.asarray([[1, 0], [-1, 0]], dtype=np.float32))
    assert weights.tolist() == [1.0, 1.0]


def test_decay_halves_what_lies_above_the_floor():
    """At age 0: 1; at one half-life of 10 turns: 0.75; at two: 0.625."""
    assert decay(np.asarray([20, 10, 0]), 20, 10.0).tolist() == [1.0, 0.75, 0.625]


def test_fact_weight_counts_confidence_age_and_status():
    """0.8 fresh; superseded counts half, and has aged: 0.8 * 0.75 * 0.5 = 0.3."""
    book = FactBook()
    book.add([Claim(ME, "city", "Омск", 0), Claim(ME, "city", "Казань", 10)])
    old, new = book.query("user", "city")
    assert round(fact_weight(new, 10, 10.0), 6) == 0.8
    assert round(fact_weight(old, 10, 10.0), 6) == 0.3


def test_plans_run_out_and_facts_do_not():
    """A plan of turn 0 is gone at turn 11 with a time to live of 10 turns."""
    book = FactBook()
    book.add([Claim(ME, "plan", "поехать в Сочи", 0), Claim(ME, "city", "Омск", 0)])
    assert [f.attribute for f in live_facts(book, 10, 10)] == ["plan", "city"]
    assert [f.attribute for f in live_facts(book, 11, 10)] == ["city"]


def _turns(*texts: tuple[int, str]) -> list[Turn]:
    return [Turn(i, session, "user", text) for i, (session, text) in enumerate(texts)]


def test_summaries_keep_links_and_leave_recent_sessions_whole():
    """The oldest session is cut to what is rare, in its order, with turn indexes; the last one is not summarised."""
    turns = _turns((0, "Спасибо. Мой кот Прохор болен."), (0, "Спасибо. Живу в Вологде."), (1, "Спасибо."))
    [summary] = summarise_sessions(turns, keep_last=1, max_chars=36)
    assert summary.session_id == 0
    assert summary.sentences == ((0, "Мой кот Прохор болен."), (1, "Живу в Вологде."))
    assert summary.turns == (0, 1)


def test_nothing_to_summarise():
    """No turns, only questions, or all sessions recent: no summaries."""
    assert summarise_sessions([], 0) == []
    assert summarise_sessions(_turns((0, "Как дела?")), 0) == []
    assert summarise_sessions(_turns((0, "Живу в Вологде.")), 3) == []
