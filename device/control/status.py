"""What the kiosk tells the outside about itself, as one immutable snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from device.hardware.board import Reading
from device.messages import EMOTIONS, NOBODY, Fault, Health, Level, Mood, Reaction

if TYPE_CHECKING:
    from device.messages import Face, FrameResult, Probabilities, Timings, TrialStatus

ORDER = (Level.FAILED, Level.DEGRADED, Level.OK, Level.OFF)


@dataclass(frozen=True, slots=True)
class Status:
    """The kiosk at one moment.

    `time` is monotonic, `uptime` in seconds, `rate` frames understood per second, `freshness` the
    age in seconds of the newest understood frame (None before the first), `stage_rate` frames drawn
    per second, `volume` 0 to 1.
    """

    time: float = 0.0
    uptime: float = 0.0
    version: str = ""
    model: str = ""
    trial: TrialStatus | None = None
    camera: str = ""
    mood: Mood = NOBODY
    frame_result: FrameResult | None = None
    rate: float = 0.0
    freshness: float | None = None
    stage_rate: float = 0.0
    reactions: tuple[Reaction, ...] = ()
    music: str | None = None
    volume: float = 0.0
    muted: bool = False
    paused: bool = False
    health: tuple[Health, ...] = ()
    faults: tuple[Fault, ...] = ()
    machine: Reading = field(default_factory=Reading)

    @property
    def level(self) -> Level:
        """The worst level of any part that is in use."""
        levels = {part.level for part in self.health}
        return next((level for level in ORDER[:2] if level in levels), Level.OK)

    def as_json(self) -> dict[str, Any]:
        """Return the stable form of `/api/v1/status`."""
        faces = self.frame_result.faces if self.frame_result else ()
        return {
            "version": self.version,
            "model": self.model,
            "trial": trial_json(self.trial),
            "camera": self.camera,
            "uptime_s": round(self.uptime, 1),
            "mood": mood_json(self.mood, self.time),
            "faces": [face_json(face) for face in faces],
            "frame": frame_json(self.frame_result),
            "rate_hz": round(self.rate, 1),
            "freshness_s": None if self.freshness is None else round(self.freshness, 2),
            "stage_hz": round(self.stage_rate, 1),
            "reactions": [reaction_json(one, self.time) for one in self.reactions],
            "music": self.music,
            "volume": round(self.volume, 2),
            "muted": self.muted,
            "paused": self.paused,
            "level": self.level,
            "health": [health_json(part, self.time) for part in self.health],
            "faults": [fault_json(one, self.time) for one in self.faults],
            "machine": machine_json(self.machine),
        }


def trial_json(trial: TrialStatus | None) -> dict[str, Any] | None:
    """Return which model is on trial, and for how many more seconds of seeing."""
    if trial is None:
        return None
    return {"version": trial.version, "before": trial.previous, "left_s": round(trial.left)}


def fault_json(fault: Fault, now: float) -> dict[str, Any]:
    """Return a fault with how long ago it began and how long it lasted; null while it does."""
    lasted = None if fault.ended is None else round(fault.ended - fault.began, 1)
    return {
        "part": fault.part,
        "level": fault.level,
        "message": fault.message,
        "ago_s": round(max(0.0, now - fault.began), 1),
        "lasted_s": lasted,
    }


def machine_json(machine: Reading) -> dict[str, Any]:
    """Return how the machine is; null for what it does not tell."""
    free = machine.disk_free
    return {
        "temperature_c": machine.temperature,
        "held_back": list(machine.held_back),
        "disk_free_mb": None if free is None else round(free / 1e6),
    }


def probabilities_json(probabilities: Probabilities) -> dict[str, float]:
    """Name each probability by its emotion; empty stays empty."""
    return {name: round(p, 4) for name, p in zip(EMOTIONS, probabilities, strict=False)}


def face_json(face: Face) -> dict[str, Any]:
    """Return the stable form of a face, as in `moodlift see --json`."""
    return {
        "id": face.id,
        "box": [round(value) for value in face.box],
        "score": round(face.score, 4),
        "emotion": face.emotion,
        "probabilities": probabilities_json(face.probabilities),
    }


def timings_json(timings: Timings) -> dict[str, float]:
    """Return milliseconds per stage and in total."""
    stages = {name: getattr(timings, name) for name in ("decode", "detect", "crop", "classify")}
    return {name: round(ms, 3) for name, ms in {**stages, "total": timings.total}.items()}


def frame_result_json(frame_result: FrameResult) -> dict[str, Any]:
    """Return the stable form of all faces of one picture."""
    return {
        "width": frame_result.width,
        "height": frame_result.height,
        "faces": [face_json(face) for face in frame_result.faces],
        "ms": timings_json(frame_result.timings),
    }


def frame_json(frame_result: FrameResult | None) -> dict[str, Any] | None:
    """Return what is known of the newest frame."""
    if frame_result is None:
        return None
    ms = timings_json(frame_result.timings)
    return {
        "number": frame_result.number,
        "width": frame_result.width,
        "height": frame_result.height,
        "ms": ms,
        "latency_ms": round((frame_result.processed_at - frame_result.captured_at) * 1000, 1),
    }


def mood_json(mood: Mood, now: float) -> dict[str, Any]:
    """Return the mood and how long it has lasted."""
    return {
        "emotion": mood.emotion,
        "for_s": round(max(0.0, now - mood.since), 1),
        "faces": mood.faces,
        "probabilities": probabilities_json(mood.probabilities),
    }


def reaction_json(reaction: Reaction, now: float) -> dict[str, Any]:
    """Return what the kiosk does at present."""
    return {
        "name": reaction.name,
        "emotion": reaction.emotion,
        "for_s": round(max(0.0, now - reaction.started), 1),
        "effect": reaction.effect,
        "playlist": reaction.playlist,
        "light": reaction.light,
    }


def health_json(health: Health, now: float) -> dict[str, Any]:
    """Return how a part does, in words."""
    return {
        "part": health.part,
        "level": health.level,
        "message": health.message,
        "for_s": round(max(0.0, now - health.since), 1),
    }
