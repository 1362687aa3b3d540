"""submission.memory.store: one SQLite file, what it survives, refuses and erases."""

from __future__ import annotations

import os
import sqlite3
import statistics
import time

import pytest

from eval.cli import main
from submission import SubmitModelWithMemory
from submission.contract import Message
from submission.memory.dialogues import Dialogues
from submission.memory.store import SqliteStore, StoreError, check_store
from submission.memory.turns import Turn
from submission.settings import Settings


def turns(*texts, start=0, session=1):
    return [Turn(i, session, "user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts, start)]


def bytes_of(path):
    """All bytes that the store has on disk, its WAL's included."""
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(path.name + "*")))


@pytest.fixture(params=[None, "пароль"], ids=["plain", "encrypted"])
def key(request):
    return request.param


def test_what_was_written_comes_back_as_it_was(tmp_path, key):
    """Ids and session ids keep their types, texts and dates their content; 1 and "1" are two dialogues."""
    written = [Turn(0, 7, "user", "Ёж 🙂\n\ud800", "2024-05-01"), Turn(1, "s-2", "assistant", ""), Turn(2, None, "user", "да")]
    store = SqliteStore(tmp_path / "a.db", key)
    store.write(1, written[:2])
    store.write(1, written[2:])
    store.write("1", turns("другое"))
    store.close()
    store = SqliteStore(tmp_path / "a.db", key)
    assert [1, "1"] == store.ids()
    assert written == list(store.read(1))
    assert ["другое"] == [t.text for t in store.read("1")]
    assert store.read(2) is None
    store.close()
    assert (1, key is not None, 2, 4, ()) == check_store(tmp_path / "a.db", key)


def test_cleared_and_changed_text_is_in_no_byte_of_the_file(tmp_path):
    """Long and short texts over many pages; what others wrote is still there."""
    path = tmp_path / "a.db"
    store = SqliteStore(path)
    for n in range(60):
        store.write(n % 6, turns(f"секрет-{n % 6}-{n} " * (1 + 40 * (n % 5)), f"ответ-{n % 6} " * 300, start=2 * (n // 6)))
    assert b"\xd1\x81\xd0\xb5\xd0\xba\xd1\x80\xd0\xb5\xd1\x82-3" in bytes_of(path)
    assert 20 == store.clear(3)
    assert 0 == store.clear(3)
    store.write(4, [], [Turn(0, 1, "user", "")], [])
    assert store.read(3) is None
    found = bytes_of(path).decode("utf-8", "replace")
    assert "секрет-3" not in found and "ответ-3" not in found and "секрет-4-4" not in found.replace("секрет-4-40", "").replace("секрет-4-46", "")
    assert all(f"секрет-{n}-" in found for n in (0, 1, 2, 4, 5))
    assert frozenset({0}) == store.read(4).forgotten
    store.close()


def test_an_encrypted_file_shows_neither_text_nor_id(tmp_path):
    """Nor does a row open at another place."""
    path = tmp_path / "a.db"
    store = SqliteStore(path, "ключ")
    store.write("ivan@example.ru", turns("мою собаку зовут Тошка"))
    store.close()
    assert b"ivan" not in bytes_of(path) and "Тошка".encode() not in bytes_of(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE turns SET place = 1")
    connection.close()
    assert any("cannot be read" in p for p in check_store(path, "ключ").problems)


@pytest.mark.parametrize(("key", "other", "message"), [("a", "b", "key does not open"), ("a", None, "is encrypted"), (None, "b", "not encrypted")])
def test_a_wrong_key_leaves_the_file_untouched(tmp_path, key, other, message):
    """And says what to do."""
    path = tmp_path / "a.db"
    store = SqliteStore(path, key)
    store.write(1, turns("привет"))
    store.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=message):
        SqliteStore(path, other)
    assert before == path.read_bytes()


def spoil(path, how):
    data = bytearray(path.read_bytes())
    if how == "newer":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version=99")
        connection.close()
    elif how == "other program":
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t (x)")
        connection.close()
    elif how == "text":
        path.write_text("это не база", encoding="utf-8")
    elif how == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:  # a page of garbage in the middle
        middle = len(data) // 2 // 4096 * 4096
        data[middle : middle + 4096] = b"\xff" * 4096
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("newer", "version 99"),
        ("other program", "another program"),
        ("text", "no store"),
        ("cut", "damaged|malformed"),
        ("garbage", "damaged|malformed"),
    ],
)
def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path, how, message, capsys):
    """Newer, foreign, no database, cut short, overwritten: one clear error, from the constructor and from the command."""
    path = tmp_path / "a.db"
    store = SqliteStore(path)
    for n in range(50):
        store.write(n, turns("слово " * 100))
    store.close()
    spoil(path, how)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=message):
        SqliteStore(path)
    assert 2 == main(["store", "check", str(path)])
    assert str(path) in capsys.readouterr().err
    assert before == path.read_bytes()


def test_the_command_counts_a_sound_store(tmp_path, capsys, monkeypatch):
    """With its key from the environment; a missing file is an error."""
    store = SqliteStore(tmp_path / "a.db", "k")
    store.write(1, turns("а", "б"))
    store.close()
    monkeypatch.setenv("GIGAMEMORY_STORE_KEY", "k")
    assert 0 == main(["store", "check", str(tmp_path / "a.db")])
    assert "sound, version 1, encrypted, 2 turns in 1 dialogues" in capsys.readouterr().out
    assert 2 == main(["store", "check", str(tmp_path / "none.db")])


def test_a_second_process_is_told_that_the_file_is_in_use(tmp_path):
    """Two writers would not see each other's turns."""
    store = SqliteStore(tmp_path / "a.db")
    store.write(1, turns("а"))
    with pytest.raises(StoreError, match="another process"):
        SqliteStore(tmp_path / "a.db")
    store.close()


def test_a_place_that_takes_no_file_stops_the_constructor(tmp_path):
    """Before the first write is lost."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "file" / "a.db", tmp_path / "none" / "a.db", tmp_path):
        with pytest.raises(StoreError, match=str(path)):
            Dialogues(str(path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes wherever it wants")
def test_a_read_only_file_stops_the_constructor(tmp_path):
    """A store that can be read but not written."""
    SqliteStore(tmp_path / "a.db").close()
    (tmp_path / "a.db").chmod(0o444)
    tmp_path.chmod(0o555)
    with pytest.raises(StoreError, match="cannot be written"):
        SqliteStore(tmp_path / "a.db")


def test_an_erasure_cut_short_is_finished_on_opening(tmp_path):
    """Deleted but not yet rewritten, as after a kill between the two."""
    path = tmp_path / "a.db"
    store = SqliteStore(path)
    store.write(1, turns("секрет " * 900))
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM turns")
        connection.execute("INSERT INTO meta VALUES ('erasing', NULL)")
    connection.close()
    assert "секрет".encode() in bytes_of(path)
    SqliteStore(path).close()
    assert "секрет".encode() not in bytes_of(path)


def test_ids_that_would_not_come_back_are_refused(tmp_path):
    """Only int and str; the log stays as it was."""
    dialogues = Dialogues(str(tmp_path / "a.db"))
    for wrong in ((1, 2), None, True, 1.5):
        with pytest.raises(StoreError, match="must be int or str"):
            dialogues.write(wrong, turns("а"), {})
    dialogues.close()


QUESTIONS = ("Как зовут мою собаку?", "Где я работаю?", "Что я пью?")


def fill(memory):
    for n, text in enumerate(
        ["мою собаку зовут Тошка", "я работаю сварщиком", "я пью магний", "забудь, что я говорил про магний", "собака ест морковь"]
    ):
        memory.write_to_memory([Message("user", text, n), Message("assistant", "Понятно.", n)], "d")
        memory.recall("d", QUESTIONS[0], 1)  # so that the index grows turn by turn


def seen(memory):
    return [(memory.answer_to_question("d", q), [hit[:4] for hit in memory.recall("d", q, 100)]) for q in QUESTIONS]


def test_a_reopened_memory_answers_byte_for_byte_alike(tmp_path, key, monkeypatch):
    """As process memory does; a forgotten thing stays forgotten."""
    if key:
        monkeypatch.setenv("GIGAMEMORY_STORE_KEY", key)
    settings = Settings(engine="extractive", strict=True, store_path=str(tmp_path / "a.db"))
    memory = SubmitModelWithMemory(None, settings)
    fill(memory)
    before = seen(memory)
    memory.close()
    reopened = SubmitModelWithMemory(None, settings)
    assert before == seen(reopened)
    assert all("магни" not in hit[3] for _, hits in before for hit in hits)
    assert 10 == reopened.clear_memory("d").disk
    reopened.close()
    in_process = SubmitModelWithMemory(None, Settings(engine="extractive", strict=True))
    fill(in_process)
    assert before == seen(in_process)


def test_writes_are_cheap(tmp_path):
    """Medians under load-tolerant bounds: 1 ms in process memory, 10 ms with a store (measured: 0.03 and 0.2 ms)."""
    for path, bound in (("", 0.001), (str(tmp_path / "a.db"), 0.01)):
        memory = SubmitModelWithMemory(None, Settings(engine="extractive", store_path=path))
        seconds = []
        for n in range(200):
            started = time.perf_counter()
            memory.write_to_memory([Message("user", "мою собаку зовут Тошка", n // 8), Message("assistant", "Хорошо. " * 180, n // 8)], 1)
            seconds.append(time.perf_counter() - started)
        assert statistics.median(seconds) < bound
        memory.close()
