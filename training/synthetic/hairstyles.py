"""Hair of synthetic people: its colour, and how it is cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.renderer.hair import Cut

if TYPE_CHECKING:
    from training.renderer.mesh import Floats

Random = np.random.Generator
Range = tuple[float, float]

COLOURS = {
    "black": (0.012, 0.010, 0.009),
    "dark brown": (0.040, 0.022, 0.012),
    "brown": (0.085, 0.045, 0.022),
    "auburn": (0.15, 0.050, 0.020),
    "fair": (0.30, 0.19, 0.09),
    "blond": (0.46, 0.34, 0.19),
    "grey": (0.30, 0.29, 0.28),
    "white": (0.58, 0.57, 0.55),
}
"""Linear light."""

_MIDDLE = (-0.25, 0.25)
_STYLES: dict[str, dict[str, Range]] = {
    "crop": {
        "length": (0.2, 0.4),
        "top": (1.2, 2.2),
        "lift": (0.4, 0.9),
        "fall": (0.05, 0.25),
        "back": (-0.2, 0.4),
        "side": (0, 0.4),
        "parting": _MIDDLE,
        "layer": (0.05, 0.1),
    },
    "parted": {
        "length": (0.3, 0.55),
        "top": (1.6, 2.4),
        "lift": (0.3, 0.45),
        "fall": (0.2, 0.35),
        "back": (0, 0.3),
        "side": (0.4, 0.7),
        "parting": (0.15, 0.35),
        "layer": (0.08, 0.12),
    },
    "swept": {
        "length": (0.3, 0.6),
        "top": (1.5, 2.2),
        "lift": (0.35, 0.7),
        "fall": (0.1, 0.25),
        "back": (0.4, 0.9),
        "side": (0, 0.3),
        "parting": _MIDDLE,
        "layer": (0.08, 0.13),
    },
    "buzz": {"length": (0.08, 0.14), "lift": (0.9, 0.9), "fall": (0.1, 0.1), "layer": (0.02, 0.02)},
    "receding": {
        "length": (0.15, 0.35),
        "top": (0.8, 1.4),
        "lift": (0.3, 0.6),
        "fall": (0.15, 0.3),
        "back": (0.2, 0.5),
        "side": (0, 0.4),
        "parting": _MIDDLE,
        "layer": (0.03, 0.06),
        "line": (0.15, 0.45),
    },
    "bald": {
        "length": (0.03, 0.08),
        "top": (0.2, 0.2),
        "lift": (0.6, 0.6),
        "fall": (0.1, 0.1),
        "layer": (0.01, 0.01),
        "line": (0.6, 1.2),
    },
    "long": {
        "length": (1.3, 2.6),
        "lift": (0.25, 0.4),
        "fall": (0.6, 1.0),
        "back": (0.15, 0.4),
        "side": (0.4, 0.7),
        "parting": _MIDDLE,
        "layer": (0.10, 0.16),
    },
    "bob": {
        "length": (0.8, 1.2),
        "top": (1.0, 1.25),
        "lift": (0.3, 0.45),
        "fall": (0.5, 0.9),
        "back": (0.1, 0.3),
        "side": (0.4, 0.7),
        "parting": _MIDDLE,
        "layer": (0.11, 0.16),
    },
    "bun": {
        "lift": (0.25, 0.25),
        "fall": (0, 0),
        "layer": (0.05, 0.09),
        "bun": (0.3, 0.45),
    },
    "waves": {
        "length": (1.2, 2.2),
        "top": (1.05, 1.05),
        "lift": (0.3, 0.45),
        "fall": (0.5, 0.8),
        "back": (0.2, 0.4),
        "side": (0.4, 0.7),
        "parting": _MIDDLE,
        "layer": (0.14, 0.2),
    },
    "afro": {
        "length": (0.3, 0.8),
        "top": (1.0, 1.4),
        "lift": (1.0, 1.0),
        "fall": (0, 0),
        "layer": (0.04, 0.25),
    },
    "fringe": {
        "length": (0.5, 1.3),
        "top": (0.6, 0.9),
        "lift": (0.3, 0.4),
        "fall": (0.4, 0.7),
        "back": (-0.25, -0.1),
        "side": (0.1, 0.3),
        "parting": (-0.1, 0.1),
        "layer": (0.09, 0.13),
    },
}
"""Ranges of `Cut`'s fields by style."""
_CURLS: dict[str, Range] = {
    "buzz": (0.05, 0.05),
    "bald": (0.05, 0.05),
    "bun": (0.03, 0.03),
    "waves": (0.25, 0.45),
    "afro": (0.5, 0.7),
}
"""Styles with curls of their own."""
_FALLS = ("long", "bob", "fringe")
"""Styles whose length pulls curls straight."""


def colour(random: Random, fair: float, old: float) -> tuple[str, Floats]:
    """Draw a hair colour, with its name; `fair` is the share of origins with fair hair."""
    if random.random() < max(0.0, old - 0.35) * 1.2:
        name = str(random.choice(["grey", "white"], p=[0.6, 0.4]))
    else:
        shares = np.array([1 - 0.8 * fair, 1, 0.9 * fair, 0.35 * fair, 0.5 * fair, 0.45 * fair])
        name = str(random.choice(list(COLOURS)[:6], p=shares / shares.sum()))
    return name, np.array(COLOURS[name]) * np.exp(random.normal(0, 0.15))


def style(random: Random, male: bool, curly: float, old: float) -> tuple[str, Cut]:
    """Draw a hairstyle, with its name; `curly` and `old` are 0 to 1."""
    shares = _men(curly, old) if male else _women(curly, old)
    chances = np.array(list(shares.values()))
    name = str(random.choice(list(shares), p=chances / chances.sum()))
    fields = {field: random.uniform(*bounds) for field, bounds in _STYLES[name].items()}
    fields["parting"] = random.choice([-1, 1]) * fields.get("parting", 0.0)
    curl = random.uniform(0.02, 0.2) + 0.35 * curly
    if name in _FALLS:
        curl *= 0.6
    if name in _CURLS:
        curl = random.uniform(*_CURLS[name])
    count = 9000 if name == "afro" else 5200
    return name, Cut(count=count, width=0.023, curl=curl, **fields)


def under_hat(cut: Cut) -> Cut:
    """Return the hair as a hat presses it to the head, from where it falls."""
    length = min(cut.length, 1.2)
    pressed = replace(cut, length=length, layer=0.015, lift=0.02, curl=0.02, top=0.5)
    return replace(pressed, fall=0.9, side=0.05, back=0.1)


def under_scarf(cut: Cut) -> Cut:
    """Return the hair as a headscarf hides it."""
    return Cut(length=0.04, lift=0.1, layer=0.0, curl=0.0, line=1.2, count=100, width=cut.width)


def _men(curly: float, old: float) -> dict[str, float]:
    return {
        "crop": 3.0,
        "parted": 2.5,
        "swept": 2.0,
        "buzz": 1.2,
        "receding": 0.4 + 2 * old,
        "bald": 0.4 + 1.2 * old,
        "long": 0.5,
        "afro": 4 * curly,
    }


def _women(curly: float, old: float) -> dict[str, float]:
    return {
        "long": 3.0,
        "bob": 2.5,
        "bun": 2.0,
        "waves": 2.0,
        "crop": 0.6 + 1.5 * old,
        "parted": 0.8,
        "afro": 3 * curly,
        "fringe": 1.2,
    }
