"""One person in front of the camera: probabilities and presence, filtered over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from device.messages import Face, Probabilities

FORGET_SECONDS = 1.0
"""Seconds after which an undetected person is forgotten. Ids are not used again."""

FIRST_PRESENCE = 0.1
"""The presence of a face in its first frame, so that one false detection changes no mood."""

TALKING_FILTER = 3.0
"""While somebody talks, their filter is slower by up to this many times `filter_seconds`."""
CALM_SHARE = 0.5
"""A calm face stands out this much, an expressive one of the same size up to 1 more."""

_NEUTRAL = EMOTIONS.index("neutral")


@dataclass(frozen=True, slots=True)
class Person:
    """The person with a face id.

    `probabilities` are filtered, `presence` grows from 0 to 1 while the face is detected, `size` is
    the width of its box in pixels, `last_seen` the time of the newest frame result with the face,
    `talking` how surely they talk.
    """

    id: int
    probabilities: Probabilities
    presence: float
    size: float
    last_seen: float
    talking: float = 0.0


def new_person(face: Face, now: float) -> Person:
    """Return the person of a new face."""
    size = max(face.box.w, 1.0)
    return Person(face.id, face.probabilities, FIRST_PRESENCE, size, now, face.talking)


def update_person(person: Person, face: Face, now: float, filter_seconds: float) -> Person:
    """Return a person after another detection of their face.

    A first-order low-pass filter over time, not over frames: alpha = 1 - exp(-dt / filter_seconds),
    so that a slow and a fast camera give the same mood. It is slower while they talk.
    """
    seconds = filter_seconds * (1.0 + TALKING_FILTER * face.talking)
    alpha = 1.0 - math.exp(-(now - person.last_seen) / seconds)
    probabilities = tuple(
        old + alpha * (new - old)
        for old, new in zip(person.probabilities, face.probabilities, strict=True)
    )
    presence = person.presence + alpha * (1.0 - person.presence)
    size = max(face.box.w, 1.0)
    return Person(person.id, probabilities, presence, size, now, face.talking)


def prominence(person: Person) -> float:
    """Return how much a person stands out: near, there for a while and expressive."""
    expressiveness = 1.0 - person.probabilities[_NEUTRAL]
    return person.presence * person.size * (CALM_SHARE + expressiveness)
