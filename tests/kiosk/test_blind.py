"""A kiosk whose camera has failed says so on its stage, and invites nobody."""

from __future__ import annotations

import pytest

from device.kiosk.perception import BLIND_SECONDS, is_blind
from device.messages import NOBODY, Health, Level, Mood
from device.stage import Scene
from device.stage.scene import ATTRACT, BLIND, PAUSED


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
