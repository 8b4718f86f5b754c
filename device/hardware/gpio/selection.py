"""Opens what the configuration puts on GPIO pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.gpio.base import Gpio, NoGpio
from device.hardware.gpio.gpiozero_driver import PiGpio

if TYPE_CHECKING:
    from device.config.gpio import GpioConfig


def open_gpio(config: GpioConfig) -> Gpio:
    """Open the devices on the configured pins; `NoGpio` if none is configured."""
    return PiGpio(config) if config.pins else NoGpio()
