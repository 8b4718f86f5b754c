"""The button and the motion sensor, in a whole kiosk with a panel that the test presses."""

from __future__ import annotations

import time

import pytest

from device.config import file
from device.hardware import gpio
from device.hardware.gpio import FakeGpio, Press
from device.kiosk import inputs
from device.kiosk.kiosk import Kiosk, RunOptions
from device.system import restart
from tests.support.kiosks import free_port

pytestmark = pytest.mark.usefixtures("own_signals")

SILENT = {
    "camera": {"source": "fake"},
    "sound": {"enabled": False},
    "web": {"enabled": False},
    "stage": {"width": 320, "height": 240, "night_hours": "00:00-23:59"},
}


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    fake = FakeGpio()
    monkeypatch.setattr(gpio, "open_gpio", lambda _: fake)
    return fake


@pytest.fixture
def shut_down(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Take down how the machine would have been shut down."""
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(restart.subprocess, "run", lambda command, **_: asked.append(command))
    return asked


@pytest.fixture
def running(pressed: FakeGpio) -> Kiosk:
    return Kiosk(file.parse(SILENT), RunOptions("offscreen", 20.0))


def test_a_long_press_shuts_the_machine_down_cleanly(
    running: Kiosk, pressed: FakeGpio, shut_down: list[tuple[str, ...]]
) -> None:
    pressed.pressed.append(Press.LONG)
    started = time.monotonic()
    running.run()
    assert time.monotonic() - started < 5.0
    assert pressed.closed
    assert shut_down == [("systemctl", "poweroff")]


def test_short_presses_pause_and_go_on(
    running: Kiosk,
    pressed: FakeGpio,
    shut_down: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acts = []
    draw = running.container.stage.draw
    script = {5: Press.SHORT, 15: Press.SHORT, 25: Press.LONG}
    monkeypatch.setattr(inputs, "DOUBLE_PRESS_SECONDS", 0.01)

    def watched(canvas: object, scene: object, now: float) -> None:
        acts.append(scene.act)
        if len(acts) in script:
            pressed.pressed.append(script[len(acts)])
        pressed.motion = len(acts) >= 20
        nights.append(scene.night)
        draw(canvas, scene, now)

    nights: list[bool] = []
    running.container.stage.draw = watched
    running.run()
    assert acts == ["attract"] * 5 + ["paused"] * 10 + ["attract"] * 10 + acts[25:]
    assert len(acts) <= 26
    assert nights[:20] == [True] * 20
    assert nights[20:] == [False] * len(nights[20:])
    assert len(shut_down) == 1


def test_two_presses_in_a_row_ask_for_the_owners_code(
    pressed: FakeGpio, shut_down: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "DOUBLE_PRESS_SECONDS", 60.0)  # on a busy machine, too
    values = {**SILENT, "web": {"port": free_port()}}
    running = Kiosk(file.parse(values), RunOptions("offscreen", 20.0))
    scenes = []
    draw = running.container.stage.draw

    def watched(canvas: object, scene: object, now: float) -> None:
        scenes.append((scene.paused, scene.invitation is not None))
        if len(scenes) in (5, 8, 60):
            pressed.pressed.append(Press.LONG if len(scenes) == 60 else Press.SHORT)
        draw(canvas, scene, now)

    running.container.stage.draw = watched
    running.run()
    assert scenes[:5] == [(False, False)] * 5
    assert scenes[5:8] == [(True, False)] * 3
    assert scenes[8:60] == [(False, True)] * 52
