"""A pause names the way that this kiosk has to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygame
import pytest

from device.config.strings import languages
from device.hardware import gpio
from device.hardware.display import Key, Tap
from device.hardware.gpio import FakeGpio
from device.kiosk import inputs
from tests.support.driven_kiosks import DrivenKiosk, driven

if TYPE_CHECKING:
    from device.hardware.display import InputKind, Wish

pytestmark = pytest.mark.usefixtures("own_signals")

SPACE = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE)
TOUCH = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=pygame.BUTTON_LEFT, pos=(160, 120))
WAYS = ("touch", "button", "key", None)


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[InputKind]:
    """Return the devices that are connected, a list which the test fills."""
    found: list[InputKind] = []
    made = inputs.DisplayInput
    monkeypatch.setattr("device.kiosk.kiosk.DisplayInput", lambda: made(lambda: found))
    return found


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> FakeGpio:
    fake = FakeGpio()
    fake.button = False
    monkeypatch.setattr(gpio, "open_gpio", lambda _: fake)
    return fake


def response(one: DrivenKiosk) -> str:
    """Return the smaller line on stage."""
    return one.container.stage._wording.current.sign.response


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("language", languages())
def test_the_stage_names_the_way(
    connected: list[InputKind], panel: FakeGpio, way: str | None, language: str
) -> None:
    kinds: dict[str, InputKind] = {"touch": "touch", "key": "keyboard"}
    connected += [kinds[way]] if way in kinds else []
    panel.button = way == "button"
    with driven(stage={"language": language}) as one:
        one.frames(15)
        one.container.commands.put(inputs.LocalCommand(paused=True))
        assert [scene.way_to_resume for scene in one.frames(15)] == [way] * 15
        texts = one.container.stage._strings.paused
        assert response(one) == getattr(texts, way or "page")


@pytest.mark.usefixtures("panel")
def test_a_touch_ends_the_pause_and_asks_nothing(connected: list[InputKind]) -> None:
    connected.append("keyboard")
    with driven() as one:
        pygame.event.clear()
        one.frames(15)
        pygame.event.post(SPACE)
        assert one.frames(3)[-1].paused
        ways = [one.scenes[-1].way_to_resume]
        pygame.event.post(TOUCH)
        assert not one.frames(3)[-1].paused
        assert not one.container.stage.is_asking(one.now)
        pygame.event.post(SPACE)
        one.frames(15)
        assert [*ways, one.scenes[-1].way_to_resume] == ["key", "touch"], "a touch has been seen"
        assert "ouch" in response(one)


@pytest.mark.parametrize("event", [Tap(0.5, 0.5), Key.ASK])
def test_nothing_else_changes_by_a_touch(event: Wish) -> None:
    assert inputs.DisplayInput(list).command(event).answer == event
