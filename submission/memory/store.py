"""SqliteStore: dialogues in one SQLite file that survives `kill -9` and keeps nothing of what is erased.

A write is one transaction (WAL, `synchronous=NORMAL`: a killed process loses at most the write under way, a power cut at
most the last writes).  Erasing zeroes freed bytes (`secure_delete`), rewrites the file (`VACUUM`) and empties the WAL; cut
short, it is finished when the file is next opened.  One process at a time has the file.  Only raw turns are stored: facts
and indexes are derived anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .sealing import Sealer
from .turns import Turn, TurnLog

__all__ = ["SqliteStore", "StoreCheck", "StoreError", "check_store"]

SCHEMA_VERSION = 1
APPLICATION_ID = 0x474D656D  # "GMem", in the file's header
MAGIC = b"SQLite format 3\0"
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE dialogues (number INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB UNIQUE NOT NULL, id BLOB NOT NULL);
CREATE TABLE turns (dialogue INTEGER NOT NULL REFERENCES dialogues, place INTEGER NOT NULL, touched INTEGER NOT NULL, body BLOB NOT NULL,
  UNIQUE (dialogue, place));
"""
_ERASING = "INSERT OR REPLACE INTO meta VALUES ('erasing', NULL)"  # stays where a crash cuts erasing short


class StoreError(RuntimeError):
    """The file cannot be used as it is; the message names it and says what to do."""


class StoreCheck(NamedTuple):
    """What `check_store` found; `problems` is empty for a sound file."""

    version: int
    encrypted: bool
    dialogues: int
    turns: int
    problems: tuple[str, ...]


class SqliteStore:
    """Turns of many dialogues, by dialogue id alone.

    Ids are int or str and come back as they were: 1 and "1" are two dialogues, as in process memory.
    """

    def __init__(self, path: str | os.PathLike[str], key: str | None = None) -> None:
        """Opens or creates the file; with `key` it is encrypted.

        Raises StoreError, the file untouched, where it is no store, corrupted, of a newer version, of another key, in use
        elsewhere or cannot be written.
        """
        self.path = Path(path)
        self._lock = threading.Lock()
        self._sealer, is_new = _checked(self.path, key)
        if not os.access(self.path if self.path.exists() else self.path.parent, os.W_OK):
            raise StoreError(f"store {self.path} cannot be written (read-only disk or rights): choose a place that can, in store_path")
        with _errors_of(self.path):
            self._connection = sqlite3.connect(self.path, timeout=0.5, isolation_level=None, check_same_thread=False)
            try:
                self._open(is_new, key)
            except BaseException:
                self._connection.close()
                raise
        self._numbers: dict[tuple[type, Any], int] = {}

    def _open(self, is_new: bool, key: str | None) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA secure_delete=ON")
        run("PRAGMA temp_store=MEMORY")  # a rewrite leaves no copy outside the file
        run("PRAGMA journal_mode=WAL").fetchall()
        run("PRAGMA synchronous=NORMAL")
        run("BEGIN IMMEDIATE")
        if is_new:
            for statement in _SCHEMA.split(";\n"):
                run(statement)
            run(f"PRAGMA user_version={SCHEMA_VERSION}")
            run(f"PRAGMA application_id={APPLICATION_ID}")
            if key is not None:
                salt = os.urandom(16)
                self._sealer = _sealer(self.path, key, salt)
                run("INSERT INTO meta VALUES ('salt', ?), ('proof', ?)", (salt, self._sealer.proof()))
        run("COMMIT")
        if run("SELECT 1 FROM meta WHERE name = 'erasing'").fetchone():
            self._shred()
        run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def read(self, dialogue_id: Any) -> TurnLog | None:
        """The dialogue as it was written; None where nothing was."""
        with self._lock, _errors_of(self.path):
            number = self._number(dialogue_id)
            if number is None:
                return None
            rows = self._connection.execute("SELECT place, touched, body FROM turns WHERE dialogue = ? ORDER BY place", (number,)).fetchall()
            turns = [self._turn(number, place, body) for place, _, body in rows]
        return TurnLog(turns, (place for place, touched, _ in rows if touched))

    def write(self, dialogue_id: Any, added: Sequence[Turn], changed: Iterable[Turn] = (), touched: Iterable[int] = ()) -> None:
        """Append turns (those in `touched` bear a forget request's mark) and replace `changed` ones, in one transaction.

        What changed turns were is erased from the file.
        """
        touched, changed = frozenset(touched), list(changed)
        with self._lock, _errors_of(self.path):
            with self._transaction() as connection:
                number = self._number(dialogue_id) or self._new_number(dialogue_id)
                connection.executemany(
                    "INSERT INTO turns VALUES (?, ?, ?, ?)", [(number, t.index, t.index in touched, self._body(number, t)) for t in added]
                )
                connection.executemany(
                    "UPDATE turns SET touched = 1, body = ? WHERE dialogue = ? AND place = ?",
                    [(self._body(number, t), number, t.index) for t in changed],
                )
                if changed:
                    connection.execute(_ERASING)
            self._numbers[_key(dialogue_id)] = number
            if changed:
                self._shred()

    def clear(self, dialogue_id: Any) -> int:
        """Erase the dialogue; returns how many rows of turns there were."""
        with self._lock, _errors_of(self.path):
            number = self._number(dialogue_id)
            if number is None:
                return 0
            with self._transaction() as connection:
                removed = connection.execute("DELETE FROM turns WHERE dialogue = ?", (number,)).rowcount
                connection.execute("DELETE FROM dialogues WHERE number = ?", (number,))
                connection.execute(_ERASING)
            del self._numbers[_key(dialogue_id)]
            self._shred()
            return removed

    def ids(self) -> list[Any]:
        """Ids of all dialogues, oldest first."""
        with self._lock, _errors_of(self.path):
            rows = self._connection.execute("SELECT number, id FROM dialogues ORDER BY number").fetchall()
            return [json.loads(self._opened(body, f"dialogue {number}")) for number, body in rows]

    def close(self) -> None:
        """Give the file back; it can be opened again."""
        with self._lock:
            self._connection.close()

    def _shred(self) -> None:
        """Rewrite the file without its free space, where erased bytes may be, and empty the WAL."""
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._connection.execute("DELETE FROM meta WHERE name = 'erasing'")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _number(self, dialogue_id: Any) -> int | None:
        """The dialogue's number in the file, remembered once it is known."""
        key = _key(dialogue_id)
        if key not in self._numbers:
            row = self._connection.execute("SELECT number FROM dialogues WHERE name = ?", (self._name(dialogue_id),)).fetchone()
            if row is None:
                return None
            self._numbers[key] = row[0]
        return self._numbers[key]

    def _new_number(self, dialogue_id: Any) -> int:
        plain = _id_bytes(dialogue_id)
        number = self._connection.execute("INSERT INTO dialogues (name, id) VALUES (?, '')", (self._name(dialogue_id),)).lastrowid
        self._connection.execute("UPDATE dialogues SET id = ? WHERE number = ?", (self._sealed(plain, f"dialogue {number}"), number))
        return number

    def _name(self, dialogue_id: Any) -> bytes:
        plain = _id_bytes(dialogue_id)
        return self._sealer.name(plain) if self._sealer else plain

    def _body(self, number: int, turn: Turn) -> bytes:
        plain = json.dumps([turn.session_id, turn.role, turn.text, turn.date], ensure_ascii=False, default=str)
        return self._sealed(plain.encode("utf-8", "surrogatepass"), f"turn {number}.{turn.index}")

    def _turn(self, number: int, place: int, body: bytes) -> Turn:
        session_id, role, text, date = json.loads(self._opened(body, f"turn {number}.{place}").decode("utf-8", "surrogatepass"))
        return Turn(place, session_id, role, text, date)

    def _sealed(self, plain: bytes, place: str) -> bytes:
        return self._sealer.seal(plain, place) if self._sealer else plain

    def _opened(self, body: bytes, place: str) -> bytes:
        return self._sealer.open(body, place) if self._sealer else body


def check_store(path: str | os.PathLike[str], key: str | None = None) -> StoreCheck:
    """SQLite's integrity check and a look at every row, without changing the file.  Raises StoreError as SqliteStore does."""
    path = Path(path)
    if not path.is_file():
        raise StoreError(f"no store at {path}")
    sealer, is_new = _checked(path, key)
    if is_new:
        return StoreCheck(SCHEMA_VERSION, False, 0, 0, ())
    with _errors_of(path), closing(_read_only(path)) as connection:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        rows = connection.execute("SELECT dialogue, place, body FROM turns ORDER BY dialogue, place").fetchall()
        dialogues = connection.execute("SELECT number FROM dialogues").fetchall()
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    expected: dict[int, int] = {}
    for dialogue, place, body in rows:
        if place != expected.get(dialogue, 0):
            problems.append(f"dialogue {dialogue}: turn {expected.get(dialogue, 0)} is missing")
        expected[dialogue] = place + 1
        try:
            json.loads(sealer.open(body, f"turn {dialogue}.{place}") if sealer else body)
        except ValueError as error:
            problems.append(f"turn {dialogue}.{place} cannot be read: {error}")
    return StoreCheck(version, sealer is not None, len(dialogues), len(rows), tuple(problems))


def _checked(path: Path, key: str | None) -> tuple[Sealer | None, bool]:
    """The file's sealer and whether it holds no store yet, after a look at it that changes nothing."""
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None, True
        with path.open("rb") as file:
            header = file.read(len(MAGIC))
    except OSError as error:
        raise StoreError(f"store {path} cannot be read: {error.strerror}") from error
    if header != MAGIC:
        raise StoreError(f"{path} is no store (or its beginning is damaged); it was left as it is")
    with _errors_of(path), closing(_read_only(path)) as connection:
        version, application = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id"))
        if not application and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return None, True
        if application != APPLICATION_ID:
            raise StoreError(f"{path} is a SQLite file of another program; it was left as it is")
        if version > SCHEMA_VERSION:
            raise StoreError(f"store {path} has version {version}, this program knows {SCHEMA_VERSION}: use a newer one; the file was left as it is")
        problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise StoreError(f"store {path} is damaged ({problem}); it was left as it is")
        meta = dict(connection.execute("SELECT name, value FROM meta"))
    if "proof" not in meta:
        if key is not None:
            raise StoreError(f"store {path} is not encrypted, but there is a key: unset GIGAMEMORY_STORE_KEY or choose another file")
        return None, False
    if key is None:
        raise StoreError(f"store {path} is encrypted: set GIGAMEMORY_STORE_KEY")
    sealer = _sealer(path, key, meta["salt"])
    if not sealer.accepts(meta["proof"]):
        raise StoreError(f"the key does not open store {path}; the file was left as it is")
    return sealer, False


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing: past the WAL where there is none, else with it but without moving it into the file."""
    wal = path.with_name(path.name + "-wal")
    mode = "mode=ro" if wal.exists() and wal.stat().st_size else "immutable=1"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=0.5)


def _sealer(path: Path, key: str, salt: bytes) -> Sealer:
    try:
        return Sealer(key, salt)
    except (ValueError, RuntimeError) as error:
        raise StoreError(f"store {path}: {error}") from error


def _key(dialogue_id: Any) -> tuple[type, Any]:
    return type(dialogue_id), dialogue_id


def _id_bytes(dialogue_id: Any) -> bytes:
    if not isinstance(dialogue_id, (int, str)) or isinstance(dialogue_id, bool):
        raise StoreError(f"a dialogue id must be int or str to be stored, not {type(dialogue_id).__name__}")
    return json.dumps(dialogue_id).encode()


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """SQLite's errors as StoreError with what to do."""
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        text = str(error)
        if "locked" in text:
            text = "another process has it open"
        elif "readonly" in text or "unable to open" in text:
            text = f"it cannot be written ({text}): choose a place that can, in store_path"
        elif "malformed" in text or "not a database" in text:
            text = f"it is damaged ({text}); it was left as it is"
        raise StoreError(f"store {path}: {text}") from error
