"""Kinds of values that several commands take."""

from __future__ import annotations

import argparse

DATA = "fer2013.csv[.xz|.gz|.bz2|.zip], a folder of class folders, or a prepared data set"


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
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


def version(text: str) -> str:
    """Read a model's version, which must be one that kiosks install."""
    # Not above: OpenCV comes with it, which takes a while to load.
    from device.models.models import LONGEST, VERSION

    if len(text) > LONGEST or not VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version such as 0.1.0")
    return text
