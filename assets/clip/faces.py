"""Expressions: what each emotion does with the face units, and the creases that come with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Units = dict[str, float]

EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
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

RECIPES: dict[str, Units] = {
    "neutral": {
        "eyeBlink": 0.14,
        "eyeSquint": 0.20,
        "mouthSmile": 0.11,
        "browDown": 0.22,
        "mouthPress": 0.14,
    },
    "happy": {
        "mouthSmile": 1.05,
        "cheekSquint": 1.0,
        "mouthUpperUp": 0.55,
        "mouthLowerDown": 0.3,
        "jawOpen": 0.12,
        "eyeSquint": 0.45,
        "mouthDimple": 0.3,
        "browDown": 0.2,
    },
    "surprise": {
        "browInnerUp": 0.95,
        "browOuterUp": 1.0,
        "eyeWide": 0.9,
        "jawOpen": 0.62,
        "mouthFunnel": 0.35,
    },
    "sad": {
        "browInnerUp": 1.4,
        "browDown": 0.5,
        "mouthFrown": 1.3,
        "mouthShrugLower": 0.3,
        "mouthLowerDown": 0.5,
        "mouthStretch": 0.5,
        "cheekSquint": 0.7,
        "eyeSquint": 0.5,
        "eyeBlink": 0.2,
        "jawOpen": 0.06,
    },
    "angry": {
        "browDown": 1.8,
        "browOuterUp": 0.2,
        "noseSneer": 0.8,
        "eyeSquint": 0.2,
        "eyeWide": 0.6,
        "mouthUpperUp": 0.4,
        "mouthLowerDown": 1.0,
        "mouthFunnel": 0.6,
        "jawOpen": 0.05,
        "jawForward": 0.6,
    },
    "fear": {
        "browInnerUp": 1.0,
        "browDown": 0.5,
        "browOuterUp": 0.1,
        "eyeWide": 1.1,
        "mouthStretch": 0.95,
        "mouthLowerDown": 0.95,
        "mouthUpperUp": 0.4,
        "mouthFrown": 0.46,
        "mouthDimple": 0.1,
        "noseSneer": 0.12,
        "jawOpen": 0.06,
    },
    "disgust": {
        "noseSneer": 1.05,
        "mouthUpperUp": 0.9,
        "browDown": 0.75,
        "eyeSquint": 0.8,
        "cheekSquint": 0.7,
        "mouthFrown": 0.4,
        "mouthShrugLower": 0.2,
        "mouthStretch": 0.1,
    },
}


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


def blend(parts: Mapping[str, float], own: Mapping[str, Units]) -> Units:
    """Mix emotions by their shares; a person's own recipe goes before the common one."""
    mixed: Units = {}
    for emotion, share in parts.items():
        for name, weight in own.get(emotion, RECIPES[emotion]).items():
            mixed[name] = mixed.get(name, 0.0) + share * weight
    return mixed


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
