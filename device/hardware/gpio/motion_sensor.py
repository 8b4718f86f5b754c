"""A passive infrared (PIR) motion sensor."""

from __future__ import annotations

from typing import Any

from device.hardware.gpio.pins import open_device


class MotionSensor:
    """A sensor whose output, on a BCM pin, is high while it detects motion.

    Raises GpioError when the pin cannot be opened.
    """

    def __init__(self, pin: int) -> None:
        self.name = f"motion sensor on GPIO {pin}"

        def make() -> Any:
            from gpiozero import DigitalInputDevice

            return DigitalInputDevice(pin, pull_up=False)

        self._device = open_device(self.name, make)

    @property
    def motion_detected(self) -> bool:
        """Whether it detects motion now."""
        return bool(self._device.is_active)

    def close(self) -> None:
        """Release the pin."""
        self._device.close()
