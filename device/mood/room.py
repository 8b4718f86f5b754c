"""The people in front of the camera, who of them leads, and the leading emotion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.messages import EMOTIONS
from device.mood.person import FORGET_SECONDS, Person, new_person, prominence, update_person
from device.mood.talking import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from device.config.schema import MoodConfig
    from device.messages import Face, Probabilities

NEUTRAL = "neutral"

LEAD_SECONDS = 1.5
"""Somebody who leads does so at least this long while they are in view."""
LEAD_MARGIN = 1.25
"""Somebody else takes the lead when they stand out this many times as much."""
UNSEEN_SECONDS = 0.5
"""Somebody who was not detected for longer than this has left the lead."""
ESTABLISHED = 0.5
"""The presence from which somebody may take the lead from another."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The id of the person whose mood is the room's, and since when."""

    id: int
    since: float


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


def next_lead(lead: Lead | None, people: tuple[Person, ...], now: float) -> Lead | None:
    """Return who leads among the people present; None without people.

    A lead that is in view holds for `LEAD_SECONDS`, and then until somebody stands out clearly
    more. One who leaves gives it away at once, but never to a face of a few frames.
    """
    present = next((one for one in people if lead is not None and one.id == lead.id), None)
    if lead is None or present is None:
        return Lead(max(people, key=prominence).id, now) if people else None
    rivals = [one for one in people if one.presence >= ESTABLISHED and _in_view(one, now)]
    best = max(rivals, key=prominence, default=present)
    if _in_view(present, now):
        held = now - lead.since < LEAD_SECONDS
        if held or prominence(best) <= LEAD_MARGIN * prominence(present):
            return lead
    return lead if best.id == lead.id else Lead(best.id, now)


def _in_view(person: Person, now: float) -> bool:
    return now - person.last_seen <= UNSEEN_SECONDS


def leading(probabilities: Probabilities, current: str | None, config: MoodConfig) -> str:
    """Return the emotion that these probabilities tend to, given the present one.

    Hysteresis: another emotion leads when it reaches `enter` and stands above the present one by
    the distance of `enter` and `leave`. The present one holds while it reaches `leave`. Otherwise
    a person present counts as neutral. A first mood is judged as if it were neutral before, and a
    negative one has to stand above neutral by `negative_margin`, because a classifier's usual
    mistake is to find sadness in a neutral face.
    """
    current = current or NEUTRAL
    probability = dict(zip(EMOTIONS, probabilities, strict=True))
    best = max(EMOTIONS, key=probability.__getitem__)
    margin = config.enter - config.leave
    needed = max(
        config.enter,
        probability[current] + margin,
        probability[NEUTRAL] + config.negative_margin if best in NEGATIVE else 0.0,
    )
    if probability[best] >= needed:
        return best
    return current if probability[current] >= config.leave else NEUTRAL
