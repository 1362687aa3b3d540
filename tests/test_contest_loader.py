"""eval.datasets.contest: what is read, and the message for everything that is wrong."""

from __future__ import annotations

import json

import pytest
from fakes import record, session, write_data

from eval.datasets import Evidence, Message, load_contest
from eval.errors import UserError


def mistake(path):
    with pytest.raises(UserError) as caught:
        load_contest(path)
    return str(caught.value).replace(str(path), "FILE")


def test_a_record_with_one_question_is_read(tmp_path):
    """The question has the dialogue's id; ids keep their type, texts their characters."""
    dialogue, other = load_contest(write_data(tmp_path / "d.jsonl", record(5), record("d-6")))
    assert (5, "d-6") == (dialogue.id, other.id)
    assert (1, (Message("user", "моя собака Тошка"), Message("assistant", "Хорошее имя!"))) == (
        dialogue.sessions[0].id,
        dialogue.sessions[0].messages,
    )
    [question] = dialogue.questions
    assert (5, "Как зовут мою собаку?", "fact_equal_session", "Вашу собаку зовут Тошка.") == (
        question.id,
        question.text,
        question.type,
        question.gold,
    )
    assert (Evidence(1, 0, "собака Тошка"),) == question.evidence
    assert ((1,), ("тошк",), ()) == (question.evidence_sessions, question.accept, question.reject)


def test_a_record_with_a_list_of_questions_is_read(tmp_path):
    """One dialogue, many questions, each with an id and evidence of its own; sessions named by evidence turns count."""
    asked = [{"id": "q1", "question": "Что?", "evidence": [{"session_id": 2, "message_index": 1}]}, {"id": 2, "question": "Где?"}]
    [dialogue] = load_contest(write_data(tmp_path / "d.jsonl", {"id": 1, "sessions": record()["sessions"], "questions": asked}))
    assert ["q1", 2] == [q.id for q in dialogue.questions]
    assert [(2,), ()] == [q.evidence_sessions for q in dialogue.questions]
    assert [None, None] == [q.gold for q in dialogue.questions]


def test_the_bare_fields_of_the_contest_are_enough(tmp_path):
    """A record of the closed test set holds id, sessions and question only; blank lines are skipped."""
    bare = record(question_type=..., ans=..., ans_session_ids=..., evidence=..., accept=..., reject=...)
    [dialogue] = load_contest(write_data(tmp_path / "d.jsonl", b"", bare, b"  "))
    assert (None, None, ()) == (dialogue.questions[0].type, dialogue.questions[0].gold, dialogue.questions[0].evidence)


def test_odd_content_is_content(tmp_path):
    """An empty message, one of 5 MB, lone surrogates and NULs are data, not mistakes."""
    texts = ["", "я " * 2_500_000, "кот\ud800 \0"]
    [dialogue] = load_contest(write_data(tmp_path / "d.jsonl", record(sessions=[session(1, *texts)])))
    assert texts == [m.content for m in dialogue.sessions[0].messages]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{not json", "FILE:2: (line): expected JSON"),
        (b'{"id": "' + "кот".encode("cp1251") + b'"}', "FILE:2: (line): expected UTF-8 text; byte 8 is not"),
        (b'{"id": ' + b"1" * 5000 + b"}", "FILE:2: (line): expected JSON"),
        (b"[" * 100_000, "FILE:2: (line): expected JSON"),
        (b"7", "FILE:2: (line): expected an object, not int"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path, line, expected):
    """No JSON, no UTF-8, an endless number, endless nesting, no object: the file and line, no traceback."""
    assert mistake(write_data(tmp_path / "d.jsonl", record(1), line)).startswith(expected)


def message(**changed):
    return [{"id": 1, "messages": [{"role": "user", "content": "да", **changed}]}]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"id": ...}, "id: expected an int or a string, but the field is missing"),
        ({"id": 1.5}, "id: expected an int or a string, not float"),
        ({"id": True}, "id: expected an int or a string, not bool"),
        ({"sessions": ...}, "sessions: expected a list of sessions, but the field is missing"),
        ({"sessions": []}, "sessions: expected at least one session"),
        ({"sessions": {}}, "sessions: expected a list of sessions, not dict"),
        ({"sessions": ["s"]}, "sessions[0]: expected an object, not str"),
        ({"sessions": [session(1, "a", "b"), session(1, "c", "d")]}, "sessions: expected session ids that occur once"),
        ({"sessions": [{"id": 1, "messages": []}]}, "sessions[0].messages: expected at least one message"),
        ({"sessions": message(role="system")}, "sessions[0].messages[0].role: expected 'user' or 'assistant', not 'system'"),
        ({"sessions": message(content=None)}, "sessions[0].messages[0].content: expected a string, not NoneType"),
        ({"question": ...}, "question: expected a string, but the field is missing"),
        ({"question": " \n"}, "question: expected a question, not an empty string"),
        ({"question": 5}, "question: expected a string, not int"),
        ({"question_type": "guess"}, "question_type: expected one of fact_equal_session, info_consolidation, info_updating, no_info, not 'guess'"),
        ({"ans": 5}, "ans: expected a string, not int"),
        ({"ans_session_ids": [1, 9]}, "ans_session_ids[1]: expected the id of a session, not 9"),
        ({"evidence": [{"session_id": 9, "message_index": 0}]}, "evidence[0].session_id: expected the id of a session, not 9"),
        ({"evidence": [{"session_id": 1, "message_index": 2}]}, "evidence[0].message_index: expected 0 to 1, not 2"),
        ({"evidence": [{"session_id": 1}]}, "evidence[0].message_index: expected an int, but the field is missing"),
        ({"accept": ["("]}, "accept[0]: expected a regular expression"),
        ({"reject": [5]}, "reject[0]: expected a regular expression"),
        ({"questions": []}, "questions: expected at least one question"),
        ({"questions": [{"id": 1, "question": "?"}, {"id": "1", "question": "?"}]}, "questions: expected question ids that occur once"),
        ({"questions": [{"question": "?"}]}, "questions[0].id: expected an int or a string, but the field is missing"),
    ],
)
def test_a_wrong_field_is_named(tmp_path, changed, expected):
    """`file:line: field: what was expected`, for a missing field, a wrong type and a wrong value."""
    assert mistake(write_data(tmp_path / "d.jsonl", record("fine"), record(1, **changed))).startswith("FILE:2: " + expected)


def test_an_id_may_occur_once(tmp_path):
    """A duplicate id is an error in the line where it comes again, also where one is an int and one a string."""
    assert "FILE:3: id: expected an id that occurs once; '1' was used before" == mistake(
        write_data(tmp_path / "d.jsonl", record(1), record(2), record("1"))
    )


def test_a_file_without_records_is_an_error(tmp_path):
    """An empty file cannot be a data set."""
    assert "FILE:1: (line): expected at least one record" == mistake(write_data(tmp_path / "d.jsonl"))


def test_a_missing_file_is_an_error(tmp_path):
    """The path is named."""
    assert mistake(tmp_path / "none.jsonl").startswith("FILE: cannot be read")


def test_records_arrive_in_file_order(tmp_path):
    """Order of lines is order of dialogues."""
    path = tmp_path / "d.jsonl"
    path.write_text("".join(json.dumps(record(i), ensure_ascii=False) + "\r\n" for i in (3, 1, 2)), encoding="utf-8")
    assert [3, 1, 2] == [d.id for d in load_contest(path)]
