"""Kinds of values that commands take."""

from __future__ import annotations

import argparse
import math

from training.recipe import Recipe

DATA = "fer2013.csv[.xz|.gz|.bz2|.zip], a folder of class folders, or a prepared data set"


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def seed(text: str) -> int:
    """Read a whole number of at least 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be at least 0")
    return number


def factor(text: str) -> float:
    """Read a number above 0."""
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def share(text: str) -> float:
    """Read a number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be 0 to 1")
    return number


def part(text: str) -> float:
    """Read a number above 0 and below 1."""
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must be more than 0 and less than 1")
    return number


RANGES: dict[str, tuple[float, float]] = {
    "asked": (0, 64),
    "average": (0, 0.99999),
    "batch": (2, 8192),
    "blur": (0.4, 10),
    "blur_chance": (0, 1),
    "bright": (1, 10),
    "dark": (0.01, 1),
    "decay": (0, 0.1),
    "detected_error": (0, 10),
    "erase_chance": (0, 1),
    "gamma": (0, 2),
    "jpeg": (1, 95),
    "jpeg_chance": (0, 1),
    "key_error": (0, 10),
    "light_chance": (0, 1),
    "mixing": (0, 10),
    "momentum": (0, 0.999),
    "noise": (0, 100),
    "noise_chance": (0, 1),
    "plain_chance": (0, 1),
    "roll": (0, 90),
    "room_chance": (0, 1),
    "scale": (0, 0.5),
    "shift": (0, 24),
    "small": (8, 48),
    "small_chance": (0, 1),
    "smoothing": (0, 0.9),
    "soft": (0, 1),
    "teaching": (0, 1),
    "votes": (0, 1),
    "warm_up": (0, 1),
}
"""Settings of a recipe that have no option of their own, with their least and most."""


def setting(text: str) -> tuple[str, float]:
    """Read NAME=VALUE, a setting of the recipe. Raises ArgumentTypeError when it is none."""
    name, _, value = text.partition("=")
    if name not in RANGES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(RANGES)}")
    least, most = RANGES[name]
    kind = type(getattr(Recipe(), name))
    try:
        number = kind(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        number_kind = "whole number" if kind is int else "number"
        raise argparse.ArgumentTypeError(f"{name} must be a {number_kind} from {least} to {most}")
    return name, number


def version(text: str) -> str:
    """Read a model's version, which must be one that kiosks install."""
    # Not above: OpenCV comes with it, which takes a while to load.
    from device.deployment.models import MAX_VERSION_LENGTH, VERSION

    if len(text) > MAX_VERSION_LENGTH or not VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 0.1.0")
    return text
