"""What a lamp is to the kiosk."""

from __future__ import annotations

from abc import ABC, abstractmethod

from device.messages import Level


class Panel(ABC):
    """A lamp that eases from one colour to the next. `name` says which it is."""

    name: str = "panel"

    @property
    def health(self) -> tuple[Level, str]:
        """How the lamp does, in words."""
        return Level.OK, self.name

    @abstractmethod
    def show(self, light: str | None, now: float) -> None:
        """Move towards a light, or towards dark for None; call it at every frame.

        `light` is a name in `COLOURS` or "#rrggbb" (else ValueError), `now` monotonic seconds.
        """

    @abstractmethod
    def close(self) -> None:
        """Switch the lamp off and leave its pins."""


class NoPanel(Panel):
    """No lamp at all."""

    name = "no light"

    @property
    def health(self) -> tuple[Level, str]:
        """Off, which is no fault."""
        return Level.OFF, "no light is configured"

    def show(self, light: str | None, now: float) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
