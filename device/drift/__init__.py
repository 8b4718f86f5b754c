"""Watching the model at work: figures of each day, and whether they drift from the first ones."""

from device.drift.daily_stats import Day
from device.drift.drift import Finding, compare
from device.drift.monitor import Watcher

__all__ = ["Day", "Finding", "Watcher", "compare"]
