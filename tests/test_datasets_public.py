"""eval.datasets: LongMemEval, LoCoMo, BEAM and RUMBA behind one shape, and their conversion."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from eval.cli import main
from eval.datasets import load_contest, load_dataset
from eval.datasets.dates import iso_date
from eval.datasets.locomo import parse_evidence
from eval.errors import UserError


def longmemeval_record(identity="q1", **changes):
    """Two dated sessions in the wrong order, the earlier with the answer in a user turn."""
    record = {
        "question_id": identity, "question_type": "knowledge-update", "question": "Where do I live?", "answer": "Omsk",
        "question_date": "2023/06/01 (Thu) 10:00", "answer_session_ids": ["answer_1"], "haystack_session_ids": ["s_b", "answer_1"],
        "haystack_dates": ["2023/05/21 (Sun) 09:00", "2023/05/20 (Sat) 20:33"],
        "haystack_sessions": [
            [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}],
            [{"role": "user", "content": "I moved to Omsk", "has_answer": True}, {"role": "assistant", "content": "nice", "has_answer": False}],
        ],
    }  # fmt: skip
    return {**record, **changes}


def locomo_record():
    turns = [
        {"speaker": "Ann", "dia_id": "D1:1", "text": "I bought a cat."},
        {"speaker": "Bob", "dia_id": "D1:2", "text": "Look!", "blip_caption": "a grey cat"},
    ]
    qa = [
        {"question": "Who bought a cat?", "answer": "Ann", "evidence": ["D1:1"], "category": 4},
        {"question": "In which year?", "answer": 2022, "evidence": ["D1:1; D2:01", "D:1:2"], "category": 2},
        {"question": "Who sang?", "adversarial_answer": "Bob", "evidence": ["D9:9", "D"], "category": 5},
    ]
    conversation = {
        "speaker_a": "Ann", "speaker_b": "Bob", "session_1": turns, "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_2": [{"speaker": "Ann", "dia_id": "D2:1", "text": "He is called Tom."}], "session_2_date_time": "9 June, 2023",
        "session_3_date_time": "10 June, 2023",
    }  # fmt: skip
    return {"sample_id": "conv-1", "conversation": conversation, "qa": qa}


def rumba_row(identity, question, answer, evidence):
    conversation = [
        {"session_idx": 7, "session_datetime": "2025-02-01 10:00:00", "conversation": [{"role": "user", "message": "я переехала в Омск"}]},
        {"session_idx": 3, "session_datetime": "2025-01-01 10:00:00", "conversation": [{"role": "user", "message": "живу в Томске"}]},
    ]
    return {
        "id": identity, "conversation_idx": 0, "user_id": "u1", "question": question, "answer": answer, "category": "update", "subcategory": "place",
        "subsubcategory": None, "text_temporal_expression": None, "evidence": evidence, "question_date": "2025-03-01", "conversation": conversation,
    }  # fmt: skip


def written(path, records, lines=False):
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records) if lines else json.dumps(records, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def test_longmemeval_sessions_are_in_order_of_time_and_their_ids_tell_nothing(tmp_path):
    """`answer_1` becomes a number; the evidence is still known to the harness."""
    data = load_dataset(written(tmp_path / "a.json", [longmemeval_record()]))
    [dialogue] = data.dialogues
    [question] = dialogue.questions
    assert ("longmemeval", 1, [1, 2]) == (data.format, dialogue.id, [s.id for s in dialogue.sessions])
    assert ["2023-05-20T20:33", "2023-05-21T09:00"] == [s.date for s in dialogue.sessions]
    assert ((1,), [(1, 0)]) == (question.evidence_sessions, [e[:2] for e in question.evidence])
    assert ("info_updating", "knowledge-update", "2023-06-01T10:00") == (question.type, question.category, question.date)


def test_longmemeval_abstention_is_no_info(tmp_path):
    """The suffix of the question's id decides."""
    data = load_dataset(written(tmp_path / "a.json", [longmemeval_record("q1_abs")]))
    assert ("no_info", "knowledge-update_abs") == (data.dialogues[0].questions[0].type, data.dialogues[0].questions[0].category)


def test_longmemeval_counts_what_it_drops(tmp_path):
    """A session without messages and an evidence session that is not there."""
    record = longmemeval_record(answer_session_ids=["answer_1", "answer_2"])
    record["haystack_sessions"][0] = []
    data = load_dataset(written(tmp_path / "a.json", [record]))
    assert {"session without messages": 1, "evidence session that is not in the haystack": 1} == data.unusable
    assert 1 == len(data.dialogues[0].sessions)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("D8:6", [(8, 6)]),
        ("D8:6; D9:17", [(8, 6), (9, 17)]),
        ("D:11:26", [(11, 26)]),
        ("D30:05", [(30, 5)]),
        ("D", []),
        ("D1:1 D1:2", [(1, 1), (1, 2)]),
    ],
)
def test_locomo_evidence_is_read_where_it_can_be(name, places):
    """The misspellings of the published file."""
    assert places == parse_evidence(name)


def test_locomo_turns_name_speaker_and_picture(tmp_path):
    """Both people are users; a session without turns does not exist."""
    data = load_dataset(written(tmp_path / "a.json", [locomo_record()]))
    sessions = data.dialogues[0].sessions
    assert ["2023-05-08T13:56", "2023-06-09"] == [s.date for s in sessions]
    assert ("user", "Bob: Look! [image: a grey cat]", "Bob", "a grey cat") == sessions[0].messages[1]


def test_locomo_questions_keep_category_and_usable_evidence(tmp_path):
    """Numbers become text, category 5 has no answer, and what names nothing is counted."""
    data = load_dataset(written(tmp_path / "a.json", [locomo_record()]))
    single, temporal, adversarial = data.dialogues[0].questions
    assert [(1, 0), (2, 0), (1, 1)] == [e[:2] for e in temporal.evidence]
    assert ("2022", (1, 2)) == (temporal.gold, temporal.evidence_sessions)
    assert ("no_info", "adversarial", ()) == (adversarial.type, adversarial.category, adversarial.evidence)
    assert "single-hop" == single.category
    assert {"evidence that names no turn": 1, "evidence that cannot be parsed": 1, "question without usable evidence": 1} == data.unusable


def test_rumba_rows_of_one_conversation_are_one_dialogue(tmp_path):
    """Sessions are numbered by date; evidence follows; the refusal of the data set is no_info."""
    rows = [rumba_row(1, "Где я живу?", "В Омске", [7]), rumba_row(2, "Как зовут кота?", "No such information.", [3, 9])]
    data = load_dataset(written(tmp_path / "a.jsonl", rows, lines=True))
    [dialogue] = data.dialogues
    assert ("rumba", ["живу в Томске", "я переехала в Омск"]) == (data.format, [s.messages[0].content for s in dialogue.sessions])
    assert [((2,), None), ((1,), "no_info")] == [(q.evidence_sessions, q.type) for q in dialogue.questions]
    assert ("update/place", {"evidence that names no session": 1}) == (dialogue.questions[0].category, data.unusable)


def test_rumba_rows_may_come_from_a_viewer(tmp_path):
    """Wrapped as {"row": ...} in one array."""
    wrapped = [{"row_idx": 0, "conversation": [], "row": rumba_row(1, "Где я живу?", "В Омске", [7])}]
    assert 1 == len(load_dataset(written(tmp_path / "a.json", wrapped)).dialogues)


def test_beam_takes_the_category_from_the_question_id(tmp_path):
    """The rest is the contest's format with a rubric."""
    question = {
        "id": "abstention_0",
        "question": "Who?",
        "ans": "Nobody",
        "question_type": "no_info",
        "ans_session_ids": [],
        "rubric": ["says nobody"],
    }
    other = {**question, "id": "event_ordering_1", "question_type": "info_consolidation"}
    record = {"id": "beam-1", "sessions": [{"id": 1, "messages": [{"role": "user", "content": "hi"}]}], "questions": [question, other]}
    data = load_dataset(written(tmp_path / "a.jsonl", [record], lines=True))
    assert ("beam", ["abstention", "event_ordering"]) == (data.format, [q.category for q in data.dialogues[0].questions])
    assert (("says nobody",), {"question without usable evidence": 1}) == (data.dialogues[0].questions[0].rubric, data.unusable)


def test_the_contests_own_format_is_recognised(sample):
    """Ids stay as they are in the file."""
    data = load_dataset(sample)
    assert ("contest", [d.id for d in load_contest(sample)]) == (data.format, [d.id for d in data.dialogues])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "at least one record"),
        ("[1", "JSON array"),
        ('[{"a": 1}]', "none of them"),
        ('{"a": 1}\n', "none of them"),
        ('[{"haystack_sessions": []}]', "read as longmemeval.*haystack_dates"),
        ("7\n", "none of them"),
    ],
)
def test_a_file_of_no_known_format_is_a_message(tmp_path, text, message):
    """No traceback, and the place is named."""
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load_dataset(path)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023/05/20 (Sat) 20:33", "2023-05-20T20:33"), ("1:56 pm on 8 May, 2023", "2023-05-08T13:56"), ("March-15-2024", "2024-03-15"),
        ("2025-02-01 10:00:00", "2025-02-01T10:00"), ("2024-01-10", "2024-01-10"),
        ("2024-01-10T08:30:00Z", "2024-01-10T08:30"), ("some day", "some day"), (None, None),
    ],
)  # fmt: skip
def test_dates_become_iso(text, date):
    """An unknown form stays as it is."""
    assert date == iso_date(text)


def test_convert_writes_the_contests_format_without_telling_ids(tmp_path, capsys):
    """The new file loads, the evidence is the same, and no id of the source is in it."""
    source = written(tmp_path / "source.json", [longmemeval_record("secret_abs"), longmemeval_record("open")])
    assert 0 == main(["convert", str(source), str(tmp_path / "out.jsonl")])
    assert "2 dialogues, 2 questions from longmemeval; unusable: nothing" in capsys.readouterr().out
    text = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert "answer_1" not in text
    assert "secret" not in text
    first, second = load_contest(tmp_path / "out.jsonl")
    assert ([1, 2], [(1, 0)]) == ([first.id, second.id], [e[:2] for e in second.questions[0].evidence])
    ids = json.loads((tmp_path / "out.ids.json").read_text(encoding="utf-8"))
    assert Counter({"secret_abs": 1, "open": 1}) == Counter(d["questions"]["1"] for d in ids.values())


def test_inspect_counts_what_a_public_set_holds(tmp_path, capsys):
    """`python -m eval inspect` on LoCoMo: the counts, and the evidence that does not resolve."""
    path = written(tmp_path / "a.json", [locomo_record()])
    assert 0 == main(["inspect", str(path)])
    text = capsys.readouterr().out
    assert "questions                              3: fact_equal_session 2, no_info 1" in text
    assert f"{path}: evidence that names no turn: 1" in text
    assert 2 == main(["inspect", "--strict", str(path)])
