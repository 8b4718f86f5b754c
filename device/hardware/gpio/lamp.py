"""Lamps on GPIO pins: an RGB LED or RGB strip, and a strip of one colour."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from device.hardware.gpio.colour import DARK, Colour, blend, colour, duty
from device.hardware.gpio.pins import describe_error, open_device, pin_errors
from device.messages import Level

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

EASE_SECONDS = 1.2
"""Seconds that a fade from one colour to the next takes."""
LUMINANCE = (0.2126, 0.7152, 0.0722)
"""The perceived brightness of red, green and blue (ITU-R BT.709), for a strip of one colour."""


class Lamp:
    """A lamp that is dimmed by PWM and fades between colours.

    `write` sets the shares of time, in [0, 1], that red, green and blue are on; `device` is closed
    with the lamp.
    """

    def __init__(
        self, name: str, device: Any, write: Callable[[Colour], None], brightness: float = 1.0
    ) -> None:
        self.name = name
        self._device, self._set, self._brightness = device, write, brightness
        self._fault = ""
        self._wanted: str | None = None
        self._start, self._target, self._since = DARK, DARK, 0.0
        self._shown = DARK

    @classmethod
    def rgb(
        cls, pins: tuple[int, int, int], active_low: bool = False, brightness: float = 1.0
    ) -> Lamp:
        """Open an RGB lamp on the BCM pins of red, green and blue.

        `active_low` is for a common anode; `brightness` in (0, 1] is the most it gives. Raises
        GpioError when gpiozero is not installed, there is no GPIO, or a pin cannot be opened.
        """
        name = f"light on GPIO {', '.join(map(str, pins))}"

        def make() -> Any:
            from gpiozero import RGBLED

            return RGBLED(*pins, active_high=not active_low, pwm=True)

        device = open_device(name, make)

        def write(shares: Colour) -> None:
            device.color = tuple(shares)

        return cls(name, device, write, brightness)

    @classmethod
    def strip(cls, pin: int, active_low: bool = False, brightness: float = 1.0) -> Lamp:
        """Open a strip of one colour, as bright as the colour looks; see `rgb`."""
        name = f"strip on GPIO {pin}"

        def make() -> Any:
            from gpiozero import PWMLED

            return PWMLED(pin, active_high=not active_low)

        device = open_device(name, make)

        def write(shares: Colour) -> None:
            device.value = sum(a * b for a, b in zip(LUMINANCE, shares, strict=True))

        return cls(name, device, write, brightness)

    @property
    def health(self) -> tuple[Level, str]:
        """OK, or why the lamp went dark."""
        return (Level.FAILED, self._fault) if self._fault else (Level.OK, self.name)

    @property
    def shown(self) -> Colour:
        """The present colour."""
        return self._shown

    def show(self, light: str | None, now: float) -> None:
        """Fade towards a light, or towards dark for None, at `now` (monotonic seconds)."""
        if light != self._wanted:
            target = DARK if light is None else colour(light)
            self._wanted = light
            self._start, self._target, self._since = self._shown, target, now
        share = min(max((now - self._since) / EASE_SECONDS, 0.0), 1.0)
        shown = blend(self._start, self._target, share * share * (3.0 - 2.0 * share))
        if shown != self._shown and not self._fault:
            self._write(shown)

    def close(self) -> None:
        """Switch the lamp off and release its pins."""
        self._device.close()

    def _write(self, shown: Colour) -> None:
        red, green, blue = (min(self._brightness * part, 1.0) for part in duty(shown))
        try:
            self._set(Colour(red, green, blue))
        except pin_errors() as error:
            self._fault = f"{self.name}: {describe_error(error)}"
            log.warning("%s", self._fault)
            return
        self._shown = shown
