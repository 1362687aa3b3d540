"""data.personas: reading hand-written material, and every rule that it checks."""

from __future__ import annotations

import copy

import pytest
from material import distractor_lines, persona_lines, question, turns, write_lines, write_material

from data.counts import broken_rules, table
from data.counts import main as count
from data.personas import DataError, Quote, main, matches, read_distractors, read_persona
from data.prepare import ROOT, read_pool, read_splits


def problems(tmp_path, lines):
    path = write_lines(tmp_path / "anna.jsonl", lines)
    with pytest.raises(DataError) as caught:
        read_persona(path)
    return [text.replace(str(path), "FILE") for text in caught.value.problems]


def test_a_persona_is_read(tmp_path):
    """Sessions, facts and questions arrive as written."""
    persona = read_persona(write_lines(tmp_path / "anna.jsonl", persona_lines()))
    assert ["s01", "s02", "s03"] == [s.id for s in persona.sessions]
    assert ("user", "а как варить борщ?") == persona.sessions[2].messages[0]
    assert "f01" == persona.facts[1].supersedes
    assert (Quote("s02", 0, "вожу людей"),) == persona.questions[0].evidence
    assert (Quote("s01", 0, "работаю швеёй"),) == persona.questions[0].superseded


@pytest.mark.parametrize(
    ("line", "change", "expected"),
    [
        (0, {"language": "fr"}, "FILE:1: language: expected one of ru, en"),
        (1, {"messages": []}, "FILE:2: messages: expected a non-empty list"),
        (1, {"date": "2024-13-01"}, "FILE:2: date: expected YYYY-MM-DD, not '2024-13-01'"),
        (2, {"date": "2024-01-10"}, "FILE:3: date: session dates must strictly increase; 2024-01-10 comes after 2024-01-10"),
        (2, {"id": "s01"}, "FILE:3: id: 's01' occurs twice"),
        (4, {"message_index": 2}, "FILE:5: fact.message_index: expected 0 to 1"),
        (4, {"tags": ["change"]}, "FILE:5: tags: unknown 'change'; expected some of"),
        (5, {"supersedes": "f09"}, "FILE:6: supersedes: no earlier fact 'f09'"),
        (6, {"question_type": "update"}, "FILE:7: question_type: expected one of"),
        (6, {"accept": ["трамвай"]}, "FILE:7: accept: the gold answer does not pass its own patterns"),
        (6, {"accept": ["("]}, "FILE:7: accept: '(' is no regular expression"),
        (6, {"accept": [], "reject": []}, "FILE:7: accept: expected at least one pattern"),
        (6, {"ans": "Вы такой человек", "accept": ["тако"]}, "FILE:7: accept: a refusal passes these patterns"),
        (6, {"evidence": []}, "FILE:7: evidence: expected at least one quote"),
        (6, {"evidence": [{"session": "s09", "message_index": 0, "quote": "x"}]}, "FILE:7: evidence[0].session: no such session: 's09'"),
        (6, {"superseded": [{"session": "s01", "message_index": 0, "quote": "пекарем"}]}, "FILE:7: superseded[0].quote: not found in s01[0]"),
        (7, {"question": "Кем я  тружусь"}, "FILE:8: question: the same question occurs twice"),
        (8, {"ans": "Не знаю"}, "FILE:9: ans: a no_info question has the gold answer"),
        (8, {"kind": "query"}, "FILE:9: kind: expected persona, session, fact or question"),
    ],
)
def test_a_broken_rule_names_file_line_and_field(tmp_path, line, change, expected):
    """Each mistake is reported where it was made."""
    lines = persona_lines()
    lines[line] |= change
    assert any(text.startswith(expected) for text in problems(tmp_path, lines))


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path):
    """A writer need not fix one to see the next."""
    lines = persona_lines()
    lines[5]["tags"] = ["?"]
    lines[8]["ans"] = "Не знаю"
    assert ["FILE:6: tags", "FILE:9: accept", "FILE:9: ans"] == [text.rsplit(": ", text.count(": ") - 1)[0] for text in problems(tmp_path, lines)]


def test_values_of_a_wrong_kind_are_problems_and_no_crash(tmp_path):
    """Any field of any line may be null, a number, a list or an object."""
    for number, line in enumerate(persona_lines()):
        for field in line:
            for value in (None, 7, [], [1], {}, [{}], [None]):
                lines = copy.deepcopy(persona_lines())
                lines[number][field] = value
                path = write_lines(tmp_path / "anna.jsonl", lines)
                try:
                    read_persona(path)
                except DataError as error:
                    assert all(text.startswith(f"{path}:") for text in error.problems)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1: (line): expected one JSON object: Expecting value at column 1"),
        (b"[1]\n", ":1: (line): expected one JSON object, not list"),
        (b'{"kind": "persona"\n', ":1: (line): expected one JSON object: Expecting ',' delimiter at column 19"),
        (b"\xff\n", ":1: (file): expected UTF-8 text"),
    ],
)
def test_a_file_that_is_no_json_lines(tmp_path, content, expected):
    """The line and column are named."""
    path = tmp_path / "anna.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match="^" + "".join(f"[{c}]" if c in "[](){}?*+.'" else c for c in str(path) + expected)):
        read_persona(path)


def test_distractors_need_unlike_ids_and_alternating_roles(tmp_path):
    """Both are named with their line."""
    lines = distractor_lines(3)
    lines[1]["id"] = "d000"
    lines[2]["messages"] = turns("a", "b")[::-1]
    path = write_lines(tmp_path / "some.jsonl", lines)
    with pytest.raises(DataError) as caught:
        read_distractors(path)
    assert f"{path}:2: id: 'd000' occurs twice" == caught.value.problems[0]
    assert f"{path}:3: messages[0].role: expected 'user' (roles alternate, user first)" == caught.value.problems[1]


def test_patterns_are_searched_in_lower_case_without_yo():
    """All of accept, none of reject."""
    assert matches(("шве",), ("такси",), "Вы ШВЁЯ")
    assert not matches(("шве", "омск"), (), "Вы швея")
    assert not matches(("шве",), ("такси",), "Швея и такси")


def test_the_command_tells_counts_or_problems(tmp_path, capsys):
    """0 and the counts for a good file, 2 and the problems for a bad one."""
    good = write_lines(tmp_path / "anna.jsonl", persona_lines())
    assert 0 == main([str(good)])
    assert "anna: 3 sessions" in capsys.readouterr().out
    assert 2 == main([str(tmp_path / "none.jsonl")])
    assert "none.jsonl:1: (file): cannot be read: No such file or directory" in capsys.readouterr().err


def test_the_card_s_rules_are_counted(tmp_path):
    """The small persona lacks nearly everything; the list says what."""
    lines = persona_lines()
    lines.append(question("q04", "Где борщ?", "info_consolidation", "В супе.", [("s03", 0, "а как варить борщ?")], ["суп"]))
    persona = read_persona(write_lines(tmp_path / "anna.jsonl", lines))
    rules = list(broken_rules(persona))
    assert "2 sessions with facts, at least 16 expected" == rules[0]
    assert "session s01 has 2 messages, 4 to 12 expected" == rules[1]
    assert "q04 is info_consolidation with evidence in one session" == rules[-1]
    assert "| ru tune | anna | 3 | 133 | 2 | 1 | 4 | 1 | 1 | 1 | 1 | 2 |" == list(table({("ru", "tune"): [persona]}))[2]


def test_the_count_command_fails_on_broken_rules(tmp_path, capsys):
    """Exit status 1 and the rules."""
    assert 1 == count(["--material", str(write_material(tmp_path / "data"))])
    assert "anna: 2 facts, at least 45 expected" in capsys.readouterr().out


def test_the_card_shows_the_counts_of_the_files():
    """The tables in data/README.md are what `python -m data.counts` prints today."""
    personas = {key: [read_persona(path) for path in paths] for key, paths in read_splits(ROOT).items()}
    card = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [] == [row for row in table(personas) if row not in card]


def test_our_personas_keep_every_rule():
    """15 Russian and 3 English ones by the data set card; at least 330 and 60 questions."""
    splits = {key: [read_persona(path) for path in paths] for key, paths in read_splits(ROOT).items()}
    every = [persona for listed in splits.values() for persona in listed]
    assert [] == [f"{p.id}: {text}" for p in every for text in broken_rules(p)]
    assert 330 <= sum(len(p.questions) for p in every if p.language == "ru")
    assert 60 <= sum(len(p.questions) for p in every if p.language == "en")
    assert 120 <= len(read_pool("ru", ROOT))
