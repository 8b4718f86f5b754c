"""Light and view: where light comes from, and the matrices of the camera and the lights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.renderer.mesh import Floats

DOME = ((-60, 62), (80, 64), (-75, 28), (-22, 36), (25, 30), (75, 26), (8, -6), (0, -50))
"""The dome's lights: turn from straight ahead and height, in degrees."""
_FOCAL = 1.5  # of the picture's width
_TILT = math.radians(5.0)  # the camera looks down at people


@dataclass(frozen=True)
class Light:
    """The light of a room: colour of the key, and of the dome by direction."""

    key: tuple[float, float, float] = (1.30, 1.22, 1.08)
    key_from: tuple[float, float, float] = (-0.55, 0.62, 0.62)
    sky: tuple[float, float, float] = (0.50, 0.50, 0.52)
    window: tuple[float, float, float] = (0.42, 0.47, 0.55)
    screen: tuple[float, float, float] = (0.36, 0.37, 0.40)
    floor: tuple[float, float, float] = (0.16, 0.13, 0.11)
    exposure: float = 0.95


def unit(v: Iterable[float]) -> Floats:
    """Return a vector of length one."""
    a = np.array(tuple(v), np.float32)
    return a / np.linalg.norm(a)


def dome_directions() -> Floats:
    """Spread eight directions over the sphere, less its lowest part and the wall behind people."""
    found = []
    for turn, height in DOME:
        a, b = math.radians(turn), math.radians(height)
        found.append((math.cos(b) * math.sin(a), math.sin(b), math.cos(b) * math.cos(a)))
    return np.array(found, np.float32)


def sky(direction: Floats, light: Light) -> Floats:
    """Return the dome's colour in a direction: ceiling, window at left, kiosk's screen, floor."""
    up = max(float(direction[1]), 0.0)
    left = max(float(-direction[0]), 0.0) ** 1.5
    front = max(float(direction[2]), 0.0) ** 4 * (1 - up)
    down = max(float(-direction[1]), 0.0)
    parts = (
        (0.25 + 0.75 * up, light.sky),
        (left, light.window),
        (front, light.screen),
        (down, light.floor),
    )
    total = np.sum([weight * np.array(colour) for weight, colour in parts], axis=0)
    return np.asarray((total * 3.4 / len(DOME)).astype(np.float32))


def look(direction: Floats, eye: Floats) -> Floats:
    """Return the view matrix that looks against direction."""
    z = unit(direction)
    x = unit(np.cross((0, 1, 0) if abs(z[1]) < 0.99 else (1, 0, 0), z))
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([x, np.cross(z, x), z])
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def ortho(direction: Floats, middle: Floats, radius: float) -> Floats:
    """Return the matrix of a light shining along minus direction on a sphere."""
    scale = np.diag([1 / radius, 1 / radius, -1 / (2 * radius), 1])
    return scale @ look(direction, middle)


def perspective(width: int, height: int, near: float = 2.0, far: float = 60.0) -> Floats:
    """Return the camera's matrix: at the origin, looking slightly down along minus z."""
    project = np.zeros((4, 4))
    project[0, 0], project[1, 1] = 2 * _FOCAL, 2 * _FOCAL * width / height
    project[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
    project[3, 2] = -1
    return project @ look(np.array([0, math.sin(_TILT), math.cos(_TILT)]), np.zeros(3))
