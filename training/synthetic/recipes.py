"""What synthetic people do with their faces: recipes in FACS (Ekman and Friesen 1978).

A recipe is a set of actions with strengths, an action a set of face units (ARKit's names) with
weights. Weights are larger than ARKit's 1 where that is needed to see them on 48 pixels. No recipe
is one of the clip's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from training.renderer.units import Units

ACTIONS: dict[str, Units] = {
    "1": {"browInnerUp": 2.3, "browDown": 0.35},
    "2": {"browOuterUp": 1.4},
    "1+2": {"browInnerUp": 1.2, "browOuterUp": 1.5},
    "4": {"browDown": 1.8, "browInnerUp": -0.45},
    "5": {"eyeWide": 1.25},
    "6": {"cheekSquint": 1.2, "eyeSquint": 0.35},
    "7": {"eyeSquint": 1.0},
    "9": {"noseSneer": 1.4, "mouthUpperUp": 0.35, "browDown": 0.45, "cheekSquint": 0.4},
    "10": {"mouthUpperUp": 1.35, "noseSneer": 0.35},
    "12": {"mouthSmile": 1.4, "cheekSquint": 0.3},
    "14": {"mouthDimple": 1.4},
    "15": {"mouthFrown": 1.5},
    "16": {"mouthLowerDown": 1.25},
    "17": {"mouthShrugLower": 1.4, "mouthShrugUpper": 0.35},
    "20": {"mouthStretch": 1.6},
    "22": {"mouthFunnel": 1.1},
    # Without a frown and rolled lips, mouthPress smiles.
    "23": {"mouthPress": 0.8, "mouthFrown": 0.45, "mouthPucker": 0.4, "mouthRollLower": 0.3},
    "24": {"mouthPress": 1.1, "mouthFrown": 0.5, "mouthRollLower": 0.55, "mouthRollUpper": 0.45},
    "25": {"mouthLowerDown": 0.45, "mouthUpperUp": 0.25, "jawOpen": 0.05},
    "26": {"jawOpen": 0.35},
    "27": {"jawOpen": 0.8},
    "28": {"mouthRollLower": 1.2, "mouthRollUpper": 1.2, "mouthFrown": 0.35},
    "29": {"jawForward": 1.0},
    "43": {"eyeBlink": 0.45},
    "tongue": {"tongueOut": 1.0, "jawOpen": 0.3, "mouthLowerDown": 0.4},
}
"""Action units by their FACS numbers; "1+2" raises the whole brow."""


class Recipe(NamedTuple):
    """One way to show an emotion: how often it is drawn, and its actions by strength."""

    frequency: float
    actions: dict[str, float]


RESTING = "rest"
"""The recipe of a face at rest."""

RECIPES: dict[str, dict[str, Recipe]] = {
    "angry": {
        "4+7+24": Recipe(1.4, {"4": 1.0, "7": 0.4, "5": 0.25, "24": 0.9}),
        "4+7+23": Recipe(1.2, {"4": 1.05, "7": 0.5, "5": 0.2, "23": 1.0}),
        "4+17+24": Recipe(0.9, {"4": 1.0, "5": 0.2, "17": 0.5, "24": 0.8}),
        "4+28 lips in": Recipe(0.7, {"4": 1.0, "7": 0.2, "5": 0.2, "28": 0.9}),
        "4+5 glare": Recipe(1.0, {"4": 1.15, "5": 1.25, "24": 0.35}),
        "4+10+25 snarl": Recipe(
            1.0, {"4": 1.1, "5": 0.3, "10": 0.75, "25": 0.9, "9": 0.25, "16": 0.4}
        ),
        "4+5+25+26 shout": Recipe(
            0.9, {"4": 1.15, "5": 0.9, "25": 1.0, "26": 1.2, "22": 0.35, "10": 0.45, "16": 0.5}
        ),
        "4+7+16 teeth": Recipe(
            0.7, {"4": 1.1, "7": 0.2, "5": 0.3, "16": 0.9, "10": 0.35, "20": 0.25}
        ),
        "4 alone": Recipe(0.7, {"4": 1.2, "7": 0.25, "5": 0.2}),
        "4+29 jaw": Recipe(0.4, {"4": 1.05, "5": 0.3, "29": 0.9, "24": 0.6}),
    },
    "disgust": {
        "9": Recipe(1.2, {"9": 1.1, "4": 0.3, "10": 0.3}),
        "9+16+25": Recipe(1.0, {"9": 1.0, "16": 0.7, "25": 0.6, "10": 0.3}),
        "9+10+25": Recipe(1.1, {"9": 0.9, "10": 0.9, "25": 0.5, "7": 0.4}),
        "10+17": Recipe(0.9, {"10": 1.0, "17": 0.9, "7": 0.4, "9": 0.35}),
        "9+17": Recipe(0.9, {"9": 1.0, "17": 0.9, "15": 0.35}),
        "9 tongue": Recipe(0.7, {"9": 1.0, "tongue": 0.9, "7": 0.5}),
        "10+15": Recipe(0.8, {"10": 1.0, "15": 0.8, "9": 0.4, "43": 0.4}),
        "9+26": Recipe(0.7, {"9": 1.0, "26": 0.8, "10": 0.4, "16": 0.5}),
        "9+7 turned up": Recipe(0.6, {"9": 1.15, "7": 0.6, "6": 0.4, "10": 0.6}),
    },
    "fear": {
        "1+2+4+5+20+25": Recipe(
            1.4, {"1": 0.75, "1+2": 0.45, "4": 0.3, "5": 1.0, "20": 0.85, "25": 1.0}
        ),
        "1+4+5+20": Recipe(1.0, {"1": 1.0, "4": 0.3, "5": 1.0, "20": 0.9}),
        "1+2+4+5+20+26": Recipe(
            1.1, {"1": 0.8, "1+2": 0.4, "4": 0.3, "5": 1.05, "20": 0.8, "26": 0.8, "16": 0.5}
        ),
        "1+4+5 eyes alone": Recipe(0.7, {"1": 0.95, "4": 0.3, "5": 1.2}),
        "1+5+20+27 scream": Recipe(
            0.7, {"1": 0.9, "4": 0.3, "5": 1.1, "27": 0.75, "20": 0.9, "16": 0.7}
        ),
        "1+4+5+16+20 teeth": Recipe(
            0.9, {"1": 0.95, "4": 0.35, "5": 0.95, "20": 1.0, "16": 0.9, "10": 0.2}
        ),
    },
    "happy": {
        "6+12": Recipe(1.0, {"6": 0.9, "12": 1.0}),
        "6+12+25": Recipe(1.5, {"6": 0.9, "12": 1.0, "25": 1.0, "10": 0.3}),
        "6+12+26 laugh": Recipe(1.0, {"6": 1.1, "12": 1.05, "25": 0.9, "26": 0.9, "7": 0.3}),
        "12 slight": Recipe(0.8, {"12": 0.7, "6": 0.35}),
        "12+14": Recipe(0.5, {"12": 0.8, "14": 0.6, "6": 0.5}),
        "12+25 grin": Recipe(0.8, {"12": 1.15, "25": 0.8, "16": 0.3, "6": 0.4}),
        "6+12+26+43 eyes shut": Recipe(0.4, {"6": 1.2, "12": 1.1, "26": 1.0, "10": 0.5, "43": 1.2}),
    },
    "sad": {
        "1+4+15": Recipe(1.3, {"1": 1.0, "4": 0.25, "15": 1.0}),
        "1+4+15+17": Recipe(1.2, {"1": 1.0, "4": 0.25, "15": 0.9, "17": 0.7}),
        "15+17 pout": Recipe(0.8, {"15": 0.9, "17": 1.0, "1": 0.5}),
        "1+4+6+15 weepy": Recipe(
            0.8, {"1": 1.0, "4": 0.35, "15": 0.9, "6": 0.7, "17": 0.4, "7": 0.3}
        ),
        "1+15+20 crying": Recipe(
            0.8,
            {"1": 1.0, "4": 0.5, "15": 0.8, "20": 0.7, "16": 0.6, "6": 0.8, "43": 0.7, "26": 0.2},
        ),
        "1+15+43 lids": Recipe(0.8, {"1": 0.9, "15": 0.8, "43": 0.9}),
        "1+4": Recipe(0.7, {"1": 1.1, "4": 0.3, "15": 0.25, "43": 0.25}),
    },
    "surprise": {
        "1+2+5+26": Recipe(1.4, {"1+2": 1.0, "5": 0.8, "26": 1.1}),
        "1+2+5+27": Recipe(1.0, {"1+2": 1.0, "5": 0.9, "27": 0.9}),
        "1+2+22+26 funnel": Recipe(0.8, {"1+2": 1.0, "5": 0.7, "26": 1.1, "22": 0.6}),
        "1+2+26": Recipe(0.7, {"1+2": 1.0, "26": 1.1}),
        "1+2+5 closed": Recipe(0.6, {"1+2": 1.1, "5": 0.95}),
        "1+2+12+27 glad": Recipe(0.3, {"1+2": 1.0, "5": 0.7, "27": 0.7, "12": 0.35}),
    },
    # Corners, brows or lids a little low are still neutral.
    "neutral": {
        RESTING: Recipe(3.0, {}),
        "15 corners low": Recipe(0.7, {"15": 0.28}),
        "4 brows low": Recipe(0.7, {"4": 0.3}),
        "43 lids low": Recipe(0.6, {"43": 0.6}),
        "24 pressed": Recipe(0.5, {"24": 0.3}),
        "25+26 parted": Recipe(0.6, {"26": 0.3, "25": 0.25}),
        "16+26 says a": Recipe(0.4, {"26": 0.6, "16": 0.35}),
        "22+26 says o": Recipe(0.4, {"22": 0.55, "26": 0.35}),
        "20+25 says e": Recipe(0.4, {"25": 0.7, "20": 0.25}),
        "28 says m": Recipe(0.3, {"28": 0.35}),
        "1+2 brows up": Recipe(0.4, {"1+2": 0.25}),
        "43 blink": Recipe(0.15, {"43": 1.8}),
    },
}
"""Recipes by emotion and name. A name begins with the actions that make the difference."""

BLENDS = {
    "angry": ("disgust", "sad", "fear"),
    "disgust": ("angry", "sad", "happy"),
    "fear": ("surprise", "sad"),
    "happy": ("surprise",),
    "sad": ("fear", "angry"),
    "surprise": ("fear", "happy"),
}
"""What each emotion is mixed with now and then."""

LIMITS = {
    "eyeBlink": 1.05,
    "mouthFunnel": 1.2,
    "jawOpen": 1.0,
    "tongueOut": 1.0,
    "eyeWide": 1.4,
    "mouthDimple": 0.8,
    "mouthPress": 1.2,
    "mouthSmile": 1.65,
    "mouthStretch": 1.7,
    "mouthRollLower": 1.3,
    "mouthRollUpper": 1.3,
}
"""The largest weight of a unit, on either side, before the mesh breaks; `LIMIT` for others."""
LIMIT = 2.6
