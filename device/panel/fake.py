"""A lamp for tests and demos: an instrument that records."""

from __future__ import annotations

from device.panel.colour import colour
from device.panel.port import Panel


class FakePanel(Panel):
    """Keeps (time, light) of each change in `shown`."""

    name = "fake light"

    def __init__(self) -> None:
        self.shown: list[tuple[float, str | None]] = []
        self.closed = False

    def show(self, light: str | None, now: float) -> None:
        """Record the light if it is another one; refuse what a real lamp refuses."""
        if light is not None:
            colour(light)
        if not self.shown or self.shown[-1][1] != light:
            self.shown.append((now, light))

    def close(self) -> None:
        """Record that it was closed."""
        self.closed = True
