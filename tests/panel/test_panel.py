"""The lamp, on gpiozero's own mock pins."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gpiozero import Device, OutputDevice
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.config import PanelConfig
from device.messages import Level
from device.panel import (
    COLOURS,
    DARK,
    EASE_SECONDS,
    FakePanel,
    GpioPanel,
    NoPanel,
    PanelError,
    blend,
    colour,
    open_panel,
)
from device.panel.colour import duty

if TYPE_CHECKING:
    from collections.abc import Iterator

PINS = PanelConfig(red=17, green=27, blue=22)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def lit(pins: MockFactory) -> tuple[float, ...]:
    return tuple(pins.pin(number).state for number in (17, 27, 22))


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
    panel = open_panel(PINS)
    assert lit(pins) == (0, 0, 0)
    panel.show("white", 10.0)
    assert lit(pins) == (0, 0, 0)
    panel.show("white", 10.0 + EASE_SECONDS / 2)
    assert lit(pins) == pytest.approx(duty(blend(DARK, COLOURS["white"], 0.5)))
    panel.show("white", 10.0 + EASE_SECONDS)
    assert lit(pins) == (1, 1, 1)
    panel.show(None, 20.0)
    panel.show(None, 20.0 + 2 * EASE_SECONDS)
    assert lit(pins) == (0, 0, 0)
    panel.close()


def test_no_step_is_a_jump_even_when_the_light_changes_on_the_way(pins: MockFactory) -> None:
    panel = GpioPanel(17, 27, 22)
    now, last = 0.0, panel.shown
    for light in ("warm", "blue", None, "#00ff00", "gold"):
        for _ in range(15):
            now += 1 / 30
            panel.show(light, now)
            assert max(abs(a - b) for a, b in zip(panel.shown, last, strict=True)) < 0.06
            last = panel.shown
    panel.close()


def test_time_that_goes_backwards_does_no_harm(pins: MockFactory) -> None:
    panel = GpioPanel(17, 27, 22)
    panel.show("gold", 10.0)
    panel.show("gold", 5.0)
    panel.show("gold", 10.0 + EASE_SECONDS)
    assert lit(pins) == pytest.approx(duty(COLOURS["gold"]))
    panel.close()


def test_close_switches_the_lamp_off_and_frees_the_pins(pins: MockFactory) -> None:
    panel = GpioPanel(17, 27, 22)
    panel.show("white", 0.0)
    panel.show("white", 9.0)
    panel.close()
    again = GpioPanel(17, 27, 22)
    assert lit(pins) == (0, 0, 0)
    assert again.health == (Level.OK, "light on GPIO 17, 27, 22")
    again.close()


def test_no_pins_are_no_lamp() -> None:
    panel = open_panel(PanelConfig())
    assert isinstance(panel, NoPanel)
    panel.show("gold", 0.0)
    assert panel.health == (Level.OFF, "no light is configured")
    panel.close()


def test_one_pin_twice_is_a_mistake() -> None:
    with pytest.raises(PanelError, match="need a pin each"):
        GpioPanel(17, 17, 4)


def test_a_pin_in_use_is_told(pins: MockFactory) -> None:
    button = OutputDevice(27)
    with pytest.raises(PanelError, match=r"GPIO 17, 27, 22: already in use: .*GPIO27"):
        open_panel(PINS)
    button.close()
    open_panel(PINS).close()


def test_pins_without_pwm_are_told() -> None:
    before = Device.pin_factory
    Device.pin_factory = MockFactory()
    try:
        with pytest.raises(PanelError, match="PWM"):
            open_panel(PINS)
    finally:
        Device.pin_factory.reset()
        Device.pin_factory = before


@pytest.mark.skipif(any(Path("/dev").glob("gpio*")), reason="this machine has GPIO")
@pytest.mark.parametrize("factory", [None, "native", "lgpio"])
def test_a_machine_without_gpio_is_told(
    monkeypatch: pytest.MonkeyPatch, factory: str | None
) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    if factory:
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", factory)
    before = Device.pin_factory
    Device.pin_factory = None
    try:
        with pytest.raises(PanelError, match="GPIO 17, 27, 22: "):
            open_panel(PINS)
    finally:
        Device.pin_factory = before


class BrokenPin(MockPWMPin):
    broken = False

    def _set_state(self, value: float) -> None:
        if self.broken:
            raise OSError("the pin is gone")
        super()._set_state(value)


def test_a_pin_that_fails_later_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=BrokenPin)
    panel = open_panel(PINS)
    try:
        BrokenPin.broken = True
        with caplog.at_level(logging.WARNING):
            for i in range(20):
                panel.show("white", i / 10)
        assert panel.health == (Level.FAILED, "light on GPIO 17, 27, 22: the pin is gone")
        assert len(caplog.records) == 1
    finally:
        BrokenPin.broken = False
        panel.close()
        Device.pin_factory.reset()
        Device.pin_factory = before


def test_the_fake_is_an_instrument() -> None:
    panel = FakePanel()
    for now, light in enumerate(["gold", "gold", None, "blue"]):
        panel.show(light, now)
    with pytest.raises(ValueError, match="no light"):
        panel.show("pink", 9)
    panel.close()
    assert panel.shown == [(0, "gold"), (2, None), (3, "blue")]
    assert panel.closed
