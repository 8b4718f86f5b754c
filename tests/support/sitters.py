"""Stand-ins for the studio, its sitters and the detector, which cost no time."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from device.messages import Box, Detection, Point
from training.synthetic import files, shooting
from training.synthetic.photograph import Photograph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.renderer.units import Units

Random = np.random.Generator

SIDE = 40
EYES = ((12.0, 15.0), (28.0, 15.0))
LOST = 13
"""A picture whose first value is below this has no face."""
POINTS = (*EYES, (20.0, 22.0), (20.0, 30.0), (8.0, 20.0), (32.0, 20.0))


@dataclass(frozen=True)
class Known:
    rest: Units = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sitter:
    identity: Known
    kills_at: int = -1
    """The picture at which the process is killed, as by the system."""
    taken: list[int] = field(default_factory=list)

    def photograph(self, units: Units, random: Random) -> Photograph:
        self.taken.append(len(units))
        if len(self.taken) == self.kills_at:
            os.kill(os.getpid(), signal.SIGKILL)
        image = random.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        return Photograph(image, np.array(EYES), {"light": {"kind": "soft"}})


@dataclass
class Host:
    """Invites people of chance."""

    kills_at: tuple[int, int] = (-1, -1)
    """The person, of those invited, and its picture at which the process is killed."""
    invited: int = 0

    def invite(self, random: Random) -> Sitter:
        self.invited += 1
        about = {"sex": str(random.choice(["female", "male"])), "age": "young"}
        rest = {"browDown": round(random.uniform(0, 0.3), 3)}
        person, picture = self.kills_at
        return Sitter(Known(rest, about), picture if self.invited == person else -1)


class Finder:
    def detect(self, image: NDArray[np.uint8], threshold: float = 0.5) -> list[Detection]:
        if image[0, 0, 2] < LOST:
            return []
        points = tuple(Point(*point) for point in POINTS)
        return [Detection(Box(4, 4, 32, 32), 0.9, points)]


SETTINGS = files.Settings(seed=1, version=shooting.VERSION, data="made-up")


def fill(folder: Path, people: int, settings: files.Settings = SETTINGS) -> None:
    """Draw people into a folder."""
    folder.mkdir(exist_ok=True)
    for number in range(people):
        person = shooting.shoot(Host(), Finder(), settings.seed, number)
        files.write(folder, number, settings, person)


if __name__ == "__main__":  # python -m tests.support.sitters FOLDER: killed in its third person
    from training.commands import synthesise

    host = Host(kills_at=(3, 20))
    missing = range(int(sys.argv[2]))
    for _ in synthesise.draw(host, Finder(), Path(sys.argv[1]), missing, SETTINGS):
        pass
