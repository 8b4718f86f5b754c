"""All pictures of one synthetic person, cropped as the device crops faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from device.messages import EMOTIONS
from device.vision import alignment
from device.vision.detector import KEEP
from training.synthetic import acting
from training.synthetic.files import PersonFile
from training.synthetic.recipes import RESTING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from device.messages import Detection
    from training.renderer.mesh import Floats
    from training.renderer.units import Units
    from training.synthetic.photograph import Photograph

Random = np.random.Generator

VERSION = 1
"""Of people, recipes, scenes and renderer; a change that moves a pixel needs another one."""
TAKES = dict.fromkeys(EMOTIONS, 4) | {"neutral": 10}
"""Pictures of a person by emotion."""
RESTS = 4
"""So many of a person's neutral pictures are of pure rest, in other light and pose each."""
_ASTRAY = 0.35
"""Detected eyes this far from the true ones, as a share of their distance, are not this face's."""


class Known(Protocol):
    """What is known of a person: how its face rests, and what it is like."""

    @property
    def rest(self) -> Units:
        """Return the units of both sides at once."""

    @property
    def about(self) -> dict[str, Any]:
        """Return what can be said in words."""


class Sitter(Protocol):
    """Somebody who can be photographed."""

    @property
    def identity(self) -> Known:
        """Return who it is."""

    def photograph(self, units: Units, random: Random) -> Photograph:
        """Take a picture of an expression."""


class Host(Protocol):
    """Draws people: the studio, or a test's stand-in."""

    def invite(self, random: Random) -> Sitter:
        """Draw a person."""


class Finder(Protocol):
    """Finds faces as the device's detector does."""

    def detect(self, image: NDArray[np.uint8], threshold: float = ...) -> Sequence[Detection]:
        """Find the faces in a BGR picture."""


def shoot(host: Host, finder: Finder, seed: int, number: int) -> PersonFile:
    """Draw person `number` and take all its pictures; both depend on seed and number alone."""
    sitter = host.invite(np.random.default_rng([seed, number, 0]))
    rows: dict[str, list[Any]] = {name: [] for name in ("images", "crops", "landmarks", "score")}
    emotions, notes = [], []
    used: dict[str, list[str]] = {emotion: [] for emotion in TAKES}
    for take, (emotion, resting) in enumerate(takes()):
        random = np.random.default_rng([seed, number, 1 + take])
        rest = sitter.identity.rest
        expression = acting.act(emotion, rest, random, used[emotion], resting)
        used[emotion].append(expression.recipe)
        picture = sitter.photograph(expression.units, random)
        crop, landmarks, score = find(finder, picture)
        for name, value in zip(rows, (picture.image, crop, landmarks, score), strict=True):
            rows[name].append(value)
        emotions.append(EMOTIONS.index(emotion))
        notes.append(_note(emotion, expression, picture))
    arrays = {name: np.stack(values) for name, values in rows.items()}
    return PersonFile(
        images=arrays["images"],
        crops=arrays["crops"],
        landmarks=arrays["landmarks"].astype(np.float32),
        score=arrays["score"].astype(np.float32),
        emotion=np.array(emotions, np.int64),
        takes=notes,
        about={"rest": sitter.identity.rest, **sitter.identity.about},
    )


def takes() -> list[tuple[str, bool]]:
    """Return each picture's emotion, and whether the face is at rest in it."""
    return [
        (emotion, emotion == "neutral" and take < RESTS)
        for emotion, count in TAKES.items()
        for take in range(count)
    ]


def find(finder: Finder, picture: Photograph) -> tuple[NDArray[np.uint8], Floats, float]:
    """Return the face's crop (48, 48), upright but not standardised, key points and score.

    A face that is not found has a black crop, NaN and 0.
    """
    bgr = np.ascontiguousarray(picture.image[..., ::-1])
    reach = _ASTRAY * max(float(np.linalg.norm(picture.eyes[1] - picture.eyes[0])), 20.0)
    found = [
        detection
        for detection in finder.detect(bgr, KEEP)
        if np.linalg.norm(np.array(detection.landmarks[:2]) - picture.eyes, axis=1).max() < reach
    ]
    if not found:
        blank = np.zeros((alignment.SIZE, alignment.SIZE), np.uint8)
        return blank, np.full((6, 2), np.nan), 0.0
    best = max(found, key=lambda detection: detection.score)
    return alignment.align(bgr, best.landmarks), np.array(best.landmarks), float(best.score)


def _note(emotion: str, expression: acting.Expression, picture: Photograph) -> dict[str, Any]:
    units = {name: round(w, 3) for name, w in expression.units.items() if abs(w) > 0.01}
    return {
        "emotion": emotion,
        "recipe": expression.recipe,
        "resting": expression.recipe == RESTING,
        "intensity": expression.intensity,
        "blend": expression.blend,
        "skew": expression.skew,
        "talks": expression.talks,
        "eyes": np.round(picture.eyes, 1).tolist(),
        **picture.about,
        "units": units,
    }
