"""Types of the commands' options."""

from __future__ import annotations

import argparse
import math

from training import old_names
from training.recipe import Recipe

DATA = (
    "fer2013.csv, also compressed or in an archive, a folder of pictures, or a prepared data set "
    "(docs/TRAINING.md)"
)


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


def fraction(text: str) -> float:
    """Read a number above 0 and below 1."""
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError("must be more than 0 and less than 1")
    return number


RANGES: dict[str, tuple[float, float]] = {
    "background_p": (0, 1),
    "batch_size": (2, 8192),
    "blur_p": (0, 1),
    "blur_sigma": (0.4, 10),
    "brightness_max": (1, 10),
    "brightness_min": (0.01, 1),
    "brightness_p": (0, 1),
    "detector_crop_noise": (0, 10),
    "distill_weight": (0, 1),
    "downscale_min": (8, 48),
    "downscale_p": (0, 1),
    "ema_decay": (0, 0.99999),
    "gamma": (0, 2),
    "jpeg_p": (0, 1),
    "jpeg_quality_min": (1, 95),
    "key_point_noise": (0, 10),
    "label_smoothing": (0, 0.9),
    "mixup_alpha": (0, 10),
    "momentum": (0, 0.999),
    "noise_p": (0, 1),
    "noise_std": (0, 100),
    "random_erasing_p": (0, 1),
    "rotation": (0, 90),
    "scale": (0, 0.5),
    "soft_label_weight": (0, 1),
    "teachers_per_batch": (0, 64),
    "translate_only_p": (0, 1),
    "translation": (0, 24),
    "votes_weight": (0, 1),
    "warmup_fraction": (0, 1),
    "weight_decay": (0, 0.1),
}
"""Settings of a recipe without an option of their own, with their least and largest value."""


def setting(text: str) -> tuple[str, float]:
    """Read NAME=VALUE, a setting of the recipe. Raises ArgumentTypeError when it is invalid."""
    name, _, value = text.partition("=")
    name = old_names.setting(name, "--set")
    if name not in RANGES:
        names = ", ".join(RANGES)
        raise argparse.ArgumentTypeError(f"unknown setting {name!r} (known are {names})")
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
    """Read a model's version, in the form that kiosks install."""
    # Imported here since it loads OpenCV, which takes a while.
    from device.deployment.models import MAX_VERSION_LENGTH, VERSION

    if len(text) > MAX_VERSION_LENGTH or not VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 0.1.0")
    return text
