"""A room whose faces a test shows to the mood, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from device.config.schema import MoodConfig
from device.messages import EMOTIONS, Box, Face, FrameResult
from device.mood import MoodState, step

CONFIG = MoodConfig()
FPS = 10.0


def mix(**parts: float) -> tuple[float, ...]:
    """Probabilities with these parts; what is left is spread evenly."""
    rest = (1.0 - sum(parts.values())) / (len(EMOTIONS) - len(parts))
    return tuple(parts.get(name, rest) for name in EMOTIONS)


def face(number: int, probabilities: tuple[float, ...], width: float = 100.0) -> Face:
    return Face(number, Box(0, 0, width, width), 0.9, (), probabilities)


@dataclass
class Room:
    """Plays frames into `step` and notes each change of the mood."""

    config: MoodConfig = CONFIG
    now: float = 1000.0
    number: int = 0
    state: MoodState = field(default_factory=MoodState)
    changes: list[tuple[float, str | None]] = field(default_factory=list)

    def feed(self, frame_result: FrameResult | None) -> None:
        before = self.state.mood.emotion
        self.state = step(self.state, frame_result, self.now, self.config)
        if self.state.mood.emotion != before:
            self.changes.append((self.now, self.state.mood.emotion))

    def frame_result(self, *faces: Face) -> FrameResult:
        self.number += 1
        return FrameResult(self.number, self.now - 0.05, self.now, 640, 480, faces)

    def play(self, seconds: float, *faces: Face, fps: float = FPS) -> str | None:
        for _ in range(round(seconds * fps)):
            self.now += 1.0 / fps
            self.feed(self.frame_result(*faces))
        return self.state.mood.emotion

    def wait(self, seconds: float, frame_result: FrameResult | None = None) -> str | None:
        for _ in range(round(seconds * FPS)):
            self.now += 1.0 / FPS
            self.feed(frame_result)
        return self.state.mood.emotion
