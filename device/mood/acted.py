"""A mood without people, for `render` and for scenes that the owner starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.messages import EMOTIONS, Mood

if TYPE_CHECKING:
    from device.messages import Probabilities

ACTED_PROBABILITY = 0.82
"""The probability of an acted mood; the others share the rest."""


def acted(emotion: str, since: float) -> Mood:
    """Return the mood of one person who shows an emotion, since some monotonic time."""
    return Mood(emotion, since, 1, probabilities_of(emotion))


def probabilities_of(emotion: str) -> Probabilities:
    """Return the probabilities that vision would give a clear expression."""
    rest = (1 - ACTED_PROBABILITY) / (len(EMOTIONS) - 1)
    return tuple(ACTED_PROBABILITY if one == emotion else rest for one in EMOTIONS)
