"""Made-up data in the form of MakeHuman's: a ball for a head, and units that move a few points."""

from __future__ import annotations

import gzip
import json
from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.synthetic.people import ORIGINS
from training.synthetic.recipes import ACTIONS

if TYPE_CHECKING:
    from pathlib import Path

    from training.renderer.mesh import Floats, Ints

Points = list[tuple[float, float, float]]
Quads = list[tuple[int, int, int, int]]

EYE = 0.31
"""How far the eyes are off the middle."""
_PAIRS = ("incr", "decr")


def write(folder: Path) -> Path:
    """Write the data into a folder and return it."""
    mesh = _Mesh()
    mesh.ball("body", (0, 7.2, 0.2), (0.75, 1.15, 1.05), 26, 26)
    mesh.ball("body", (0, 5.4, 0), (1.2, 0.9, 0.7), 10, 8)
    for side, x in (("l", EYE), ("r", -EYE)):
        mesh.ball(f"helper-{side}-eye", (x, 7.25, 1.1), (0.14, 0.14, 0.14), 8, 8)
        for row in "12":
            mesh.ball(f"helper-{side}-eyelashes-{row}", (x, 7.3, 1.2), (0.1, 0.02, 0.02), 4, 4)
        mesh.ball(f"joint-{side}-eye", (x, 7.25, 1.1), (0.1, 0.1, 0.1), 4, 4)
        mesh.ball(f"joint-{side}-shoulder", (4 * x, 5.6, 0), (0.1, 0.1, 0.1), 4, 4)
    for name, y in (("upper-teeth", 6.7), ("lower-teeth", 6.55), ("tongue", 6.6)):
        mesh.ball(f"helper-{name}", (0, y, 0.9), (0.2, 0.05, 0.1), 6, 4)
    mesh.ball("helper-tights", (0, 4.6, 0), (1.5, 1.0, 0.8), 12, 8)
    for name, y in (("neck", 6.0), ("head", 6.6)):
        mesh.ball(f"joint-{name}", (0, y, 0), (0.1, 0.1, 0.1), 4, 4)
    base = folder / "mpfb2/3dobjs/base.obj"
    base.parent.mkdir(parents=True)
    base.write_text(mesh.text())
    _write_bones(folder, np.array(mesh.points))
    _write_targets(folder, np.array(mesh.points))
    for mask in ("lips", "inside-mouth", "eyelids", "ears"):
        path = folder / f"mpfb2/textures/mpfb_{mask}.jpg"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), np.zeros((8, 8), np.uint8))
    return folder


class _Mesh:
    def __init__(self) -> None:
        self.points: Points = []
        self._lines: list[str] = []

    def ball(
        self,
        group: str,
        middle: tuple[float, float, float],
        radius: tuple[float, float, float],
        around: int,
        rows: int,
    ) -> None:
        first = len(self.points)
        self._lines.append(f"g {group}")
        for row, column in product(range(rows + 1), range(around)):
            a, b = np.pi * (0.02 + 0.96 * row / rows), 2 * np.pi * column / around
            way = np.sin(a) * np.sin(b), np.cos(a), np.sin(a) * np.cos(b)
            x, y, z = (float(m + r * w) for m, r, w in zip(middle, radius, way, strict=True))
            self.points.append((x, y, z))
        for row, column in product(range(rows), range(around)):
            a = first + row * around + column
            b = first + row * around + (column + 1) % around
            corners = (a, a + around, b + around, b)
            self._lines.append("f " + " ".join(f"{c + 1}/{c + 1}" for c in corners))

    def text(self) -> str:
        points = [f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in self.points]
        texture = [f"vt {x % 1:.3f} {y % 1:.3f}" for x, y, _ in self.points]
        return "\n".join([*points, *texture, *self._lines, ""])


def _write_bones(folder: Path, points: Floats) -> None:
    where = {
        "head": points[:, 1] > 6.2,
        "neck01": (points[:, 1] > 5.8) & (points[:, 1] <= 6.2),
        "spine01": points[:, 1] <= 5.8,
        "upperarm01.L": points[:, 1] > 99,
        "lowerleg01.L": points[:, 1] > 99,
    }
    weights = {bone: [[int(i), 1.0] for i in np.flatnonzero(at)] for bone, at in where.items()}
    path = folder / "mpfb2/rigs/standard/weights.default.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"weights": weights}))


def unit_names() -> list[str]:
    """Return ARKit's names of the units that are acted, and those that move the eyes."""
    both = {unit for action in ACTIONS.values() for unit in action}
    names = set()
    for unit in both | {f"eyeLook{way}" for way in ("In", "Out", "Up", "Down")}:
        single = unit in SINGLE
        names |= {unit} if single else {f"{unit}Left", f"{unit}Right"}
    return sorted(names)


SINGLE = (
    "browInnerUp",
    "cheekPuff",
    "jawForward",
    "jawOpen",
    "mouthFunnel",
    "mouthPucker",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "tongueOut",
)
"""Units that have no sides."""


def moved_by(unit: str, points: Floats) -> Ints:
    """Return the indices of the points that a unit moves: ten of the face's front."""
    front = np.flatnonzero((points[:, 2] > 0.6) & (points[:, 1] > 6.3))
    random = np.random.default_rng(sum(unit.encode()))
    return np.sort(random.choice(front, 10, replace=False))


def _write_targets(folder: Path, points: Floats) -> None:
    units = folder / "faceunits01/targets/faceunits"
    units.mkdir(parents=True)
    for unit in unit_names():
        rows = [f"{i} 0 -0.02 0" for i in moved_by(unit, points)]
        (units / f"{unit}.target").write_text("\n".join(["# a unit", *rows, ""]))
    sexes, ages = ("male", "female"), ("child", "young", "old")
    names = [f"macrodetails/{o}-{s}-{a}" for o, s, a in product(ORIGINS, sexes, ages)]
    names += [
        f"macrodetails/universal-{s}-{a}-averagemuscle-{w}weight"
        for s, a, w in product(sexes, ages, ("min", "average", "max"))
    ]
    names += [f"nose/nose-size-{end}" for end in _PAIRS]
    names += [f"cheek/{side}-cheek-bones-{end}" for side, end in product("lr", _PAIRS)]
    names += [f"chin/chin-{what}-{end}" for what, end in product("abcdefgh", _PAIRS)]
    for name in names:
        path = folder / f"mpfb2/targets/{name}.target.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        index = sum(name.encode()) % len(points)
        path.write_bytes(gzip.compress(f"{index} 0.01 0 0\n".encode(), mtime=0))
