"""The panel: a light, a button and a motion sensor on GPIO pins, each of them optional."""

from device.hardware.gpio.base import NoPanel, Panel
from device.hardware.gpio.button import Press
from device.hardware.gpio.colour import COLOURS, DARK, Colour, blend, colour
from device.hardware.gpio.fake import FakePanel
from device.hardware.gpio.gpiozero_panel import GpioPanel
from device.hardware.gpio.lamp import EASE_SECONDS, Lamp
from device.hardware.gpio.selection import open_panel

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
