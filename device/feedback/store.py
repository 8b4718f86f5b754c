"""Answers and crops on the disk: one SQLite file, each change one transaction."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from device.errors import FeedbackError
from device.feedback.agreement import Agreement
from device.feedback.crop import HOUR, StoredCrop
from device.messages import EMOTIONS
from device.vision.alignment import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from device.config.schema import FeedbackConfig
    from device.feedback.crop import Crop
    from device.messages import Feedback

FILE = "feedback/feedback.sqlite"
DAY = 86_400
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    day INTEGER NOT NULL, shown TEXT NOT NULL, felt TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, shown, felt)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crops (
    number INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL, probabilities TEXT NOT NULL,
    model TEXT NOT NULL, hour INTEGER NOT NULL, png BLOB NOT NULL
) STRICT;
"""
COUNT = (
    "INSERT INTO answers VALUES (?, ?, ?, 1) "
    "ON CONFLICT (day, shown, felt) DO UPDATE SET count = count + 1"
)
DELETE = "DELETE FROM crops WHERE number = ?"
ADD = "INSERT INTO crops (label, probabilities, model, hour, png) VALUES (?, ?, ?, ?, ?)"
BUSY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """All answers: `counts` by what the stage showed and what the person felt."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def agreement(self, shown: str | None = None) -> Agreement:
        """Return the agreement over all answers, or over those to one emotion on stage."""
        asked = {key: count for key, count in self.counts.items() if shown in (None, key[0])}
        right = sum(count for (one, felt), count in asked.items() if one == felt)
        return Agreement(right, sum(asked.values()))


def excess(crops: Iterable[tuple[str, int, int]], most: int, most_bytes: int) -> list[int]:
    """Return the numbers of the crops to delete; `crops` are (label, number, bytes), oldest first.

    The oldest crop of the most frequent label goes first, so that the rest is spread over the
    labels; among equally frequent labels, the oldest crop of all.
    """
    queues: defaultdict[str, deque[tuple[int, int]]] = defaultdict(deque)
    count = size = 0
    for label, number, length in crops:
        queues[label].append((number, length))
        count, size = count + 1, size + length
    gone = []
    while count > most or size > most_bytes:
        longest = max(queues.values(), key=lambda queue: (len(queue), -queue[0][0] if queue else 0))
        number, length = longest.popleft()
        gone.append(number)
        count, size = count - 1, size - length
    return gone


class FeedbackStore:
    """The file in a state folder. Every method may raise FeedbackError.

    Each opens the file again: answers are rare, and other processes write to it as well.
    """

    def __init__(self, folder: Path, config: FeedbackConfig) -> None:
        self.path = folder / FILE
        self._config = config

    def count(self, answer: Feedback, now: float) -> None:
        """Count an answer by its day, `now` in seconds since 1970, if the stage showed anything."""
        if answer.shown is not None:
            with self._transaction() as database:
                database.execute(COUNT, (int(now // DAY), answer.shown, answer.felt))

    def keep(self, one: Crop) -> None:
        """Store a crop, and delete those that are too many."""
        row = (one.label, json.dumps(one.probabilities), one.model, one.hour, one.png)
        with self._transaction() as database:
            database.execute(ADD, row)
            self._trim(database)

    def expire(self, now: float) -> None:
        """Delete the crops that are too old at `now`, seconds since 1970, or too many."""
        if self._is_empty():
            return
        oldest = int(now // HOUR) - self._config.days * 24
        with self._transaction() as database:
            database.execute("DELETE FROM crops WHERE hour < ?", (oldest,))
            self._trim(database)

    def delete(self, numbers: Iterable[int]) -> list[int]:
        """Delete crops for good; return the numbers that no crop has."""
        with self._transaction() as database:
            return [
                number
                for number in numbers
                if not database.execute(DELETE, (_bounded(number),)).rowcount
            ]

    def purge(self) -> None:
        """Delete every crop for good; delete a damaged file as a whole."""
        try:
            with self._transaction() as database:
                database.execute("DELETE FROM crops")
        except FeedbackError as error:
            if not isinstance(error.__cause__, sqlite3.DatabaseError) or isinstance(
                error.__cause__, sqlite3.OperationalError
            ):
                raise  # locked, full, not permitted: the file itself may be good
            self._remove()

    def answers(self) -> AnswerCounts:
        """Return the counts of all answers."""
        query = "SELECT shown, felt, sum(count) FROM answers GROUP BY 1, 2"
        with self._reading() as database:
            return AnswerCounts({(shown, felt): n for shown, felt, n in database.execute(query)})

    def daily(self) -> dict[int, Agreement]:
        """Return the agreement of each day with answers, numbered since 1970 (UTC)."""
        query = "SELECT day, sum(count * (shown = felt)), sum(count) FROM answers GROUP BY 1"
        with self._reading() as database:
            return {day: Agreement(right, n) for day, right, n in database.execute(query)}

    def kept(self) -> dict[str, int]:
        """Return the number of stored crops of each emotion."""
        query = "SELECT label, count(*) FROM crops GROUP BY 1"
        with self._reading() as database:
            return dict.fromkeys(EMOTIONS, 0) | dict(database.execute(query))

    def crops(self, before: int | None = None, limit: int = -1) -> list[StoredCrop]:
        """Return the crops, the newest first: at most `limit`, with numbers below `before`."""
        query = "SELECT * FROM crops WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT ?"
        with self._reading() as database:
            below = None if before is None else _bounded(before)
            return [_stored_crop(*row) for row in database.execute(query, (below, below, limit))]

    def crop(self, number: int) -> StoredCrop | None:
        """Return one crop, or None."""
        with self._reading() as database:
            query = "SELECT * FROM crops WHERE number = ?"
            row = database.execute(query, (_bounded(number),)).fetchone()
            return _stored_crop(*row) if row else None

    def _trim(self, database: sqlite3.Connection) -> None:
        query = "SELECT label, number, length(png) FROM crops ORDER BY number"
        config = self._config
        gone = excess(database.execute(query), config.crops, config.megabytes * 1_000_000)
        database.executemany(DELETE, [(number,) for number in gone])

    def _is_empty(self) -> bool:
        """Tell whether nothing was ever written."""
        with self._errors_wrapped():
            return not self.path.exists() or not self.path.stat().st_size

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Open the file to read; a missing one is empty."""
        with self._errors_wrapped(), contextlib.ExitStack() as stack:
            empty = self._is_empty()
            where = ":memory:" if empty else f"{self.path.absolute().as_uri()}?mode=rw"
            database = stack.enter_context(
                contextlib.closing(sqlite3.connect(where, timeout=BUSY_SECONDS, uri=not empty))
            )
            if empty:
                database.executescript(SCHEMA)
            yield database

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Open the file to change it in one transaction; create it where it is missing."""
        with self._errors_wrapped(), contextlib.closing(self._open()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    @contextlib.contextmanager
    def _errors_wrapped(self) -> Iterator[None]:
        try:
            yield
        except FeedbackError:
            raise
        except (sqlite3.Error, OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise FeedbackError(f"{self.path}: {reason or error}") from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        database = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            # Deleted crops are overwritten, not only forgotten.
            database.execute("PRAGMA secure_delete = ON")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                _create_tables(database, version)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _remove(self) -> None:
        with self._errors_wrapped():
            for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
                path.unlink(missing_ok=True)


def _create_tables(database: sqlite3.Connection, version: int) -> None:
    """Create the tables; delete crops of another recipe, which are of no use."""
    database.executescript(f"BEGIN IMMEDIATE; {SCHEMA}")
    if version:
        database.execute("DELETE FROM crops")
    database.execute(f"PRAGMA user_version = {VERSION}")
    database.commit()


def _bounded(number: int) -> int:
    """Return the nearest number that SQLite can hold; no crop has the largest of them."""
    return max(-(2**63), min(number, 2**63 - 1))


def _stored_crop(
    number: int, label: str, probabilities: str, model: str, hour: int, png: bytes
) -> StoredCrop:
    return StoredCrop(label, tuple(json.loads(probabilities)), model, hour, png, number)
