"""Which panel the configuration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.hardware.gpio.base import NoPanel, Panel
from device.hardware.gpio.gpiozero_panel import GpioPanel

if TYPE_CHECKING:
    from device.config.gpio import GpioConfig


def open_panel(config: GpioConfig) -> Panel:
    """Open what hangs on the configured pins, or `NoPanel` if there are none."""
    return GpioPanel(config) if config.pins else NoPanel()
