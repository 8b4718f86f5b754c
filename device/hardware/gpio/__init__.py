"""GPIO: a light, a button and a motion sensor on GPIO pins, each of them optional."""

from device.hardware.gpio.base import Gpio, NoGpio
from device.hardware.gpio.button import Press
from device.hardware.gpio.colour import COLOURS, DARK, Colour, blend, colour
from device.hardware.gpio.fake import FakeGpio
from device.hardware.gpio.gpiozero_driver import PiGpio
from device.hardware.gpio.lamp import EASE_SECONDS, Lamp
from device.hardware.gpio.selection import open_gpio

__all__ = [
    "COLOURS",
    "DARK",
    "EASE_SECONDS",
    "Colour",
    "FakeGpio",
    "Gpio",
    "Lamp",
    "NoGpio",
    "PiGpio",
    "Press",
    "blend",
    "colour",
    "open_gpio",
]
