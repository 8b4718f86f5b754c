"""Scripts of several people for `moodlift replay`: each shows one emotion after another."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import dataclass

FRAMES = 12
"""Frames of the camera in a second."""
Moods = tuple[tuple[float, dict[str, float] | None], ...]
"""The times at which somebody starts to show a mood; None is absence."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at `x` of 640 pixels; `jitter` is how far their box shakes, in pixels."""

    x: float
    moods: Moods
    size: float = 110.0
    jitter: float = 3.0

    def mood(self, now: float) -> dict[str, float] | None:
        """Return what they show at some time, None while they are away."""
        return next((mood for since, mood in reversed(self.moods) if since <= now), None)


CALM = {"neutral": 0.9, "happy": 0.05, "sad": 0.05}
GLAD = {"happy": 0.9, "neutral": 0.1}
HALF = {"happy": 0.45, "neutral": 0.55}
SAD = {"sad": 0.85, "neutral": 0.15}


def smiling(*spans: tuple[float, float], high: dict[str, float] = GLAD) -> Moods:
    """Return the moods of somebody calm who smiles from one time to another, some times."""
    changes = ((start, high) for start, _ in spans), ((end, CALM) for _, end in spans)
    return ((0.0, CALM), *sorted(itertools.chain(*changes), key=lambda change: change[0]))


def lines(*visitors: Visitor, seconds: float, seed: int = 3) -> list[str]:
    """Return the lines of a script; ids count from 1 in the order of the visitors."""
    rng, found = random.Random(seed), []
    for number in range(round(seconds * FRAMES)):
        now = number / FRAMES
        faces = [
            {"id": name, "box": _box(visitor, rng), "probabilities": mood}
            for name, visitor in enumerate(visitors, 1)
            if (mood := visitor.mood(now)) is not None
        ]
        found.append(json.dumps({"t": now, "faces": faces}))
    return found


def _box(visitor: Visitor, rng: random.Random) -> list[float]:
    shake = [rng.gauss(0.0, visitor.jitter) for _ in range(3)]
    side = max(10.0, visitor.size + shake[2])
    return [visitor.x - side / 2 + shake[0], 200.0 - side / 2 + shake[1], side, side]
