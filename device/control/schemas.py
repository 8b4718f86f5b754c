"""What the kiosk reports about itself, as JSON: the response models of the API.

They are dataclasses, since the status is encoded for each of its changes. Pydantic encodes them and
derives their JSON schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema

from device.config.types import Emotion, Share
from device.messages import EMOTIONS, Level

if TYPE_CHECKING:
    from device import messages
    from device.control import status as snapshot
    from device.hardware.board import Reading

Count = Annotated[int, Field(ge=0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Value = TypeVar("Value")
ByEmotion = Annotated[
    dict[Emotion, Value], Field(min_length=len(EMOTIONS), max_length=len(EMOTIONS))
]
Probabilities = dict[Emotion, Share]
"""One probability per emotion, or none at all."""


def object_of(properties: dict[str, dict[str, Any]]) -> WithJsonSchema:
    """Return the schema of an object with exactly these properties."""
    return WithJsonSchema(
        {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    )


class Schema:
    """A JSON object with exactly its fields."""

    __slots__ = ()
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    def to_json(self) -> bytes:
        """Return JSON in UTF-8."""
        kind: Any = type(self)
        return adapter(kind).dump_json(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what `to_json` encodes."""
        kind: Any = type(self)
        fields: dict[str, Any] = adapter(kind).dump_python(self, mode="json")
        return fields


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what encodes values of a type, and describes it."""
    return TypeAdapter(kind)


@dataclass(slots=True)
class Face(Schema):
    """A face. `box` is x, y, width and height in pixels of the frame."""

    id: Count
    box: tuple[int, int, int, int]
    score: Share
    emotion: Emotion
    probabilities: Probabilities

    @classmethod
    def of(cls, face: messages.Face) -> Self:
        """Return the JSON form of a face."""
        x, y, width, height = map(round, face.box)
        return cls(
            id=face.id,
            box=(x, y, width, height),
            score=round(face.score, 4),
            emotion=face.emotion,
            probabilities=named(face.probabilities),
        )


@dataclass(slots=True)
class Timings(Schema):
    """Milliseconds per step of vision, and in total."""

    decode: NotNegative
    detect: NotNegative
    crop: NotNegative
    classify: NotNegative
    total: NotNegative

    @classmethod
    def of(cls, timings: messages.Timings) -> Self:
        """Return the JSON form of timings."""
        return cls(
            decode=round(timings.decode, 3),
            detect=round(timings.detect, 3),
            crop=round(timings.crop, 3),
            classify=round(timings.classify, 3),
            total=round(timings.total, 3),
        )


@dataclass(slots=True)
class Faces(Schema):
    """All faces of one picture, as `moodlift see --json` prints them, too."""

    width: Count
    height: Count
    faces: list[Face]
    ms: Timings

    @classmethod
    def of(cls, result: messages.FrameResult) -> Self:
        """Return the JSON form of a frame's result."""
        return cls(
            width=result.width,
            height=result.height,
            faces=[Face.of(face) for face in result.faces],
            ms=Timings.of(result.timings),
        )


@dataclass(slots=True)
class Frame(Schema):
    """The newest processed frame. `latency_ms` lies between its capture and its result."""

    number: Count
    width: Count
    height: Count
    ms: Timings
    latency_ms: float

    @classmethod
    def of(cls, result: messages.FrameResult) -> Self:
        """Return the JSON form of a frame without its faces."""
        return cls(
            number=result.number,
            width=result.width,
            height=result.height,
            ms=Timings.of(result.timings),
            latency_ms=round((result.processed_at - result.captured_at) * 1000, 1),
        )


@dataclass(slots=True)
class Mood(Schema):
    """The settled mood of the room. `emotion` is null while nobody is there."""

    emotion: Emotion | None
    duration_s: NotNegative
    faces: Count
    probabilities: Probabilities

    @classmethod
    def of(cls, mood: messages.Mood, now: float) -> Self:
        """Return the JSON form of a mood at `now`, in monotonic seconds."""
        return cls(
            emotion=mood.emotion,
            duration_s=_since(mood.since, now),
            faces=mood.faces,
            probabilities=named(mood.probabilities),
        )


@dataclass(slots=True)
class Reaction(Schema):
    """A running reaction."""

    name: str
    emotion: str
    duration_s: NotNegative
    effect: str | None
    playlist: str | None
    light: str | None

    @classmethod
    def of(cls, reaction: messages.Reaction, now: float) -> Self:
        """Return the JSON form of a reaction at `now`, in monotonic seconds."""
        return cls(
            name=reaction.name,
            emotion=reaction.emotion,
            duration_s=_since(reaction.started, now),
            effect=reaction.effect,
            playlist=reaction.playlist,
            light=reaction.light,
        )


@dataclass(slots=True)
class Health(Schema):
    """The health of a component, in words, and for how long it has been at this level."""

    component: str
    level: Level
    message: str
    duration_s: NotNegative

    @classmethod
    def of(cls, health: messages.Health, now: float) -> Self:
        """Return the JSON form of a component's health at `now`, in monotonic seconds."""
        return cls(
            component=health.part,
            level=health.level,
            message=health.message,
            duration_s=_since(health.since, now),
        )


@dataclass(slots=True)
class Fault(Schema):
    """A recent fault of a component. `duration_s` is null while it lasts."""

    component: str
    level: Level
    message: str
    age_s: NotNegative
    duration_s: NotNegative | None

    @classmethod
    def of(cls, fault: messages.Fault, now: float) -> Self:
        """Return the JSON form of a fault at `now`, in monotonic seconds."""
        return cls(
            component=fault.part,
            level=fault.level,
            message=fault.message,
            age_s=_since(fault.began, now),
            duration_s=None if fault.ended is None else round(fault.ended - fault.began, 1),
        )


@dataclass(slots=True)
class Machine(Schema):
    """The computer. Null is what it does not report."""

    temperature_c: float | None
    throttled_reasons: list[str]
    disk_free_mb: Count | None

    @classmethod
    def of(cls, machine: Reading) -> Self:
        """Return the JSON form of a board's reading."""
        free = machine.disk_free
        return cls(
            temperature_c=machine.temperature,
            throttled_reasons=list(machine.throttled_reasons),
            disk_free_mb=None if free is None else round(free / 1e6),
        )


@dataclass(slots=True)
class Trial(Schema):
    """A model on trial, and the seconds of vision until it is accepted."""

    version: str
    previous: str
    remaining_s: NotNegative

    @classmethod
    def of(cls, trial: messages.TrialStatus) -> Self:
        """Return the JSON form of a trial."""
        return cls(version=trial.version, previous=trial.previous, remaining_s=round(trial.left))


@dataclass(slots=True)
class Status(Schema):
    """The kiosk at one moment. `frame_age_s` is null before the first processed frame."""

    version: str
    model: str
    trial: Trial | None
    camera: str
    uptime_s: NotNegative
    mood: Mood
    faces: list[Face]
    frame: Frame | None
    rate_hz: NotNegative
    frame_age_s: NotNegative | None
    stage_hz: NotNegative
    reactions: list[Reaction]
    music: str | None
    volume: Share
    muted: bool
    paused: bool
    level: Level
    health: list[Health]
    faults: list[Fault]
    machine: Machine

    @classmethod
    def of(cls, status: snapshot.Status) -> Self:
        """Return the JSON form of a status."""
        now, result = status.time, status.frame_result
        return cls(
            version=status.version,
            model=status.model,
            trial=Trial.of(status.trial) if status.trial else None,
            camera=status.camera,
            uptime_s=round(status.uptime, 1),
            mood=Mood.of(status.mood, now),
            faces=[Face.of(face) for face in result.faces] if result else [],
            frame=Frame.of(result) if result else None,
            rate_hz=round(status.rate, 1),
            frame_age_s=None if status.frame_age is None else round(status.frame_age, 2),
            stage_hz=round(status.stage_rate, 1),
            reactions=[Reaction.of(one, now) for one in status.reactions],
            music=status.music,
            volume=round(status.volume, 2),
            muted=status.muted,
            paused=status.paused,
            level=status.level,
            health=[Health.of(one, now) for one in status.health],
            faults=[Fault.of(one, now) for one in status.faults],
            machine=Machine.of(status.machine),
        )


def named(probabilities: messages.Probabilities) -> dict[str, float]:
    """Return each probability by its emotion; empty stays empty."""
    return {name: round(p, 4) for name, p in zip(EMOTIONS, probabilities, strict=False)}


def _since(start: float, now: float) -> float:
    return round(max(0.0, now - start), 1)
