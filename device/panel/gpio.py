"""An RGB LED on three GPIO pins, through gpiozero."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any

from device.errors import PanelError
from device.messages import Level
from device.panel.colour import DARK, Colour, blend, colour, duty
from device.panel.port import Panel

log = logging.getLogger(__name__)

EASE_SECONDS = 1.2
"""How long the lamp takes from one colour to the next."""


class GpioPanel(Panel):
    """A lamp whose LEDs are dimmed by PWM (common cathode, high is on).

    Raises PanelError when gpiozero is not installed, there is no GPIO, or a pin cannot be had.
    """

    def __init__(self, red: int, green: int, blue: int) -> None:
        self.name = f"light on GPIO {red}, {green}, {blue}"
        self._led = _open(red, green, blue)
        self._fault = ""
        self._light: str | None = None
        self._start, self._target, self._since = DARK, DARK, 0.0
        self._shown = DARK

    @property
    def health(self) -> tuple[Level, str]:
        """Ok, or why the lamp went dark."""
        return (Level.FAILED, self._fault) if self._fault else (Level.OK, self.name)

    @property
    def shown(self) -> Colour:
        """The colour at present."""
        return self._shown

    def show(self, light: str | None, now: float) -> None:
        """Move towards the light; see `Panel.show`."""
        if light != self._light:
            target = DARK if light is None else colour(light)
            self._light = light
            self._start, self._target, self._since = self._shown, target, now
        share = min(max((now - self._since) / EASE_SECONDS, 0.0), 1.0)
        shown = blend(self._start, self._target, share * share * (3.0 - 2.0 * share))
        if shown != self._shown and not self._fault:
            self._write(shown)

    def close(self) -> None:
        """Switch the lamp off and leave its pins."""
        self._led.close()

    def _write(self, shown: Colour) -> None:
        try:
            self._led.color = tuple(duty(shown))
        except _pin_errors() as error:
            self._fault = f"{self.name}: {_words(error)}"
            log.warning("%s", self._fault)
            return
        self._shown = shown


def _open(red: int, green: int, blue: int) -> Any:
    pins = f"GPIO {red}, {green}, {blue}"
    if len({red, green, blue}) < 3:
        raise PanelError(f"{pins}: red, green and blue need a pin each")
    try:
        from gpiozero import RGBLED
    except ImportError as error:
        raise PanelError(f"{pins}: gpiozero is not installed") from error
    try:
        # gpiozero warns of each pin library that it lacks; the error below says it in one line.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return RGBLED(red, green, blue, pwm=True)
    except _pin_errors() as error:
        raise PanelError(f"{pins}: {_words(error)}") from error


def _pin_errors() -> tuple[type[Exception], ...]:
    """Return what gpiozero and the pin library under it raise; lgpio's error is its own."""
    from gpiozero import GPIOZeroError

    own = getattr(sys.modules.get("lgpio"), "error", None)
    # ImportError: $GPIOZERO_PIN_FACTORY names a library that is not installed.
    known = (GPIOZeroError, ImportError, OSError, RuntimeError)
    return (*known, own) if isinstance(own, type) else known


def _words(error: Exception) -> str:
    from gpiozero import BadPinFactory, GPIOPinInUse

    if isinstance(error, BadPinFactory):
        return "this machine has no GPIO pins, or no library for them (install python3-lgpio)"
    if isinstance(error, GPIOPinInUse):
        return f"already in use: {error}"
    return str(error) or type(error).__name__
