"""The GPIO port: a light, perhaps a button, perhaps a motion sensor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from device.messages import Level

if TYPE_CHECKING:
    from device.hardware.gpio.button import Press


class Gpio(ABC):
    """A light that fades between colours, a button and a motion sensor.

    `light` is what to show from the next `tick` on: a name in `COLOURS`, "#rrggbb", or None for
    dark.
    """

    name = "gpio"
    light: str | None = None

    @property
    @abstractmethod
    def health(self) -> tuple[Level, str]:
        """The health of the devices, and why."""

    @abstractmethod
    def tick(self, now: float) -> None:
        """Move towards `light` at `now` (monotonic seconds). Raises ValueError for no light."""

    def presses(self) -> list[Press]:
        """Return the presses of the button since the last call."""
        return []

    @property
    def has_button(self) -> bool:
        """Whether there is a button that works."""
        return False

    @property
    def motion_detected(self) -> bool:
        """Whether the motion sensor detects motion; False without a sensor."""
        return False

    @abstractmethod
    def close(self) -> None:
        """Switch the light off and release all pins."""


class NoGpio(Gpio):
    """No GPIO device is configured."""

    @property
    def health(self) -> tuple[Level, str]:
        """Off, which is no fault."""
        return Level.OFF, "no light is configured"

    def tick(self, now: float) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
