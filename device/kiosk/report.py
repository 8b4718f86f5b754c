"""What happened in one run of the kiosk, for `--report`, for `bench` and for tests."""

from __future__ import annotations

import io
import json
import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pygame

from device.control import schemas
from device.errors import OutputError
from device.system import procfs

if TYPE_CHECKING:
    from pathlib import Path

    from device.control.status import Status
    from device.messages import Mood, Reaction

FRAMES, CHANGES = 2_000, 200
"""Frames, and changes of each kind, that are kept, the newest ones: some minutes of a busy show."""
MEASURE_SECONDS = 1.0
"""How often the vision process's memory is read; the kernel keeps the peak in between."""


@dataclass(slots=True)
class RunReport:
    """Changes of mood, reactions and tracks, each with its seconds since the kiosk began."""

    began: float
    first_face: float | None = None
    moods: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CHANGES))
    reactions: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CHANGES))
    music: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=CHANGES))
    frames: deque[float] = field(default_factory=lambda: deque(maxlen=FRAMES))
    vision_memory: float = 0.0
    _measure_at: float = 0.0
    _reacting: frozenset[tuple[str, float]] = frozenset()

    def record(self, status: Status, vision: int | None) -> None:
        """Record what changed; `vision` is the id of the vision process."""
        at = round(status.time - self.began, 2)
        if self.first_face is None and status.frame_result and status.frame_result.faces:
            self.first_face = procfs.age()
        if vision is not None and status.time >= self._measure_at:
            self._measure_at = status.time + MEASURE_SECONDS
            self.vision_memory = max(self.vision_memory, procfs.peak_memory(vision))
        self._record_mood(at, status.mood)
        self._record_reactions(at, status.reactions)
        if status.music and (not self.music or self.music[-1]["track"] != status.music):
            self.music.append({"at_s": at, "track": status.music})

    def record_frame(self, cost: float) -> None:
        """Record the seconds that drawing a frame took."""
        self.frames.append(cost)

    def encode(self, status: Status) -> bytes:
        """Return the file of `--report`; `status` is the last one."""
        return f"{json.dumps(self.as_json(status), indent=2)}\n".encode()

    def as_json(self, status: Status) -> dict[str, Any]:
        """Return the stable form of `--report`."""
        kiosk = procfs.peak_memory()
        return {
            "seconds": round(status.uptime, 2),
            "first_face_s": self.first_face,
            "peak_rss_mib": {
                "kiosk": round(kiosk, 1),
                "vision": round(self.vision_memory, 1),
                "total": round(kiosk + self.vision_memory, 1),
            },
            "vision_hz": round(status.rate, 1),
            "stage_hz": round(status.stage_rate, 1),
            "frame_ms": _summary(self.frames),
            "moods": list(self.moods),
            "reactions": list(self.reactions),
            "music": list(self.music),
            "status": schemas.Status.of(status).to_dict(),
        }

    def _record_mood(self, at: float, mood: Mood) -> None:
        if not self.moods or self.moods[-1]["emotion"] != mood.emotion:
            self.moods.append({"at_s": at, "emotion": mood.emotion, "faces": mood.faces})

    def _record_reactions(self, at: float, reactions: tuple[Reaction, ...]) -> None:
        now = frozenset((one.name, one.started) for one in reactions)
        for name, _ in sorted(now - self._reacting):
            self.reactions.append({"at_s": at, "name": name})
        self._reacting = now


def _summary(frames: deque[float]) -> dict[str, float]:
    """Return the median, 99th percentile and longest of some seconds, in milliseconds."""
    if len(frames) < 2:
        return {}
    high = statistics.quantiles(frames, n=100)[-1]
    figures = {"median": statistics.median(frames), "p99": high, "longest": max(frames)}
    return {name: round(1000 * value, 2) for name, value in figures.items()}


def write_screenshot(path: Path, picture: pygame.Surface) -> None:
    """Write a picture as a PNG. Raises OutputError."""
    png = io.BytesIO()
    pygame.image.save(picture, png, "screenshot.png")
    write_file(path, png.getvalue())


def write_file(path: Path, content: bytes) -> None:
    """Write a file that was asked for. Raises OutputError."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}") from error
