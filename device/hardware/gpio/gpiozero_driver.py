"""Everything on the GPIO pins; a device that fails leaves the others working."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from device.errors import GpioError
from device.hardware.gpio.base import Gpio
from device.hardware.gpio.button import Button, Press
from device.hardware.gpio.lamp import Lamp
from device.hardware.gpio.motion_sensor import MotionSensor
from device.hardware.gpio.pins import describe_error, pin_errors
from device.messages import Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from device.config.gpio import GpioConfig

log = logging.getLogger(__name__)

Part = TypeVar("Part")


class PiGpio(Gpio):
    """The devices whose pins are configured. `health` reports those that cannot be opened."""

    def __init__(self, config: GpioConfig) -> None:
        self._faults: list[str] = []
        self._lamps: list[Lamp] = []
        self._button: Button | None = None
        self._motion_sensor: MotionSensor | None = None
        active_low, brightness = config.active_low, config.brightness
        if (rgb_pins := config.rgb) is not None:
            self._lamps += self._opened(lambda: Lamp.rgb(rgb_pins, active_low, brightness))
        if (strip_pin := config.strip) is not None:
            self._lamps += self._opened(lambda: Lamp.strip(strip_pin, active_low, brightness))
        if (button_pin := config.button) is not None:
            self._button = next(
                iter(self._opened(lambda: Button(button_pin, config.hold_seconds))), None
            )
        if (pin := config.motion_sensor) is not None:
            self._motion_sensor = next(iter(self._opened(lambda: MotionSensor(pin))), None)

    def _opened(self, make: Callable[[], Part]) -> list[Part]:
        try:
            return [make()]
        except GpioError as error:
            self._report_fault(str(error))
            return []

    def _report_fault(self, fault: str) -> None:
        self._faults.append(fault)
        log.warning("%s", fault)

    @property
    def health(self) -> tuple[Level, str]:
        """OK with the names of the devices, or the faults."""
        lamps = [lamp.health for lamp in self._lamps]
        faults = [*self._faults, *(text for level, text in lamps if level is not Level.OK)]
        if faults:
            return Level.FAILED, "; ".join(faults)
        others = [part.name for part in (self._button, self._motion_sensor) if part is not None]
        return Level.OK, "; ".join([*(text for _, text in lamps), *others])

    def tick(self, now: float) -> None:
        """Fade all lamps towards `light`; see `Gpio.tick`."""
        for lamp in self._lamps:
            lamp.show(self.light, now)

    def presses(self) -> list[Press]:
        """Return the presses of the button since the last call."""
        return self._button.presses() if self._button else []

    @property
    def has_button(self) -> bool:
        """Whether the button's pin is configured and could be opened."""
        return self._button is not None

    @property
    def motion_detected(self) -> bool:
        """Whether the sensor detects motion. A sensor that fails is reported and not read again."""
        if self._motion_sensor is None:
            return False
        try:
            return self._motion_sensor.motion_detected
        except pin_errors() as error:
            self._report_fault(f"{self._motion_sensor.name}: {describe_error(error)}")
            self._motion_sensor = None
            return False

    def close(self) -> None:
        """Switch the lamps off and release all pins."""
        for part in (*self._lamps, self._button, self._motion_sensor):
            if part is not None:
                part.close()
