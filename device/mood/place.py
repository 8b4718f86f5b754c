"""What calm faces of this place look like: seven numbers, from its visitors or its owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from device.messages import EMOTIONS
from device.mood import odds
from device.mood.baseline import SAMPLE_SECONDS, median

if TYPE_CHECKING:
    from device.messages import Face
    from device.mood.odds import Odds

MOST = 2.0
"""A place's log odds differ by at most this from the model's."""
MOST_STEP = 1.0
"""A visitor's difference from the place counts as at most this, so that nobody moves it far."""
PRIOR, MOST_FACES = 4, 60
"""The model's usual face counts as this many visitors; later ones count as if after this many."""
OWNER_FACES = 16
"""What the owner has shown counts as this many visitors."""
LESSON_SECONDS, FEWEST_SAMPLES = 20.0, 30
"""The owner looks calm for this long, and is seen in at least as many frames."""

_CHEERFUL = [EMOTIONS.index(one) for one in ("happy", "surprise")]


@dataclass(frozen=True, slots=True)
class Place:
    """The `difference` of calm faces' log odds here from `normal`, those of the model.

    `faces` is the number of visitors that it was learnt from.
    """

    difference: Odds = odds.NONE
    faces: int = 0
    normal: Odds = odds.NONE


def of_model(place: Place, normal: Odds) -> Place:
    """Return the place under a model with these usual log odds: another model begins again."""
    if place.faces and all(abs(a - b) < 1e-3 for a, b in zip(place.normal, normal, strict=True)):
        return place
    return Place(normal=normal)


def add_visitor(place: Place, calm: Odds) -> Place:
    """Return the place after another visitor, whose calm face has these log odds."""
    gain = 1.0 / (PRIOR + 1 + min(place.faces, MOST_FACES))
    learnt = tuple(
        old + gain * odds.clip(new - old, -MOST_STEP, MOST_STEP)
        for old, new in zip(place.difference, _difference(calm, place.normal), strict=True)
    )
    return Place(learnt, place.faces + 1, place.normal)


@dataclass(frozen=True, slots=True)
class Lesson:
    """The owner looks calm since `since`; `samples` are the log odds of their face so far.

    `outcome` says how it ended, "" while it goes on.
    """

    since: float
    samples: tuple[tuple[float, Odds], ...] = ()
    sampled: float = float("-inf")
    outcome: Literal["", "learnt", "unseen", "cheerful"] = ""

    def left(self, now: float) -> float:
        """Return the seconds until it ends."""
        return max(0.0, self.since + LESSON_SECONDS - now)


def attend(lesson: Lesson, face: Face, now: float) -> Lesson:
    """Return the lesson after another frame with the owner's face."""
    if lesson.outcome or now - lesson.sampled < SAMPLE_SECONDS:
        return lesson
    samples = (*lesson.samples, (1.0, odds.odds(face.probabilities)))
    return replace(lesson, samples=samples, sampled=now)


def finish(lesson: Lesson, place: Place, now: float) -> tuple[Lesson, Place]:
    """Return the lesson and the place at `now`: when the time is over, the place is learnt."""
    if lesson.outcome or lesson.left(now) > 0.0:
        return lesson, place
    if len(lesson.samples) < FEWEST_SAMPLES:
        return replace(lesson, samples=(), outcome="unseen"), place
    calm = median(lesson.samples)
    if any(calm[one] > 0.0 for one in _CHEERFUL):
        return replace(lesson, samples=(), outcome="cheerful"), place
    learnt = Place(_difference(calm, place.normal), OWNER_FACES, place.normal)
    return replace(lesson, samples=(), outcome="learnt"), learnt


def _difference(calm: Odds, normal: Odds) -> Odds:
    return tuple(odds.clip(one, -MOST, MOST) for one in odds.subtract(calm, normal))
