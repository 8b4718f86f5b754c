"""One person before the camera: probabilities and presence, filtered over time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.messages import Face, Probabilities

FORGET_SECONDS = 1.0
"""After this long unseen a person is forgotten; a tracker's id is not used again."""

FIRST_PRESENCE = 0.1
"""The presence of a face at its first frame: a ghost of one frame must not turn the room."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one face id.

    `probabilities` is filtered, `presence` grows from 0 to 1 while the face is seen, `size` is the
    width of its box in pixels, `seen` the time of the newest frame result that has it.
    """

    id: int
    probabilities: Probabilities
    presence: float
    size: float
    last_seen: float


def new_person(face: Face, now: float) -> Person:
    """Return the person of a face that was not known."""
    return Person(face.id, face.probabilities, FIRST_PRESENCE, max(face.box.w, 1.0), now)


def update_person(person: Person, face: Face, now: float, filter_seconds: float) -> Person:
    """Return the person after one more face of theirs.

    A first-order low-pass filter over time, not over frames: alpha = 1 - exp(-dt / filter_seconds),
    so that a slow and a fast camera give the same mood.
    """
    alpha = 1.0 - math.exp(-(now - person.last_seen) / filter_seconds)
    probabilities = tuple(
        old + alpha * (new - old)
        for old, new in zip(person.probabilities, face.probabilities, strict=True)
    )
    presence = person.presence + alpha * (1.0 - person.presence)
    return Person(person.id, probabilities, presence, max(face.box.w, 1.0), now)


def weight(person: Person, now: float, filter_seconds: float) -> float:
    """Return how much a person counts in the room: present, recent and near count more."""
    return person.presence * person.size * math.exp(-(now - person.last_seen) / filter_seconds)
