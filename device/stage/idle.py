"""What the character does while nobody is there, one act after the other, with calm in between.

A pure function of scenes and times: who moves is looked at and called, who shows a face is greeted
at once, and at night it sleeps.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from device.stage.scene import ATTRACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device.config.schema import StageConfig
    from device.messages import FrameResult
    from device.stage.scene import Scene

REST, YAWN, SLEEP, START, BECKON, GREET = "rest", "yawn", "sleep", "start", "beckon", "greet"
WAVE, PEEK, PEEKABOO = "wave", "peek", "peekaboo"
SECONDS = {
    WAVE: 5.0,
    "look": 6.0,
    PEEK: 5.4,
    PEEKABOO: 3.2,
    "knock": 5.6,
    YAWN: 5.4,
    "hum": 8.0,
    "firefly": 9.0,
    "faces": 8.6,
    START: 0.9,
    BECKON: 5.0,
}
"""How long each act takes. A rest and a sleep last until something happens."""
FOLLOWS = {PEEK: PEEKABOO, START: BECKON}
"""Acts that come right after another one."""
PASTIMES = (WAVE, "look", PEEK, "knock", YAWN, "hum", "firefly", "faces")
"""The acts of an empty room."""
STILL_PASTIMES, EMOJI_PASTIMES = (WAVE, "look", YAWN, "faces"), (WAVE, "knock", "hum", "firefly")
"""Those among them that are only eyes, faces and fades, and those that need no face to act."""
RESTS = (3.0, 5.0)
"""Seconds of calm between two acts, from and to."""
QUIET_SECONDS, FAREWELL_SECONDS = 12.0, 6.0
"""Seconds without a call after the last one, and after somebody has left."""
MOVED_SECONDS = 1.5
"""The eyes stay where something moved for this long."""
CONFIRM_SECONDS = 0.6
"""Two frames with movement, in a row or within this, are somebody; one may be a reflection."""
FACE_SECONDS = 0.7
"""A face that was not found for longer than this has gone."""


@dataclass(frozen=True, slots=True)
class IdleAct:
    """An act, and when it started."""

    name: str
    since: float


def pastimes(config: StageConfig) -> tuple[str, ...]:
    """Return the acts for a stage: without motion where it is unwelcome, and for an emoji alone."""
    found: tuple[str, ...] = PASTIMES
    if config.reduced_motion:
        found = tuple(name for name in found if name in STILL_PASTIMES)
    if config.face == "emoji":
        found = tuple(name for name in found if name in EMOJI_PASTIMES)
    return found


class IdleScheduler:
    """Chooses the act at each `update`. Times are in seconds and may jump.

    `act` is the present one and `last` the one before. `aside` is where something moves, from -1 at
    the screen's left to 1 at its right, None while nothing does.
    """

    def __init__(self, pastimes: Sequence[str] = PASTIMES, seed: int = 9) -> None:
        """`pastimes` are the acts to choose from."""
        self._rng = random.Random(seed)
        self._pastimes = pastimes
        self._bag: list[str] = []
        self._previous = ""
        self._tired = False
        self._begin(0.0)

    def _begin(self, now: float) -> None:
        self.act, self.last = IdleAct(REST, now), IdleAct(REST, now)
        self.aside: float | None = None
        self._now = now
        self._number = -1
        self._moved_at = self._face_at = -math.inf
        self._moves, self._was_moving = 0, False
        self._quiet_until = self._rest_until = now
        self._is_away = True

    def update(self, scene: Scene, now: float) -> None:
        """Follow the scene at `now`."""
        if not self._now <= now < self._now + 100.0:
            self._begin(now)
        self._now = now
        self._look(scene.frame_result, now)
        name = self._choose(scene, now)
        if name != self.act.name:
            self._previous = self._previous if name == REST else name
            self.last, self.act = self.act, IdleAct(name, now)

    def _look(self, frame_result: FrameResult | None, now: float) -> None:
        """Note the movement and the faces of a frame."""
        if frame_result is not None and frame_result.number != self._number:
            self._number = frame_result.number
            if frame_result.faces:
                self._face_at = now
            if frame_result.is_moving:
                again = self._was_moving or now - self._moved_at <= CONFIRM_SECONDS
                self._moves = self._moves + 1 if again else 1
                # The camera faces the people: the right of its picture is the left of the screen.
                self.aside, self._moved_at = -frame_result.motion_at, now
            self._was_moving = frame_result.is_moving
        if now - self._moved_at > MOVED_SECONDS:
            self.aside = None
            self._moves = self._moves if self._was_moving else 0

    def _choose(self, scene: Scene, now: float) -> str:
        if scene.act != ATTRACT:
            self._is_away, self._quiet_until = True, now + FAREWELL_SECONDS
            self._face_at = -math.inf
            return REST
        self._tired = self._tired and scene.night
        if now - self._face_at <= FACE_SECONDS:
            return GREET
        if self._is_called(now):
            self._is_away, self._quiet_until = False, now + QUIET_SECONDS
            return START if self.act.name == SLEEP else BECKON
        if self._is_away:
            self._is_away = False
            return WAVE
        name, age = self.act.name, now - self.act.since
        if age < SECONDS.get(name, 0.0):
            return name
        if name == SLEEP:
            return SLEEP if scene.night else YAWN if YAWN in self._pastimes else WAVE
        if name in FOLLOWS:
            return FOLLOWS[name]
        if name != REST:
            self._rest_until = now + self._rng.uniform(*RESTS)
            return REST
        return REST if now < self._rest_until else self._next(night=scene.night)

    def _is_called(self, now: float) -> bool:
        """Return whether somebody moves who is to be called."""
        name = self.act.name
        enough = 1 if name == SLEEP else 2
        is_calling = name in (BECKON, START)
        return self._moves >= enough and now >= self._quiet_until and not is_calling

    def _next(self, *, night: bool) -> str:
        if night:
            is_tired, self._tired = self._tired, True
            return SLEEP if is_tired or YAWN not in self._pastimes else YAWN
        if self._bag in ([], [self._previous]):
            self._bag = self._rng.sample(self._pastimes, len(self._pastimes))
        if self._bag[-1] == self._previous:
            self._bag.insert(0, self._bag.pop())
        return self._bag.pop()
