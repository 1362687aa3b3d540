"""eval.inspect: what a data set holds and the mistakes in it."""

from __future__ import annotations

import json

import pytest
from material import turns

from eval.cli import main
from eval.datasets import load_contest
from eval.inspect import Overlap, describe, inspect_file, word_overlap


def record(**changes):
    """Two sessions (the second ends with the user) and one question; `changes` go into the question."""
    question = {
        "id": "a", "question": "Кем я работаю?", "question_type": "info_updating", "ans": "Вы водите такси.", "ans_session_ids": [2],
        "evidence": [{"session_id": 2, "message_index": 0, "quote": "теперь таксую"}], "accept": ["такси"], "reject": ["шве"],
        "superseded": [{"session_id": 1, "message_index": 0, "quote": "я швея"}],
    }  # fmt: skip
    sessions = [{"id": 1, "messages": turns("я швея", "Ясно.")}, {"id": 2, "messages": turns("теперь таксую", "Удачи.", "ага")}]
    return {"id": 1, "sessions": sessions, "questions": [question | changes]}


def write(tmp_path, *records):
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


def mistakes(tmp_path, *records):
    path = write(tmp_path, *records)
    return [text.replace(f"{path}:", "") for text in inspect_file(path).mistakes]


def test_a_good_file_has_no_mistakes(tmp_path):
    """A session that ends with the user is irregular and no mistake."""
    assert [] == mistakes(tmp_path, record())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"evidence": [{"session_id": 9, "message_index": 0}]}, "1: questions[0].evidence[0]: no turn 0 in session 9"),
        ({"superseded": [{"session_id": 1, "message_index": 2}]}, "1: questions[0].superseded[0]: no turn 2 in session 1"),
        (
            {"evidence": [{"session_id": 2, "message_index": 0, "quote": "теперь пеку"}]},
            "1: questions[0].evidence[0].quote: not in session 2, message 0: 'теперь пеку'",
        ),
        ({"accept": ["трамвай"]}, "1: questions[0].accept: the gold answer 'Вы водите такси.' fails: accept pattern not found: трамвай"),
        ({"reject": ["такси"]}, "1: questions[0].accept: the gold answer 'Вы водите такси.' fails: reject pattern found: такси"),
        ({"accept": ["и"]}, "1: questions[0].accept: a refusal passes as an answer: 'У меня нет такой информации'"),
        ({"accept": [], "ans": "I have it"}, "1: questions[0].accept: a refusal passes as an answer: 'У меня нет такой информации'"),
        ({"question_type": "update"}, "1: questions[0].question_type: expected one of"),
        ({"ans_session_ids": [3]}, "1: questions[0].ans_session_ids[0]: expected the id of a session, not 3"),
        (
            {"superseded": [{"session_id": 2, "message_index": 2, "quote": "ага"}]},
            "1: questions[0].superseded[0]: said after the newest evidence",
        ),
    ],
)
def test_a_mistake_names_line_and_field(tmp_path, changes, expected):
    """One mistake, and it is the one that was made."""
    [found] = mistakes(tmp_path, record(**changes))
    assert found.startswith(expected)


def test_a_refusal_may_pass_where_nothing_is_known(tmp_path):
    """That is what no_info asks for."""
    assert [] == mistakes(tmp_path, record(question_type="no_info", ans="У меня нет такой информации", accept=["нет такой"], superseded=[]))


def test_the_same_question_twice(tmp_path):
    """Case, ё and punctuation aside; other dialogues may ask the same."""
    twice = record()
    twice["questions"].append(twice["questions"][0] | {"id": "b", "question": "кем я работаю"})
    twice["questions"].append(twice["questions"][0] | {"id": "c", "question": "Где я работаю?"})
    assert ["1: questions[1].question: the same question as questions[0]: 'кем я работаю'"] == mistakes(tmp_path, twice, record() | {"id": 2})


def test_evidence_that_is_never_written(tmp_path):
    """The loop drops a session's leading assistant turn."""
    first = record(evidence=[{"session_id": 2, "message_index": 0, "quote": "Здравствуйте"}], superseded=[])
    first["sessions"][1]["messages"] = turns("", "Здравствуйте", "теперь таксую", "Удачи.")[1:]
    assert ["1: questions[0].evidence[0]: the organisers' loop never writes session 2, message 0"] == mistakes(tmp_path, first)


def test_one_bad_record_does_not_hide_another(tmp_path):
    """Every line that is JSON is checked."""
    bad = record() | {"id": 2}
    bad["sessions"][0]["messages"][0]["role"] = "system"
    found = mistakes(tmp_path, bad, record(accept=["и"]) | {"id": 3}, record() | {"id": 3})
    assert ["1: sessions[0].messages[0].role: expected 'user' or 'assistant', not 'system'", "3: id: 3 was used in line 2"] == [found[0], found[2]]
    assert found[1].startswith("2: questions[0].accept")


def test_a_record_with_one_question_of_its_own(tmp_path):
    """The organisers' form: fields stand in the record, and mistakes carry no index."""
    whole = record(accept=["и"])
    [question] = whole.pop("questions")
    assert ["1: accept: a refusal passes as an answer: 'У меня нет такой информации'"] == mistakes(tmp_path, question | whole)


@pytest.mark.parametrize(("content", "expected"), [("", "1: (line): expected at least one record"), ("{\n", "1: (line): expected JSON: ")])
def test_a_file_without_records(tmp_path, content, expected):
    """Empty or no JSON."""
    path = tmp_path / "set.jsonl"
    path.write_text(content)
    [found] = inspect_file(path).mistakes
    assert found.startswith(f"{path}:{expected}")


def test_word_overlap_is_by_lemma(tmp_path):
    """«швеи» in the question is «швея» in the turn; the quote alone does not have it."""
    shared = record(question="Сколько получают швеи?", evidence=[{"session_id": 1, "message_index": 0, "quote": "я"}], superseded=[])
    assert Overlap(2, 2, 1) == word_overlap(load_contest(write(tmp_path, record(), shared | {"id": 2})))


def test_the_counts(tmp_path):
    """Hand-counted: 5 turns, 6 + 5 + 13 + 6 + 3 characters, three pairs as the loop answers the last turn."""
    rows = dict(line.split("  ", 1) for line in describe(inspect_file(write(tmp_path, record()))).splitlines() if "  " in line)
    rows = {name: value.strip() for name, value in rows.items()}
    assert "1: info_updating 1" == rows["questions"]
    assert "2 / 2 / 2 (min / median / max), mean 2.0" == rows["sessions a dialogue"]
    assert "3 / 3 / 3 (min / median / max), mean 3.0" == rows["pairs a dialogue"]
    assert "33 / 33 / 33 (min / median / max), mean 33.0" == rows["characters a dialogue"]
    assert "22 of 33 (0.667)" == rows["characters of the user"]
    assert "1 of 2 (0.500)" == rows["irregular sessions"]
    assert "user 1" == rows["evidence turns by role"]


def test_strict_fails_on_a_mistake(tmp_path, capsys):
    """2 with --strict, 0 without; both print it."""
    path = write(tmp_path, record(accept=["и"]))
    assert 0 == main(["inspect", str(path)])
    assert "mistakes: 1" in capsys.readouterr().out
    assert 2 == main(["inspect", str(path), "--strict"])
    assert "error: 1 mistakes in" in capsys.readouterr().err
    assert 0 == main(["inspect", str(write(tmp_path, record())), "--strict"])


def test_a_missing_file_is_a_user_error(tmp_path, capsys):
    """Exit status 2 and the place."""
    assert 2 == main(["inspect", str(tmp_path / "none.jsonl")])
    assert "no data file at" in capsys.readouterr().err


def test_our_sample_is_free_of_mistakes():
    """The small data set that ships with the harness."""
    from data.prepare import ROOT

    assert () == inspect_file(ROOT / "sample" / "sample.jsonl").mistakes
