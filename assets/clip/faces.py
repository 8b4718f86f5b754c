"""Expressions: what each emotion of the clip does with the face units."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.renderer.units import Units

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


def blend(parts: Mapping[str, float], own: Mapping[str, Units]) -> Units:
    """Mix emotions by their shares; a person's own recipe goes before the common one."""
    mixed: Units = {}
    for emotion, share in parts.items():
        for name, weight in own.get(emotion, RECIPES[emotion]).items():
            mixed[name] = mixed.get(name, 0.0) + share * weight
    return mixed
