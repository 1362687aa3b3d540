"""data.prepare and data.dialogues: dialogues of any length, the same bytes everywhere, and errors that say the fix."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest
from material import distractor_lines, persona_lines, write_lines, write_material

from data.dialogues import Options, compose, hop_count
from data.personas import read_distractors, read_persona
from data.prepare import ROOT, main, read_splits, write
from eval.datasets import load_contest
from eval.errors import UserError
from eval.inspect import inspect_file


@pytest.fixture
def persona(tmp_path):
    return read_persona(write_lines(tmp_path / "anna.jsonl", persona_lines()))


@pytest.fixture
def pool(tmp_path):
    return read_distractors(write_lines(tmp_path / "some.jsonl", distractor_lines(20)))


def length(record):
    return sum(len(m["content"]) for s in record["sessions"] for m in s["messages"])


def own_places(record):
    return sorted({e["session_id"] for q in record["questions"] for e in q["evidence"]})


def test_a_record_is_what_the_loader_reads(tmp_path, persona, pool):
    """Ids are 1 to n, evidence is moved with its session, the questions' fields are the contest's and ours."""
    record = compose(persona, pool, Options(sessions=8))
    assert list(range(1, 9)) == [s["id"] for s in record["sessions"]]
    write(tmp_path / "built.jsonl", [record])
    [dialogue] = load_contest(tmp_path / "built.jsonl")
    assert ["anna-q01", "anna-q02", "anna-q03"] == [q.id for q in dialogue.questions]
    contents = {(s.id, i): m.content for s in dialogue.sessions for i, m in enumerate(s.messages)}
    assert "купила такси-лицензию, вожу людей" == contents[dialogue.questions[0].evidence[0][:2]]
    assert "работаю швеёй, как спасти иглу?" == contents[dialogue.questions[0].superseded[0][:2]]
    assert record["questions"][0]["ans_session_ids"] == [record["questions"][0]["evidence"][0]["session_id"]]


def test_equal_options_give_equal_bytes(tmp_path):
    """Pinned, so that another Python or machine that differs is noticed; another seed differs."""
    write_material(tmp_path / "data")
    digests = []
    for run, seed in enumerate("0 0 1".split()):
        out = tmp_path / str(run)
        assert 0 == main(["--material", str(tmp_path / "data"), "--out", str(out), "--seed", seed])
        digests.append(hashlib.sha256((out / "tune.jsonl").read_bytes()).hexdigest()[:16])
    assert digests[0] == digests[1] != digests[2]
    assert "bc562ac27592ef1b" == digests[0]


def test_persona_sessions_keep_their_order(persona, pool):
    """In every position, as time is order."""
    for position in ("spread", "early", "late"):
        record = compose(persona, pool, Options(sessions=20, position=position))
        texts = [m["content"] for s in record["sessions"] for m in s["messages"]]
        assert sorted(texts.index(t) for t in ("Смените иглу.", "Жаль.", "Со свёклой.")) == [
            texts.index(t) for t in ("Смените иглу.", "Жаль.", "Со свёклой.")
        ]


def test_early_and_late_evidence(persona, pool):
    """With 17 distractor sessions one lies among the persona's three."""
    assert 4 >= own_places(compose(persona, pool, Options(sessions=20, position="early")))[-1]
    assert 17 <= own_places(compose(persona, pool, Options(sessions=20, position="late")))[0]


def test_length_options(persona, pool):
    """The number of characters or the distractors' share is met to half a distractor."""
    assert 500 >= abs(10_000 - length(compose(persona, pool, Options(characters=10_000))))
    assert 133 == length(compose(persona, pool, Options(distractor_share=0)))
    share = 1 - 133 / length(compose(persona, pool, Options(distractor_share=0.98)))
    assert 0.973 <= share <= 0.985


def test_no_distractor_occurs_twice(persona, pool):
    """Also where all are used."""
    record = compose(persona, pool, Options(sessions=23))
    openings = [m["content"] for s in record["sessions"] for m in s["messages"] if m["content"].startswith("вопрос")]
    assert 20 == len(openings) == len(set(openings))


def test_a_session_of_odd_length_stays_odd(persona, pool):
    """The contest's irregular case: it ends with the user, whatever it was joined with."""
    record = compose(persona, pool, Options(sessions=23))
    odd = [s for s in record["sessions"] if len(s["messages"]) % 2]
    assert 5 == len(odd)
    assert all("user" == s["messages"][-1]["role"] for s in odd)
    assert "понятно" in [s["messages"][-1]["content"] for s in odd]


def test_dates_only_on_request(persona, pool):
    """By default none, as in the contest; else every session has one and they never go back."""
    assert all("date" not in s for s in compose(persona, pool, Options(sessions=12))["sessions"])
    dates = [s["date"] for s in compose(persona, pool, Options(sessions=12, dates=True))["sessions"]]
    assert dates == sorted(dates)
    assert {"2024-01-10", "2024-02-10", "2024-03-10"} <= set(dates)


def test_hops_choose_the_updating_questions(persona, pool):
    """The value of q01 changed once; questions of other types stay."""
    assert [1, 0, 0] == [hop_count(q) for q in persona.questions]
    ids = [[q["id"] for q in compose(persona, pool, Options(sessions=5, hops=hops))["questions"]] for hops in (1, 2)]
    assert [["anna-q01", "anna-q02", "anna-q03"], ["anna-q02", "anna-q03"]] == ids


def test_a_stress_set_repeats_distractors(persona, pool):
    """1,000 sessions from 20 distractors, with session ids of their own."""
    record = compose(persona, pool, Options(sessions=1000))
    assert list(range(1, 1001)) == [s["id"] for s in record["sessions"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--sessions 24", "--sessions 24 with persona 'anna' needs 21 distractor sessions; there are 20 in data/distractors/ru"),
        ("--sessions 2", "--sessions 2: persona 'anna' has 3 sessions of its own; ask for at least so many"),
        ("--characters 50000", "50000 characters with persona 'anna' need about 55 distractor sessions; there are 20"),
        ("--distractor-share 1", "--distractor-share must be at least 0 and below 1"),
        ("--distractor-share 0.5 --characters 9", "--characters and --distractor-share both set the length"),
        ("--sessions 0", "--sessions must be at least 1, not 0"),
        ("--hops 7", "--hops 7: no info_updating question has so many older values; there are 2 with 1"),
        ("--personas ann", "no persona 'ann'; there are anna, boris"),
    ],
)
def test_what_cannot_be_built_is_said(tmp_path, capsys, arguments, expected):
    """Exit status 2, the reason, and nothing written."""
    write_material(tmp_path / "data")
    assert 2 == main(["--material", str(tmp_path / "data"), "--out", str(tmp_path / "out"), *arguments.split()])
    assert capsys.readouterr().err.startswith("error: " + expected)
    assert not (tmp_path / "out").exists()


def test_a_broken_persona_is_told_by_file_line_and_field(tmp_path, capsys):
    """Exit status 2 through the command line too."""
    lines = persona_lines()
    lines[6]["evidence"][0]["quote"] = "вожу зверей"
    path = write_lines(write_material(tmp_path / "data") / "dev" / "ru" / "anna.jsonl", lines)
    assert 2 == main(["--material", str(tmp_path / "data"), "--out", str(tmp_path / "out")])
    assert f"{path}:7: evidence[0].quote: not found in s02[0]" in capsys.readouterr().err


def test_a_file_with_mistakes_is_not_put_in_place(tmp_path, persona, pool):
    """What was there stays; the error names the line and the field of the part file."""
    path = tmp_path / "built.jsonl"
    path.write_text("before")
    record = compose(persona, pool, Options(sessions=5))
    record["questions"][1]["accept"] = ["пекар"]
    with pytest.raises(UserError, match=r"built.jsonl.part:1: questions\[1\].accept: the gold answer 'Вы были швеёй.' fails"):
        write(path, [record])
    assert "before" == path.read_text()


def test_split_and_files_agree(tmp_path):
    """A persona without a split, a name without a file, and a name in two splits are errors."""
    folder = write_material(tmp_path / "data")
    assert {("ru", "tune"): ["anna"], ("ru", "test"): ["boris"]} == {k: [p.stem for p in v] for k, v in read_splits(folder).items()}
    for tune, expected in (([], "'anna' is in no split"), (["anna", "vera"], "'vera' has no file"), (["anna", "boris"], "'boris' is in two splits")):
        (folder / "split.json").write_text(json.dumps({"ru": {"tune": tune, "test": ["boris"]}}))
        with pytest.raises(UserError, match=expected):
            read_splits(folder)


def test_a_persona_file_must_lie_at_its_place(tmp_path, capsys):
    """The id is the file's name."""
    folder = write_material(tmp_path / "data")
    shutil.copy(folder / "dev" / "ru" / "boris.jsonl", folder / "dev" / "ru" / "anna.jsonl")
    assert 2 == main(["--material", str(folder), "--out", str(tmp_path / "out")])
    assert "anna.jsonl:1: id: expected 'anna' by the file's place, not 'boris'" in capsys.readouterr().err


def test_our_material_builds_at_the_contest_s_length(tmp_path):
    """All splits are free of mistakes; Russian dialogues have 250,000 to 350,000 characters and 34 to 45 sessions."""
    assert 0 == main(["--out", str(tmp_path)])
    assert {"tune", "test", "en_tune", "en_test"} == {path.stem for path in tmp_path.iterdir()}
    for path in sorted(tmp_path.iterdir()):
        assert () == inspect_file(path).mistakes
    for name in ("tune", "test"):
        for dialogue in load_contest(tmp_path / f"{name}.jsonl"):
            assert 250_000 <= sum(len(m.content) for s in dialogue.sessions for m in s.messages) <= 350_000
            assert 34 <= len(dialogue.sessions) <= 45


def test_the_split_is_by_persona():
    """Nobody is in tune and in test."""
    splits = read_splits(ROOT)
    assert not {p.stem for (_, part), paths in splits.items() if part == "tune" for p in paths} & {
        p.stem for (_, part), paths in splits.items() if part == "test" for p in paths
    }
