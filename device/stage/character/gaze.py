"""Whom the character looks at: like a host, steadily, and now and then at each of the others."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from device.stage.character.life import Gaze
from device.stage.easing import smooth

if TYPE_CHECKING:
    from device.messages import Box, FrameResult
    from device.stage.scene import Scene

HOLD_SECONDS = 1.5
"""Each look at somebody lasts at least this long, unless they leave."""
GLANCE_SECONDS = (4.0, 5.5, 4.6)
"""After so many seconds with the same person it glances at another one, in turns."""
UNSEEN_SECONDS = 0.5
"""Somebody who was not detected for longer than this has left."""

NOTICEABLE = 0.2
"""From this ring on, the eyes turn to the one who smiles."""


class GazeClock:
    """Decides whom to look at from one frame to the next.

    `target` is the id of their face; None while nobody is there.
    """

    def __init__(self, still: bool = False) -> None:
        """`still` is for those whom motion makes sick: no glances."""
        self._still = still
        self._seen: dict[int, tuple[float, Gaze]] = {}
        self._looked: dict[int, float] = {}
        self._pauses = itertools.cycle(GLANCE_SECONDS)
        self._pause = next(self._pauses)
        self._main: int | None = None
        self._since = -math.inf
        self.target: int | None = None

    def attend(self, scene: Scene, now: float) -> Gaze | None:
        """Look at the one whom a game waits for, whose smile is answered, or who leads."""
        wanted = scene.front if scene.ring >= NOTICEABLE else scene.mood.lead
        glances = not scene.celebrating
        if scene.game is not None:
            wanted = scene.game.last if scene.game.phase == "last" else wanted
            glances = scene.game.phase != "last"
        frame_result = None if scene.paused else scene.frame_result
        return self.follow(frame_result, wanted, now, glances)

    def follow(
        self,
        frame_result: FrameResult | None,
        wanted: int | None,
        now: float,
        glances: bool = True,
    ) -> Gaze | None:
        """Return the gaze at `now` (seconds), None without people.

        `wanted` is the id of the one who matters most; without them it is the largest face.
        """
        self._see(frame_result, now)
        if not self._seen:
            self.target = self._main = None
            return None
        if wanted in self._seen:
            self._main = wanted
        elif self._main not in self._seen:
            self._main = self._largest(frame_result)
        held = now - self._since
        if self.target not in self._seen or held < 0.0:
            self._look(self._main, now)
        elif held >= HOLD_SECONDS:
            if self.target != self._main:
                self._look(self._main, now)
            elif glances and not self._still and len(self._seen) > 1 and held >= self._pause:
                self._look(self._neglected(), now)
                self._pause = next(self._pauses)
        return self._seen[self.target][1] if self.target is not None else None

    def _see(self, frame_result: FrameResult | None, now: float) -> None:
        if frame_result is not None:
            for face in frame_result.faces:
                place = towards(face.box, frame_result.width, frame_result.height)
                self._seen[face.id] = (now, place)
        self._seen = {
            name: seen for name, seen in self._seen.items() if 0 <= now - seen[0] <= UNSEEN_SECONDS
        }

    def _largest(self, frame_result: FrameResult | None) -> int:
        largest = frame_result.largest if frame_result else None
        return largest.id if largest else next(iter(self._seen))

    def _look(self, name: int | None, now: float) -> None:
        self.target, self._since = name, now
        if name is not None:
            self._looked = {one: at for one, at in self._looked.items() if one in self._seen}
            self._looked[name] = now

    def _neglected(self) -> int:
        """Return the one of the others who was looked at least recently."""
        others = [name for name in self._seen if name != self._main]
        return min(others, key=lambda name: self._looked.get(name, -math.inf))


def towards(box: Box, width: int, height: int) -> Gaze:
    """Return the gaze towards a face in a picture of some size.

    The camera faces the people, so the right of its picture is the left of the screen.
    """
    right = 1 - 2 * (box.x + box.w / 2) / max(1, width)
    down = 2 * (box.y + box.h / 2) / max(1, height) - 1
    return Gaze(_squash(right), _squash(down))


def _squash(value: float) -> float:
    """Ease a value of any size into [-1, 1]."""
    return (1 if value > 0 else -1) * smooth(abs(value)) * 0.9
