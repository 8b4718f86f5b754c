"""The people in front of the camera, and their leading emotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.mood.person import FORGET_SECONDS, Person, new_person, update_person, weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.schema import MoodConfig
    from device.messages import Face, Probabilities

NEUTRAL = "neutral"


def recent(people: Iterable[Person], now: float) -> tuple[Person, ...]:
    """Return the people who were detected within the last `FORGET_SECONDS`."""
    return tuple(person for person in people if now - person.last_seen <= FORGET_SECONDS)


def update_people(
    people: Iterable[Person], faces: Iterable[Face], now: float, filter_seconds: float
) -> tuple[Person, ...]:
    """Return the people after a frame with these faces, in linear time."""
    known = {person.id: person for person in people}
    for face in faces:
        person = known.get(face.id)
        if person is None:
            known[face.id] = new_person(face, now)
        else:
            known[face.id] = update_person(person, face, now, filter_seconds)
    return tuple(known.values())


def distribution(people: tuple[Person, ...], now: float, filter_seconds: float) -> Probabilities:
    """Return the weighted mean of the people's probabilities; () without people."""
    if not people:
        return ()
    weights = [weight(person, now, filter_seconds) for person in people]
    total = sum(weights)
    if total <= 0.0:
        weights, total = [1.0] * len(people), float(len(people))
    columns = zip(*(person.probabilities for person in people), strict=True)
    return tuple(
        sum(w * p for w, p in zip(weights, column, strict=True)) / total for column in columns
    )


def leading(probabilities: Probabilities, current: str | None, config: MoodConfig) -> str:
    """Return the emotion that the room tends to, given the present one.

    Hysteresis: another emotion leads when it reaches `enter` and stands above the present one by
    the distance of `enter` and `leave`. The present one holds while it reaches `leave`. Otherwise
    a person present counts as neutral. A first mood is judged as if it were neutral before, because
    a classifier's usual mistake is to find sadness in a neutral face.
    """
    current = current or NEUTRAL
    probability = dict(zip(EMOTIONS, probabilities, strict=True))
    best = max(EMOTIONS, key=probability.__getitem__)
    margin = config.enter - config.leave
    if probability[best] >= config.enter and probability[best] - probability[current] >= margin:
        return best
    return current if probability[current] >= config.leave else NEUTRAL
