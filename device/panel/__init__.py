"""The light: an RGB lamp on three GPIO pins, or none."""

from device.errors import PanelError
from device.panel.colour import COLOURS, DARK, Colour, blend, colour
from device.panel.fake import FakePanel
from device.panel.gpio import EASE_SECONDS, GpioPanel
from device.panel.port import NoPanel, Panel
from device.panel.selection import open_panel

__all__ = [
    "COLOURS",
    "DARK",
    "EASE_SECONDS",
    "Colour",
    "FakePanel",
    "GpioPanel",
    "NoPanel",
    "Panel",
    "PanelError",
    "blend",
    "colour",
    "open_panel",
]
