"""Acting: the units of one expression, as strong, as even and as mixed as chance wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.renderer.units import both_sides
from training.synthetic.recipes import ACTIONS, BLENDS, LIMIT, LIMITS, RECIPES, RESTING

if TYPE_CHECKING:
    from collections.abc import Collection

    from training.renderer.units import Units

Random = np.random.Generator

_SPREAD = 0.14
"""How unlike the strengths of a recipe's actions are, as a logarithm's deviation."""
_BLEND_P, _TALK_P, _LOPSIDED_P = 1 / 8, 0.08, 0.25
_AGAINST = (("mouthSmile", "mouthFrown"), ("eyeWide", "eyeBlink"))
"""Units that pull against each other."""


@dataclass(frozen=True)
class Expression:
    """What a face does: units of both sides, and how they came about."""

    units: Units
    recipe: str
    intensity: float
    blend: str = ""
    """Another emotion that is mixed in, with its share."""
    skew: float = 0.0
    """How much stronger the left side is (-1 to 1)."""
    talks: bool = False


def act(
    emotion: str, rest: Units, random: Random, used: Collection[str] = (), resting: bool = False
) -> Expression:
    """Draw an expression of an emotion by somebody whose face rests like `rest`.

    Recipes in `used` are rarely drawn again. With `resting`, the face is at rest.
    """
    name = RESTING if resting else choose(emotion, random, used)
    neutral = emotion == "neutral"
    intensity = 1.0 if neutral else float(np.clip(random.normal(0.92, 0.24), 0.45, 1.3))
    felt = {unit: intensity * weight for unit, weight in units(emotion, name, random).items()}
    blend = ""
    if emotion in BLENDS and random.random() < _BLEND_P:
        blend = _mix(felt, emotion, random)
    talks = emotion not in ("neutral", "surprise") and random.random() < _TALK_P
    if talks:
        _add(felt, "jawOpen", random.uniform(0.08, 0.3))
        _add(felt, "mouthFunnel", random.uniform(0, 0.3))
    left = 1.0 if neutral else max(0.25, 1 - 0.6 * intensity)
    for unit, weight in rest.items():
        _add(felt, unit, left * weight * float(np.exp(random.normal(0, 0.1))))
    for one, other in _AGAINST:
        _oppose(felt, one, other)
    skew = float(random.normal(0, 0.16 if random.random() < _LOPSIDED_P else 0.06))
    found = both_sides(felt, skew)
    for unit in found:
        if unit.endswith(("Left", "Right")):
            found[unit] *= float(np.exp(random.normal(0, 0.05)))
    return Expression(
        _limited(found), name, round(intensity, 2), blend, round(skew, 3), talks or " says " in name
    )


def choose(emotion: str, random: Random, used: Collection[str] = ()) -> str:
    """Draw the name of a recipe, rather one that was not used yet."""
    shares = {
        name: recipe.frequency * (0.15 if name in used else 1.0)
        for name, recipe in RECIPES[emotion].items()
    }
    chances = np.array(list(shares.values()))
    return str(random.choice(list(shares), p=chances / chances.sum()))


def units(emotion: str, recipe: str, random: Random, spread: float = _SPREAD) -> Units:
    """Add up a recipe's units at full intensity, each action a little stronger or weaker."""
    found: Units = {}
    for action, strength in RECIPES[emotion][recipe].actions.items():
        own = strength * float(np.exp(random.normal(0, spread)))
        for unit, weight in ACTIONS[action].items():
            _add(found, unit, own * weight)
    return found


def _limited(found: Units) -> Units:
    def limit(unit: str) -> float:
        return LIMITS.get(unit.removesuffix("Left").removesuffix("Right"), LIMIT)

    return {unit: min(weight, limit(unit)) for unit, weight in found.items()}


def _mix(felt: Units, emotion: str, random: Random) -> str:
    """Mix another emotion in, and return it with its share."""
    other = str(random.choice(BLENDS[emotion]))
    share = random.uniform(0.2, 0.35)
    for unit, weight in units(other, choose(other, random), random).items():
        felt[unit] = felt.get(unit, 0.0) * (1 - 0.3 * share) + share * weight
    return f"{other} {share:.2f}"


def _add(felt: Units, unit: str, weight: float) -> None:
    felt[unit] = felt.get(unit, 0.0) + weight


def _oppose(felt: Units, one: str, other: str) -> None:
    less = min(felt.get(one, 0.0), felt.get(other, 0.0))
    if less > 0:
        felt[one] -= 0.7 * less
        felt[other] -= 0.7 * less
