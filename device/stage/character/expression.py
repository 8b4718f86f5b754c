"""What a face does in each emotion, and what it does between them.

The features follow the prototypes of the Facial Action Coding System (Ekman and Friesen 1978), as
far as a drawn face has them: happy raises cheeks and lip corners (AU 6, 12), sad lifts the inner
brows and drops the corners (1, 4, 15), and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from device.messages import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Expression = NDArray[np.float64]
    """A value for each of `FEATURES`."""

SHARPNESS = 1.6
"""Filtered probabilities are flat; this power brings out the likeliest, and leaves a half smile a
half smile."""

# Lengths are in head radii, angles in radians.
FEATURES = {
    "brow_raise": "how far the brows are lifted (negative: lowered)",
    "brow_tilt": "how far the inner ends are above the outer ones",
    "brow_bend": "how much the brows are arched",
    "open": "how open the eyes are: 1 is at rest",
    "squint": "how far the lower lids come up: 0 to 1",
    "pupil": "size of the pupils: 1 is at rest",
    "width": "half the mouth's width",
    "smile": "how far the corners are above the mouth's middle (negative: below)",
    "part": "how far the lips are apart",
    "pout": "how round the open mouth is: 0 follows the smile, 1 is an O",
    "teeth": "how much of the upper teeth shows: 0 to 1",
    "tongue": "how far the tongue is out: 0 to 1",
    "skew": "how much the mouth is pulled to one side",
    "blush": "how rosy the cheeks are: 0 to 1",
    "wrinkle": "how wrinkled the nose is: 0 to 1",
    "tear": "how much of a tear there is: 0 to 1",
    "shiver": "how much it trembles: 0 to 1",
    "red": "how hot it looks: 0 to 1",
    "green": "how queasy it looks: 0 to 1",
    "blue": "how cold it looks: 0 to 1",
    "lean": "how far the head leans to one side",
    "lift": "how high it holds itself (negative: sunk)",
    "puff": "how far it is blown up: the share by which the head is larger",
    "hand": "how far a hand is offered: 0 to 1",
    "wave": "how much that hand waves: 0 to 1",
    "blindfold": "how far a cloth covers the eyes: 0 to 1",
}
"""The features, and what they mean."""

_REST = {"open": 1.0, "pupil": 1.0, "width": 0.26, "smile": 0.05, "blush": 0.25, "brow_bend": 0.06}
_TABLE: dict[str, dict[str, float]] = {
    "neutral": {},
    "happy": {
        "brow_raise": 0.07, "brow_bend": 0.10, "open": 0.92, "squint": 0.62, "pupil": 1.12,
        "width": 0.44, "smile": 0.20, "part": 0.30, "teeth": 0.9, "tongue": 0.0, "blush": 0.95,
        "lift": 0.05,
    },
    "sad": {
        "brow_raise": 0.03, "brow_tilt": 0.17, "brow_bend": 0.02, "open": 0.66, "squint": 0.12,
        "pupil": 1.10, "width": 0.25, "smile": -0.15, "part": 0.0, "blush": 0.10, "tear": 1.0,
        "blue": 0.45, "lean": 0.10, "lift": -0.06,
    },
    "fear": {
        "brow_raise": 0.15, "brow_tilt": 0.13, "brow_bend": 0.02, "open": 1.28, "pupil": 0.58,
        "width": 0.31, "smile": -0.10, "part": 0.17, "pout": 0.25, "teeth": 1.0, "blush": 0.0,
        "shiver": 1.0, "blue": 0.85, "lift": -0.04,
    },
    "angry": {
        "brow_raise": -0.11, "brow_tilt": -0.20, "brow_bend": -0.02, "open": 0.78, "squint": 0.34,
        "pupil": 0.82, "width": 0.30, "smile": -0.11, "part": 0.12, "teeth": 1.0, "blush": 0.35,
        "red": 1.0, "wrinkle": 0.2,
    },
    "disgust": {
        "brow_raise": -0.06, "brow_tilt": -0.07, "open": 0.62, "squint": 0.62, "pupil": 0.85,
        "width": 0.30, "smile": -0.11, "part": 0.12, "teeth": 0.0, "tongue": 1.0, "skew": 0.07,
        "blush": 0.0, "wrinkle": 1.0, "green": 1.0, "lean": -0.10,
    },
    "surprise": {
        "brow_raise": 0.20, "brow_bend": 0.12, "open": 1.36, "pupil": 0.80, "width": 0.19,
        "smile": 0.0, "part": 0.44, "pout": 1.0, "blush": 0.45, "lift": 0.09,
    },
}  # fmt: skip


def _row(changes: dict[str, float]) -> list[float]:
    return [changes.get(name, _REST.get(name, 0.0)) for name in FEATURES]


EXPRESSIONS: NDArray[np.float64] = np.array([_row(_TABLE[name]) for name in EMOTIONS])
"""Float64 (7, features), in the order of `EMOTIONS`."""
NEUTRAL: Expression = EXPRESSIONS[EMOTIONS.index("neutral")]
PLACES = {name: place for place, name in enumerate(FEATURES)}


def changed(expression: Expression, **features: float) -> Expression:
    """Return an expression with some features set."""
    found = expression.copy()
    for name, value in features.items():
        found[PLACES[name]] = value
    return found


def raised(expression: Expression, share: float, **features: float) -> Expression:
    """Return an expression with a share of these added to some features."""
    found = expression.copy()
    for name, value in features.items():
        found[PLACES[name]] += share * value
    return found


def blend(probabilities: Sequence[float] | NDArray[np.float64]) -> Expression:
    """Return the expression that lies between the seven as the probabilities do.

    No probabilities, or all 0, are neutral.
    """
    weights = np.maximum(np.asarray(probabilities, np.float64), 0.0) ** SHARPNESS
    total = weights.sum()
    if not len(weights) or total <= 0.0:
        return NEUTRAL
    return np.asarray(weights / total @ EXPRESSIONS, np.float64)
