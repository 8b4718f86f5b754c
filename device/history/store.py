"""The minutes on the disk: SQLite with a write-ahead log, which survives power cuts."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING

from device.history.tally import MINUTE, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from device.history.tally import Minute

log = logging.getLogger(__name__)

FILE = "history.sqlite"
DAY = 86_400 // MINUTE
COUNTS = (*STATES, "faces", "visits")
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS minutes (
    minute INTEGER PRIMARY KEY, {", ".join(f"{name} REAL NOT NULL" for name in COUNTS)}
) STRICT;
CREATE TABLE IF NOT EXISTS reactions (
    minute INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (minute, name)
) STRICT, WITHOUT ROWID;
"""
ADD = (
    f"INSERT INTO minutes VALUES (?{', ?' * len(COUNTS)}) "  # noqa: S608 (names of our own)
    "ON CONFLICT (minute) DO UPDATE SET "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in (*STATES, "visits"))
    + ", faces = max(faces, excluded.faces)"
)
ADD_REACTION = (
    "INSERT INTO reactions VALUES (?, ?, ?) "
    "ON CONFLICT (minute, name) DO UPDATE SET count = count + excluded.count"
)
BUSY_SECONDS = 5.0


class HistoryStore:
    """Writes minutes to a file; for one thread. Any method may raise sqlite3.Error or OSError.

    A file that is not a database, or is damaged, is moved aside, and a new one is created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._database = _open(path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._database = _replace_damaged(path, error)

    def add(self, minute: Minute) -> None:
        """Add a minute to the counts that the file has of it."""
        counts = [minute.seconds.get(state, 0.0) for state in STATES]
        row = (minute.number, *counts, float(minute.faces), float(minute.visits))
        reactions = [(minute.number, name, count) for name, count in minute.reactions.items()]
        self._execute((ADD, [row]), (ADD_REACTION, reactions))

    def delete_before(self, before: int) -> None:
        """Delete the minutes with smaller numbers."""
        self._execute(
            ("DELETE FROM minutes WHERE minute < ?", [(before,)]),
            ("DELETE FROM reactions WHERE minute < ?", [(before,)]),
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _execute(self, *steps: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        """Execute statements, each with its rows, in one transaction."""
        try:
            _run(self._database, steps)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._database.close()
            self._database = _replace_damaged(self._path, error)
            _run(self._database, steps)


def _run(
    database: sqlite3.Connection, steps: Sequence[tuple[str, Sequence[tuple[object, ...]]]]
) -> None:
    with database:
        for statement, rows in steps:
            database.executemany(statement, rows)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    # Errors such as locked, full and not permitted are of a subclass: the file may be good.
    return type(error) is sqlite3.DatabaseError


def _replace_damaged(path: Path, error: sqlite3.DatabaseError) -> sqlite3.Connection:
    aside = path.with_suffix(".damaged")
    log.warning("%s: %s; it is now %s", path, error, aside.name)
    path.replace(aside)
    for name in (f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        # A minute is on the disk before it counts as written: a power cut loses one at most.
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(SCHEMA)
    except sqlite3.Error:
        with contextlib.suppress(sqlite3.Error):
            database.close()
        raise
    return database
