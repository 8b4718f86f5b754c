"""Model health: figures of each day, and whether they drift from those of the first days."""

from device.drift.daily_stats import DailyStats
from device.drift.drift import Finding, compare
from device.drift.monitor import DriftMonitor

__all__ = ["DailyStats", "DriftMonitor", "Finding", "compare"]
