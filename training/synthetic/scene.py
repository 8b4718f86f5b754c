"""Light, room and camera of one picture, drawn independently of who is in it and what it shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from training.renderer.light import Light, look

if TYPE_CHECKING:
    from training.renderer.mesh import Floats
    from training.renderer.raster import Stage

Random = np.random.Generator

SIDE = 176
"""Of a picture, in pixels."""
EYES = 0.62
"""Decimetres from eye to eye, to which all people are scaled by their distance."""
_NEAR, _FAR = 2.0, 60.0


class _Lamp(NamedTuple):
    """Where a key light comes from and how strong it and the dome are, as ranges."""

    frequency: float
    turn: tuple[float, float]
    height: tuple[float, float]
    key: tuple[float, float]
    fill: tuple[float, float]


_LAMPS = {
    "soft": _Lamp(0.30, (0, 60), (10, 60), (0.2, 0.7), (0.9, 1.4)),
    "key": _Lamp(0.28, (0, 55), (10, 60), (0.9, 2.0), (0.5, 1.1)),
    "side": _Lamp(0.14, (55, 95), (10, 60), (0.9, 2.0), (0.45, 0.9)),
    "top": _Lamp(0.12, (0, 40), (60, 80), (0.9, 2.0), (0.5, 1.1)),
    "screen": _Lamp(0.08, (0, 15), (-25, 5), (0.5, 1.0), (0.5, 1.1)),
    "back": _Lamp(0.08, (100, 150), (10, 60), (0.8, 2.0), (0.7, 1.2)),
}
"""Turn from straight ahead and height are degrees; either side is as likely."""


class View(NamedTuple):
    """Where a camera sees the face: how far it looks down, and the place between the eyes."""

    tilt: float
    place: tuple[float, float, float]
    about: dict[str, Any]


def shine(stage: Stage, random: Random) -> dict[str, Any]:
    """Set a key light and an uneven dome; return what they are."""
    shares = [lamp.frequency for lamp in _LAMPS.values()]
    kind = str(random.choice(list(_LAMPS), p=shares))
    lamp = _LAMPS[kind]
    turn = random.choice([-1, 1]) * random.uniform(*lamp.turn)
    height = random.uniform(*lamp.height)
    a, b = math.radians(turn), math.radians(height)
    towards = (math.cos(b) * math.sin(a), math.sin(b), math.cos(b) * math.cos(a))
    warm = random.normal(0, 0.12)
    key, fill = random.uniform(*lamp.key), random.uniform(*lamp.fill)
    red, green, blue = key * np.exp([warm, 0, -warm])
    light = Light(key=(float(red), float(green), float(blue)), key_from=towards)
    stage.light(light, _dome(stage.directions, fill, random))
    return {
        "kind": kind,
        "turn": round(turn),
        "height": round(height),
        "key": round(key, 2),
        "fill": round(fill, 2),
    }


def _dome(directions: Floats, fill: float, random: Random) -> Floats:
    """Return the dome's colours (8, 3): brighter above, uneven, and a little warm or cold."""
    slope = random.normal(0, 1, 3) * (0.35, 0.15, 0.25)
    level = fill * (0.55 + 0.45 * directions[:, 1]) * np.exp(directions @ slope)
    level *= 0.32 * random.uniform(0.8, 1.2, len(directions))
    cold = np.exp(np.array([-1, 0, 1]) * random.normal(0.02, 0.08))
    return np.asarray(level[:, None] * cold, np.float32)


def paint(random: Random) -> Floats:
    """Return a wall, a room or a street out of focus: linear light (SIDE, SIDE, 3)."""
    base = np.exp(random.uniform(-3.0, 0.4)) * np.exp(random.normal(0, 0.15, 3))
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) / SIDE - 0.5
    across, down = random.normal(0, 0.6, 2)
    room = base * np.exp(across * x + down * y)[..., None]
    if random.random() > 0.25:
        for _ in range(random.integers(3, 14)):
            _place(room, base * np.exp(random.normal(0, 0.8) + random.normal(0, 0.25, 3)), random)
        room = cv2.GaussianBlur(room, (0, 0), random.uniform(1.5, 9))
    grain = cv2.resize(random.normal(0, 1, (22, 22)).astype(np.float32), (SIDE, SIDE))
    room = room * np.exp(random.uniform(0, 0.15) * grain)[..., None]
    return np.asarray(np.clip(room, 0.002, 3.0).astype(np.float32))


def _place(room: Floats, colour: Floats, random: Random) -> None:
    """Put something into the room."""
    left, top = random.uniform(-0.2, 1.0, 2) * SIDE
    wide, high = random.uniform(0.05, 0.6, 2) * SIDE
    if random.random() < 0.6:
        x0, y0, x1, y1 = (int(max(0, v)) for v in (left, top, left + wide, top + high))
        room[y0:y1, x0:x1] = colour
    else:
        axes = (int(wide / 2) + 2, int(high / 2) + 2)
        turn = random.uniform(0, 180)
        cv2.ellipse(room, (int(left), int(top)), axes, turn, 0, 360, colour.tolist(), -1)


def aim(stage: Stage, random: Random) -> View:
    """Set the camera, from a little below to well above, near or far."""
    tilt, far = random.uniform(-8, 22), random.uniform(5.5, 14)
    pixels = random.uniform(36, 52)
    focal = pixels * far / (EYES * SIDE)  # of the picture's width
    down = math.radians(tilt)
    view = look(np.array([0, math.sin(down), math.cos(down)]), np.zeros(3))
    project = np.zeros((4, 4))
    project[0, 0] = project[1, 1] = 2 * focal
    project[2, 2:] = (_FAR + _NEAR) / (_NEAR - _FAR), 2 * _FAR * _NEAR / (_NEAR - _FAR)
    project[3, 2] = -1
    stage.camera = project @ view
    right, up = random.normal(0, 0.02), 0.06 + random.normal(0, 0.02)
    place = view[:3, :3].T @ np.array([right * far / focal, up * far / focal, -far])
    x, y, z = (float(v) for v in place)
    about = {"tilt": round(tilt, 1), "far": round(far, 1), "eyes": round(pixels, 1)}
    return View(tilt, (x, y, z), about)
