"""GPIO for tests and demos: it records the light, and the test presses its button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.gpio.base import Gpio
from device.hardware.gpio.colour import colour
from device.messages import Level

if TYPE_CHECKING:
    from device.hardware.gpio.button import Press


class FakeGpio(Gpio):
    """Records (time, light) of each change in `lights`.

    Put presses into `pressed`, and set `motion` and `button`.
    """

    def __init__(self) -> None:
        self.lights: list[tuple[float, str | None]] = []
        self.pressed: list[Press] = []
        self.motion = False
        self.button = True
        self.closed = False

    @property
    def health(self) -> tuple[Level, str]:
        """Always OK."""
        return Level.OK, "fake light"

    def tick(self, now: float) -> None:
        """Record the light if it changed. Raises ValueError like a real lamp."""
        if self.light is not None:
            colour(self.light)
        if not self.lights or self.lights[-1][1] != self.light:
            self.lights.append((now, self.light))

    def presses(self) -> list[Press]:
        """Return what was put into `pressed`, once."""
        found, self.pressed = self.pressed, []
        return found

    @property
    def has_button(self) -> bool:
        """The value of `button`."""
        return self.button

    @property
    def motion_detected(self) -> bool:
        """The value of `motion`."""
        return self.motion

    def close(self) -> None:
        """Record that it was closed."""
        self.closed = True
