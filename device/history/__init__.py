"""The history of moods: seconds of each per minute, in SQLite, without any picture."""

from device.history.reader import SPANS, Bucket, HistorySummary, read, read_all
from device.history.recorder import HistoryRecorder
from device.history.store import COUNTS, FILE, HistoryStore
from device.history.tally import MINUTE, STATES, Minute, Tally

__all__ = [
    "COUNTS",
    "FILE",
    "MINUTE",
    "SPANS",
    "STATES",
    "Bucket",
    "HistoryRecorder",
    "HistoryStore",
    "HistorySummary",
    "Minute",
    "Tally",
    "read",
    "read_all",
]  # fmt: skip
