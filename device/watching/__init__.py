"""Watching the model at work: figures of each day, and whether they drift from the first ones."""

from device.watching.day import Day
from device.watching.drift import Finding, compare
from device.watching.watcher import Watcher

__all__ = ["Day", "Finding", "Watcher", "compare"]
