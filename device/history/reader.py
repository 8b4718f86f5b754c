"""Reads history for a page: a span of time in equal buckets."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.errors import HistoryError
from device.history.store import COUNTS
from device.history.tally import MINUTE, STATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPANS = {"hour": (60, 1), "day": (24 * 60, 15), "week": (7 * 24 * 60, 120)}
"""For each span that can be requested, its minutes and those of one of its buckets."""
BUSY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some minutes from `start` on, in seconds since 1970: seconds of each of `STATES`."""

    start: int
    seconds: dict[str, float]
    faces: int = 0
    visits: int = 0


@dataclass(frozen=True, slots=True)
class HistorySummary:
    """A span of time: its buckets of `width` seconds each, and their sums.

    `reactions` says how often each one was played.
    """

    width: int
    buckets: tuple[Bucket, ...]
    totals: dict[str, float]
    visits: int
    reactions: dict[str, int]


def read(path: Path, span: str, now: float) -> HistorySummary:
    """Return a span that ends at `now`, in seconds since 1970. A file that is not there is empty.

    Raises HistoryError where it cannot be read, KeyError for a span that is not in `SPANS`.
    """
    minutes, width = SPANS[span]
    # Buckets begin at full hours and the like, whenever the page is opened.
    last = int(now // MINUTE) // width
    first = last - minutes // width + 1
    rows, reactions = _query(path, first * width, width)
    buckets = tuple(_bucket(number, width, rows.get(number)) for number in range(first, last + 1))
    totals = {name: sum(one.seconds[name] for one in buckets) for name in STATES}
    visits = sum(one.visits for one in buckets)
    return HistorySummary(width * MINUTE, buckets, totals, visits, reactions)


def read_all(path: Path, after: float = -1, limit: int = -1) -> list[dict[str, float]]:
    """Return every minute that is kept, the oldest first. Raises HistoryError.

    With `limit`, return that many at most, after the minute `after`: years of minutes are too many
    for memory.
    """
    if not path.exists():
        return []
    query = "SELECT * FROM minutes WHERE minute > ? ORDER BY minute LIMIT ?"
    with _open(path) as database:
        rows = database.execute(query, (after, limit)).fetchall()
    return [dict(zip(("minute", *COUNTS), row, strict=True)) for row in rows]


def _query(
    path: Path, since: int, width: int
) -> tuple[dict[int, tuple[float, ...]], dict[str, int]]:
    if not path.exists():
        return {}, {}
    sums = ", ".join(f"sum({name})" for name in STATES)
    query = (
        f"SELECT minute / ?, {sums}, max(faces), sum(visits) FROM minutes "  # noqa: S608 (names of our own)
        "WHERE minute >= ? GROUP BY 1"
    )
    played = "SELECT name, sum(count) FROM reactions WHERE minute >= ? GROUP BY 1 ORDER BY 2 DESC"
    with _open(path) as database:
        rows = {row[0]: row[1:] for row in database.execute(query, (width, since))}
        return rows, dict(database.execute(played, (since,)))


@contextlib.contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
            # Read-only by pragma: the log beside the file must still be found and shared.
            database.execute("PRAGMA query_only = ON")
            yield database
    except sqlite3.Error as error:
        raise HistoryError(f"{path}: {error}") from error


def _bucket(number: int, width: int, row: tuple[float, ...] | None) -> Bucket:
    values = row or (0.0,) * len(COUNTS)
    seconds = dict(zip(STATES, values, strict=False))
    return Bucket(number * width * MINUTE, seconds, round(values[-2]), round(values[-1]))
