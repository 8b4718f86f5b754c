"""The panel: a light, a button and a motion sensor on GPIO pins, each of them optional."""

from device.panel.button import Press
from device.panel.colour import COLOURS, DARK, Colour, blend, colour
from device.panel.fake import FakePanel
from device.panel.gpio import GpioPanel
from device.panel.lamp import EASE_SECONDS, Lamp
from device.panel.port import NoPanel, Panel
from device.panel.selection import open_panel

__all__ = [
    "COLOURS",
    "DARK",
    "EASE_SECONDS",
    "Colour",
    "FakePanel",
    "GpioPanel",
    "Lamp",
    "NoPanel",
    "Panel",
    "Press",
    "blend",
    "colour",
    "open_panel",
]
