"""The studio: takes pictures of synthetic people, with the renderer of the demo clip."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from training.renderer import mesh
from training.renderer.figure import Pose, Topology
from training.renderer.light import Light
from training.renderer.person import Actor
from training.renderer.raster import Stage
from training.renderer.units import creases
from training.synthetic import people, scene
from training.synthetic.beard import GrownBeard
from training.synthetic.photograph import Photograph
from training.synthetic.worn import HeadWear

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.renderer.figure import Figure
    from training.renderer.mesh import Floats
    from training.renderer.raster import Body
    from training.renderer.units import Units

Random = np.random.Generator

_OVERSAMPLE = 1.5
_YAW, _PITCH, _ROLL = 38.0, 24.0, 24.0
"""How far heads turn, in degrees."""
_CREASES = 0.8


class Studio:
    """A stage whose light, room and camera change with each picture. It draws in one thread."""

    def __init__(self, data: Path) -> None:
        os.environ.setdefault("LP_NUM_THREADS", "0")  # Mesa's software renderer
        self.data = data
        self.topology = Topology(data)
        room = np.zeros((scene.SIDE, scene.SIDE, 3), np.float32)
        self.stage = Stage(scene.SIDE, scene.SIDE, room, Light(), oversample=_OVERSAMPLE)

    def invite(self, random: Random) -> Sitter:
        """Draw a person, and dress and comb it."""
        return Sitter(self, people.draw(random, self.data))


class Sitter:
    """A person in front of the camera."""

    def __init__(self, studio: Studio, identity: people.Identity) -> None:
        self.identity = identity
        self._stage = studio.stage
        self._actor = Actor(studio.topology, studio.stage, identity.person)
        figure, look, outfit = self._actor.figure, self._actor.look, identity.outfit
        self._eyes = np.array([_eye(figure, side) for side in "rl"])
        self._worn = self._beard = None
        if outfit.glasses or outfit.hat:
            self._worn = HeadWear(studio.stage, figure, outfit, look)
        if outfit.beard:
            self._beard = GrownBeard(studio.stage, figure, outfit.beard, look)

    def photograph(self, units: Units, random: Random) -> Photograph:
        """Take a picture of an expression (units of both sides)."""
        stage = self._stage
        light = scene.shine(stage, random)
        stage.hang(scene.paint(random))
        view = scene.aim(stage, random)
        yaw, pitch, roll = _turn(random, view.tilt)
        units = _gaze(units, yaw, pitch + 0.7 * view.tilt, random)
        turn = float(0.4 * yaw + random.normal(0, 8))
        pose = self._place(view.place, turn, yaw - turn, pitch, roll)
        head = self._actor.figure.head_matrix(pose)
        bodies = self._pose(units, pose, head)
        image = self._expose(bodies, float(np.clip(random.normal(0.44, 0.11), 0.15, 0.78)))
        angles = {"yaw": yaw, "pitch": pitch, "roll": roll, "turn": turn}
        pose_about = {name: round(angle, 1) for name, angle in angles.items()}
        eyes = np.array([self._project(head, eye) for eye in self._eyes])
        return Photograph(image, eyes, {"pose": pose_about, "camera": view.about, "light": light})

    def _place(
        self, place: tuple[float, float, float], turn: float, yaw: float, pitch: float, roll: float
    ) -> Pose:
        """Return the pose whose eyes are where the camera wants them.

        Children, whose eyes are closer together, come nearer: all faces are about as large.
        """
        figure = self._actor.figure
        at = Pose(place, turn=turn, yaw=yaw, pitch=pitch, roll=roll)
        eyes = (figure.head_matrix(at) @ np.append(figure.eyes, 1))[:3]
        nearer = float(np.linalg.norm(self._eyes[1] - self._eyes[0])) / scene.EYES
        x, y, z = (float(v) for v in np.array(place) * (1 + nearer) - eyes)
        return Pose((x, y, z), turn=turn, yaw=yaw, pitch=pitch, roll=roll)

    def _pose(self, units: Units, pose: Pose, head: Floats) -> list[Body]:
        figure, look = self._actor.figure, self._actor.look
        creased = {
            name: tuple(_CREASES * min(max(depth, 0.0), 1.0) for depth in depths)
            for name, depths in creases(units, self.identity.person.age).items()
        }
        positions, normals = figure.pose(units, pose)
        self._actor.body.move(positions, normals, head, {**look, **creased})
        bodies = [self._actor.body]
        if self._worn:
            self._worn.move(head)
            bodies.append(self._worn.body)
        if self._beard:
            self._beard.move(head, units)
            bodies.append(self._beard.body)
        return bodies

    def _expose(self, bodies: list[Body], wanted: float) -> NDArray[np.uint8]:
        """Expose for the face, as a camera does; `wanted` is its brightness, 0 to 1."""
        stage, quarter = self._stage, scene.SIDE // 4
        first = stage.draw(bodies)[quarter:-quarter, quarter:-quarter].astype(np.float32) / 255
        linear = np.minimum(-np.log(np.maximum(1 - first**2.2, 2e-3)), 5.0).mean() / stage.exposure
        stage.exposure = float(np.clip(-np.log(1 - wanted**2.2) / max(linear, 1e-3), 0.1, 12))
        return stage.develop().copy()

    def _project(self, head: Floats, point: Floats) -> Floats:
        x, y, _, w = self._stage.camera @ head @ np.append(point, 1)
        return np.array([(x / w + 1) / 2, (1 - y / w) / 2]) * float(scene.SIDE)


def _eye(figure: Figure, side: str) -> Floats:
    base = figure.topology.base
    vertices = np.unique(base.groups[f"helper-{side}-eye"])
    return np.asarray(figure.rest[np.searchsorted(figure.topology.kept, vertices)].mean(0))


def _turn(random: Random, tilt: float) -> tuple[float, float, float]:
    """Draw yaw, pitch and roll of a head that partly looks up to a camera above it."""
    yaw, pitch, roll = random.normal(0, 13), random.normal(-0.4 * tilt, 7), random.normal(0, 6)
    bounds = ((yaw, _YAW), (pitch, _PITCH), (roll, _ROLL))
    yaw, pitch, roll = (float(np.clip(angle, -most, most)) for angle, most in bounds)
    return yaw, pitch, roll


def _gaze(units: Units, yaw: float, pitch: float, random: Random) -> Units:
    """Look at the camera or a little beside it, now and then away."""
    x, y = random.normal(0, 0.06, 2)
    if random.random() < 0.2:
        x, y = random.normal(0, 0.3, 2) * (1, 0.6)
    x -= yaw / 55
    y += pitch / 70
    ways = {
        "eyeLookOutLeft": x,
        "eyeLookInRight": x,
        "eyeLookInLeft": -x,
        "eyeLookOutRight": -x,
        "eyeLookUpLeft": y,
        "eyeLookUpRight": y,
        "eyeLookDownLeft": -y,
        "eyeLookDownRight": -y,
    }
    return {**units, **{name: float(np.clip(way, 0.0, 0.8)) for name, way in ways.items()}}


def open_studio() -> Studio:
    """Open the studio with MakeHuman's data. Raises DatasetError when they are missing."""
    return Studio(mesh.data_dir())
