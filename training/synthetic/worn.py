"""What synthetic people wear on their heads: glasses as ribbons, a hat as a shell over the scalp.

Lengths are the renderer's decimetres, in the figure's own space, where its head is straight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from training.renderer import mesh
from training.renderer.figure import SHIRT, SKIN
from training.renderer.hair import scalp
from training.renderer.raster import Body, Strands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.renderer.figure import Figure
    from training.renderer.mesh import Floats, Ints
    from training.renderer.person import Rgb
    from training.renderer.raster import Look, Stage

SCARF = "headscarf"
_LENS = 0.32
"""From the middle of the nose to the middle of a lens."""
_NO_FACES = np.array([[0, 0, 0]])
_NO_STRANDS = Strands(np.zeros((3, 10), np.float32), _NO_FACES, _NO_FACES)
_DARK = (0.1, 0.1, 0.1)


@dataclass(frozen=True)
class Glasses:
    """A frame: half a lens's size, its squareness (2 is round), and how low it sits."""

    wide: float
    high: float
    square: float
    thick: float
    drop: float
    colour: Rgb


@dataclass(frozen=True)
class Hat:
    """A beanie, a cap or a headscarf: how low it is pulled, how far off the skin it stands."""

    kind: str
    colour: Rgb
    low: float
    off: float


@dataclass(frozen=True)
class Beard:
    """A beard, a goatee or a moustache."""

    kind: str
    length: float
    seed: int


@dataclass(frozen=True)
class Outfit:
    """What a person wears on its head."""

    glasses: Glasses | None = None
    hat: Hat | None = None
    beard: Beard | None = None


class _Shell(NamedTuple):
    points: Floats
    normals: Floats
    fixed: Floats
    triangles: Ints


class HeadWear:
    """Glasses and hat of one person, which move with the head."""

    def __init__(self, stage: Stage, figure: Figure, outfit: Outfit, look: Look) -> None:
        hat, glasses = outfit.hat, outfit.glasses
        self._shell = _hat(figure, hat) if hat else _nothing()
        strands = _glasses(figure, glasses) if glasses else _NO_STRANDS
        cloth = hat.colour if hat else _DARK
        self._look = {
            **look,
            "shirt": cloth,
            "trim": cloth,
            "cloth": (0.0, 0.0, 0.0, 0.0),
            "grey": 0.0,
            "hair": glasses.colour if glasses else _DARK,
        }
        triangles = self._shell.triangles
        self.body = Body(stage, self._shell.fixed, (triangles, triangles), strands, self._look)

    def move(self, head: Floats) -> None:
        """Follow the head: its matrix (4, 4)."""
        turn = head[:3, :3].T
        points = self._shell.points @ turn + head[:3, 3]
        self.body.move(points, self._shell.normals @ turn, head, self._look)


def _shell(points: Floats, normals: Floats, triangles: Ints) -> _Shell:
    """Return a shell of cloth; the shader weaves it by a place below every collar."""
    rest = points * (0.5, 0.4, 1) + (0, 0.2, 0)
    material = np.full((len(points), 1), SHIRT)
    fixed = np.hstack([rest, material, np.zeros((len(points), 4))])
    return _Shell(
        points.astype(np.float32), normals.astype(np.float32), fixed.astype(np.float32), triangles
    )


def _nothing() -> _Shell:
    return _shell(np.zeros((3, 3)), np.ones((3, 3)), _NO_FACES)


def _hat(figure: Figure, hat: Hat) -> _Shell:
    """Lift the covered skin's mesh off the head, and for a cap add a peak."""
    topology = figure.topology
    quads = topology.quads[topology.material[topology.quads[:, 0]] == SKIN]
    middle = topology.base.vertices[topology.kept][quads].mean(1)
    quads = quads[_wrapped(middle, hat) if hat.kind == SCARF else _covered(middle, hat)]
    used, packed = np.unique(quads, return_inverse=True)
    quads = packed.reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    skin = figure.rest[used].astype(np.float64)
    scarf = hat.kind == SCARF
    points = _drape(skin, triangles, hat.off) if scarf else _lift(skin, figure, hat)
    count = len(points)
    if hat.kind == "cap" and count:
        peak, faces = _peak(points, float(figure.eyes[2]))
        points = np.concatenate([points, peak])
        triangles = np.concatenate([triangles, faces + count])
    normals = mesh.normals(points, triangles, mesh.incidence(triangles, len(points)))
    normals[count:] *= np.where(normals[count:, 1:2] < 0, -1, 1)
    return _shell(points, normals, triangles)


def _covered(middle: Floats, hat: Hat) -> NDArray[np.bool_]:
    """Tell which places of the skin (n, 3) are under a beanie or a cap."""
    rim = 7.18 + 0.35 * np.clip(middle[:, 2] - 0.2, 0, 1)
    return np.asarray(scalp(middle, -0.14 - hat.low) & (middle[:, 1] > rim))


def _wrapped(middle: Floats, hat: Hat) -> NDArray[np.bool_]:
    """Tell which places of the skin (n, 3) are under a headscarf: all but the face."""
    x, y, z = middle.T
    face = ((x / 0.64) ** 2 + ((y - 7.0 + hat.low) / 0.82) ** 2 < 1) & (z > 0.25)
    face &= (z > 0.65) | (y > 6.5)
    return np.asarray((y > 5.6) & ~face)


def _drape(points: Floats, triangles: Ints, off: float) -> Floats:
    """Return the points as cloth lies on them: taut over the ears, and off the skin."""
    ends = np.concatenate([triangles[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    sides = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (len(points),) * 2)
    sides = sides + sides.T
    hem = np.asarray((sides == 1).sum(1)).ravel() > 0  # a side of one triangle only
    near = sparse.diags(1 / np.maximum(np.asarray(sides.sum(1)).ravel(), 1)) @ sides
    pull = np.where(hem, 0.02, 0.7)[:, None]
    at = mesh.incidence(triangles, len(points))
    cloth = points
    for _ in range(60):
        cloth = (1 - pull) * cloth + pull * (near @ cloth)
        normal = mesh.normals(cloth, triangles, at)
        inside = np.maximum(np.einsum("ij,ij->i", points - cloth, normal), 0)
        cloth = cloth + inside[:, None] * normal
    stands = 1 - hem.astype(np.float64)[:, None]  # it lies on the skin at its hem
    for _ in range(2):
        stands = np.minimum(near @ stands, stands)
    return np.asarray(cloth + (0.02 + off * stands) * mesh.normals(cloth, triangles, at))


def _lift(points: Floats, figure: Figure, hat: Hat) -> Floats:
    outward = points - (figure.eyes + np.array([0, 0.35, -0.95]))
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    up = np.clip(outward[:, 1:2], 0, 1) ** 2
    top = 0.10 if hat.kind == "beanie" else 0.03
    return np.asarray(points + outward * hat.off + top * up * np.array([0, 1, 0]))


def _peak(points: Floats, eyes: float) -> tuple[Floats, Ints]:
    """Return a peak from the front edge of a shell, bent down at its sides."""
    front = points[(np.abs(points[:, 0]) < 0.3) & (points[:, 2] > eyes - 0.35)]
    edge = front[front[:, 1] < front[:, 1].min() + 0.12]
    low, start = float(edge[:, 1].min()) + 0.02, float(edge[:, 2].max()) - 0.06
    turn = np.linspace(-1.0, 1.0, 13)
    rows = []
    for reach in (0.0, 0.25, 0.5, 0.72):
        z = start - 0.744 * (1 - np.cos(turn)) + reach * np.clip(np.cos(turn * 1.45), 0, 1)
        y = low - 0.30 * reach - 0.14 * np.sin(turn) ** 2
        rows.append(np.column_stack([np.sin(turn) * 0.72, y, z]))
    corner = (np.arange(3)[:, None] * 13 + np.arange(12)).ravel()[:, None]
    faces = [corner + np.array(offsets) for offsets in ((0, 1, 14), (0, 14, 13))]
    return np.concatenate(rows), np.concatenate(faces)


def _glasses(figure: Figure, glasses: Glasses) -> Strands:
    skin = figure.rest[figure.topology.material == SKIN]
    x, y, z = (float(v) for v in figure.eyes)
    nose = skin[(np.abs(skin[:, 0] - x) < 0.12) & (np.abs(skin[:, 1] - y) < 0.12), 2]
    front = max(float(nose.max(initial=z)) - 0.02, z + 0.24)
    ears = skin[(np.abs(skin[:, 1] - y) < 0.3) & (skin[:, 2] < z - 0.7), 0]
    wide = max(float(np.abs(ears).max(initial=0)) - 0.12, _LENS + glasses.wide + 0.03)
    level = y - glasses.drop
    paths = []
    for side in (-1, 1):
        paths.append(_rim(glasses, side, level, front))
        hinge = np.array([side * (_LENS + glasses.wide), level + 0.05, front - 0.10])
        paths.append(_temple(hinge, np.array([side * wide, y + 0.08, z - 1.0])))
    across = np.linspace(-1, 1, 9)[:, None]
    bow = 1 - across**2
    bridge = across * (_LENS - glasses.wide), level + 0.06 + 0.03 * bow, front + 0.02 * bow
    paths.append(np.hstack(bridge))
    return _wires(paths, glasses.thick)


def _rim(glasses: Glasses, side: int, level: float, front: float) -> Floats:
    angle, power = np.linspace(0, 2 * np.pi, 29), 2 / glasses.square
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power * glasses.wide
    y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power * glasses.high
    back = np.clip((x * side + glasses.wide) / (2 * glasses.wide), 0, 1) ** 2
    return np.column_stack([side * _LENS + x, level + y, front - 0.10 * back])


def _temple(hinge: Floats, ear: Floats) -> Floats:
    share = np.linspace(0, 1, 12)[:, None]
    bend = np.array([np.sign(ear[0]) * 0.05, 0, 0]) * np.sin(np.pi * share)
    return np.asarray(hinge * (1 - share) + ear * share + bend)


def _wires(paths: list[Floats], thick: float) -> Strands:
    """Turn paths (n, 3) into ribbons that do not taper."""
    vertices, triangles, count = [], [], 0
    for path in paths:
        tangent, still = np.gradient(path, axis=0), np.ones((len(path), 1))
        sides = [
            np.hstack([path, tangent, side * still, thick * still, 0.07 * still, 0.6 * still])
            for side in (-0.5, 0.5)
        ]
        vertices.append(np.stack(sides, 1).reshape(-1, 10))
        first = count + 2 * np.arange(len(path) - 1)[:, None]
        triangles.append(np.concatenate([first + np.array([0, 1, 2]), first + np.array([1, 3, 2])]))
        count += 2 * len(path)
    every = np.concatenate(triangles)
    return Strands(np.concatenate(vertices).astype(np.float32), every, every)
