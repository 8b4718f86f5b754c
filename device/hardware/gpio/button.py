"""A push button with short and long presses."""

from __future__ import annotations

import enum
import queue
from typing import Any

from device.hardware.gpio.pins import open_device

BOUNCE_SECONDS = 0.03
"""Contacts that close and open faster than this are one press."""


class Press(enum.Enum):
    """A press of the button."""

    SHORT = "short"
    LONG = "long"


class Button:
    """A button between a BCM pin and ground, with the pin's internal pull-up.

    A press becomes long once the button was held for `hold_seconds`. gpiozero reports presses in
    its own threads; they are queued for `presses`. Raises GpioError when the pin cannot be opened.
    """

    def __init__(self, pin: int, hold_seconds: float) -> None:
        self.name = f"button on GPIO {pin}"
        self._presses: queue.SimpleQueue[Press] = queue.SimpleQueue()
        self._held = False

        def make() -> Any:
            from gpiozero import Button as Pushed

            return Pushed(pin, pull_up=True, bounce_time=BOUNCE_SECONDS, hold_time=hold_seconds)

        self._device = open_device(self.name, make)
        self._device.when_held = self._hold
        self._device.when_released = self._release

    def presses(self) -> list[Press]:
        """Return the presses since the last call, oldest first."""
        found = []
        while not self._presses.empty():
            found.append(self._presses.get_nowait())
        return found

    def close(self) -> None:
        """Release the pin."""
        self._device.close()

    def _hold(self) -> None:
        self._held = True
        self._presses.put(Press.LONG)

    def _release(self) -> None:
        if not self._held:
            self._presses.put(Press.SHORT)
        self._held = False
