"""The button and the motion sensor, in a whole kiosk with a panel that the test presses."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest

from device.hardware import gpio
from device.hardware.gpio import FakeGpio, Press
from device.messages import Level
from tests.support.driven_kiosks import driven
from tests.support.kiosks import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("own_signals")

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    fake = FakeGpio()
    monkeypatch.setattr(gpio, "open_gpio", lambda _: fake)
    return fake


@pytest.fixture
def shut_down(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Record how the machine would have been shut down."""
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    return commands


def test_a_long_press_shuts_the_machine_down_cleanly(
    panel: FakeGpio, shut_down: list[tuple[str, ...]]
) -> None:
    with driven() as one:
        panel.pressed.append(Press.LONG)
        one.kiosk.run()
        assert len(one.scenes) == 1, "it ends with the frame of the press"
    assert panel.closed
    assert shut_down == [("systemctl", "poweroff")]


def test_short_presses_pause_and_go_on(panel: FakeGpio) -> None:
    with driven() as one:
        acts = [scene.act for scene in one.frames(5)]
        for _ in range(2):
            panel.pressed.append(Press.SHORT)
            acts += [scene.act for scene in one.frames(10)]
    assert acts == ["waking"] * 5 + ["paused"] * 10 + ["waking"] * 10


def test_the_stage_is_dim_at_night_until_somebody_moves(
    panel: FakeGpio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with driven(stage={"night_hours": "22:00-06:00"}) as one:
        monkeypatch.setattr(one.kiosk._renderer.night, "_clock", lambda: MIDNIGHT)
        assert [scene.night for scene in one.frames(3)] == [True] * 3
        panel.motion = True
        assert [scene.night for scene in one.frames(3)] == [False] * 3


def test_two_presses_in_a_row_ask_for_the_owners_code(panel: FakeGpio) -> None:
    with driven(web={"enabled": True, "port": free_port()}) as one:
        until(lambda: one.frames(1) and one.container.web.health[0] is Level.OK)
        scenes = one.frames(2)
        for count in (3, 50):
            panel.pressed.append(Press.SHORT)
            scenes += one.frames(count)
    shown = [(scene.paused, scene.invitation is not None) for scene in scenes]
    assert shown == [(False, False)] * 2 + [(True, False)] * 3 + [(False, True)] * 50
