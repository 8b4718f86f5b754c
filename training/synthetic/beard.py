"""Beards, grown strand by strand, that follow the skin as the face moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.renderer import mesh
from training.renderer.figure import SKIN
from training.renderer.hair import ribbons
from training.renderer.raster import Body

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.renderer.figure import Figure
    from training.renderer.mesh import Floats
    from training.renderer.raster import Look, Stage
    from training.renderer.units import Units
    from training.synthetic.worn import Beard

_STRANDS, _WIDTH, _STEPS = 4500, 0.017, 4


class GrownBeard:
    """A beard on a face."""

    def __init__(self, stage: Stage, figure: Figure, beard: Beard, look: Look) -> None:
        self._figure, self._look = figure, look
        random = np.random.default_rng(beard.seed)
        self._corners, self._weights = _roots(figure, beard, random)
        paths = _grow(figure, self._at(figure.rest), self._normals(), beard, random)
        strands = ribbons(paths.astype(np.float32), _WIDTH, random)
        self._vertices = strands.vertices
        nothing = np.zeros((3, 8), np.float32)
        no_faces = np.array([[0, 0, 0]])
        self.body = Body(stage, nothing, (no_faces, no_faces), strands, look)

    def move(self, head: Floats, units: Units) -> None:
        """Follow the head, and the skin as the face units move it."""
        moved = self._at(self._figure.shape(units) - self._figure.rest)
        vertices = self._vertices.copy()
        vertices[:, :3] += np.repeat(moved, len(vertices) // max(len(moved), 1), axis=0)
        self.body.comb(vertices)
        self.body.move(np.zeros((3, 3)), np.ones((3, 3)), head, self._look)

    def _at(self, values: Floats) -> Floats:
        """Return the values (n, 3) of the mesh's vertices at the roots."""
        return np.asarray(np.einsum("ij,ijk->ik", self._weights, values[self._corners]))

    def _normals(self) -> Floats:
        coarse, rest = self._figure.topology.coarse, self._figure.rest
        return self._at(mesh.normals(rest, coarse, mesh.incidence(coarse, len(rest))))


def bears(rest: Floats, kind: str) -> NDArray[np.bool_]:
    """Tell which points (n, 3) of the base mesh a beard grows from."""
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    front = z > 0.45
    moustache = front & (y > 6.775) & (y < 6.90) & (x < 0.36)
    chin = front & (y > 6.1 - 0.25 * (z - 0.6)) & (y < 6.53) & (x < 0.34)
    beside = front & (x >= 0.30) & (x < 0.46) & (y > 6.25) & (y < 6.84)
    jaw = (z > 0.2) & (x > 0.42) & (y > 6.15) & (y < 6.80 + 0.5 * np.clip(x - 0.45, 0, 0.3))
    if kind == "moustache":
        grown = moustache
    elif kind == "goatee":
        grown = moustache | chin | (beside & (x < 0.40) & (y < 6.8))
    else:
        grown = moustache | chin | beside | jaw
    return np.asarray(grown)


def _roots(
    figure: Figure, beard: Beard, random: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    """Return each root's triangle (n, 3) and place in it (n, 3), spread evenly by area."""
    topology = figure.topology
    rest = topology.base.vertices[topology.kept]
    skin = topology.coarse[topology.material[topology.coarse[:, 0]] == SKIN]
    a, b, c = (rest[skin[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) * (a[:, 2] > 0)
    area *= (
        bears(rest[skin].min(1), beard.kind)
        | bears(rest[skin].max(1), beard.kind)
        | (bears(rest[skin].mean(1), beard.kind))
    )
    if not area.any():
        return np.zeros((0, 3), np.int64), np.zeros((0, 3))
    corners = skin[random.choice(len(skin), _STRANDS, p=area / area.sum())]
    weights = random.dirichlet([1.0] * 3, _STRANDS)
    kept = bears(np.einsum("ij,ijk->ik", weights, rest[corners]), beard.kind)
    return corners[kept], weights[kept]


def _grow(
    figure: Figure, roots: Floats, normals: Floats, beard: Beard, random: np.random.Generator
) -> Floats:
    """Return paths (n, steps, 3): out of the skin, then down, on the lip outwards."""
    lip = (roots[:, 1] > figure.eyes[1] - 0.62) & (np.abs(roots[:, 0]) < 0.38)
    length = beard.length * random.uniform(0.7, 1.2, len(roots)) * np.where(lip, 0.6, 1.0)
    direction = normals * 0.5 + random.normal(0, 0.15, roots.shape)
    direction += np.where(lip, 0.5, 1.0)[:, None] * np.array([0, -0.8, 0.1])
    direction[:, 0] += np.where(lip, 0.8, 0.0) * np.sign(roots[:, 0])
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
    share = np.linspace(0, 1, _STEPS)[None, :, None]
    return np.asarray(roots[:, None] + share * (direction * length[:, None])[:, None])
