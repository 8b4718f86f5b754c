"""A player on a fake device and a fake clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest

from device.config.schema import SoundConfig
from device.hardware.audio import FakeAudio
from device.music import Library, Player

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = SoundConfig(
    fade_in_seconds=2.0, fade_seconds=2.0, min_play_seconds=0.0, volume=0.8, volume_cap=0.9
)
FRAME = 1 / 30


@dataclass
class PlayerRig:
    """A player with a clock, frame by frame."""

    folder: Path
    config: SoundConfig = CONFIG
    now: float = 500.0
    gains: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.audio = FakeAudio(clock=lambda: self.now)
        library = Library(self.config.music_folder, self.folder)
        self.hour = 12
        self.player = Player(self.audio, self.config, library, Random(3), self._clock)

    def _clock(self) -> datetime:
        return datetime(2026, 1, 1, self.hour, tzinfo=UTC)

    def play(self, playlist: str | None, seconds: float, empty: bool = False) -> None:
        for _ in range(round(seconds / FRAME)):
            self.now += FRAME
            self.player.request(playlist, empty=empty)
            self.player.tick(self.now)
            self.gains.append(self.audio.gain)

    def calls(self, what: str) -> list[str]:
        return [call.file for call in self.audio.calls if call.what == what]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "uplifting/one",
        "uplifting/two",
        "uplifting/three",
        "calm/still",
        "sounds/arrive",
    ):
        path = tmp_path / "music" / f"{name}.ogg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "music"


@pytest.fixture
def rig(folder: Path) -> PlayerRig:
    return PlayerRig(folder)


def steepest(gains: list[float]) -> float:
    return max(abs(b - a) for a, b in pairwise([0.0, *gains]))


LIMIT = 2 * FRAME / CONFIG.fade_seconds * CONFIG.volume + 1e-9
