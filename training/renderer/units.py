"""Face units: ARKit's names for what a face can do, and the creases that come with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Units = dict[str, float]

_PAIRED = [
    "browDown",
    "browOuterUp",
    "cheekSquint",
    "eyeBlink",
    "eyeSquint",
    "eyeWide",
    "eyeLookDown",
    "eyeLookUp",
    "mouthDimple",
    "mouthFrown",
    "mouthLowerDown",
    "mouthPress",
    "mouthSmile",
    "mouthStretch",
    "mouthUpperUp",
    "noseSneer",
]


def both_sides(units: Mapping[str, float], skew: float = 0.0) -> Units:
    """Spell paired units out as left and right; skew (-1..1) favours the left side."""
    spelt: Units = {}
    for name, weight in units.items():
        if name in _PAIRED:
            spelt[f"{name}Left"] = weight * (1 + skew)
            spelt[f"{name}Right"] = weight * (1 - skew)
        else:
            spelt[name] = weight
    return spelt


def creases(
    units: Mapping[str, float], age: float = 0.0
) -> dict[str, tuple[float, float, float, float]]:
    """Return how deep each crease is drawn for units of both sides; age leaves some at rest."""

    def of(name: str, side: str = "") -> float:
        if side or name not in _PAIRED:
            return units.get(name + side, 0.0)
        return (units.get(f"{name}Left", 0.0) + units.get(f"{name}Right", 0.0)) / 2

    def fold(side: str) -> float:
        pull = (
            0.55 * of("mouthSmile", side)
            + 0.6 * of("noseSneer", side)
            + 0.35 * of("mouthUpperUp", side)
        )
        return min(
            pull + 0.3 * of("mouthStretch", side) + 0.15 * of("mouthFrown", side) + 0.35 * age, 1.0
        )

    forehead = 0.45 * of("browInnerUp") + 0.4 * of("browOuterUp") + 0.3 * age
    frown = 0.85 * of("browDown") + 0.12 * age
    feet = 0.35 * of("mouthSmile") + 0.35 * of("cheekSquint") * of("mouthSmile") + 0.25 * age
    under = 0.5 * of("cheekSquint") + 0.3 * of("eyeSquint") + 0.3 * age
    return {
        "crease_a": (min(forehead, 1.0), min(frown, 1.0), 0.8 * of("noseSneer"), min(feet, 1.0)),
        "crease_b": (fold("Left"), fold("Right"), min(under, 1.0), of("mouthShrugLower")),
    }
