"""The cast: five people who never lived."""

from __future__ import annotations

from training.renderer.hair import Cut
from training.renderer.person import Person


def _pair(name: str, weight: float) -> dict[str, float]:
    """Name the same morph for both sides."""
    folder, stem = name.split("/")
    return {f"{folder}/{side}-{stem}": weight for side in "lr"}


def _kind(
    people: str, sex: str, age: str = "young", muscle: str = "average", weight: str = "average"
) -> dict[str, float]:
    body = f"macrodetails/universal-{sex}-{age}-{muscle}muscle-{weight}weight"
    return {f"macrodetails/{people}-{sex}-{age}": 1.0, body: 1.0}


CAST: dict[str, Person] = {
    "ada": Person(
        macros=_kind("caucasian", "female"),
        morphs={
            "head/head-oval": 0.4,
            "nose/nose-scale-horiz-decr": 0.3,
            **_pair("cheek/cheek-bones-incr", 0.3),
        },
        skin=(0.66, 0.41, 0.30),
        lip=(0.50, 0.17, 0.16),
        hair=(0.085, 0.042, 0.020),
        cut=Cut(
            length=1.65,
            fall=0.85,
            side=0.6,
            back=0.25,
            lift=0.35,
            layer=0.13,
            curl=0.10,
            parting=0.12,
            count=9000,
        ),
        iris=(0.045, 0.065, 0.055),
        shirt=(0.05, 0.16, 0.22),
        trim=(0.04, 0.11, 0.16),
        brow=(0.038, 0.95, -0.03, 0.0),
        lashes=0.8,
        blush=0.5,
        seed=11,
    ),
    "ben": Person(
        macros=_kind("african", "male", muscle="average"),
        morphs={"head/head-square": 0.3, "chin/chin-width-incr": 0.2},
        skin=(0.165, 0.080, 0.046),
        lip=(0.19, 0.075, 0.060),
        hair=(0.012, 0.010, 0.009),
        cut=Cut(
            length=0.24, top=1.8, lift=1.0, fall=0.0, curl=0.5, layer=0.03, count=12000, width=0.016
        ),
        shirt=(0.45, 0.43, 0.38),
        trim=(0.36, 0.34, 0.30),
        brow=(0.048, 0.95, 0.0, 0.0),
        stubble=0.55,
        blush=0.15,
        seed=12,
    ),
    "chen": Person(
        macros=_kind("asian", "female"),
        morphs={"head/head-round": 0.3},
        skin=(0.64, 0.42, 0.29),
        lip=(0.50, 0.16, 0.15),
        hair=(0.014, 0.011, 0.010),
        cut=Cut(fall=0.0, lift=0.25, layer=0.07, curl=0.03, bun=0.40, count=10000),
        iris=(0.035, 0.018, 0.010),
        shirt=(0.42, 0.07, 0.07),
        trim=(0.33, 0.05, 0.05),
        neckline=1.0,
        brow=(0.036, 0.85, 0.0, 0.0),
        lashes=0.75,
        seed=13,
    ),
    "dov": Person(
        macros=_kind("caucasian", "male"),
        morphs={
            "head/head-rectangular": 0.35,
            "nose/nose-hump-incr": 0.25,
            "chin/chin-prominent-incr": 0.2,
        },
        skin=(0.60, 0.36, 0.25),
        lip=(0.42, 0.17, 0.14),
        hair=(0.040, 0.022, 0.012),
        cut=Cut(
            length=0.30,
            top=2.4,
            lift=0.35,
            fall=0.25,
            side=0.35,
            back=0.30,
            curl=0.10,
            layer=0.09,
            count=11000,
        ),
        iris=(0.06, 0.10, 0.06),
        shirt=(0.20, 0.24, 0.28),
        trim=(0.62, 0.62, 0.60),
        stripes=0.0,
        brow=(0.046, 0.95, -0.035, 0.0),
        stubble=0.75,
        blush=0.35,
        seed=14,
    ),
    "eva": Person(
        macros={
            "macrodetails/caucasian-female-old": 0.75,
            "macrodetails/caucasian-female-young": 0.25,
            "macrodetails/universal-female-old-averagemuscle-averageweight": 0.75,
            "macrodetails/universal-female-young-averagemuscle-averageweight": 0.25,
        },
        skin=(0.62, 0.39, 0.29),
        lip=(0.46, 0.17, 0.16),
        hair=(0.26, 0.24, 0.22),
        cut=Cut(
            length=0.62,
            top=1.35,
            lift=0.4,
            fall=0.45,
            side=0.35,
            back=0.3,
            curl=0.22,
            layer=0.15,
            count=11000,
        ),
        iris=(0.08, 0.11, 0.14),
        shirt=(0.16, 0.10, 0.22),
        trim=(0.13, 0.08, 0.18),
        neckline=2.0,
        brow=(0.036, 0.75, 0.0, 0.0),
        grey=0.35,
        age=0.4,
        seed=15,
    ),
}
