"""The display: a canvas to draw on, and the screen, window or nothing behind it."""

from device.hardware.display.display import Display
from device.hardware.display.input_devices import InputKind, connected
from device.hardware.display.keys import Key, Number, Tap, Wish
from device.hardware.display.opening import Mode, open_display

__all__ = [
    "Display",
    "InputKind",
    "Key",
    "Mode",
    "Number",
    "Tap",
    "Wish",
    "connected",
    "open_display",
]
