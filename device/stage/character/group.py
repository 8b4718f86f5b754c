"""When several people are there: a small face for each, side by side at the stage's foot."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from device.stage.character import Life, Portrait, blend
from device.stage.easing import clamp, smooth

if TYPE_CHECKING:
    import pygame
    from numpy.typing import NDArray

    from device.messages import Face, FrameResult
    from device.stage.layout import Layout

MAX_FACES = 6
"""Most faces in the group; the largest in the picture come first."""
SIZE, SMALLER = 0.24, 0.18
"""A companion's head over the emoji's diameter, on a wide and on a tall canvas."""
BESIDE = 0.66
"""How far from the middle the first of them stands, in emoji diameters."""
SETTLE_SECONDS = 0.5
"""Time constant in seconds of a companion's changes, so that one frame moves it little."""
PAINTED_PER_FRAME = 2
"""Companions that are repainted per frame, in turns; all of them move in each frame."""
FADE_SECONDS = 0.5
"""Seconds of the fade in or out."""


@dataclass(slots=True)
class Companion:
    """One person's face on stage; `presence` in [0, 1], `place` in pixels of the canvas."""

    life: Life
    portrait: Portrait
    probabilities: NDArray[np.float64]
    presence: float = 0.0
    place: NDArray[np.float64] | None = None
    painted: bool = False


class Group:
    """Draws people by their id. The same seed, frame results and times give the same picture."""

    def __init__(self, layout: Layout, seed: float) -> None:
        self._layout, self._seed = layout, seed
        self._size = round(layout.diameter * (SMALLER if layout.tall else SIZE))
        self._spare: list[Portrait] = []
        self._turn = 0
        self._people: dict[int, Companion] = {}
        self._now: float | None = None

    def draw(self, canvas: pygame.Surface, frame_result: FrameResult | None, now: float) -> None:
        """Draw a face for each person, if there are at least two."""
        gap = 0.0 if self._now is None else clamp(now - self._now)
        self._now = now
        faces = self._select_faces(frame_result)
        self._update(faces, gap)
        for number, companion in enumerate(self._people.values()):
            if companion.place is not None:
                look = companion.life.move(blend(companion.probabilities), None, now)
                shown = smooth(companion.presence)
                x, y = companion.place
                rise = 0.0 if self._layout.still else (1.0 - shown) * self._size / 2
                repaint = not companion.painted or self._is_painted_now(number)
                shadow = self._layout.quality.shadows
                companion.portrait.draw(canvas, look, (x, y + rise), shown, repaint, shadow)
                companion.painted = companion.painted or shown > 0.0
        self._turn += PAINTED_PER_FRAME

    def _is_painted_now(self, number: int) -> bool:
        """Return whether a companion is repainted in this frame."""
        return (number - self._turn) % max(PAINTED_PER_FRAME, len(self._people)) < PAINTED_PER_FRAME

    def _select_faces(self, frame_result: FrameResult | None) -> list[Face]:
        """Return the people from the screen's left to its right, if they are several."""
        faces = frame_result.faces if frame_result else ()
        largest = sorted(faces, key=lambda face: -face.box.w * face.box.h)[:MAX_FACES]
        if len(largest) < 2:
            return []
        return sorted(largest, key=lambda face: -(face.box.x + face.box.w / 2))

    def _update(self, faces: list[Face], gap: float) -> None:
        ease = 1.0 - math.exp(-gap / SETTLE_SECONDS)
        here = {face.id for face in faces}
        for place, face in enumerate(faces):
            probabilities = np.asarray(face.probabilities, np.float64)
            companion = self._people.get(face.id)
            if companion is None:
                life = Life(random.Random(f"{self._seed} {face.id}"), self._layout.still)
                portrait = self._spare.pop() if self._spare else Portrait(self._size)
                companion = self._people[face.id] = Companion(life, portrait, probabilities)
            if companion.probabilities.shape == probabilities.shape:
                companion.probabilities += ease * (probabilities - companion.probabilities)
            wanted = self._position(place, len(faces))
            companion.place = (
                wanted
                if companion.place is None
                else companion.place + ease * (wanted - companion.place)
            )
        for name, companion in list(self._people.items()):
            step = gap / FADE_SECONDS if name in here else -gap / FADE_SECONDS
            companion.presence = clamp(companion.presence + step)
            if name not in here and companion.presence <= 0.0:
                self._spare.append(self._people.pop(name).portrait)

    def _position(self, place: int, count: int) -> NDArray[np.float64]:
        """Return where a companion stands: left or right of the large face, or in a row above."""
        layout, (x, y) = self._layout, self._layout.centre
        if layout.tall:
            across = (place - (count - 1) / 2) * self._size * 1.1
            return np.array([x + across, y - 0.5 * layout.diameter - 0.62 * self._size])
        left = (count + 1) // 2
        from_middle = place - left + 0.5
        aside = math.copysign(BESIDE * layout.diameter, from_middle)
        across = aside + from_middle * self._size * 1.12
        return np.array([x + across, y + 0.34 * layout.diameter])
