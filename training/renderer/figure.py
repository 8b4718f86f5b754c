"""A figure: one identity's mesh, its 52 face units, and its pose by head, neck and shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial.transform import Rotation

from training.renderer import mesh

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from training.renderer.mesh import Floats, Ints

SKIN, EYE, TEETH, TONGUE, LASH, SHIRT = range(6)
_PARTS = {
    "body": SKIN,
    "helper-l-eye": EYE,
    "helper-r-eye": EYE,
    "helper-upper-teeth": TEETH,
    "helper-lower-teeth": TEETH,
    "helper-tongue": TONGUE,
    "helper-l-eyelashes-1": LASH,
    "helper-l-eyelashes-2": LASH,
    "helper-r-eyelashes-1": LASH,
    "helper-r-eyelashes-2": LASH,
    "helper-tights": SHIRT,
}
_MASKS = ("lips", "inside-mouth", "eyelids", "ears")
_LOWEST = 2.6  # everything below the chest is out of the picture
_BITE = np.array(
    [0, -0.045, 0.01], np.float32
)  # the base mesh's upper teeth sit too high to show in a smile
_ARMS = 48.0  # degrees by which the base mesh's arms are lowered


@dataclass(frozen=True)
class Pose:
    """Where a figure stands and how it holds its head: decimetres and degrees.

    ``place`` is where the point between the eyes would be with the head straight.
    """

    place: tuple[float, float, float]
    turn: float = 0.0  # body's yaw
    yaw: float = 0.0
    pitch: float = 0.0  # positive bows the head
    roll: float = 0.0
    lean: float = 0.0  # of the trunk


class Topology:
    """What all identities share: parts, refined faces, weights, masks and face units."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.base = mesh.read_base(data)
        self.count = len(self.base.vertices)
        quads, material = self._select()
        self.kept, packed = np.unique(quads, return_inverse=True)
        self.quads: Ints = packed.reshape(-1, 4)
        self.material = np.zeros(len(self.kept), np.float32)
        self.material[self.quads.ravel()] = np.repeat(material, 4)
        self.refine, fine = mesh.subdivide(self.quads, len(self.kept))
        self.triangles = _split(fine)
        self.coarse = _split(self.quads)
        self.at = mesh.incidence(self.triangles, self.refine.shape[0])
        self._read_weights()
        self._read_units()

    def _select(self) -> tuple[Ints, Floats]:
        quads, material = [], []
        for name, kind in _PARTS.items():
            part = self.base.groups[name]
            part = part[self.base.vertices[part][..., 1].min(1) > _LOWEST]
            if kind in (SKIN, SHIRT):
                part = part[np.abs(self.base.vertices[part][..., 0]).max(1) < 3.4]
            if kind == SKIN:
                part = part[~_covered(self.base.vertices[part].mean(1))]
            quads.append(part)
            material.append(np.full(len(part), kind, np.float32))
        return np.concatenate(quads), np.concatenate(material)

    def _read_weights(self) -> None:
        bones = mesh.read_bones(self.data, self.count)
        trunk = ("spine", "clavicle", "breast", "pelvis", "root", "upperleg", "shoulder")
        arms = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
        legs = ("lowerleg", "foot", "toe")

        def total(*names: str) -> Floats:
            summed = np.sum([w for bone, w in bones.items() if bone.startswith(names)], axis=0)
            return np.asarray(summed[self.kept])

        everything = np.maximum(total(""), 1e-6)
        self.neck = (total("neck") / everything)[:, None]
        self.arms = (total(*arms) / everything)[:, None]
        self.head = np.clip(1 - total(*trunk, *arms, *legs, "neck") / everything, 0, 1)[:, None]
        loose = (self.material == SHIRT) & (total("") < 1e-3)
        self.head[loose] = 0

    def _read_units(self) -> None:
        targets = mesh.read_unit_targets(self.data, self.count)
        self.units = {name: number for number, name in enumerate(targets)}
        offsets = [target[self.kept].ravel() for target in targets.values()]
        self.offsets = sparse.csr_matrix(np.array(offsets)).T.tocsr()

    @cached_property
    def fixed(self) -> Floats:
        """Rest position, material and four masks of each refined vertex (n, 8)."""
        masks = [mesh.read_mask(self.data, name, self.base.uv[self.kept]) for name in _MASKS]
        for mask in masks:
            mask[self.material != SKIN] = 0
        rest = self.base.vertices[self.kept].copy()
        for side in ("l", "r"):
            eye = np.unique(self.base.groups[f"helper-{side}-eye"])
            inside = np.isin(self.kept, eye)
            rest[inside] -= self.base.vertices[eye].mean(0)
        return np.column_stack(
            [
                self.refine @ np.column_stack([rest, self.material]),
                *(self.refine @ m for m in masks),
            ]
        )

    def joint(self, vertices: Floats, name: str) -> Floats:
        """Return a joint's place: the middle of its marker cube."""
        return np.asarray(vertices[np.unique(self.base.groups[f"joint-{name}"])].mean(0))


def _covered(rest: Floats) -> NDArray[np.bool_]:
    """Tell which places of the skin (n, 3) every shirt covers: they are left out."""
    return np.asarray((rest[:, 1] < 4.7) | ((rest[:, 1] < 5.9) & (np.abs(rest[:, 0]) > 0.85)))


def _split(quads: Ints) -> Ints:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


class Figure:
    """One identity, ready to be posed."""

    def __init__(
        self, topology: Topology, morphs: Mapping[str, float], looseness: float = 0.05
    ) -> None:
        self.topology = topology
        full = topology.base.vertices.copy()
        for name, weight in morphs.items():
            full += weight * mesh.read_target(topology.data, name, topology.count)
        self.rest = full[topology.kept]
        self.neck_joint = topology.joint(full, "neck")
        self.head_joint = topology.joint(full, "head")
        self.eyes = (topology.joint(full, "l-eye") + topology.joint(full, "r-eye")) / 2
        upper = np.unique(topology.base.groups["helper-upper-teeth"])
        self.rest[np.isin(topology.kept, upper)] += _BITE
        self._lower_arms(full)
        self._loosen(looseness)

    def _lower_arms(self, full: Floats) -> None:
        for side, sign in (("l", 1), ("r", -1)):
            joint = self.topology.joint(full, f"{side}-shoulder")
            turned = (
                Rotation.from_euler("z", -sign * _ARMS, degrees=True).apply(self.rest - joint)
                + joint
            )
            weight = self.topology.arms * (self.rest[:, :1] * sign > 0)
            self.rest = (self.rest + weight * (turned - self.rest)).astype(np.float32)

    def _loosen(self, amount: float) -> None:
        """Lift the shirt off the body and iron the body's detail out of it."""
        coarse = self.topology.coarse
        shirt = self.topology.material == SHIRT
        edges = np.concatenate([coarse[:, [0, 1]], coarse[:, [1, 2]], coarse[:, [2, 0]]])
        ends = np.concatenate([edges, edges[:, ::-1]])
        near = sparse.csr_matrix(
            (np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (len(self.rest),) * 2
        )
        near = sparse.diags(1 / np.maximum(np.asarray(near.sum(1)).ravel(), 1)) @ near
        smooth = self.rest.copy()
        for _ in range(3):
            smooth[shirt] = (0.4 * smooth + 0.6 * (near @ smooth))[shirt]
        normal = mesh.normals(smooth, coarse, mesh.incidence(coarse, len(smooth)))
        self.rest[shirt] = (smooth + (amount + 0.04) * normal)[shirt]

    def shape(self, units: Mapping[str, float]) -> Floats:
        """Return the coarse vertices with face units applied, head straight."""
        weights = np.zeros(len(self.topology.units), np.float32)
        for name, weight in units.items():
            weights[self.topology.units[name]] = weight
        return np.asarray(self.rest + (self.topology.offsets @ weights).reshape(-1, 3))

    def head_matrix(self, pose: Pose) -> Floats:
        """Return the 4x4 matrix that carries what sits on the head into the world."""
        return self._matrices(pose)[2]

    def _matrices(self, pose: Pose) -> tuple[Floats, Floats, Floats]:
        head = Rotation.from_euler("YXZ", [pose.yaw, pose.pitch, pose.roll], degrees=True)
        half = Rotation.from_rotvec(head.as_rotvec() * 0.45)
        hips = self.eyes - np.array([0, 12, 0])
        trunk = _around(Rotation.from_euler("YX", [pose.turn, pose.lean], degrees=True), hips)
        trunk[:3, 3] += np.array(pose.place) - self.eyes
        neck = trunk @ _around(half, self.neck_joint)
        return trunk, neck, neck @ _around(half.inv() * head, self.head_joint)

    def pose(self, units: Mapping[str, float], pose: Pose) -> tuple[Floats, Floats]:
        """Return refined world positions and normals (n, 3) each."""
        shape = self.shape(units)
        topology = self.topology
        trunk, neck, head = (shape @ m[:3, :3].T + m[:3, 3] for m in self._matrices(pose))
        posed = trunk + topology.neck * (neck - trunk) + topology.head * (head - trunk)
        fine = (topology.refine @ posed).astype(np.float32)
        return fine, mesh.normals(fine, topology.triangles, topology.at)


def _around(rotation: Rotation, point: Floats) -> Floats:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix()
    matrix[:3, 3] = point - rotation.apply(point)
    return matrix
