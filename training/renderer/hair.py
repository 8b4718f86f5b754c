"""Hair grown strand by strand over a figure's scalp, pushed off skin and shirt as it falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from training.renderer import mesh
from training.renderer.figure import SHIRT, SKIN, Figure
from training.renderer.raster import Strands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.renderer.mesh import Floats

_STEPS = 10
_KNOT = (0.0, 1.02, -1.75)  # of tied hair, from between the eyes


@dataclass(frozen=True)
class Cut:
    """How hair grows: lengths in decimetres, directions as plain weights."""

    length: float = 0.5
    top: float = 1.0  # length on top as a multiple
    lift: float = 0.5  # out of the skin at the root
    fall: float = 0.3  # gravity
    back: float = 0.0  # combed backward (negative: to the front)
    side: float = 0.0  # combed away from the parting
    parting: float = 0.25  # x of the parting
    curl: float = 0.1
    layer: float = 0.10  # how thick it lies
    line: float = 0.0  # lifts the hair line
    count: int = 9000
    width: float = 0.017
    bun: float = 0.0  # radius of a knot at the back


def scalp(rest: Floats, lift: float) -> NDArray[np.bool_]:
    """Tell which points (n, 3) of the base mesh bear hair; the shader paints the same region."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    step = np.clip((z - 0.60) / 0.58, 0, 1)
    line = 7.16 + 0.74 * step * step * (3 - 2 * step) + lift * np.clip((z - 0.6) / 0.5, 0, 1)
    ear = (x > 0.76) & (y < 7.46) & (z > -0.05)
    return np.asarray(((y > line + 0.02) | ((z < 0.15) & (y > 6.62))) & ~ear)


def _roots(figure: Figure, cut: Cut, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return roots, normals and rest positions, spread evenly by area."""
    topology = figure.topology
    skin = topology.coarse[topology.material[topology.coarse[:, 0]] == SKIN]
    rest = topology.base.vertices[topology.kept]
    skin = skin[scalp(rest[skin].mean(1), cut.line - 0.05)]
    a, b, c = (figure.rest[skin[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    pick = rng.choice(len(skin), cut.count * 2, p=area / area.sum())
    u, v = rng.random((2, len(pick), 1)).astype(np.float32)
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    weights = (1 - u - v, u, v)
    normal = mesh.normals(
        figure.rest, topology.coarse, mesh.incidence(topology.coarse, len(figure.rest))
    )

    def at(values: Floats) -> Floats:
        return np.asarray(sum(w * values[skin[pick, i]] for i, w in enumerate(weights)))

    ours = at(rest)
    keep = np.flatnonzero(scalp(ours, cut.line))[: cut.count]
    return at(figure.rest)[keep], at(normal)[keep], ours[keep]


def _comb(roots: Floats, cut: Cut) -> Floats:
    """Return the direction each root is combed to."""
    away = np.sign(roots[:, 0] - cut.parting)
    direction = np.zeros_like(roots)
    direction[:, 0] = cut.side * away
    direction[:, 2] = -cut.back
    direction[:, 1] = -0.15 * cut.side
    return direction


def _toward(point: Floats, places: Floats) -> Floats:
    way = point - places
    return np.asarray(way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6))


def _off_face(points: Floats, eyes: Floats) -> Floats:
    """Push what hangs before the face aside, out of an ellipse around it."""
    x, y, z = (points - eyes).T
    inside = 1 - (x / 0.66) ** 2 - ((y + 0.25) / 0.85) ** 2
    edge = 0.66 * np.sqrt(np.clip(1 - ((y + 0.25) / 0.85) ** 2, 0, 1))
    aside = np.where((inside > 0) & (z > -0.5), np.sign(x) * edge - x, 0)
    return np.asarray(points + np.column_stack([0.5 * aside, 0 * aside, -0.1 * np.abs(aside)]))


class _Obstacle:
    """Skin and shirt, that hair may not enter."""

    def __init__(self, figure: Figure) -> None:
        solid = np.isin(figure.topology.material, (SKIN, SHIRT))
        normal = mesh.normals(
            figure.rest,
            figure.topology.coarse,
            mesh.incidence(figure.topology.coarse, len(figure.rest)),
        )
        self._points, self._normals = figure.rest[solid], normal[solid]
        self._tree = cKDTree(self._points)

    def push(self, points: Floats, distance: Floats) -> Floats:
        _, nearest = self._tree.query(points)
        normal = self._normals[nearest]
        depth = np.einsum("ij,ij->i", points - self._points[nearest], normal)
        return np.asarray(points + np.maximum(distance - depth, 0)[:, None] * normal)


def grow(figure: Figure, cut: Cut, seed: int) -> Strands:
    """Grow the strands of a cut."""
    rng = np.random.default_rng(seed)
    roots, normals, rest = _roots(figure, cut, rng)
    top = np.clip((rest[:, 1] - 7.7) / 0.6, 0, 1)
    length = cut.length * (1 + (cut.top - 1) * top) * rng.uniform(0.75, 1.1, len(roots))
    knot = figure.eyes + np.array(_KNOT)
    if cut.bun:
        length = 1.15 * np.linalg.norm(roots - knot, axis=1)
    step = (length / _STEPS)[:, None]
    clump = np.sin(rest @ rng.normal(0, 9, (3, 3))) * 0.5
    layer = cut.layer * rng.random(len(roots)) ** 0.6
    combed = 2 * _toward(knot, roots) if cut.bun else _comb(roots, cut)
    direction = normals * cut.lift + combed + rng.normal(0, 0.12, roots.shape) + cut.curl * clump
    obstacle, path = _Obstacle(figure), [roots]
    phase = rng.uniform(0, 6.28, (len(roots), 3))
    for i in range(_STEPS):
        direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
        moved = path[-1] + direction * step
        moved = obstacle.push(moved, layer * min(1.0, (i + 1) / 2) + 0.01)
        moved = _off_face(moved, figure.eyes)
        going = moved - path[-1]
        going = going / np.maximum(np.linalg.norm(going, axis=1, keepdims=True), 1e-6)
        curl = cut.curl * np.sin(phase + i * 1.4) * 0.9
        pull = _toward(knot, moved) if cut.bun else 0.25 * _comb(roots, cut)
        direction = going + np.array([0, -cut.fall, 0]) + pull + curl
        path.append(moved)
    points = np.stack(path, 1)
    if cut.bun:
        points = np.concatenate([points, _bun(figure, cut, rng)])
    return ribbons(points.astype(np.float32), cut.width, rng)


def _bun(figure: Figure, cut: Cut, rng: np.random.Generator) -> Floats:
    """Wind strands around a ball on top of the back of the head."""
    count = cut.count // 5
    middle = figure.eyes + np.array(_KNOT)
    axis = rng.normal(size=(count, 3)) * (0.5, 1, 0.5)
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    start = np.cross(axis, rng.normal(size=(count, 3)))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    other, turn = np.cross(axis, start), np.linspace(0, 2.6, _STEPS + 1)[:, None, None]
    ring = np.cos(turn) * start + np.sin(turn) * other
    return np.asarray(
        (middle + cut.bun * ring * rng.uniform(0.85, 1.05, (count, 1))).transpose(1, 0, 2)
    )


def ribbons(points: Floats, width: float, rng: np.random.Generator) -> Strands:
    """Turn paths (n, steps, 3) into ribbons that taper."""
    count, steps, _ = points.shape
    tangent = np.gradient(points, axis=1)
    share = np.broadcast_to(np.linspace(0, 1, steps)[None, :, None], (count, steps, 1))
    wide = width * rng.uniform(0.7, 1.3, (count, 1, 1)) * (1 - 0.75 * share**3)
    random = np.broadcast_to(rng.random((count, 1, 1)), share.shape)
    side = np.array([-0.5, 0.5])
    rows = [
        np.concatenate([points, tangent, np.full_like(share, s), wide, random, share], -1)
        for s in side
    ]
    vertices = np.stack(rows, 2).reshape(-1, 10)
    first = (np.arange(count)[:, None] * steps + np.arange(steps - 1)).ravel() * 2
    triangles = np.concatenate([first[:, None] + [0, 1, 2], first[:, None] + [1, 3, 2]])
    strand = first // (2 * steps)
    thin = np.concatenate([strand % 8 == 0] * 2)
    return Strands(vertices.astype(np.float32), triangles, triangles[thin])
