"""People who never lived, each drawn from a seed and a number alone. None of them is the clip's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from training.renderer import mesh
from training.renderer.person import Person, Rgb
from training.synthetic import hairstyles
from training.synthetic.worn import SCARF, Beard, Glasses, Hat, Outfit

if TYPE_CHECKING:
    from pathlib import Path

    from training.renderer.mesh import Floats
    from training.renderer.units import Units

Random = np.random.Generator

ORIGINS = ("african", "asian", "caucasian")
"""MakeHuman's three; people are mixtures of them."""
_AGES = {"child": 0.07, "young": 0.5, "middle": 0.25, "old": 0.18}
_SKINS = ((0.19, 0.095, 0.056), (0.60, 0.39, 0.265), (0.65, 0.41, 0.31))
"""Linear light by origin."""
_PALEST = (0.78, 0.56, 0.46)
_EYES = (
    (0.035, 0.018, 0.010),
    (0.05, 0.03, 0.015),
    (0.09, 0.06, 0.03),
    (0.06, 0.10, 0.06),
    (0.08, 0.11, 0.14),
    (0.06, 0.10, 0.16),
)
_FOLDERS = (
    "head",
    "nose",
    "chin",
    "eyebrows",
    "eyes",
    "forehead",
    "mouth",
    "cheek",
    "ears",
    "neck",
)
_EXPRESSIVE = ("mouth-angles", "mouth-dimples", "head-trans", "neck-trans", "measure-neck")
"""Not for identity: these would act, or move the head off its neck."""
_OPPOSITES = (
    ("incr", "decr"),
    ("up", "down"),
    ("in", "out"),
    ("convex", "concave"),
    ("forward", "backward"),
    ("compress", "uncompress"),
)
# How a face rests: mean and standard deviation by unit, negative weights cut off but for those
# that also pull the other way. Corners and brows a little low are still neutral.
_REST = {
    "eyeBlink": (0.08, 0.08),
    "eyeSquint": (0.1, 0.12),
    "browDown": (0.12, 0.22),
    "browInnerUp": (-0.02, 0.16),
    "mouthFrown": (0.06, 0.18),
    "mouthSmile": (0.02, 0.08),
    "mouthPress": (0.05, 0.12),
    "mouthUpperUp": (-0.05, 0.1),
    "mouthPucker": (-0.08, 0.12),
    "jawForward": (0.0, 0.15),
    "mouthShrugLower": (-0.05, 0.13),
    "cheekSquint": (-0.05, 0.12),
}
_BOTH_WAYS = ("browDown", "mouthFrown", "jawForward")


@dataclass(frozen=True)
class Identity:
    """A person, what it wears, and how its face rests (units of both sides at once)."""

    person: Person
    outfit: Outfit
    rest: Units
    about: dict[str, Any]
    """What can be said in words, for statistics."""


def draw(random: Random, data: Path) -> Identity:
    """Draw a person; `data` is the folder of MakeHuman's data."""
    mix = random.dirichlet([0.45] * len(ORIGINS))
    male = bool(random.random() < 0.5)
    age, old, ages = _age(random)
    weight = float(np.clip(random.normal(0.05, 0.55), -1, 1))
    morphs = _body(mix, _sexes(random, male), ages, weight)
    _shape(random, data, morphs)
    hair_name, hair = hairstyles.colour(random, mix[2], old)
    curly = min((mix[0] > 0.5) * random.uniform(0.6, 1) + (random.random() < 0.1) * 0.5, 1.0)
    style, cut = hairstyles.style(random, male, float(curly), old)
    skin = _skin(random, mix)
    person = Person(
        macros={},
        morphs={name: weight for name, weight in morphs.items() if weight > 0.01},
        skin=_rgb(skin),
        lip=_rgb(_lips(random, skin, made_up=not male and age != "child")),
        hair=_rgb(hair),
        cut=cut,
        iris=_EYES[int(random.integers(len(_EYES) if mix[2] > 0.4 else 2))],
        brow=_brow(random, male),
        freckles=float(random.choice([0, random.uniform(0.2, 0.9)], p=[0.75, 0.25])),
        lashes=random.uniform(0.15, 0.45) if male else random.uniform(0.4, 0.95),
        blush=random.uniform(0.1, 0.6),
        grey=float(np.clip(old - 0.3, 0, 1) * random.uniform(0, 0.1)),
        age=float(old * random.uniform(0.35, 0.8)),
        seed=int(random.integers(1, 2**31)),
        **_clothes(random),
    )
    beard, stubble = _beard(random, male and age != "child", old)
    outfit = Outfit(_glasses(random), _hat(random, style, not male and age != "child"), beard)
    person = replace(person, stubble=stubble)
    if outfit.hat:
        under = hairstyles.under_scarf if outfit.hat.kind == SCARF else hairstyles.under_hat
        person = replace(person, cut=under(cut))
    about = {
        "sex": "male" if male else "female",
        "age": age,
        "origin": dict(zip(ORIGINS, np.round(mix, 2).tolist(), strict=True)),
        "weight": round(weight, 2),
        "hair": hair_name,
        "style": style,
        "beard": beard.kind if beard else "stubble" if stubble else "",
        "glasses": outfit.glasses is not None,
        "hat": outfit.hat.kind if outfit.hat else "",
    }
    return Identity(person, outfit, _rest(random), about)


@cache
def _axes(data: Path) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the finer morphs by axis: its choices, each the names that go together."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for folder in _FOLDERS:
        for stem in mesh.target_names(data, folder):
            if stem.startswith((*_EXPRESSIVE, "r-")):
                continue
            names: tuple[str, ...] = (f"{folder}/{stem}",)
            if stem.startswith("l-"):
                names = (*names, f"{folder}/r-{stem[2:]}")
            axis = stem
            for end in (end for pair in _OPPOSITES for end in pair):
                axis = axis.removesuffix(f"-{end}")
            found.setdefault(f"{folder}/{axis}", []).append(names)
    return tuple(tuple(found[name]) for name in sorted(found))


def _age(random: Random) -> tuple[str, float, dict[str, float]]:
    """Draw an age: its name, 0 (young) to 1 (old), and shares of MakeHuman's ages."""
    name = str(random.choice(list(_AGES), p=list(_AGES.values())))
    if name == "child":
        child = random.uniform(0.35, 0.8)
        return name, 0.0, {"child": child, "young": 1 - child}
    old = random.uniform(*{"young": (0, 0.2), "middle": (0.25, 0.6), "old": (0.65, 1)}[name])
    return name, old, {"young": 1 - old, "old": old}


def _sexes(random: Random, male: bool) -> dict[str, float]:
    """Draw how much of the other sex somebody has."""
    other = random.beta(0.6, 3.5) * 0.6
    return {"male": 1 - other if male else other, "female": other if male else 1 - other}


def _body(
    mix: Floats, sexes: dict[str, float], ages: dict[str, float], weight: float
) -> dict[str, float]:
    weights = {"average": 1 - abs(weight), "max" if weight > 0 else "min": abs(weight)}
    found: dict[str, float] = {}
    for sex, of_sex in sexes.items():
        for age, of_age in ages.items():
            for origin, share in zip(ORIGINS, mix, strict=True):
                found[f"macrodetails/{origin}-{sex}-{age}"] = float(of_sex * of_age * share)
            for name, share in weights.items():
                body = f"macrodetails/universal-{sex}-{age}-averagemuscle-{name}weight"
                found[body] = of_sex * of_age * share
    return found


def _shape(random: Random, data: Path, morphs: dict[str, float]) -> None:
    """Add 10 to 25 finer morphs, a little unlike left and right."""
    axes = _axes(data)
    count = min(int(random.integers(10, 26)), len(axes))
    for index in random.choice(len(axes), count, replace=False):
        names = axes[index][random.integers(len(axes[index]))]
        size = min(abs(random.normal(0, 0.42)), 0.85)
        if names[0].startswith(("eyes/", "head/")):
            size *= 0.6
        lopsided = random.normal(0, 0.06)
        for name, sign in zip(names, (1, -1), strict=False):
            morphs[name] = float(morphs.get(name, 0.0) + size * (1 + sign * lopsided))


def _skin(random: Random, mix: Floats) -> Floats:
    tone = mix @ np.log(_SKINS) + random.normal(0, 0.16) + random.normal(0, 0.04, 3)
    return np.minimum(np.exp(tone), _PALEST)


def _lips(random: Random, skin: Floats, made_up: bool) -> Floats:
    if made_up and random.random() < 0.35:
        return random.uniform((0.3, 0.04, 0.06), (0.55, 0.12, 0.14))
    return skin * (0.74, 0.43, 0.50)


def _brow(random: Random, male: bool) -> tuple[float, float, float, float]:
    thick = random.uniform(0.026, 0.040) + 0.010 * male
    strength, lift = random.uniform(0.6, 1.0), random.uniform(-0.035, 0.02)
    return thick, strength, lift, random.uniform(-0.4, 0.4)


def _clothes(random: Random) -> dict[str, Any]:
    shirt = np.exp(random.uniform(-3.2, -0.5)) * np.exp(random.normal(0, 0.5, 3))
    return {
        "shirt": _rgb(np.minimum(shirt, 0.75)),
        "trim": _rgb(np.minimum(shirt * random.uniform(0.5, 1.6), 0.8)),
        "neckline": float(random.integers(3)),
        "stripes": float(random.choice([0, random.uniform(3, 8)], p=[0.75, 0.25])),
    }


def _beard(random: Random, may: bool, old: float) -> tuple[Beard | None, float]:
    """Draw a beard, and how dense the stubble is (0 to 1)."""
    kind = str(random.choice(["", "stubble", "beard"], p=[0.42, 0.38, 0.20]))
    length, density = random.uniform(0.04, 0.14 + 0.1 * old), random.uniform(0.15, 1.0)
    shape = str(random.choice(["full", "goatee", "moustache"], p=[0.6, 0.2, 0.2]))
    if not may or not kind:
        return None, 0.0
    if kind == "stubble":
        return None, density
    return Beard(shape, length, int(random.integers(1, 2**31))), 0.8 if shape == "full" else 0.0


def _glasses(random: Random) -> Glasses | None:
    if random.random() > 0.18:
        return None
    colour = np.exp(random.uniform(-4.6, -1.6)) * np.exp(random.normal(0, 0.3, 3))
    return Glasses(
        wide=random.uniform(0.23, 0.29),
        high=random.uniform(0.16, 0.24),
        square=random.uniform(2.0, 4.0),
        thick=random.uniform(0.022, 0.05),
        drop=random.uniform(0.0, 0.06),
        colour=_rgb(colour),
    )


def _hat(random: Random, style: str, scarf: bool) -> Hat | None:
    chance = random.random()
    cloth = np.exp(random.uniform(-3.5, -0.7)) * np.exp(random.normal(0, 0.5, 3))
    if scarf and chance < 0.06:
        low, off = random.uniform(-0.03, 0.08), random.uniform(0.04, 0.08)
        return Hat(SCARF, _rgb(np.minimum(cloth, 0.75)), low, off)
    if chance > 0.10 + 0.06 * scarf or style in ("afro", "bun"):
        return None
    kind = str(random.choice(["beanie", "cap"]))
    low = random.uniform(-0.14, 0.04) + 0.10 * (kind == "beanie")
    return Hat(kind, _rgb(np.minimum(cloth, 0.75)), low, random.uniform(0.14, 0.19))


def _rest(random: Random) -> Units:
    """Draw how a face looks when nothing moves: a little low here, a little pressed there."""
    found = {}
    for name, (mean, deviation) in _REST.items():
        weight = random.normal(mean, deviation)
        if name not in _BOTH_WAYS:
            weight = max(weight, 0.0)
        if abs(weight) > 0.02:
            found[name] = round(float(np.clip(weight, -0.3, 0.5)), 3)
    return found


def _rgb(values: Floats) -> Rgb:
    r, g, b = (round(float(v), 4) for v in values)
    return r, g, b
