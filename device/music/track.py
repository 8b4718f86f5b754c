"""A track that is playing, from its fade in to its fade out."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.music.fade import approach, gain_of

if TYPE_CHECKING:
    from pathlib import Path

    from device.hardware.audio import Playback
    from device.music.library import Form


@dataclass(slots=True, eq=False)
class Track:
    """A file of a playlist that has been playing since `started`, in monotonic seconds.

    It began at `form.hook`. `fade_seconds` are those of its fade in, and then of its fade out.
    `level` in [0, 1] is how far it has faded in, `gain` its present gain. `fade_at` is when it may
    fade out, None while it is wanted.
    """

    playback: Playback
    path: Path
    playlist: str
    started: float
    form: Form
    fade_seconds: float
    level: float
    gain: float
    fade_at: float | None = None

    @property
    def title(self) -> str:
        """The file's name in readable form."""
        stem = os.fsencode(self.path.stem).decode("utf-8", "replace")
        return stem.replace("_", " ").replace("-", " ").strip()

    @property
    def origin(self) -> float:
        """When the start of the file would have been played."""
        return self.started - self.form.hook

    def fade(self, target: float, elapsed: float, loudness: float) -> None:
        """Move the level towards `target` by a step of its fade."""
        self.level = approach(self.level, target, elapsed, self.fade_seconds)
        gain = gain_of(self.level) * loudness
        if gain != self.gain:
            self.playback.set_gain(gain)
            self.gain = gain

    def has_ended_by(self, now: float) -> bool:
        """Return whether it ends by `now`; False if its length is unknown."""
        return 0.0 < self.playback.seconds <= now - self.origin
