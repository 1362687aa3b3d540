"""submission.memory.turns: the append-only log."""

from __future__ import annotations

from submission.contract import Message
from submission.memory.turns import Turn, TurnLog


def test_turns_are_kept_in_order_as_they_were_said():
    """Indexes count from 0 over all writes; role, text, session and date arrive unchanged."""
    log = TurnLog()
    log.append([Message("user", "  Ёж!\n", 7), Message("assistant", "Да.", 7)])
    log.append([Message("user", "ещё", "s-2")])
    assert [(0, 7, "user", "  Ёж!\n"), (1, 7, "assistant", "Да."), (2, "s-2", "user", "ещё")] == [
        (t.index, t.session_id, t.role, t.text) for t in log
    ]
    assert 3 == len(log)
    assert log[2] == list(log)[2]
    assert [2] == [t.index for t in log.since(2)]


def test_a_message_of_the_organisers_class_has_no_date():
    """A message without the attributes session_id and date is kept all the same."""

    class Bare:
        role, content = "user", "привет"

    log = TurnLog()
    log.append([Bare()])
    assert Turn(0, None, "user", "привет", None) == log[0]


def test_text_that_no_file_takes_is_made_writable():
    """Lone surrogates and NULs are replaced, None is empty, a number becomes text; nothing raises."""
    log = TurnLog()
    log.append([Message("user", "a\0b"), Message("user", "кот\ud800\0пёс"), Message("user", None), Message("user", 5), Message("user", "🙂")])
    assert ["a b", "кот? пёс", "", "5", "🙂"] == [t.text for t in log]


def test_only_user_turns_are_user_turns():
    """is_user tells the roles apart."""
    log = TurnLog()
    log.append([Message("user", "a"), Message("assistant", "b")])
    assert [True, False] == [t.is_user for t in log]
