"""A kiosk whose camera has failed says so on its stage, and invites nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from device.config.strings import load_strings
from device.kiosk.inputs import LocalCommand
from device.kiosk.perception import BLIND_SECONDS, STALE_SECONDS, is_blind
from device.messages import NOBODY, Health, Level, Mood
from device.stage import Scene
from device.stage.scene import ATTRACT, BLIND, PAUSED, WAKING
from device.vision.protocol import PartStatus
from tests.support.driven_kiosks import FRAME, DrivenKiosk, driven

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("part", "level", "blind"),
    [
        ("camera", Level.FAILED, True),
        ("camera", Level.DEGRADED, True),
        ("camera", Level.OFF, False),
        ("vision", Level.FAILED, True),
        ("vision", Level.DEGRADED, False),
        ("model", Level.FAILED, True),
        ("model", Level.DEGRADED, False),
        ("sound", Level.FAILED, False),
    ],
)
def test_a_part_that_has_failed_for_a_while_blinds_it(part: str, level: Level, blind: bool) -> None:
    health = (Health("display", Level.OK, "", 0.0), Health(part, level, "why", 100.0))
    assert not is_blind(health, 100.0 + BLIND_SECONDS - 0.1)
    assert is_blind(health, 100.0 + BLIND_SECONDS) is blind


def test_the_act_says_so_unless_there_is_something_better_to_say() -> None:
    assert Scene(NOBODY, blind=True).act == BLIND
    assert Scene(NOBODY).act == ATTRACT
    assert Scene(Mood("sad", 0.0), blind=True).act == "sad"
    assert Scene(NOBODY, blind=True, paused=True).act == PAUSED
    assert Scene(NOBODY, celebrating=True).act == "happy"
    assert Scene(NOBODY, waking=True).act == WAKING
    assert Scene(NOBODY, waking=True, blind=True).act == BLIND


@pytest.fixture
def unseen(own_signals: None) -> Iterator[DrivenKiosk]:
    """Make a kiosk whose camera has given no frame yet."""
    with driven() as one:
        one.container.vision.health = Level.OK, "running"
        one.container.vision.camera = PartStatus(Level.DEGRADED, "camera is being opened")
        one.container.vision.model_status = PartStatus(Level.OK, "a model")
        yield one


def acts(one: DrivenKiosk, seconds: float, *, sees: bool = False) -> list[str]:
    """Return the acts of some seconds, in which frames come or do not."""
    found = []
    for _ in range(round(seconds / FRAME)):
        if sees:
            one.see()
        found += [scene.act for scene in one.frames(1)]
    return found


def invites(one: DrivenKiosk) -> bool:
    """Return whether the words on stage are the invitation."""
    words = one.container.stage._wording.current.sign
    return words.label in load_strings().attract.label


def test_a_camera_that_is_not_there_invites_nobody_not_even_at_first(
    unseen: DrivenKiosk,
) -> None:
    assert set(acts(unseen, 2.5)) == {WAKING}
    assert not invites(unseen)
    unseen.container.vision.camera = PartStatus(Level.FAILED, "no camera was found")
    assert set(acts(unseen, 10.0)) == {WAKING, BLIND}
    assert unseen.scenes[-1].act == BLIND
    assert not invites(unseen)


def test_a_model_that_is_invalid_invites_nobody(unseen: DrivenKiosk) -> None:
    unseen.container.vision.camera = PartStatus(Level.OK, "a camera")
    unseen.container.vision.model_status = PartStatus(Level.FAILED, "no model")
    assert ATTRACT not in acts(unseen, 10.0)
    assert unseen.scenes[-1].act == BLIND


@pytest.mark.parametrize("fault", ["unplugged", "worker killed", "frames cease"])
def test_what_is_lost_later_is_said_until_it_is_back(unseen: DrivenKiosk, fault: str) -> None:
    vision = unseen.container.vision
    vision.camera = PartStatus(Level.OK, "a camera")
    assert acts(unseen, 3.0, sees=True)[1:] == [ATTRACT] * 29
    assert invites(unseen)
    if fault == "unplugged":
        vision.camera = PartStatus(Level.FAILED, "unplugged")
    elif fault == "worker killed":
        vision.health = Level.FAILED, "ended by itself (exit code -9)"
    lost = acts(unseen, 8.0)
    at = lost.index(BLIND)
    assert at * FRAME <= STALE_SECONDS + 2 * FRAME, "no invitation once the last frame is old"
    assert set(lost[at:]) == {BLIND}
    assert not invites(unseen)
    vision.health, vision.camera = (Level.OK, "running"), PartStatus(Level.OK, "a camera")
    assert acts(unseen, 2.0, sees=True)[1:] == [ATTRACT] * 19
    assert invites(unseen)


def test_it_wakes_up_after_a_pause(unseen: DrivenKiosk) -> None:
    unseen.container.vision.camera = PartStatus(Level.OK, "a camera")
    acts(unseen, 1.0, sees=True)
    for paused in (True, False):
        unseen.kiosk.execute(LocalCommand(paused=paused), unseen.now)
        assert set(acts(unseen, 1.5)) == {PAUSED if paused else WAKING}
    assert acts(unseen, 1.0, sees=True)[-1] == ATTRACT
