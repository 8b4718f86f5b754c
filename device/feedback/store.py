"""Answers and crops on the disk: one SQLite file, in which each change is whole or is not."""

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
    """All answers since ever: `counts` by what the stage showed and what the person felt."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def agreement(self, shown: str | None = None) -> Agreement:
        """Return how many agree, of all answers or of those to one emotion on stage."""
        asked = {key: count for key, count in self.counts.items() if shown in (None, key[0])}
        right = sum(count for (one, felt), count in asked.items() if one == felt)
        return Agreement(right, sum(asked.values()))


def surplus(crops: Iterable[tuple[str, int, int]], most: int, most_bytes: int) -> list[int]:
    """Return which crops are too many, of labels, numbers and bytes, the oldest first.

    Of the most frequent label the oldest goes, so that what stays is spread over the labels; of
    equally frequent ones, the oldest of all.
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

    Each opens the file anew: answers are rare, and other processes write to it as well.
    """

    def __init__(self, folder: Path, config: FeedbackConfig) -> None:
        self.path = folder / FILE
        self._config = config

    def count(self, answer: Feedback, now: float) -> None:
        """Count an answer by its day, `now` in seconds since 1970, if the stage showed anything."""
        if answer.shown is not None:
            with self._changing() as database:
                database.execute(COUNT, (int(now // DAY), answer.shown, answer.felt))

    def keep(self, one: Crop) -> None:
        """Keep a crop, and drop as many as there are too many."""
        row = (one.label, json.dumps(one.probabilities), one.model, one.hour, one.png)
        with self._changing() as database:
            database.execute(ADD, row)
            self._trim(database)

    def expire(self, now: float) -> None:
        """Delete the crops that are too old at `now`, seconds since 1970, or too many."""
        if self._is_empty():
            return
        oldest = int(now // HOUR) - self._config.days * 24
        with self._changing() as database:
            database.execute("DELETE FROM crops WHERE hour < ?", (oldest,))
            self._trim(database)

    def delete(self, numbers: Iterable[int]) -> list[int]:
        """Delete crops for good; return the numbers among them that are none."""
        with self._changing() as database:
            return [
                number
                for number in numbers
                if not database.execute(DELETE, (_bounded(number),)).rowcount
            ]

    def purge(self) -> None:
        """Delete every crop for good; from a file that is damaged, everything."""
        try:
            with self._changing() as database:
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
        """Return the answers of each day, numbered since 1970 (UTC), that had any."""
        query = "SELECT day, sum(count * (shown = felt)), sum(count) FROM answers GROUP BY 1"
        with self._reading() as database:
            return {day: Agreement(right, n) for day, right, n in database.execute(query)}

    def kept(self) -> dict[str, int]:
        """Return how many crops of each emotion are kept."""
        query = "SELECT label, count(*) FROM crops GROUP BY 1"
        with self._reading() as database:
            return dict.fromkeys(EMOTIONS, 0) | dict(database.execute(query))

    def crops(self, before: int | None = None, most: int = -1) -> list[StoredCrop]:
        """Return the crops, the newest first: at most `most` with numbers below `before`."""
        query = "SELECT * FROM crops WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT ?"
        with self._reading() as database:
            below = None if before is None else _bounded(before)
            return [_kept(*row) for row in database.execute(query, (below, below, most))]

    def crop(self, number: int) -> StoredCrop | None:
        """Return one crop, if it is there."""
        with self._reading() as database:
            query = "SELECT * FROM crops WHERE number = ?"
            row = database.execute(query, (_bounded(number),)).fetchone()
            return _kept(*row) if row else None

    def _trim(self, database: sqlite3.Connection) -> None:
        query = "SELECT label, number, length(png) FROM crops ORDER BY number"
        config = self._config
        gone = surplus(database.execute(query), config.crops, config.megabytes * 1_000_000)
        database.executemany(DELETE, [(number,) for number in gone])

    def _is_empty(self) -> bool:
        """Tell whether nothing was ever written."""
        with self._named():
            return not self.path.exists() or not self.path.stat().st_size

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Open the file to read; one that is not there is empty."""
        with self._named(), contextlib.ExitStack() as stack:
            empty = self._is_empty()
            where = ":memory:" if empty else f"{self.path.absolute().as_uri()}?mode=rw"
            database = stack.enter_context(
                contextlib.closing(sqlite3.connect(where, timeout=BUSY_SECONDS, uri=not empty))
            )
            if empty:
                database.executescript(SCHEMA)
            yield database

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Open the file to change it, all or nothing; make it where it is missing."""
        with self._named(), contextlib.closing(self._opened()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except FeedbackError:
            raise
        except (sqlite3.Error, OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            raise FeedbackError(f"{self.path}: {reason or error}") from error

    def _opened(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        database = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        try:
            # Deleted crops are overwritten, not only forgotten.
            database.execute("PRAGMA secure_delete = ON")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                _begin(database, version)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _remove(self) -> None:
        with self._named():
            for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
                path.unlink(missing_ok=True)


def _begin(database: sqlite3.Connection, version: int) -> None:
    """Make the tables; crops that were cut by another recipe are of no use, and go."""
    database.executescript(f"BEGIN IMMEDIATE; {SCHEMA}")
    if version:
        database.execute("DELETE FROM crops")
    database.execute(f"PRAGMA user_version = {VERSION}")
    database.commit()


def _bounded(number: int) -> int:
    """Return a number that SQLite can hold; no crop has the last of them."""
    return max(-(2**63), min(number, 2**63 - 1))


def _kept(
    number: int, label: str, probabilities: str, model: str, hour: int, png: bytes
) -> StoredCrop:
    return StoredCrop(label, tuple(json.loads(probabilities)), model, hour, png, number)
