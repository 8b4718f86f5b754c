"""The GPIO, on gpiozero's own mock pins."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gpiozero import Device, OutputDevice
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.config.file import parse
from device.config.gpio import GpioConfig
from device.errors import ConfigError, GpioError
from device.hardware.gpio import (
    COLOURS,
    DARK,
    EASE_SECONDS,
    FakeGpio,
    Lamp,
    NoGpio,
    PiGpio,
    Press,
    blend,
    colour,
    open_gpio,
)
from device.hardware.gpio.button import Button
from device.hardware.gpio.colour import duty
from device.hardware.gpio.lamp import LUMINANCE
from device.messages import Level
from tests.support.waiting import gather

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device.hardware.gpio import Gpio

PINS = GpioConfig(red=17, green=27, blue=22)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def lit(pins: MockFactory) -> tuple[float, ...]:
    return tuple(pins.pin(number).state for number in (17, 27, 22))


def show(gpio: Gpio, light: str | None, now: float) -> None:
    gpio.light = light
    gpio.tick(now)


def test_names_and_hex_are_colours() -> None:
    assert colour("#ff0080") == pytest.approx((1.0, 0.0, 0.502), abs=1e-3)
    assert set(COLOURS) == {"warm", "gold", "blue", "white"}
    for name in COLOURS:
        assert max(colour(name)) == 1.0


@pytest.mark.parametrize("light", ["", "pink", "#fff", "#gggggg", "ff0000", "#ff00001"])
def test_anything_else_is_no_light(light: str) -> None:
    with pytest.raises(ValueError, match="known: warm, gold, blue, white, #rrggbb"):
        colour(light)


def test_the_lamp_eases_to_a_colour_and_to_dark(pins: MockFactory) -> None:
    gpio = open_gpio(PINS)
    assert lit(pins) == (0, 0, 0)
    show(gpio, "white", 10.0)
    assert lit(pins) == (0, 0, 0)
    show(gpio, "white", 10.0 + EASE_SECONDS / 2)
    assert lit(pins) == pytest.approx(duty(blend(DARK, COLOURS["white"], 0.5)))
    show(gpio, "white", 10.0 + EASE_SECONDS)
    assert lit(pins) == (1, 1, 1)
    show(gpio, None, 20.0)
    show(gpio, None, 20.0 + 2 * EASE_SECONDS)
    assert lit(pins) == (0, 0, 0)
    gpio.close()


def test_no_step_is_a_jump_even_when_the_light_changes_on_the_way(pins: MockFactory) -> None:
    gpio = Lamp.rgb((17, 27, 22))
    now, last = 0.0, gpio.shown
    for light in ("warm", "blue", None, "#00ff00", "gold"):
        for _ in range(15):
            now += 1 / 30
            gpio.show(light, now)
            assert max(abs(a - b) for a, b in zip(gpio.shown, last, strict=True)) < 0.06
            last = gpio.shown
    gpio.close()


def test_time_that_goes_backwards_does_no_harm(pins: MockFactory) -> None:
    gpio = PiGpio(PINS)
    show(gpio, "gold", 10.0)
    show(gpio, "gold", 5.0)
    show(gpio, "gold", 10.0 + EASE_SECONDS)
    assert lit(pins) == pytest.approx(duty(COLOURS["gold"]))
    gpio.close()


def test_close_switches_the_lamp_off_and_frees_the_pins(pins: MockFactory) -> None:
    gpio = PiGpio(PINS)
    show(gpio, "white", 0.0)
    show(gpio, "white", 9.0)
    gpio.close()
    again = PiGpio(PINS)
    assert lit(pins) == (0, 0, 0)
    assert again.health == (Level.OK, "light on GPIO 17, 27, 22")
    again.close()


def test_no_pins_are_no_lamp() -> None:
    gpio = open_gpio(GpioConfig())
    assert isinstance(gpio, NoGpio)
    show(gpio, "gold", 0.0)
    assert gpio.health == (Level.OFF, "no light is configured")
    gpio.close()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"red": 17}, "three different pins"),
        ({"red": 17, "green": 17, "blue": 4}, "red and green need different pins, both have 17"),
        (
            {"strip": 18, "motion_sensor": 18},
            "strip and motion_sensor need different pins, both have 18",
        ),
        ({"red": 1, "green": 2, "blue": 3, "button": 3}, "blue and button need different pins"),
        ({"button": 28}, "less than or equal to 27"),
        ({"button": 3, "hold_seconds": 0.2}, "greater than or equal to 1"),
        ({"strip": 3, "brightness": 0.0}, "greater than 0"),
    ],
)
def test_mistakes_with_pins_are_reported(values: dict[str, float], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse({"gpio": values})


def test_a_pin_in_use_is_reported(pins: MockFactory) -> None:
    taken = OutputDevice(27)
    gpio = open_gpio(PINS)
    level, words = gpio.health
    assert level is Level.FAILED
    assert words.startswith("light on GPIO 17, 27, 22: already in use: ")
    show(gpio, "gold", 0.0)
    gpio.close()
    taken.close()
    gpio = open_gpio(PINS)
    assert gpio.health[0] is Level.OK
    gpio.close()


def test_pins_without_pwm_are_reported() -> None:
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    try:
        with pytest.raises(GpioError, match="PWM"):
            Lamp.rgb((17, 27, 22))
    finally:
        Device.pin_factory.reset()
        Device.pin_factory = before


@pytest.mark.skipif(any(Path("/dev").glob("gpio*")), reason="this machine has GPIO")
@pytest.mark.parametrize("factory", [None, "native", "lgpio"])
def test_a_machine_without_gpio_is_reported(
    monkeypatch: pytest.MonkeyPatch, factory: str | None
) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    if factory:
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", factory)
    before = Device.pin_factory
    Device.pin_factory = None
    try:
        gpio = open_gpio(PINS.model_copy(update={"button": 5, "motion_sensor": 6}))
        level, words = gpio.health
        assert level is Level.FAILED
        for part in ("light on GPIO 17, 27, 22: ", "button on GPIO 5: ", "sensor on GPIO 6: "):
            assert part in words
        assert gpio.presses() == []
        assert not gpio.motion_detected
        gpio.close()
    finally:
        Device.pin_factory = before


class BrokenPin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
    broken = False

    def _set_state(self, value: float) -> None:
        if self.broken:
            raise OSError("the pin is gone")
        super()._set_state(value)


def test_a_pin_that_fails_later_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=BrokenPin)
    gpio = open_gpio(PINS)
    try:
        BrokenPin.broken = True
        with caplog.at_level(logging.WARNING):
            for i in range(20):
                show(gpio, "white", i / 10)
        assert gpio.health == (Level.FAILED, "light on GPIO 17, 27, 22: the pin is gone")
        assert len(caplog.records) == 1
    finally:
        BrokenPin.broken = False
        gpio.close()
        Device.pin_factory.reset()
        Device.pin_factory = before


def test_a_strip_is_as_bright_as_the_light_looks(pins: MockFactory) -> None:
    gpio = open_gpio(GpioConfig(strip=18))
    assert gpio.health == (Level.OK, "strip on GPIO 18")
    for number, light in enumerate(("white", "warm", "blue", None)):
        show(gpio, light, 10.0 * number)
        show(gpio, light, 10.0 * number + EASE_SECONDS)
        shares = duty(colour(light)) if light else DARK
        wanted = sum(a * b for a, b in zip(LUMINANCE, shares, strict=True))
        assert pins.pin(18).state == pytest.approx(wanted)
    gpio.close()


def test_a_common_anode_is_on_when_its_pins_are_low(pins: MockFactory) -> None:
    gpio = open_gpio(PINS.model_copy(update={"active_low": True}))
    assert lit(pins) == (1, 1, 1)
    show(gpio, "white", 0.0)
    show(gpio, "white", EASE_SECONDS)
    assert lit(pins) == (0, 0, 0)
    gpio.close()


def test_a_lamp_gives_no_more_than_its_brightness(pins: MockFactory) -> None:
    gpio = open_gpio(PINS.model_copy(update={"brightness": 0.25, "strip": 18}))
    show(gpio, "white", 0.0)
    show(gpio, "white", EASE_SECONDS)
    assert lit(pins) == pytest.approx((0.25, 0.25, 0.25))
    assert pins.pin(18).state == pytest.approx(0.25)
    gpio.close()


def push(pins: MockFactory, seconds: float, pin: int = 5) -> None:
    """Push the button, which connects its pin to ground, for some time."""
    pins.pin(pin).drive_low()
    time.sleep(seconds)
    pins.pin(pin).drive_high()


def test_short_and_long_presses(pins: MockFactory) -> None:
    button = Button(5, hold_seconds=1.0)
    assert button.presses() == []
    push(pins, 0.05)
    assert gather(button.presses, 1) == [Press.SHORT]
    pins.pin(5).drive_low()
    assert gather(button.presses, 1) == [Press.LONG]
    pins.pin(5).drive_high()
    time.sleep(0.1)
    assert button.presses() == []
    for _ in range(2):
        push(pins, 0.05)
        time.sleep(0.05)
    assert gather(button.presses, 2) == [Press.SHORT, Press.SHORT]
    button.close()
    Button(5, hold_seconds=1.0).close()


def test_a_button_that_is_held_for_ever_is_one_long_press(pins: MockFactory) -> None:
    button = Button(5, hold_seconds=0.1)
    pins.pin(5).drive_low()
    assert gather(button.presses, 1) == [Press.LONG]
    time.sleep(0.3)
    assert button.presses() == []
    button.close()


def test_gpio_hands_presses_and_motion_on(pins: MockFactory) -> None:
    gpio = open_gpio(GpioConfig(button=5, motion_sensor=6))
    assert gpio.health == (Level.OK, "button on GPIO 5; motion sensor on GPIO 6")
    assert not gpio.motion_detected
    pins.pin(6).drive_high()
    assert gpio.motion_detected
    pins.pin(6).drive_low()
    assert not gpio.motion_detected
    push(pins, 0.05)
    assert gather(gpio.presses, 1) == [Press.SHORT]
    show(gpio, "gold", 0.0)
    gpio.close()
    again = open_gpio(GpioConfig(button=6, motion_sensor=5))
    assert again.health[0] is Level.OK
    again.close()


def test_a_lamp_that_cannot_be_opened_leaves_the_button_be(pins: MockFactory) -> None:
    taken = OutputDevice(27)
    gpio = open_gpio(PINS.model_copy(update={"button": 5}))
    assert gpio.health[0] is Level.FAILED
    push(pins, 0.05)
    assert gather(gpio.presses, 1) == [Press.SHORT]
    gpio.close()
    taken.close()


def test_the_fake_is_an_instrument() -> None:
    gpio = FakeGpio()
    for now, light in enumerate(["gold", "gold", None, "blue"]):
        show(gpio, light, now)
    with pytest.raises(ValueError, match="no light"):
        show(gpio, "pink", 9)
    gpio.pressed.append(Press.LONG)
    assert gpio.presses() == [Press.LONG]
    assert gpio.presses() == []
    gpio.motion = True
    assert gpio.motion_detected
    gpio.close()
    assert gpio.lights == [(0, "gold"), (2, None), (3, "blue")]
    assert gpio.closed
