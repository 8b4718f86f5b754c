"""The display: a canvas to draw on, and the screen, window or nothing behind it."""

from device.display.display import Display
from device.display.keys import Key, Number, Tap, Wish
from device.display.opening import Mode, open_display

__all__ = ["Display", "Key", "Mode", "Number", "Tap", "Wish", "open_display"]
