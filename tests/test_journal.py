"""eval.journal: records that survive a kill, and files replaced as a whole."""

from __future__ import annotations

import json

import pytest

from eval.errors import UserError
from eval.journal import Journal, make_folder, read_journal, write_json, write_text


def test_records_come_back_in_order(tmp_path):
    """What was appended is read, also after the journal was opened again; characters stay as they are."""
    path = tmp_path / "j.jsonl"
    for value in ("ёж", "a\u2028b\nc"):
        journal = Journal(path)
        journal.append({"text": value})
        journal.close()
    assert ["ёж", "a\u2028b\nc"] == [r["text"] for r in read_journal(path)]
    assert "ёж" in path.read_text(encoding="utf-8")


def test_a_record_is_on_its_way_to_the_disk_before_append_returns(tmp_path):
    """Another reader sees it while the journal is open: a kill loses nothing that was appended."""
    journal = Journal(tmp_path / "j.jsonl")
    journal.append({"n": 1})
    assert [{"n": 1}] == list(read_journal(tmp_path / "j.jsonl"))
    journal.close()


def test_a_torn_last_line_is_ignored_and_cut_off(tmp_path):
    """What a kill in the middle of a write leaves is not read, and the next record starts on a line of its own."""
    path = tmp_path / "j.jsonl"
    path.write_bytes('{"n": 1}\n{"n": "ё'.encode()[:-1])
    assert [{"n": 1}] == list(read_journal(path))
    journal = Journal(path)
    journal.append({"n": 2})
    journal.close()
    assert [{"n": 1}, {"n": 2}] == list(read_journal(path))


def test_no_file_is_no_records(tmp_path):
    """A journal that was never opened is empty."""
    assert [] == list(read_journal(tmp_path / "none.jsonl"))


@pytest.mark.parametrize("line", [b"{broken\n", b"\xff\xfe\n"])
def test_a_damaged_line_in_the_middle_is_named(tmp_path, line):
    """Only the last line may be torn; another one is damage, and its place and the way out are said."""
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"n": 1}\n' + line + b'{"n": 2}\n')
    with pytest.raises(UserError, match=r"j\.jsonl:2: .*remove the line and use --resume"):
        list(read_journal(path))


def test_lone_surrogates_become_question_marks(tmp_path):
    """UTF-8 has no form for them; the record is kept."""
    journal = Journal(tmp_path / "j.jsonl")
    journal.append({"text": "a\ud800b"})
    journal.close()
    assert [{"text": "a?b"}] == list(read_journal(tmp_path / "j.jsonl"))


def test_a_full_disk_is_a_message(tmp_path):
    """/dev/full takes no byte: the file is named and what to do."""
    (tmp_path / "j.jsonl").symlink_to("/dev/full")
    journal = Journal(tmp_path / "j.jsonl")
    with pytest.raises(UserError, match=r"j\.jsonl: cannot be written: No space left on device; make room .*--resume"):
        journal.append({"n": 1})
    journal.close()


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """A file is replaced as a whole or not at all."""
    path = tmp_path / "a.txt"
    write_text(path, "old")
    (tmp_path / "a.txt.part").symlink_to("/dev/full")
    with pytest.raises(UserError, match="No space left"):
        write_text(path, "new")
    assert "old" == path.read_text()


def test_json_is_written_for_people(tmp_path):
    """Indented, Russian as Russian, nothing left beside it."""
    write_json(tmp_path / "a.json", {"слово": 1})
    assert '{\n  "слово": 1\n}\n' == (tmp_path / "a.json").read_text(encoding="utf-8")
    assert {"слово": 1} == json.loads((tmp_path / "a.json").read_bytes())
    assert ["a.json"] == [p.name for p in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_made_is_a_message(tmp_path):
    """Below a regular file there is no folder, whoever runs the test."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        make_folder(tmp_path / "file" / "run")
    assert (tmp_path / "a" / "b").is_dir() is False
    assert make_folder(tmp_path / "a" / "b").is_dir()
