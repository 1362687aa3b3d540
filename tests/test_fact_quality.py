"""Extraction measured against the facts of a persona."""

from __future__ import annotations

import pytest

from eval.cli import main
from eval.errors import UserError
from eval.fact_quality import measure_personas
from tests.material import turns, write_lines


def _persona(tmp_path):
    messages = turns("Работаю поваром. Мне 30 лет.", "Ясно.", "я ростом три метра, шучу", "Ого.")
    facts = [
        {"kind": "fact", "id": "f1", "subject": "user", "attribute": "job", "value": "повар", "session": "s1", "message_index": 0},
        {"kind": "fact", "id": "f2", "subject": "user", "attribute": "dog", "value": "такса", "session": "s1", "message_index": 0},
        {"kind": "fact", "id": "f3", "subject": "user", "attribute": "height", "value": "три метра", "session": "s1", "message_index": 2,
         "tags": ["joke"]},
    ]  # fmt: skip
    return write_lines(tmp_path / "p.jsonl", [{"kind": "session", "id": "s1", "messages": messages}, *facts])


def test_counts(tmp_path):
    """Job is found, the dog is not: recall 1/2; the age is not noted: precision 1/2; the joke is not taken in."""
    quality = measure_personas([_persona(tmp_path)])
    assert (quality.found, quality.noted, quality.supported, quality.extracted) == (1, 2, 1, 2)
    assert (quality.recall, quality.precision, quality.leaked, quality.no_facts) == (0.5, 0.5, 0, 1)


def test_command_prints_the_counts(tmp_path, capsys):
    """python -m eval facts prints recall and precision with their counts."""
    assert main(["facts", "--persona", str(_persona(tmp_path))]) == 0
    assert "recall 0.500 (1/2)   precision >= 0.500 (1/2)" in capsys.readouterr().out


def test_missing_and_broken_files_are_named(tmp_path):
    """What the user can fix is a UserError with the place."""
    with pytest.raises(UserError, match="cannot be read"):
        measure_personas([tmp_path / "none.jsonl"])
    with pytest.raises(UserError, match="p.jsonl:1: "):
        measure_personas([write_lines(tmp_path / "p.jsonl", [{"id": 1}])])
