"""eval.replay: the organisers' loop."""

from __future__ import annotations

from fakes import EchoMemory, record, session, write_data

from eval.datasets import load_contest
from eval.replay import flatten, pairs, positions, write_dialogue


def dialogue(tmp_path, *sessions):
    unknown = {"ans_session_ids": [], "evidence": []}
    return load_contest(write_data(tmp_path / "d.jsonl", record("d", sessions=list(sessions), **unknown)))[0]


def test_a_leading_assistant_turn_is_dropped_and_a_closing_user_turn_answered(tmp_path):
    """As the organisers do it, session by session."""
    turns = flatten(dialogue(tmp_path, session("a", "привет!", "в", "о", first="assistant"), session("b", "один", "два", "три")))
    assert [("a", 1, "user", "в"), ("a", 2, "assistant", "о"), ("b", 0, "user", "один"), ("b", 1, "assistant", "два"), ("b", 2, "user", "три")] == [
        t[:4] for t in turns[:5]
    ]
    assert ("b", None, "assistant", "<нет ответа>") == turns[5][:4]


def test_pairs_go_by_parity_across_sessions(tmp_path):
    """An irregular session shifts every later pair over session borders; an odd last turn is never written."""
    irregular = {"id": 1, "messages": [{"role": r, "content": c} for r, c in (("user", "a"), ("user", "b"), ("assistant", "c"))]}
    turns = flatten(dialogue(tmp_path, irregular, session(2, "d", "e")))
    assert [["a", "b"], ["c", "d"]] == [[t.content for t in pair] for pair in pairs(turns)]
    assert {(1, 0): 0, (1, 1): 1, (1, 2): 2, (2, 0): 3} == positions(turns)


def test_a_session_of_one_assistant_turn_vanishes(tmp_path):
    """Nothing is left of it, and nothing is added."""
    turns = flatten(dialogue(tmp_path, session(1, "здравствуйте", first="assistant"), session(2, "a", "b")))
    assert ["a", "b"] == [t.content for t in turns]


def test_a_dropped_turn_has_no_position(tmp_path):
    """Positions map a data set's turn to its index among the written ones; a turn added here has none."""
    turns = flatten(dialogue(tmp_path, session("a", "привет!", "в", first="assistant")))
    assert {("a", 1): 0} == positions(turns)


def test_every_pair_is_one_timed_write_with_the_ids_of_the_data(tmp_path):
    """write_dialogue passes ids through unchanged and returns one duration a write."""
    system = EchoMemory()
    found = dialogue(tmp_path, session(1, "a", "b"), session("s", "c", "d"))
    seconds = write_dialogue(system, 17, flatten(found))
    assert [("write", 17, ["a", "b"]), ("write", 17, ["c", "d"])] == system.calls
    assert [1, 1, "s", "s"] == [m.session_id for m in system.messages[17]]
    assert 2 == len(seconds) and all(s >= 0 for s in seconds)


def test_a_session_date_travels_with_its_messages(tmp_path):
    """Dated data sets hand the date over as an attribute; undated ones None."""
    system = EchoMemory()
    found = dialogue(tmp_path, {**session(1, "a", "b"), "date": "2024-05-01"}, session(2, "c", "d"))
    write_dialogue(system, 1, flatten(found))
    assert ["2024-05-01", "2024-05-01", None, None] == [m.date for m in system.messages[1]]
