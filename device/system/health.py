"""The health of each part, and since when it has its level."""

from __future__ import annotations

from device.messages import Health, Level


class HealthRegistry:
    """Holds the newest health of each part; `since` stays while a part's level does."""

    def __init__(self) -> None:
        self._parts: dict[str, Health] = {}

    def record(self, part: str, level: Level, message: str, now: float) -> None:
        """Record the health of a part at `now` (monotonic seconds)."""
        old = self._parts.get(part)
        since = old.since if old and old.level is level else now
        self._parts[part] = Health(part, level, message, since)

    @property
    def parts(self) -> tuple[Health, ...]:
        """All parts, in the order in which they were first recorded."""
        return tuple(self._parts.values())
