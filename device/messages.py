"""The messages of the kiosk: vision -> mood -> reactions -> stage, music, light, web.

All are frozen dataclasses that pickle. Times are seconds of `time.monotonic()`, which all processes
of a machine share; a wall clock is used only to label history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""The seven emotions in FER2013's order, which is the order of every probability vector."""

MOVING = 0.005
"""The share of the picture from which on a change is movement: somebody some metres away."""

Probabilities = tuple[float, ...]
"""One probability in [0, 1] per emotion, in the order of `EMOTIONS`, summing to 1."""


class Box(NamedTuple):
    """A rectangle in pixels of the frame; it may reach over the frame's edge."""

    x: float
    y: float
    w: float
    h: float


class Point(NamedTuple):
    """A position in pixels of the frame."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera: `image` is uint8 BGR of shape (height, width, 3)."""

    image: NDArray[np.uint8]
    number: int
    captured_at: float


@dataclass(frozen=True, slots=True)
class Detection:
    """A face that the detector found: score in [0, 1] and six key points.

    The key points are BlazeFace's: right eye, left eye, nose tip, mouth centre, right ear tragion,
    left ear tragion. Right and left are the person's own.
    """

    box: Box
    score: float
    landmarks: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """A detection with an identity (stable while the person stays) and its emotion.

    `brightness` is the mean grey level of the aligned crop, in [0, 255], and `mouth_motion` in
    [0, 1] how much more the lower face moves than the upper one. `talking` in [0, 1] is how surely
    the person talks, which the mood finds out: vision leaves it at 0.
    """

    id: int
    box: Box
    score: float
    landmarks: tuple[Point, ...]
    probabilities: Probabilities
    brightness: float = 128.0
    mouth_motion: float = 0.0
    talking: float = 0.0

    @property
    def emotion(self) -> str:
        """The most probable emotion of this one frame."""
        return EMOTIONS[max(range(len(EMOTIONS)), key=self.probabilities.__getitem__)]


@dataclass(frozen=True, slots=True)
class Timings:
    """The processing time of one frame, in milliseconds."""

    decode: float = 0.0
    detect: float = 0.0
    crop: float = 0.0
    classify: float = 0.0

    @property
    def total(self) -> float:
        """The sum of all stages."""
        return self.decode + self.detect + self.crop + self.classify


@dataclass(frozen=True, slots=True)
class FrameResult:
    """All faces of one frame, with the times of its capture and of the end of its inference.

    `motion` is the share of the picture that has just changed, in [0, 1], and `motion_at` where it
    did: -1 is the picture's left edge, 1 its right one. Both are 0 while nothing moves.
    `neutral_logits` are the mean logits that the model gives neutral faces, () if it does not say.
    """

    number: int
    captured_at: float
    processed_at: float
    width: int
    height: int
    faces: tuple[Face, ...] = ()
    timings: Timings = field(default_factory=Timings)
    motion: float = 0.0
    motion_at: float = 0.0
    neutral_logits: tuple[float, ...] = ()

    @property
    def is_moving(self) -> bool:
        """Whether something moves in the picture."""
        return self.motion >= MOVING

    @property
    def largest(self) -> Face | None:
        """The face with the largest box, if there is any."""
        return max(self.faces, key=lambda face: face.box.w * face.box.h, default=None)


@dataclass(frozen=True, slots=True)
class Mood:
    """The settled mood of the room. `emotion` is None while nobody is there.

    `since` is when this mood was settled, and `faces` the number of people present. It is the mood
    of one of them: `lead` is the id of their face, `probabilities` are theirs, filtered over time.
    Without people, and for a mood that is played, there is no lead.
    """

    emotion: str | None
    since: float
    faces: int = 0
    probabilities: Probabilities = ()
    lead: int | None = None


NOBODY = Mood(None, 0.0)
"""The mood of an empty room."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """The kiosk's reaction to a mood: an effect, a playlist and a light, each optional.

    `on` is what it answers: "mood", or what people do, such as "smile" (device/reactions/rule.py).
    """

    name: str
    emotion: str
    started: float
    effect: str | None = None
    playlist: str | None = None
    light: str | None = None
    on: str = "mood"


@dataclass(frozen=True, slots=True)
class Game:
    """The game "Everybody smile!" at one moment.

    Its phases are "invite", "waiting" once somebody has smiled, "last" while all wait for the one
    person with the id `last`, and then "won" or "over"; the present one holds since `since`.
    `shares` in [0, 1] is how far each player's smile has filled their part, by id.
    """

    phase: str
    since: float
    shares: Mapping[int, float] = field(default_factory=dict)
    last: int | None = None

    @property
    def progress(self) -> float:
        """How much of all shares is filled, in [0, 1]."""
        return sum(self.shares.values()) / max(1, len(self.shares))


@dataclass(frozen=True, slots=True)
class Feedback:
    """The emotion that somebody says they felt, and the one on stage when they were asked."""

    felt: str
    shown: str | None


@dataclass(frozen=True, slots=True)
class TrialStatus:
    """A model on trial, the `previous` model, and the seconds `left` of active vision."""

    version: str
    previous: str
    left: float


class Level(StrEnum):
    """The health of a part of the kiosk."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one part (camera, vision, model, sound, display, ...)."""

    part: str
    level: Level
    message: str
    since: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a part, from `began` to `ended` in monotonic seconds (None while it lasts)."""

    part: str
    level: Level
    message: str
    began: float
    ended: float | None = None
