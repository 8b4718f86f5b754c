"""Acting: the small motions that make a part alive, as a pure function of time."""

from __future__ import annotations

import math

import numpy as np
from faces import blend
from play import PLAY, WALK, Part, ease, shares

from training.renderer.figure import Pose
from training.renderer.units import Units, both_sides

_OUTSIDE = 6.6  # how far beside its place a person is out of sight, 10.5 dm from the camera
# How an emotion carries the head: bowing, tilting, turning it (degrees), leaning in (decimetres).
_BEARING = {
    "happy": (-2.0, 3.0, 0.0, 0.1),
    "surprise": (-4.0, 0.0, 0.0, -0.25),
    "sad": (4.0, -2.5, 0.0, -0.1),
    "angry": (4.0, 0.0, 0.0, 0.35),
    "disgust": (4.0, 0.0, 5.0, 0.0),
    "fear": (-2.0, 1.5, -3.0, -0.45),
    "neutral": (0.0, 0.0, 0.0, 0.0),
}


class Player:
    """Plays a part: the same units and pose for the same time, always."""

    def __init__(self, part: Part, seed: int) -> None:
        self.part = part
        rng = np.random.default_rng(seed)
        self._phases = rng.uniform(0, 2 * math.pi, (8, 3))
        self._rates = rng.uniform(0.7, 1.3, (8, 3)) * (0.16, 0.41, 0.93)
        self._blinks = part.enters + 0.9 + np.cumsum(rng.uniform(2.3, 4.8, 40))
        self._glances = np.cumsum(rng.uniform(0.7, 2.4, 120))
        self._gazes = rng.normal(0, 1, (121, 2))

    def present(self, time: float) -> bool:
        """Tell whether any of the person may be in the picture."""
        return self.part.enters <= time <= self.part.gone

    def _drift(self, channel: int, time: float) -> float:
        """Return a slow wandering, about -1..1."""
        waves = np.sin(self._phases[channel] + 2 * math.pi * self._rates[channel] * time)
        return float(waves @ (0.55, 0.3, 0.15))

    def units(self, time: float) -> Units:
        """Return the face units of both sides at a time."""
        felt = shares(self.part, time)
        alive = {e: s * (0.95 + 0.05 * self._drift(6, time)) for e, s in felt.items()}
        units = both_sides(
            blend(alive, self.part.recipes), self.part.skew * (1 + 0.5 * self._drift(7, time))
        )
        self._look(units, time)
        closed = self._blink(time)
        for side in ("Left", "Right"):
            name = f"eyeBlink{side}"
            units[name] = max(units.get(name, 0.0), closed) * 1.0
            units[f"eyeWide{side}"] = units.get(f"eyeWide{side}", 0.0) * (1 - closed)
        return units

    def _look(self, units: Units, time: float) -> None:
        x, y = self._gazes[int(np.searchsorted(self._glances, time))] * (0.05, 0.03)
        x -= self._head(time)[0] / 60  # the eyes stay on the screen while the head turns
        y -= 0.04
        pairs = {
            "eyeLookOutLeft": x,
            "eyeLookInRight": x,
            "eyeLookInLeft": -x,
            "eyeLookOutRight": -x,
            "eyeLookUpLeft": y,
            "eyeLookUpRight": y,
            "eyeLookDownLeft": -y,
            "eyeLookDownRight": -y,
        }
        for name, amount in pairs.items():
            units[name] = units.get(name, 0.0) + min(max(amount, 0.0), 0.8)

    def _blink(self, time: float) -> float:
        since = time - self._blinks[max(int(np.searchsorted(self._blinks, time)) - 1, 0)]
        return float(math.exp(-(((since - 0.10) / 0.055) ** 2))) if 0 <= since < 0.4 else 0.0

    def _walk(self, time: float) -> tuple[float, float]:
        """Return how far the person is off its place (-1..1) and its heading in degrees."""
        part = self.part
        if time < part.leaves:
            still = 1 - ease((time - part.enters) / WALK) if time < part.enters + WALK else 0.0
            turned = 1 - ease((time - part.enters - 0.75) / 1.1)
            return part.side * still, -70 * part.side * turned
        going = ((time - part.leaves) / WALK) ** 1.8
        return part.exit_side * going, 70 * part.exit_side * ease((time - part.leaves + 0.15) / 0.6)

    def _head(self, time: float) -> tuple[float, float, float, float]:
        """Return yaw, pitch and roll of the head and how far the person leans in."""
        felt = shares(self.part, time)
        pitch, roll, yaw, lean = (
            sum(s * _BEARING[e][i] for e, s in felt.items()) for i in range(4)
        )
        nod = (
            felt.get("happy", 0.0)
            * 1.6
            * math.sin(2 * math.pi * 1.1 * time)
            * max(self._drift(3, time), 0.0)
        )
        _, heading = self._walk(time)
        yaw += 3.2 * self._drift(0, time) - 0.45 * heading
        return (
            yaw,
            pitch + nod + 2.0 * self._drift(1, time),
            roll + 2.2 * self._drift(2, time),
            lean,
        )

    def pose(self, time: float) -> Pose:
        """Return where the person is at a time and how it holds its head."""
        off, heading = self._walk(time)
        yaw, pitch, roll, lean = self._head(time)
        x, y, z = self.part.place
        reach = _OUTSIDE * -z / 10.5
        pace = min(1.0, 4 * abs(off)) * abs(math.sin(2 * math.pi * 0.95 * time))
        sway = 0.05 * self._drift(4, time), 0.03 * self._drift(5, time)
        place = (
            x + off * (reach - x * np.sign(off)) + sway[0],
            y + 0.10 * pace + sway[1],
            z + lean - 0.5 * abs(off),
        )
        return Pose(place, turn=heading, yaw=yaw, pitch=pitch, roll=roll, lean=0.6 * lean)


def cast_players() -> list[Player]:
    """Return a player for each part of the play."""
    return [Player(part, seed) for seed, part in enumerate(PLAY, 101)]
