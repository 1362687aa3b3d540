"""data.leaks: runs of eight words that our texts share with others."""

from __future__ import annotations

import json

from material import distractor_lines, persona_lines, turns, write_lines, write_material

from data.leaks import main, word_runs
from data.prepare import ROOT

RUN = "раз два три четыре пять шесть семь восемь"


def test_runs_are_eight_words_without_numbers():
    """Case, ё, numbers and signs aside; nine words have two runs, seven none."""
    assert [RUN] == list(word_runs("Раз, два — три 3 «четыре»; пять шесть\nсемь восемь."))
    assert [RUN, RUN.removeprefix("раз ") + " еще"] == list(word_runs(RUN + " ещё"))
    assert [] == list(word_runs("раз два три четыре пять шесть семь"))


def test_a_run_in_another_file_is_found(tmp_path, capsys):
    """In JSON strings at any depth and in plain text; both places are named, and the exit status is 1."""
    folder = write_material(tmp_path / "data", 2)
    lines = distractor_lines(2)
    lines[1]["messages"] = turns(f"скажи {RUN}", "нет")
    ours = write_lines(folder / "distractors" / "ru" / "some.jsonl", lines)
    others = tmp_path / "others"
    others.mkdir()
    (others / "a.json").write_text(json.dumps({"x": [{"y": RUN.upper()}]}))
    (others / "b.txt").write_text(f"до {RUN} после", encoding="utf-8")
    assert 1 == main(["--material", str(folder), str(others)])
    out = capsys.readouterr().out
    assert "shared with 2 other files: 2 (" in out
    assert f"  {ours}:2: d001 = {others / 'a.json'}:1: {RUN}" in out
    assert f"  {ours}:2: d001 = {others / 'b.txt'}:1: {RUN}" in out


def test_a_run_in_two_personas_is_found(tmp_path, capsys):
    """Within one persona a run may repeat, as quotes repeat turns."""
    folder = write_material(tmp_path / "data", 2)
    paths = []
    for name, text in (("anna", RUN), ("boris", f"да {RUN}")):
        lines = persona_lines(name)
        lines[1]["messages"] = turns(text, text)
        paths.append(write_lines(folder / "dev" / "ru" / f"{name}.jsonl", lines))
    assert 1 == main(["--material", str(folder)])
    assert f"{paths[0]}:2: s01 = {paths[1]}:2: s01: {RUN}" in capsys.readouterr().out


def test_a_place_without_texts(tmp_path, capsys):
    """A user error, not a clean result."""
    assert 2 == main(["--material", str(write_material(tmp_path / "data", 2)), str(tmp_path / "none")])
    assert "expected a file, or a folder with" in capsys.readouterr().err


def test_our_texts_share_no_run_with_one_another(capsys):
    """Personas and distractors are written one by one."""
    assert 0 == main(["--material", str(ROOT)]), capsys.readouterr().out
