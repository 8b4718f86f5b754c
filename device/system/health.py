"""A list of how each part does, which remembers since when."""

from __future__ import annotations

from device.messages import Health, Level


class HealthBook:
    """Takes down how parts do; `since` stays while a part's level does."""

    def __init__(self) -> None:
        self._parts: dict[str, Health] = {}

    def note(self, part: str, level: Level, message: str, now: float) -> None:
        """Take down how a part does at `now` (monotonic seconds)."""
        old = self._parts.get(part)
        since = old.since if old and old.level is level else now
        self._parts[part] = Health(part, level, message, since)

    @property
    def parts(self) -> tuple[Health, ...]:
        """All parts, in the order in which they were first noted."""
        return tuple(self._parts.values())
