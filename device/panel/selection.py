"""Which lamp the configuration asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.panel.gpio import GpioPanel
from device.panel.port import NoPanel, Panel

if TYPE_CHECKING:
    from device.config import PanelConfig


def open_panel(config: PanelConfig) -> Panel:
    """Open the lamp on the configured pins, or `NoPanel` if there are none.

    Raises PanelError, in words, when they cannot be opened.
    """
    red, green, blue = config.red, config.green, config.blue
    if red is not None and green is not None and blue is not None:
        return GpioPanel(red, green, blue)
    return NoPanel()
