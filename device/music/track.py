"""One piece of music as the player hears it: from a fade in to a fade out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.music.fade import approach, gain_of

if TYPE_CHECKING:
    from pathlib import Path

    from device.hardware.audio import Playback


@dataclass(slots=True, eq=False)
class Track:
    """A piece that plays a track of a playlist since `started`, monotonic seconds.

    `level` in [0, 1] is how far it has faded in, `release` when it may fade out, once that is
    known. `gain` is what it sounds with.
    """

    playback: Playback
    path: Path
    playlist: str
    started: float
    level: float
    gain: float
    fade_at: float | None = None

    @property
    def title(self) -> str:
        """The name of its file, made readable."""
        stem = os.fsencode(self.path.stem).decode("utf-8", "replace")
        return stem.replace("_", " ").replace("-", " ").strip()

    def fade(self, target: float, elapsed: float, seconds: float, loudness: float) -> None:
        """Move the level towards `target`, a step of a fade that takes `seconds` in all."""
        self.level = approach(self.level, target, elapsed, seconds)
        gain = gain_of(self.level) * loudness
        if gain != self.gain:
            self.playback.set_gain(gain)
            self.gain = gain

    def has_ended_by(self, now: float) -> bool:
        """Tell whether it will be over at `now`, as far as its file says how long it is."""
        return 0.0 < self.playback.seconds <= now - self.started
