"""Options and types of arguments that several commands share."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the option that names another configuration file."""
    command.add_argument("--config", type=Path, metavar="FILE", help="configuration file")


def output_file(text: str) -> Path:
    """Return a path that can be written to, which is checked before the work rather than after."""
    path = Path(text)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{path}: cannot be written")
    return path


def output_archive(text: str) -> Path | None:
    """Return a path that can be written to, or None for a standard output that is no terminal."""
    if text != "-":
        return output_file(text)
    if sys.stdout.isatty():
        raise argparse.ArgumentTypeError("-: no archive is written to a terminal; add > FILE")
    return None


def count(text: str) -> int:
    """Return an integer from 2."""
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"{text}: must be at least 2")
    return value


def seconds(text: str) -> float:
    """Return a positive number."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: must be positive")
    return value


def size(text: str) -> tuple[int, int]:
    """Return width and height in pixels from WIDTHxHEIGHT."""
    width, _, height = text.partition("x")
    pixels = (int(width), int(height))
    if min(pixels) < 48 or max(pixels) > 7680:
        raise argparse.ArgumentTypeError(f"{text}: must be WIDTHxHEIGHT, each from 48 to 7680")
    return pixels
