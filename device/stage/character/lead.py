"""First the character mirrors somebody sad or afraid; then it takes a breath, and leads.

It looks up, its face turns warm by itself, and it offers a hand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from device.stage.character.expression import NEUTRAL, changed, raised
from device.stage.character.life import Gaze
from device.stage.easing import mix, smooth

if TYPE_CHECKING:
    from device.messages import Mood
    from device.stage.character.expression import Expression

LED = ("sad", "fear")
"""The moods that it leads out of."""
MIRROR_SECONDS = 3.0
"""Seconds for which it only mirrors them."""
BREATH_SECONDS = 0.9
"""Seconds that it breathes in for, and looks up."""
WARM_SECONDS = 1.5
"""Seconds in which its face turns warm."""
FORGET_SECONDS = 1.5
"""A mood that is back within these has gone on."""
WARM: Expression = changed(
    NEUTRAL, brow_raise=0.09, brow_tilt=0.085, brow_bend=0.07, open=0.98, squint=0.30, pupil=1.18,
    width=0.34, smile=0.135, blush=0.85, lean=-0.07, lift=0.02, hand=1.0,
)  # fmt: skip
"""A gentle face: compassion, not a grin."""
UP = Gaze(0.15, -0.75)


class LeadClock:
    """Knows for how long the character has mirrored a mood that it leads out of."""

    def __init__(self) -> None:
        self._since, self._seen = math.inf, -math.inf

    def follow(self, mood: Mood, now: float) -> float:
        """Return for how many seconds of such a mood it has led, at `now`: 0 while it mirrors."""
        if not 0.0 <= now - self._seen <= FORGET_SECONDS:
            self._since = math.inf
        if mood.emotion in LED:
            self._since, self._seen = min(self._since, now), now
        return max(0.0, now - self._since - MIRROR_SECONDS)


def lead(mirrored: Expression, seconds: float) -> Expression:
    """Return what becomes of a mirrored expression when it has led for some seconds."""
    if seconds <= 0.0:
        return mirrored
    warm = smooth((seconds - 0.4 * BREATH_SECONDS) / WARM_SECONDS)
    found = mirrored + warm * (WARM - mirrored)
    return raised(found, _breath(seconds), lift=0.12, brow_raise=0.06, puff=0.05)


def look_up(gaze: Gaze | None, seconds: float) -> Gaze | None:
    """Return where it looks when it has led for some seconds: up, and at the person again."""
    up = _breath(seconds)
    if up <= 0.0:
        return gaze
    there = gaze or Gaze()
    return Gaze(mix(there.right, UP.right, up), mix(there.down, UP.down, up))


def _breath(seconds: float) -> float:
    """Return how full of air it is, from 0 to 1 and back."""
    return smooth(seconds / BREATH_SECONDS) * (1.0 - smooth(seconds / BREATH_SECONDS - 1.1))
