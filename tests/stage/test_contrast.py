"""Words can be read at any time: on each sky, over each effect, and while a sky comes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from device.messages import EMOTIONS
from device.stage import EFFECTS
from tests.support.contrast import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.contrast import Line
    from tests.support.theatres import MakeScene, MakeTheatre

LEAST = 4.5
"""WCAG 2.2, 1.4.3."""


def worst(lines: Sequence[Line]) -> float:
    assert lines, "no words were there"
    return min(line.contrast for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("emotion", EMOTIONS)
def test_words_can_be_read_over_every_effect(
    theatre: MakeTheatre, feel: MakeScene, emotion: str, effect: str
) -> None:
    place = theatre((480, 270))
    place.hop(feel(emotion, effect), 0.0)
    with watched() as lines:
        for _ in range(12):
            place.hop(feel(emotion, effect), 1.0)
    assert worst(lines) >= LEAST


@pytest.mark.parametrize("pair", [("sad", "happy"), ("happy", "angry"), (None, "happy")])
@pytest.mark.parametrize("celebrating", [False, True])
def test_words_can_be_read_while_the_sky_changes(
    theatre: MakeTheatre, feel: MakeScene, pair: tuple[str, str], celebrating: bool
) -> None:
    place = theatre((480, 270))
    place.after(feel(pair[0]), 2.5)
    with watched() as lines:
        place.play(feel(pair[1], celebrating=celebrating), 2.5)
    assert worst(lines) >= LEAST


def test_the_sky_of_a_celebration_does_not_wait(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre((160, 90))
    place.after(feel("neutral"), 2.0)
    place.after(feel("sad"), 0.3)
    transition = place.stage._transition
    place.hop(feel("sad", celebrating=True), 0.0)
    assert transition.act == "happy"
    assert [act for act, _ in transition.layers] == ["neutral", "sad", "happy"]
    place.hop(feel("sad", celebrating=True), 0.5)
    assert transition.share("happy") == 1.0
    place.hop(feel("sad"), 0.1)
    assert transition.act == "happy", "and stays for a second"
    place.hop(feel("sad"), 0.5)
    place.hop(feel("sad"), 1.2)
    assert transition.share("sad") == 1.0


def test_skies_never_jump(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre((160, 90))
    place.after(feel("neutral"), 2.0)
    shares = []
    for number in range(90):
        place.hop(feel("sad", celebrating=number % 30 > 12), 1 / 30)
        shares.append([place.stage._transition.share(act) for act in ("neutral", "sad", "happy")])
    steps = [
        abs(a - b) for one, two in itertools.pairwise(shares) for a, b in zip(one, two, strict=True)
    ]
    assert max(steps) < 0.13


def test_words_can_be_read_at_night(theatre: MakeTheatre, feel: MakeScene) -> None:
    place = theatre((480, 270))
    with watched(0.5) as lines:
        place.after(feel(None, night=True), 8.0)
    assert worst(lines[-2:]) >= LEAST
