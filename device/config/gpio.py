"""The section of what is connected to the GPIO pins."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, model_validator

from device.config.section import ConfigSection, setting
from device.config.types import Pin

PIN_NAMES = ("red", "green", "blue", "strip", "button", "motion_sensor")


class GpioConfig(ConfigSection):
    """Lamps, button and motion sensor on GPIO pins (BCM numbers); see docs/WIRING.md."""

    model_config = ConfigDict(title="GPIO")

    red: Pin | None = setting(
        None,
        "Pin of the RGB lamp's red",
        "An RGB lamp needs `red`, `green` and `blue`.",
        example=17,
    )
    green: Pin | None = setting(None, "Pin of the RGB lamp's green", example=27)
    blue: Pin | None = setting(None, "Pin of the RGB lamp's blue", example=22)
    strip: Pin | None = setting(None, "Pin of an LED strip of one colour", example=12)
    active_low: bool = setting(
        False, "Lamps are on while their pin is low", "True for a lamp with a common anode."
    )
    brightness: float = setting(
        1.0, "Brightness of the lamps, at most", "1 is full brightness.", gt=0.0, le=1.0
    )
    button: Pin | None = setting(
        None, "Pin of the button", "A short press pauses, a long press shuts down.", example=5
    )
    hold_seconds: float = setting(3.0, "A long press", ge=1.0, le=10.0, unit="seconds")
    motion_sensor: Pin | None = setting(
        None,
        "Pin of a motion sensor (PIR)",
        "Motion ends the dimming at night for a minute.",
        example=16,
    )

    @property
    def rgb(self) -> tuple[int, int, int] | None:
        """The pins of red, green and blue, if there is an RGB lamp."""
        if self.red is None or self.green is None or self.blue is None:
            return None
        return self.red, self.green, self.blue

    @property
    def pins(self) -> dict[str, int]:
        """All pins in use, by the key that sets them."""
        named = {name: getattr(self, name) for name in PIN_NAMES}
        return {name: pin for name, pin in named.items() if pin is not None}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if 0 < len({"red", "green", "blue"} & self.pins.keys()) < 3:
            raise ValueError("an RGB light needs three different pins: red, green and blue")
        users: dict[int, str] = {}
        for name, pin in self.pins.items():
            if pin in users:
                raise ValueError(f"{users[pin]} and {name} need different pins, both have {pin}")
            users[pin] = name
        return self
