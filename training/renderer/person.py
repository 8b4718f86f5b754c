"""A person: what shapes and colours it, and the body that the renderer moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.renderer.figure import Figure, Topology
from training.renderer.hair import Cut, grow
from training.renderer.raster import Body, Look, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Person:
    """One person: shares of macro targets, finer morphs, linear colours, hair and clothes."""

    macros: Mapping[str, float]
    skin: Rgb
    lip: Rgb
    hair: Rgb
    cut: Cut
    morphs: Mapping[str, float] = field(default_factory=dict)
    iris: Rgb = (0.09, 0.045, 0.02)
    shirt: Rgb = (0.10, 0.16, 0.30)
    trim: Rgb = (0.08, 0.12, 0.22)
    neckline: float = 0.0
    stripes: float = 0.0
    brow: tuple[float, float, float, float] = (0.045, 0.9, 0.0, 0.0)
    stubble: float = 0.0
    freckles: float = 0.0
    lashes: float = 0.7
    blush: float = 0.45
    grey: float = 0.0
    age: float = 0.0
    seed: int = 1


class Actor:
    """A person with a body to move."""

    def __init__(self, topology: Topology, stage: Stage, person: Person) -> None:
        self.figure = Figure(topology, {**person.macros, **person.morphs})
        strands = grow(self.figure, person.cut, person.seed)
        self.look = _look(person, self.figure)
        self.body = Body(
            stage, topology.fixed, (topology.triangles, topology.coarse), strands, self.look
        )


def _look(person: Person, figure: Figure) -> Look:
    x, y, z = (float(v) for v in figure.eyes)
    return {
        "skin": person.skin,
        "lip": person.lip,
        "hair": person.hair,
        "iris": person.iris,
        "shirt": person.shirt,
        "trim": person.trim,
        "brow": person.brow,
        "face": (person.stubble, person.age, person.cut.line, person.freckles),
        "cloth": (person.neckline, person.stripes, person.lashes, person.blush),
        "grey": person.grey,
        "centre": (x, y, z - 0.95),
    }
