"""What the moods were: seconds of each per minute, in SQLite, and never a picture."""

from device.history.reader import SPANS, Bucket, Past, everything, read
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
    "Minute",
    "Past",
    "Tally",
    "everything",
    "read",
]  # fmt: skip
